"""The player: the live view of a recording in one page, in any browser and without a network."""

from __future__ import annotations

import base64
import hashlib
import json
from string import Template
from typing import TYPE_CHECKING, Any, Final

from sandbox.inspector.pictures.page_code import page_code
from sandbox.inspector.recording.records import as_data

if TYPE_CHECKING:
    from sandbox.inspector.recording.recording import Recording

# In a script element, these could begin or end markup; in JSON they occur only inside texts.
_ESCAPES: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}

_PAGE: Final = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="$policy">
<meta name="viewport" content="width=device-width">
<title>A recording of an agent run</title>
<style>$style</style>
</head>
<body>
<main id="view"></main>
<noscript>This page shows a recording with JavaScript, which is switched off.</noscript>
<script type="application/json" id="recording">$recording</script>
<script type="module">$script</script>
</body>
</html>
""")


def player_of(recording: Recording) -> str:
    """A self-contained HTML page that shows a recording step by step, as the live view does.

    It needs no kernel, no server and no network, and shows everything that came from a program as
    plain text; its content security policy lets nothing run but its own script. The problems are
    found now and go into the page with the records.

    Returns:
        The page.

    Raises:
        BundleMissingError: the page code has not been built in this copy of the package.

    Example:
        >>> from sandbox.inspector import Recording
        >>> player_of(Recording()).splitlines()[0]
        '<!doctype html>'
    """
    style, script = page_code("player.css"), page_code("player.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return _PAGE.substitute(
        policy=policy, style=style, script=script, recording=_as_script_data(_content(recording))
    )


def _content(recording: Recording) -> dict[str, Any]:
    records = [
        as_data(seq, each) for seq, each in enumerate([*recording.opening, *recording.records], 1)
    ]
    about = f"{len(recording)} deliveries, {recording.last} records."
    if recording.let_go:
        about += f" The first {recording.let_go} records had been let go."
    if recording.report:
        about += f" {recording.report}"
    problems = [problem.as_data() for problem in recording.problems]
    return {"about": about, "records": records, "answers": {"problems": problems}}


def _digest(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"sha256-{digest}"


def _as_script_data(value: Any) -> str:
    text = json.dumps(value, separators=(",", ":"))
    for letter, escape in _ESCAPES.items():
        text = text.replace(letter, escape)
    return text

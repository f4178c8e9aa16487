"""The player: one page that steps through a recording, in any browser and without a network."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

from sandbox.inspector.recording.records import as_data

if TYPE_CHECKING:
    from sandbox.inspector.recording.recording import Recording

# In a script element, these could begin or end markup; in JSON they occur only inside texts.
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def player_of(recording: Recording) -> str:
    """A self-contained HTML page that plays a recording, step by step.

    It needs no kernel, no server and no network, and shows everything that came from a program as
    plain text; its content security policy lets nothing run but its own script.

    Returns:
        The page.

    Example:
        >>> from sandbox.inspector import Recording
        >>> player_of(Recording()).splitlines()[0]
        '<!doctype html>'
    """
    opening = recording.opening
    begin = len(opening) - recording.let_go
    records = [as_data(seq, each) for seq, each in enumerate([*opening, *recording.records], 1)]
    steps = [end + begin for end in recording.steps if end >= recording.let_go]
    about = f"{len(recording)} deliveries, {recording.last} records."
    if recording.let_go:
        about += f" The first {recording.let_go} records had been let go."
    if recording.report:
        about += f" {recording.report}"
    style, script = _part("css"), _part("js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return Template(_part("html")).substitute(
        policy=policy,
        style=style,
        script=script,
        recording=_as_script_data({"about": about, "steps": steps, "records": records}),
    )


def _part(suffix: str) -> str:
    return (
        files("sandbox.inspector.pictures").joinpath(f"player.{suffix}").read_text(encoding="utf-8")
    )


def _digest(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"sha256-{digest}"


def _as_script_data(value: Any) -> str:
    text = json.dumps(value, separators=(",", ":"))
    for letter, escape in _ESCAPES.items():
        text = text.replace(letter, escape)
    return text

"""Writes the repository's public address: `python scripts/address.py https://host/owner/name`.

It stands in one place, `[project.urls]` of pyproject.toml. The README's badge and links are made
from it; without an argument they are written anew from what stands there.
"""

import re
import sys
import tomllib
from pathlib import Path
from urllib.parse import quote, urlsplit

ROOT = Path(__file__).parent.parent
TOUR = "lab/tree/notebooks/tour.ipynb"
BLOCK = re.compile(r"(<!-- address -->\n).*?(\n<!-- /address -->)", flags=re.DOTALL)
TABLE = re.compile(r"\[project\.urls\]\n(?:.+\n)*\n")
BEFORE = "[project.scripts]\n"
UNKNOWN = (
    "**Nothing to install:** give the address of this repository to "
    f"[mybinder.org](https://mybinder.org), with `{TOUR}` as the URL to open."
)


def main(root: Path, address: str | None) -> int:
    """Write the address; the exit code says how it went."""
    settings, readme = root / "pyproject.toml", root / "README.md"
    if address is not None:
        try:
            table = urls(address)
        except ValueError as error:
            print(error, file=sys.stderr)
            return 2
        text = TABLE.sub("", settings.read_text(encoding="utf-8"))
        settings.write_text(text.replace(BEFORE, f"{table}\n{BEFORE}"), encoding="utf-8")
    block = links(repository(settings))
    text = readme.read_text(encoding="utf-8")
    readme.write_text(BLOCK.sub(lambda found: found[1] + block + found[2], text), encoding="utf-8")
    return 0


def repository(settings: Path) -> str | None:
    """Return the address that stands in pyproject.toml, or None while there is none."""
    project = tomllib.loads(settings.read_text(encoding="utf-8"))["project"]
    address: str | None = project.get("urls", {}).get("Repository")
    return address


def urls(address: str) -> str:
    """Return the table for pyproject.toml.

    Raises:
        ValueError: it is no address of a repository.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.netloc or parts.path.count("/") < 2:  # noqa: PLR2004
        raise ValueError(f"Not the address of a repository, https://host/owner/name: {address}")
    address = address.rstrip("/").removesuffix(".git")
    return (
        "[project.urls]\n"
        f'Repository = "{address}"\n'
        f'Changelog = "{address}/blob/HEAD/CHANGELOG.md"\n'
        f'Issues = "{address}/issues"\n'
    )


def links(address: str | None) -> str:
    """Return what the README says: how to open the tour without installing anything."""
    if address is None:
        return UNKNOWN
    binder = f"https://mybinder.org/v2/{provider(address)}/HEAD?urlpath={quote(TOUR)}"
    badge = f"[![Open the tour on Binder](https://mybinder.org/badge_logo.svg)]({binder})"
    return f"{badge} **Nothing to install**: the tour in your browser."


def provider(address: str) -> str:
    """Return how Binder writes the address of a repository."""
    parts = urlsplit(address)
    path = parts.path.strip("/")
    match parts.netloc:
        case "github.com":
            return f"gh/{path}"
        case "gitlab.com":
            return f"gl/{quote(path, safe='')}"
        case _:
            return f"git/{quote(address, safe='')}"


if __name__ == "__main__":
    sys.exit(main(ROOT, sys.argv[1] if len(sys.argv) > 1 else None))

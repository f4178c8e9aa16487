"""Writes the API reference from the docstrings: `python scripts/api_reference.py build/docs`.

Every link within it is followed; the exit code is 1 if one leads nowhere.
"""

import sys
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import pdoc

MODULES = (
    "sandbox",
    "sandbox.inspector",
    "sandbox.lessons",
    "sandbox.testing",
    "sandbox.notebook",
    "sandbox.agentopera",
    "sandbox.runtime",
    "sandbox.agents",
    "sandbox.messaging",
)


class Page(HTMLParser):
    """The links and the anchors of one page."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a tag leads and what it is called."""
        for name, value in attrs:
            if value and name in {"id", "name"}:
                self.anchors.add(value)
            elif value and name in {"href", "src"}:
                self.links.add(value)


def main(folder: Path) -> int:
    """Write the pages and check them; the exit code says how it went."""
    show_inherited_members()
    load_late_names()
    pdoc.render.configure(docformat="google", show_source=False, footer_text="agent sandbox")
    pdoc.pdoc(*MODULES, output_directory=folder)
    broken = broken_links(folder)
    for link in broken:
        print(f"leads nowhere: {link}", file=sys.stderr)
    print(f"{len(list(folder.rglob('*.html')))} pages: {folder / 'index.html'}")
    return 1 if broken else 0


def load_late_names() -> None:
    """Have pdoc find what a module loads only when it is asked for."""
    for module in map(import_module, MODULES):
        for name in getattr(module, "__all__", ()):
            setattr(module, name, getattr(module, name))


def show_inherited_members() -> None:
    """Have pdoc describe a class with all it has from bases of ours, which have no page."""

    def own_members(described: pdoc.doc.Class) -> list[pdoc.doc.Doc[Any]]:
        members = described.members.values()
        return [each for each in members if each.taken_from[0].split(".")[0] == "sandbox"]

    def inherited_members(_described: pdoc.doc.Class) -> dict[tuple[str, str], Any]:
        return {}

    for replacement in (own_members, inherited_members):
        setattr(pdoc.doc.Class, replacement.__name__, property(replacement))


def broken_links(folder: Path) -> list[str]:
    """Return the links within a folder of pages that lead to no file or to no anchor in it."""
    pages = {file.resolve(): Page(file) for file in folder.rglob("*.html")}
    return [
        f"{file.relative_to(folder.resolve())}: {link}"
        for file, page in pages.items()
        for link in sorted(page.links)
        if not urlsplit(link).scheme and not leads_somewhere(file, link, pages)
    ]


def leads_somewhere(file: Path, link: str, pages: dict[Path, Page]) -> bool:
    """Whether a relative link on a page leads to a file, and to an anchor if it names one."""
    address, anchor = urldefrag(link)
    target = (file.parent / unquote(address)).resolve() if address else file
    if not anchor:
        return target.exists()
    return target in pages and unquote(anchor) in pages[target].anchors


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

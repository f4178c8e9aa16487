"""What a run names reaches a page as text only: its code knows no way to make markup of it."""

import re
from pathlib import Path

FRONTEND = Path(__file__).parents[2] / "frontend" / "src"
WAYS = re.compile(
    r"innerHTML|outerHTML|dangerouslySetInnerHTML|insertAdjacentHTML|document\.write|srcdoc"
    r"|DOMParser|createContextualFragment|\beval\(|new Function|setTimeout\(\s*[\"'`]|javascript:"
)


def test_the_page_has_no_way_to_make_markup_or_code_of_a_text():
    sources = [*FRONTEND.rglob("*.ts"), *FRONTEND.rglob("*.tsx")]
    assert len(sources) > 10
    found = {
        file.name: match.group()
        for file in sources
        if (match := WAYS.search(file.read_text(encoding="utf-8"))) is not None
    }
    assert found == {}

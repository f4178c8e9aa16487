"""The page that plays a recording, as a text; a browser looks at it in tests/browser."""

import json
from html.parser import HTMLParser

import pytest
from busy_run import HOSTILE, busy_run

from sandbox.inspector import Recording
from sandbox.inspector.pictures import player
from sandbox.inspector.pictures.page_code import BundleMissingError, page_code


class Page(HTMLParser):
    """Which elements and attributes a page has."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.handlers = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in {"src", "href", "action"}]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def data_of(page):
    begin = '<script type="application/json" id="recording">'
    return json.loads(page.partition(begin)[2].partition("</script>")[0])


def as_json(value):
    return json.loads(json.dumps(value))


async def test_the_page_holds_every_record_and_the_problems_of_the_run(tmp_path):
    recording = (await busy_run()).recording
    page = recording.to_html(tmp_path / "run.html")
    assert (tmp_path / "run.html").read_text(encoding="utf-8") == page
    data = data_of(page)
    assert data["records"] == as_json(recording.since(1))
    assert data["answers"] == {"problems": [each.as_data() for each in recording.problems]}
    assert data["answers"]["problems"]


async def test_nothing_that_a_program_named_is_markup_and_nothing_is_fetched():
    empty = Page(Recording().to_html())
    busy = Page((await busy_run()).recording.to_html())
    assert busy.tags == empty.tags
    assert (busy.addresses, busy.handlers) == ([], [])
    page = (await busy_run()).recording.to_html()
    assert "<img" not in page
    assert HOSTILE not in page
    assert page.count("</script>") == 2
    elsewhere = page.replace("http://www.w3.org/", "")  # names of namespaces, not addresses
    assert "http://" not in elsewhere
    assert "https://" not in elsewhere


async def test_a_limited_recording_is_played_from_where_it_begins():
    recording = (await busy_run(limit=40)).recording
    assert recording.let_go > 0
    data = data_of(recording.to_html())
    kept = len(recording.records)
    assert data["records"][-kept:] == [
        {**as_json(record), "seq": record["seq"] + len(data["records"]) - recording.last}
        for record in recording.since(recording.let_go + 1)
    ]
    assert f"The first {recording.let_go} records had been let go." in data["about"]


async def test_a_damaged_recording_says_so_on_the_page(tmp_path):
    path = tmp_path / "run.jsonl"
    await busy_run(path=path)
    path.write_bytes(path.read_bytes()[:-5])
    about = data_of(Recording.load(path).to_html())["about"]
    assert "it is cut off, as when a recording ends abruptly" in about


async def test_without_the_built_page_code_a_page_is_refused_with_how_to_build_it(monkeypatch):
    def missing(name):
        return page_code(f"absent-{name}")

    monkeypatch.setattr(player, "page_code", missing)
    with pytest.raises(BundleMissingError, match=r"HTML player(.|\n)*pip install -e"):
        Recording().to_html()

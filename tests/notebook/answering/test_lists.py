"""Breakpoints, watches and invariants: made, listed and cleared."""

import re
from pathlib import Path

import pytest
from answering_parts import publish, queued

from sandbox.inspector.control.breakpoints import KINDS


async def test_a_breakpoint_is_made_met_listed_and_cleared(inspector, page):
    made = await page.ask(
        "break_on", kind="before", agent="kitchen", message="str", when="len(msg) > 3", hits=1
    )
    assert made["words"] == "before, agent kitchen, message str, when len(msg) > 3"
    await publish(inspector, "one", "three")
    await inspector.run()
    assert (inspector.stopped.number, queued(inspector)) == (2, [2])
    (listed,) = await page.ask("breakpoints")
    assert (listed["id"], listed["hits"], listed["error"]) == (made["id"], 1, None)
    await page.ask("clear_breakpoint", id=made["id"])
    assert await page.ask("breakpoints") == []
    assert "no breakpoint" in await page.refused("clear_breakpoint", id=made["id"])


async def test_breakpoints_made_in_a_cell_are_listed_too(inspector, page):
    inspector.break_on("failed", once=True)
    (listed,) = await page.ask("breakpoints")
    assert (listed["kind"], listed["once"], listed["words"]) == ("failed", True, "failed, once")
    await page.ask("clear_breakpoint", id=listed["id"])
    assert inspector.breakpoints == ()


async def test_a_condition_sees_what_the_notebook_defined_also_inside_of_a_comprehension(
    inspector, page, monkeypatch
):
    monkeypatch.setattr("__main__.wanted", ["three"], raising=False)
    when = "any(word == message for word in wanted)  # mine"
    await page.ask("break_on", kind="before", when=when)
    await publish(inspector, "one", "three")
    await inspector.run()
    assert inspector.stopped.number == 2


async def test_a_condition_that_raises_is_told(inspector, page):
    await page.ask("break_on", kind="before", when="message.price > 3")
    await publish(inspector, "one")
    await inspector.run()
    (listed,) = await page.ask("breakpoints")
    assert listed["error"] == "AttributeError: 'str' object has no attribute 'price'"


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("price >", "price > is no expression: invalid syntax"),
        ("", "A condition is an expression, such as message.price > 3."),
        ("   ", "A condition is an expression"),
        ("x = 3", "x = 3 is no expression"),
        ("True) or (False", "True) or (False is no expression: unmatched ')'"),
        ("import os", "import os is no expression"),
        ("await f()", "is no expression"),
        ("(yield)", "is no expression"),
        ("\0", "is no expression"),
        ("(" * 5000, "is no expression"),
    ],
)
async def test_what_is_no_condition_is_refused(inspector, page, when, words):
    assert words in await page.refused("break_on", kind="before", when=when)
    assert words in await page.refused("invariant", condition=when)
    assert inspector.breakpoints == ()
    assert inspector.invariants == ()


def test_the_page_offers_every_kind_of_breakpoint_in_the_same_words():
    page_code = Path(__file__).parents[3] / "frontend" / "src" / "views" / "Breakpoints.tsx"
    offered = re.findall(r'^  \["(\w+)", "(.+)"\],$', page_code.read_text(), re.MULTILINE)
    assert dict(offered) == KINDS


async def test_what_is_no_breakpoint_is_refused(page):
    assert "There are: before, reply" in await page.refused("break_on", kind="sometimes")
    assert "not at hit 0" in await page.refused("break_on", kind="before", hits=0)
    assert "no mailbox" in await page.refused("break_on", kind="invariant", hold_only=True)


async def test_an_attribute_is_watched(inspector, page):
    made = await page.ask("watch", agent="kitchen/a", path="count")
    assert made == {"id": 1, "agent": "kitchen/a", "path": "count", "history": []}
    assert await page.ask("watch", agent="kitchen/a", path=" count ") == made
    await publish(inspector, "one")
    await inspector.run()
    assert await page.ask("watches") == [
        made | {"value": 3, "history": [{"number": None, "value": 0}, {"number": 1, "value": 3}]}
    ]
    await page.ask("unwatch", id=1)
    assert await page.ask("watches") == []
    assert "no watch 1" in await page.refused("unwatch", id=1)
    assert "A watch is" in await page.refused("watch", agent="kitchen/a", path="a..b")
    assert await page.refused("watch", agent="kitchen", path="count")
    assert "contains a dot" in await page.refused("watch", agent="kitchen/a.b", path="count")


async def test_what_is_watched_from_a_cell_is_listed_and_can_be_taken_away(inspector, page):
    watch = inspector.watch("kitchen/a.count")
    made = await page.ask("watch", agent="kitchen/a", path="count")
    (listed,) = await page.ask("watches")
    assert listed == made
    await page.ask("unwatch", id=listed["id"])
    assert inspector.watches == ()
    watch = inspector.watch("kitchen/a.count")
    (listed,) = await page.ask("watches")
    watch.remove()
    assert await page.ask("watches") == []
    assert "no watch" in await page.refused("unwatch", id=listed["id"])


async def test_an_invariant_is_taken_away(inspector, page):
    made = await page.ask("invariant", condition="agents['kitchen/a'].count < 4")
    kept = inspector.invariant("len(agents) < 9")
    await page.ask("clear_invariant", id=made["id"])
    assert inspector.invariants == (kept,)
    assert "no invariant" in await page.refused("clear_invariant", id=made["id"])
    (listed,) = await page.ask("invariants")
    assert listed["condition"] == "len(agents) < 9"


async def test_an_invariant_is_checked(inspector, page):
    made = await page.ask("invariant", condition="agents['kitchen/a'].count < 4", pause=True)
    assert (made["holds"], made["times"]) == (True, 0)
    await publish(inspector, "one", "two")
    await inspector.run()
    (listed,) = await page.ask("invariants")
    assert (listed["holds"], listed["broken"]) == (False, [{"number": 2, "text": "It is False."}])
    assert inspector.stopped.number == 2

"""An edit makes a new message of the same class, and refuses what does not fit."""

from dataclasses import dataclass, field
from typing import NamedTuple

import pytest
from control_parts import NEWS, Ask, News, ask, inspected
from pydantic import BaseModel

from sandbox.inspector.control import edits
from sandbox.inspector.control.edits import edited


class Model(BaseModel):
    count: int
    tags: list[str] = []


class Pair(NamedTuple):
    left: int
    right: str


@dataclass(frozen=True)
class Frozen:
    count: float
    inner: Ask | None = None
    made: int = field(default=0, init=False)


@pytest.mark.parametrize(
    ("message", "fields", "expected"),
    [
        (Ask(1), {"number": 2, "via": ("b",)}, Ask(2, "", ("b",))),
        (Frozen(1.5), {"count": 2, "inner": Ask(1)}, Frozen(2, Ask(1))),
        (Model(count=1), {"tags": ["x"]}, Model(count=1, tags=["x"])),
        (Pair(1, "x"), {"right": "y"}, Pair(1, "y")),
        ({"count": 1, "more": None}, {"more": [1]}, {"count": 1, "more": [1]}),
    ],
)
def test_an_edit_makes_a_new_message_and_leaves_the_original(message, fields, expected):
    before = repr(message)
    result = edited(message, fields)
    assert (type(result), result) == (type(message), expected)
    assert result is not message
    assert repr(message) == before


@pytest.mark.parametrize(
    ("message", "fields", "words"),
    [
        (Ask(1), {"nummer": 2}, r"Ask has no field 'nummer'. It has: number, text, via."),
        (Ask(1), {"number": "2"}, r"Ask: number takes int, not '2'."),
        (Ask(1), {"via": [1]}, r"Ask: via takes tuple\[str, ...\], not \[1\]."),
        (Frozen(1.5), {"inner": 3}, r"Frozen: inner takes .*Ask | None, not 3."),
        (Frozen(1.5), {"made": 3}, r"Frozen has no field 'made'."),
        (Model(count=1), {"count": "1"}, r"Model: count takes int, not '1'."),
        (Model(count=1), {"size": 1}, r"Model has no field 'size'. It has: count, tags."),
        (Pair(1, "x"), {"left": None}, r"Pair: left takes int, not None."),
        ({"count": 1}, {"sum": 1}, r"dict has no field 'sum'. It has: count."),
        ({"count": 1}, {"count": "x"}, r"dict: count takes int, not 'x'."),
        ("text", {"count": 1}, r"A str has no fields to edit. Pass a whole message instead"),
    ],
)
def test_an_edit_that_does_not_fit_names_the_fields(message, fields, words):
    with pytest.raises(TypeError, match=words):
        edited(message, fields)


def test_a_class_that_pydantic_does_not_know_is_checked_by_isinstance():
    class Opaque:
        pass

    assert edits._fits(Opaque(), Opaque)
    assert not edits._fits("text", Opaque)


async def test_an_edited_event_differs_for_one_recipient_only_and_the_recording_keeps_both():
    inspector, log = await inspected()
    message = News("one")
    await inspector.runtime.publish_message(message, NEWS)
    inspector.edit(1, text="changed")
    assert inspector.queue[0].message is not message
    assert inspector.queue[1].message is message
    await inspector.run()
    assert log == ["a changed", "b one"]
    assert message == News("one")
    recorded = inspector.recording[1]
    assert (recorded.message, recorded.original) == ({"text": "changed"}, {"text": "one"})
    assert recorded.edited == ("text",)
    assert inspector.recording[2].original == {"text": "one"}


async def test_a_field_called_number_or_message_can_be_edited():
    inspector, _ = await inspected()
    call = await ask(inspector, "a", 1)
    inspector.edit(1, number=7)
    await inspector.run()
    assert await call == "7 by a, its 1."


async def test_a_whole_message_of_the_same_class_may_take_its_place():
    inspector, _ = await inspected()
    call = await ask(inspector, "a", 1)
    await inspector.step()
    with pytest.raises(TypeError, match="The message is of class str, not int"):
        inspector.edit(2, 5)
    with pytest.raises(TypeError, match="Pass either fields"):
        inspector.edit(2)
    inspector.edit(2, "something else")
    await inspector.run()
    assert await call == "something else"


async def test_an_exception_on_its_way_back_cannot_be_edited():
    inspector, _ = await inspected()
    call = await ask(inspector, "a", 1, "fail")
    await inspector.step()
    with pytest.raises(ValueError, match="carries an exception, which cannot be edited"):
        inspector.runtime.stepper.edit(2, "fine")
    await inspector.run()
    with pytest.raises(ValueError, match="1"):
        await call

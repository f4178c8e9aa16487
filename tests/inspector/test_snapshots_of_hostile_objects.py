"""Snapshots of hostile objects: their code is not run, or what it raises does not get out."""

import datetime as dt
import json
import time
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox.inspector.recording.snapshots import class_name, snapshot


def explode(*args):
    raise RuntimeError("ran code of the message")


class RaisingRepr:
    __repr__ = explode


class ExitingRepr:
    def __repr__(self):
        raise SystemExit


class WrongRepr:
    def __repr__(self):
        return 3


class HugeRepr:
    def __repr__(self):
        return "h" * 1_000_000


class NoDict:
    def __init__(self):
        self.hidden = 1

    __dict__ = property(explode)


class Liar:
    __class__ = property(explode)


class Actor:
    __class__ = dict

    __getattr__ = explode


class Untouchable:
    __getattribute__ = explode

    def __init__(self):
        object.__setattr__(self, "__dict__", {"x": 1})


class Rude(dict):
    items = keys = values = __iter__ = __len__ = __getitem__ = __repr__ = explode


class RudeList(list):
    __iter__ = __len__ = __getitem__ = __repr__ = explode


class RudeText(str):
    __slots__ = ()
    __str__ = __len__ = __getitem__ = __repr__ = __format__ = isascii = encode = explode


class RudeNumber(int):
    __repr__ = __str__ = __index__ = __int__ = bit_length = __pos__ = explode


class RudeFloat(float):
    __repr__ = __str__ = __float__ = __sub__ = __pos__ = explode


class RudeDate(dt.date):
    __str__ = explode


@dataclass
class PropertyField:
    x: Any = 1

    def __getattribute__(self, name):
        raise RuntimeError("ran code of the message")


def rude_class():
    class RudeMeta(type):
        __name__ = property(explode)
        __hash__ = explode
        __eq__ = explode
        __getattribute__ = explode

    class RudeClass(metaclass=RudeMeta):
        pass

    return RudeClass()


# Made in the test: whoever looks at these from outside runs their code.
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (RaisingRepr, {"repr": "<RaisingRepr: its repr raised RuntimeError>"}),
        (ExitingRepr, {"repr": "<ExitingRepr: its repr raised SystemExit>"}),
        (WrongRepr, {"repr": "<WrongRepr: its repr raised TypeError>"}),
        (lambda: [RaisingRepr()], {"json": ["<RaisingRepr: its repr raised RuntimeError>"]}),
        (Untouchable, {"json": {"x": 1}}),
        (Liar, {"json": {}}),
        (Actor, {"json": {}}),
        (PropertyField, {"json": {"x": 1}}),
        (lambda: Rude(a=1), {"json": {"a": 1}}),
        (lambda: {"x": RudeList([1])}, {"json": {"x": [1]}}),
        (lambda: RudeText("abc"), {"json": "abc"}),
        (lambda: {"x": RudeText("abc"), RudeText("y"): 1}, {"json": {"x": "abc", "y": 1}}),
        (lambda: RudeNumber(5), {"json": 5}),
        (lambda: RudeFloat(0.5), {"json": 0.5}),
        (lambda: RudeDate(2026, 1, 2), {"json": "<RudeDate: its str raised RuntimeError>"}),
        (rude_class, {"repr": "<RudeClass: cannot be shown>"}),
    ],
    ids=lambda case: "",
)
def test_no_code_of_a_hostile_message_gets_out_or_is_run(make, expected):
    assert json.loads(snapshot(make())) == expected


def test_a_dict_property_is_not_asked():
    assert "NoDict object at" in json.loads(snapshot(NoDict()))["repr"]


def test_a_huge_repr_is_cut():
    shown = json.loads(snapshot(HugeRepr()))
    assert len(shown["repr"]) < 2_100
    assert shown["repr"].endswith("more characters)")


def test_a_slow_repr_is_asked_twice():
    class Slow:
        asked = 0

        def __repr__(self):
            Slow.asked += 1
            time.sleep(0.06)
            return "slow"

    assert (
        snapshot([Slow(), Slow(), Slow()])
        == '{"json":["slow","slow","<Slow: not shown, since its repr is slow>"]}'
    )
    assert Slow.asked == 2


def test_a_repr_that_came_late_once_is_asked_again():
    class Late:
        asked = 0

        def __repr__(self):
            Late.asked += 1
            if Late.asked % 2:
                time.sleep(0.06)
            return str(Late.asked)

    assert snapshot([Late() for _ in range(4)]) == '{"json":["1","2","3","4"]}'


def test_an_interrupt_by_the_user_is_not_swallowed():
    class Interrupted:
        def __repr__(self):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        snapshot(Interrupted())


def test_a_message_that_changes_itself_while_it_is_shown():
    class Changing:
        def __repr__(self):
            holder["again"] = self
            return "changing"

    holder = {"first": Changing(), "second": 2}
    assert json.loads(snapshot(holder)) == {"repr": "<dict: cannot be shown>"}


def test_the_name_of_a_class_is_read_whatever_its_metaclass_says():
    assert class_name(rude_class()) == "RudeClass"
    assert len(class_name(type("N" * 5_000, (), {})())) < 2_100


def test_classes_without_end_do_not_fill_the_memory():
    from sandbox.inspector.recording import shapes

    for number in range(shapes.CLASS_LIMIT + 10):
        snapshot(type(f"Class{number}", (), {})())
    assert len(shapes._shapes) <= shapes.CLASS_LIMIT

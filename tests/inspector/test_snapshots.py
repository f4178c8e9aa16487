"""Snapshots of anything: valid JSON, of bounded size; the object is left alone."""

import copy
import datetime as dt
import enum
import json
import uuid
from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from google.protobuf.wrappers_pb2 import StringValue
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from sandbox.inspector.recording.snapshots import guarded_repr, snapshot

# Every character may take six in JSON, and every node some for its punctuation.
SIZE_LIMIT = 6 * 20_000 + 200 * 500


@dataclass
class Flat:
    text: str
    number: int = 1
    _secret: str = "not shown"


@dataclass
class Small:
    text: str
    on: bool = True
    ratio: float = 0.5
    nothing: None = None


@dataclass(slots=True)
class Slotted:
    inner: Any
    unset: Any = field(init=False)


@dataclass(slots=True)
class MoreSlotted(Slotted):
    more: int = 2


class Model(BaseModel):
    name: str
    inner: Flat | None = None


class Open(BaseModel, extra="allow"):
    name: str


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Plain:
    def __init__(self):
        self.a, self._b = 1, 2


class Empty:
    pass


class Described:
    def __repr__(self):
        return "a described thing"


class Pair(NamedTuple):
    left: Any
    right: Any


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Small("a"), {"text": "a", "on": True, "ratio": 0.5, "nothing": None}),
        (Flat("a"), {"text": "a", "number": 1}),
        (Slotted(MoreSlotted(3)), {"inner": {"inner": 3, "more": 2}}),
        (Model(name="n"), {"name": "n", "inner": None}),
        (Model(name="n", inner=Flat("a")), {"name": "n", "inner": {"text": "a", "number": 1}}),
        (Model.model_construct(), {"inner": None}),
        (object.__new__(Model), {}),
        (Open(name="n", other=1), {"name": "n", "other": 1}),
        (Plain(), {"a": 1}),
        (Empty(), {}),
        ({"a": {"b": [1, 2.5, None]}, "_c": 1}, {"a": {"b": [1, 2.5, None]}, "_c": 1}),
        ({1: "one", None: 2, (1, 2): 3}, {"1": "one", "null": 2, "[1,2]": 3}),
        (OrderedDict(a=1), {"a": 1}),
        (defaultdict(list, a=[1]), {"a": [1]}),
        (Pair(1, {2}), {"left": 1, "right": [2]}),
        ((1, (2,)), [1, [2]]),
        ({3}, [3]),
        (frozenset({3}), [3]),
        ("text", "text"),
        (7, 7),
        (True, True),
        (None, None),
        (2.5, 2.5),
        (float("nan"), "nan"),
        ({"x": float("-inf")}, {"x": "-inf"}),
        (Colour.RED, "red"),
        (Level.HIGH, 3),
        (b"\xff", "b'\\xff'"),
        (bytearray(b"ab"), "b'ab'"),
        (dt.datetime(2026, 1, 2, 3, tzinfo=dt.UTC), "2026-01-02 03:00:00+00:00"),
        (dt.timedelta(hours=1), "1:00:00"),
        (Decimal("1.50"), "1.50"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ([Described()], ["a described thing"]),
        ("\ud800", "\\ud800"),
        ({"\ud800": "\udfff"}, {"\\ud800": "\\udfff"}),
        (2**70, 2**70),
    ],
)
def test_what_is_made_of_data_is_shown_as_data(value, expected):
    assert json.loads(snapshot(value)) == {"json": expected}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Described(), "a described thing"),
        (ValueError("wrong"), "ValueError('wrong')"),
        (Flat, repr(Flat)),
        (len, "<built-in function len>"),
        (range(3), "range(0, 3)"),
        (StringValue(value="hello"), 'value: "hello"\n'),
    ],
)
def test_what_is_not_made_of_data_is_shown_by_its_repr(value, expected):
    assert json.loads(snapshot(value)) == {"repr": expected}


def nested(depth):
    return [nested(depth - 1)] if depth else []


def containing_itself():
    value = {}
    value["self"] = value
    return value


@pytest.mark.parametrize(
    "value",
    [
        "x" * 1_000_000,
        ["x" * 1_000_000] * 1_000,
        list(range(100_000)),
        dict.fromkeys(map(str, range(100_000))),
        [[0] * 100] * 100,
        {"a" * 100_000: 1},
        nested(100),
        containing_itself(),
        10**5_000,
        Flat("y" * 5_000),
        {"many": [{"fields": str(n)} for n in range(600)]},
        {"\x00" * 3_000: "\x00" * 3_000},
    ],
    ids=range(12),
)
def test_what_is_too_much_is_cut_and_says_so(value):
    text = snapshot(value)
    assert len(text) < SIZE_LIMIT
    assert json.loads(text)["cut"] is True


def test_a_cut_tells_how_much_was_left_out():
    assert json.loads(snapshot("x" * 2_100))["json"].endswith("x… (100 more characters)")
    assert json.loads(snapshot(list(range(103))))["json"][-1] == "… 3 more"
    assert json.loads(snapshot(dict.fromkeys(range(103))))["json"]["…"] == "3 more"
    assert json.loads(snapshot(10**5_000))["json"] == "int of 16610 bits"
    assert json.loads(snapshot(containing_itself()))["json"] == {"self": "… (contains itself)"}
    assert guarded_repr("x" * 3_000).endswith("x… (1,002 more characters)")


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=300),
    st.binary(),
    st.datetimes(),
    st.decimals(),
    st.sampled_from([Colour.RED, Level.HIGH, len, Flat]),
    st.builds(object),
)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner),
        st.tuples(inner, inner),
        st.dictionaries(st.text(st.characters()) | st.integers(), inner),
        st.builds(Slotted, inner),
        st.builds(Flat, inner),
        st.builds(Pair, inner, inner),
        st.builds(lambda name, extra: Open(name=name, extra_field=extra), st.text(), inner),
    ),
    max_leaves=40,
)


def shape_of(value):
    """A comparable description of an object and all in it, by identity."""
    if isinstance(value, dict):
        return {id(k): (id(v), shape_of(v)) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [(id(item), shape_of(item)) for item in value]
    return vars(value).copy() if isinstance(value, Flat) else id(value)


@given(anything)
def test_any_snapshot_is_small_valid_json_and_leaves_the_object_alone(value):
    before = shape_of(value)
    text = snapshot(value)
    assert shape_of(value) == before
    assert len(text.encode()) < SIZE_LIMIT
    form = json.loads(text, parse_constant=pytest.fail)
    assert form.keys() - {"cut"} in ({"json"}, {"repr"})


@given(
    st.dictionaries(
        st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text())
    )
)
def test_data_that_is_json_already_is_shown_as_it_is(value):
    original = copy.deepcopy(value)
    shown = json.loads(snapshot(value))
    if "cut" not in shown:
        assert shown == {"json": original}

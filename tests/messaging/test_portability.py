import datetime as dt
import enum
from dataclasses import dataclass, field
from typing import Any, Literal, Optional

import pytest
from pydantic import BaseModel

from sandbox.messaging import why_not_portable


class Colour(enum.Enum):
    RED = 1


class Model(BaseModel):
    text: str


class SubModel(Model):
    more: str = "more"


class Holder(BaseModel):
    model: Model


@dataclass
class Flat:
    text: str
    number: float = 0.0
    flags: list[bool] = field(default_factory=list)
    table: dict[str, list[int]] = field(default_factory=dict)
    anything: Any = None
    mode: Literal["a", "b"] = "a"


@dataclass
class Rich:
    union: "int | str"
    optional: Optional["Flat"]
    nested: Flat
    listed: list[Flat]
    model: Model
    when: dt.datetime
    raw: bytes
    colour: Colour
    pair: tuple[int, int]
    keyed: dict[int, str]
    late: int = field(init=False)


@dataclass
class Odd:
    text: str

    def __eq__(self, other):
        raise RuntimeError("no")


@dataclass
class Unreadable:
    what: "NoSuchName"  # noqa: F821


def test_flat_dataclasses_and_models_are_portable():
    assert why_not_portable(Flat) == []
    assert why_not_portable(Model) == []
    assert why_not_portable(Flat("hi", 1.5, [True], {"a": [1]})) == []


def test_every_field_that_would_not_survive_is_named():
    assert why_not_portable(Rich) == [
        "Rich.union is a union, which needs a pydantic model.",
        "Rich.optional is a union, which needs a pydantic model.",
        "Rich.nested holds a Flat, which would come back as a dict.",
        "Rich.listed holds a Flat, which would come back as a dict.",
        "Rich.model holds a Model, which would come back as a dict.",
        "Rich.when is a datetime, which JSON cannot write.",
        "Rich.raw is a bytes, which JSON cannot write.",
        "Rich.colour is a Colour, which JSON cannot write.",
        "Rich.pair is a tuple, which would come back as a list.",
        "Rich.keyed has keys that are not strings, which would come back as strings.",
        "Rich.late is not an argument of the constructor, so reading it back fails.",
    ]


@pytest.mark.parametrize("cls", [str, dict, int, type(None), object])
def test_types_without_a_serializer_say_so(cls):
    [reason] = why_not_portable(cls)
    assert reason.startswith(f"{cls.__name__} has no serializer")


def test_a_message_is_tried_out():
    assert why_not_portable(Flat("hi", anything=(1, 2))) == ["This Flat would arrive changed."]
    [reason] = why_not_portable(Flat("hi", anything={1, 2}))
    assert reason.startswith("This Flat cannot be written and read back")
    assert why_not_portable(Holder(model=Model(text="a"))) == []
    assert why_not_portable(Holder(model=SubModel(text="a"))) == [
        "This Holder would arrive changed."
    ]


def test_annotations_that_cannot_be_read_are_reported():
    [reason] = why_not_portable(Unreadable)
    assert reason.startswith("The field types of Unreadable cannot be read")


def test_a_message_that_cannot_be_compared_is_reported():
    assert why_not_portable(Odd("a")) == ["This Odd cannot be compared with what would arrive: no"]

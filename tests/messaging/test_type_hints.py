from types import NoneType
from typing import Any, Literal, Optional, TypeVar, Union

import pytest

from sandbox.messaging.type_hints import AnyType, get_types, is_optional, is_union


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (int, (int,)),
        (int | str, (int, str)),
        (Union[int, str], (int, str)),  # noqa: UP007 - the older spelling is the point
        (Optional[int], (int, NoneType)),  # noqa: UP045 - as above
        (None, (NoneType,)),
        (NoneType, (NoneType,)),
        (Any, (AnyType,)),
        (object, (object,)),
        ("test", None),
        (list[int], None),
        (Literal[1], None),
        (TypeVar("T"), None),
    ],
)
def test_a_hint_is_a_tuple_of_classes_or_nothing(hint, expected):
    assert get_types(hint) == expected


def test_any_in_a_union_is_any():
    assert AnyType in get_types(int | Any)


def test_unions_and_optionals_are_recognised():
    assert [is_union(t) for t in (int | str, int | None, int)] == [True, True, False]
    assert [is_optional(t) for t in (int | str, int | None, int)] == [False, True, False]

"""Shapes: how to read the fields of an object of some class without running any of its code."""

from __future__ import annotations

from contextlib import suppress
from types import GetSetDescriptorType, MemberDescriptorType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

# Classes are few; a program that makes them without end must not fill the memory.
CLASS_LIMIT = 1_000

_vars_of = type.__dict__["__dict__"].__get__
_bases_of = type.__dict__["__mro__"].__get__


class Shape(NamedTuple):
    """What instances of a class consist of.

    Attributes:
        is_data: whether its fields say what an instance is; if not, only its `repr` may.
        attributes: returns the `__dict__` of an instance; `None` if it has none.
        slots: name -> function that returns that slot of an instance, or raises `AttributeError`.
        undeclared: returns the values that a pydantic model did not declare.
    """

    is_data: bool
    attributes: Callable[[Any], Any] | None
    slots: dict[str, Callable[[Any], Any]]
    undeclared: Callable[[Any], Any] | None

    def fields(self, value: Any) -> dict[Any, Any]:
        """The public fields of an instance; those that are not set are left out."""
        found: dict[Any, Any] = {}
        for name, read in self.slots.items():
            with suppress(AttributeError):
                found[name] = read(value)
        if self.attributes is not None:
            found |= {k: v for k, v in self.attributes(value).items() if not _is_private(k)}
        if self.undeclared is not None:
            with suppress(AttributeError):
                found |= self.undeclared(value) or {}
        return found


_OPAQUE = Shape(is_data=False, attributes=None, slots={}, undeclared=None)
_shapes: dict[type, Shape] = {}


def shape_of(cls: type) -> Shape:
    """The shape of a class, found out once.

    Example:
        >>> class Point:
        ...     def __init__(self):
        ...         self.x, self.y, self._cache = 1, 2, None
        >>> shape_of(Point).fields(Point())
        {'x': 1, 'y': 2}
    """
    shape = _shapes.get(cls)
    if shape is None:
        if len(_shapes) >= CLASS_LIMIT:
            _shapes.clear()
        shape = _shapes[cls] = _find_out(cls)
    return shape


def _find_out(cls: type) -> Shape:
    found: dict[str, Any] = {}
    bases = _bases_of(cls)
    for base in reversed(bases):
        found |= _vars_of(base)
    # A class says that it is data by being a dataclass or a pydantic model; one that does not say
    # how it wants to be shown is taken for data as well.
    says_how = found.get("__repr__") is not object.__repr__
    if says_how and not {"__dataclass_fields__", "__pydantic_fields__"} & found.keys():
        return _OPAQUE
    attributes: Callable[[Any], Any] | None = None
    slots: dict[str, Callable[[Any], Any]] = {}
    undeclared: Callable[[Any], Any] | None = None
    for base in reversed(bases):
        for name, member in _vars_of(base).items():
            # The real ones, not properties of the same name: those would run the class's code.
            if type(member) is GetSetDescriptorType and name == "__dict__":
                attributes = member.__get__
            elif type(member) is MemberDescriptorType:
                if name == "__pydantic_extra__":
                    undeclared = member.__get__
                elif not _is_private(name):
                    slots[name] = member.__get__
    is_data = attributes is not None or bool(slots)
    return Shape(is_data, attributes, slots, undeclared) if is_data else _OPAQUE


def _is_private(name: object) -> bool:
    return isinstance(name, str) and name[:1] == "_"

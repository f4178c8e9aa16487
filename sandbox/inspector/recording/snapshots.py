"""Snapshots: what a message was at one moment, as JSON, in bounded time and size."""

from __future__ import annotations

import json
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from itertools import islice
from math import isfinite
from time import perf_counter
from typing import TYPE_CHECKING, Any
from uuid import UUID
from weakref import WeakSet

from pydantic_core import to_json

from sandbox.inspector.recording.shapes import shape_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Enough to recognise a message; a recording must stay small whatever is sent.
TEXT_LIMIT = 2_000
TEXT_TOTAL = 20_000
ITEM_LIMIT = 100
DEPTH_LIMIT = 8
NODE_LIMIT = 500
BIT_LIMIT = 1_024
# A class whose `repr` took longer than this, in seconds, twice in a row is not asked again. Once
# says nothing of it: another program may have had the processor.
REPR_PATIENCE = 0.05

# What the short way takes: nearly all messages are this small and this flat.
SHORT_FIELDS = 16
SHORT_TEXT = 200
SHORT_NUMBER = 2**53

_WRITTEN_AS_TEXT = (date, time, timedelta, Decimal, UUID)
_name_of = type.__dict__["__name__"].__get__
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_late: WeakSet[type] = WeakSet()
_slow: WeakSet[type] = WeakSet()


def snapshot(value: Any) -> str:
    """Write down what an object is now.

    Never raises, and runs no code of the object's class but, as a last resort, its `repr`.

    Returns:
        JSON text, either `{"json": …}` or, if the object is not made of data, `{"repr": …}`;
        with `"cut": true` if not all of it fits.

    Example:
        >>> snapshot({"task": 1, "tags": ("a", "b")})
        '{"json":{"task":1,"tags":["a","b"]}}'
    """
    try:
        return _short(value) or _long(value)
    except Exception:  # even a class may run any code, when it is asked for its hash
        return _encode({"repr": f"<{class_name(value)}: cannot be shown>"})


def flat_snapshot(fields: dict[str, Any]) -> str:
    """The snapshot of an object that has these fields, of which `is_flat` is true.

    Example:
        >>> flat_snapshot({"task": 1})
        '{"json":{"task":1}}'
    """
    try:
        return to_json({"json": fields}).decode()
    except ValueError:  # half of a surrogate pair
        return _long(fields)


def is_flat(fields: Any, *, private_too: bool = False) -> bool:
    """Whether all of these fields are short scalars, as nearly always in messages."""
    if type(fields) is not dict or len(fields) > SHORT_FIELDS:
        return False
    for name, item in fields.items():
        if type(name) is not str or len(name) > SHORT_TEXT:
            return False
        if name[:1] == "_" and not private_too:
            return False
        kind = type(item)
        if kind is str:
            if len(item) > SHORT_TEXT:
                return False
        elif kind is int:
            if not -SHORT_NUMBER < item < SHORT_NUMBER:
                return False
        elif item is not None and kind is not bool and not (kind is float and isfinite(item)):
            return False
    return True


def class_name(value: Any) -> str:
    """The name of an object's class, whatever its metaclass says."""
    return class_name_of(type(value))


def class_name_of(kind: type) -> str:
    """The name of a class, whatever its metaclass says."""
    return cut_text(_name_of(kind))


def guarded_repr(value: Any) -> str:
    """`repr(value)`, cut to a bounded length, or a placeholder if it raises or is slow."""
    return _said_by(value, repr)


def cut_text(text: str) -> str:
    """The text, with everything after the first 2,000 characters replaced by their number.

    Half of a surrogate pair, which no file and no page could take, is written as an escape.
    """
    if len(text) > TEXT_LIMIT:
        text = f"{text[:TEXT_LIMIT]}… ({len(text) - TEXT_LIMIT:,} more characters)"
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _short(value: Any) -> str | None:
    """The snapshot of an object with a few short scalars in it; `None` for all others."""
    kind = type(value)
    try:
        if kind is str:
            return to_json({"json": value}).decode() if len(value) <= SHORT_TEXT else None
        fields = value if kind is dict else _attributes(value, kind)
        if is_flat(fields, private_too=kind is dict):
            return to_json({"json": fields}).decode()
    except (AttributeError, ValueError):  # a model never filled in, or half of a surrogate pair
        pass
    return None


def _attributes(value: Any, kind: type) -> Any:
    shape = shape_of(kind)
    if shape.slots:
        return shape.fields(value)
    if shape.attributes is None or (shape.undeclared is not None and shape.undeclared(value)):
        return None
    return shape.attributes(value)


def _long(value: Any) -> str:
    walk = _Walk()
    data = walk.plain(value, 0)
    form: dict[str, Any] = {"repr" if walk.opaque else "json": data}
    if walk.cut:
        form["cut"] = True
    return _encode(form)


def _said_by(value: Any, speak: Callable[[Any], str]) -> str:
    """What the object's own code says of it, if that is not broken."""
    name, kind = class_name(value), type(value)
    try:
        if kind in _slow:
            return f"<{name}: not shown, since its {speak.__name__} is slow>"
        begun = perf_counter()
        try:
            return cut_text(speak(value))
        finally:
            if perf_counter() - begun > REPR_PATIENCE:
                (_slow if kind in _late else _late).add(kind)
            elif _late:
                _late.discard(kind)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever that code raises
        return f"<{name}: its {speak.__name__} raised {class_name(error)}>"


class _Walk:
    """Turns an object into plain data, counting what it visits.

    Subclasses of built-in classes are read by the methods of those, never by their own.
    """

    def __init__(self) -> None:
        self.cut = False
        self.opaque = False
        self._nodes = 0
        self._room = TEXT_TOTAL
        self._path: set[int] = set()

    def plain(self, value: Any, depth: int) -> Any:
        self._nodes += 1
        if self._nodes > NODE_LIMIT:
            return self._cut_off("…")
        if issubclass(type(value), Enum):
            value = object.__getattribute__(value, "_value_")
        kind = type(value)
        if value is None or kind is bool:
            return value
        if issubclass(kind, str):
            return self._text(value)
        if issubclass(kind, int):
            bits = int.bit_length(value)
            return int.__pos__(value) if bits <= BIT_LIMIT else self._cut_off(f"int of {bits} bits")
        if issubclass(kind, float):
            # JSON knows no infinity and no NaN.
            number = float.__pos__(value)
            return number if number - number == 0 else repr(number)
        if depth >= DEPTH_LIMIT:
            return self._cut_off("…")
        if id(value) in self._path:
            return self._cut_off("… (contains itself)")
        self._path.add(id(value))
        try:
            return self._container(value, kind, depth)
        finally:
            self._path.discard(id(value))

    def _container(self, value: Any, kind: type, depth: int) -> Any:
        if issubclass(kind, dict):
            return self._fields(dict.items(value), dict.__len__(value), depth)
        for builtin in (list, tuple, set, frozenset):
            if issubclass(kind, builtin):
                names = getattr(kind, "_fields", None)
                items = builtin.__iter__(value)
                if builtin is tuple and type(names) is tuple and len(names) == len(value):
                    return self._fields(zip(names, items, strict=False), len(names), depth)
                return self._items(items, builtin.__len__(value), depth)
        if issubclass(kind, bytes | bytearray):
            get_item = bytes.__getitem__ if issubclass(kind, bytes) else bytearray.__getitem__
            return self._text(repr(bytes(get_item(value, slice(0, TEXT_LIMIT)))))
        if issubclass(kind, _WRITTEN_AS_TEXT):
            return self._text(_said_by(value, str))
        shape = shape_of(kind)
        if shape.is_data:
            fields = shape.fields(value)
            return self._fields(fields.items(), len(fields), depth)
        if depth == 0:
            self.opaque = True
        return self._text(_said_by(value, repr))

    def _text(self, text: str) -> str:
        length = str.__len__(text)
        limit = max(min(TEXT_LIMIT, self._room), 0)
        self._room -= min(length, limit)
        if length <= limit:
            return cut_text(str.__str__(text))
        beginning = cut_text(str.__getitem__(text, slice(0, limit)))
        return self._cut_off(f"{beginning}… ({length - limit:,} more characters)")

    def _cut_off(self, instead: str) -> str:
        self.cut = True
        return instead

    def _fields(self, items: Iterable[tuple[Any, Any]], count: int, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, item in islice(items, ITEM_LIMIT):
            name = self.plain(key, depth + 1)
            data[name if type(name) is str else _encode(name)] = self.plain(item, depth + 1)
        if count > ITEM_LIMIT:
            data["…"] = self._cut_off(f"{count - ITEM_LIMIT:,} more")
        return data

    def _items(self, items: Iterable[Any], count: int, depth: int) -> list[Any]:
        data = [self.plain(item, depth + 1) for item in islice(items, ITEM_LIMIT)]
        if count > ITEM_LIMIT:
            data.append(self._cut_off(f"… {count - ITEM_LIMIT:,} more"))
        return data

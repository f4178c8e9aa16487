"""Fingerprints: whether an object is still what it was, at little cost and without its code."""

from __future__ import annotations

from collections import deque
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from types import NoneType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sandbox.inspector.recording.shapes import shape_of
from sandbox.messaging.agent_id import AgentId, AgentType
from sandbox.messaging.topic import DefaultTopicId, TopicId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Fingerprint = tuple[Any, ...]

# As bounded as snapshots are, but with more room: a look costs less here than a word there.
DEPTH_LIMIT = 8
ITEM_LIMIT = 1_000
NODE_LIMIT = 2_000

# What cannot change, and is compared without running anybody's code.
LEAVES = frozenset(
    {str, int, float, bool, NoneType, bytes, complex}
    | {date, datetime, time, timedelta, Decimal, UUID, range}
    | {AgentId, AgentType, TopicId, DefaultTopicId}
)
are_leaves = LEAVES.issuperset


def fingerprint(value: Any) -> Fingerprint | None:
    """What an object consists of now, to be compared with `==` later; `None` if it cannot change.

    Equal fingerprints say that the object shows the same content. What says nothing of its
    content but by its own `repr` counts by its identity: no `repr` is asked, so one that is never
    twice the same does not matter. Never raises.

    Example:
        >>> message = {"tags": ["a"]}
        >>> before = fingerprint(message)
        >>> before == fingerprint(message)
        True
        >>> message["tags"].append("b")
        >>> before == fingerprint(message)
        False
    """
    kind = type(value)
    try:
        if kind in LEAVES:
            return None
        if kind is dict:
            return fingerprint_of_fields(value)
        read, slots, undeclared = shape_of(kind)[1:]
        if read is None or slots or (undeclared is not None and undeclared(value)):
            return _Look().at(value, 0)
        return fingerprint_of_fields(read(value))
    except Exception:  # even a class may run any code, when it is asked for its hash
        return ()


def reader_of(kind: type) -> Callable[[Any], dict[str, Any]] | None:
    """How to read all fields of instances of a class at once, if that is possible."""
    try:
        _, read, slots, undeclared = shape_of(kind)
    except Exception:  # a class may run any code, when it is asked for its hash
        return None
    return None if slots or undeclared is not None else read


def fingerprint_of_fields(fields: dict[Any, Any]) -> Fingerprint:
    """The fingerprint of an object with these fields, the private ones included."""
    # Nearly all messages are flat; for these, this is all.
    leaves = (*fields, *fields.values())
    try:
        if len(leaves) <= ITEM_LIMIT and are_leaves(map(type, leaves)):
            return leaves
        return _Look().fields(fields, 0)
    except Exception:  # even a class may run any code, when it is asked for its hash
        return (len(leaves),)


def are_equal(fields: dict[str, Any], others: dict[str, Any]) -> bool:
    """Whether fields are equal to others that are all leaves."""
    try:
        # What is no leaf now is not compared, since that could run code of its class.
        return are_leaves(map(type, fields.values())) and fields == others
    except Exception:  # even a class may run any code, when it is asked for its hash
        return False


class _Look:
    """Looks through an object, counting what it visits."""

    def __init__(self) -> None:
        self._room = NODE_LIMIT
        self._path: set[int] = set()

    def at(self, value: Any, depth: int) -> Fingerprint:
        kind = type(value)
        if depth >= DEPTH_LIMIT or self._room <= 0 or id(value) in self._path:
            return (id(value),)
        self._path.add(id(value))
        try:
            if issubclass(kind, dict):
                return self.fields(value, depth)
            for builtin in (list, tuple, deque):
                if issubclass(kind, builtin):
                    return self._items(builtin.__iter__(value), builtin.__len__(value), depth)
            for unordered in (set, frozenset):
                if issubclass(kind, unordered):
                    return self._set(unordered.__iter__(value), unordered.__len__(value))
            if issubclass(kind, bytearray):
                return (bytes(value[:ITEM_LIMIT]), bytearray.__len__(value))
            shape = shape_of(kind)
            return self.fields(shape.fields(value), depth) if shape.is_data else (id(value),)
        finally:
            self._path.discard(id(value))

    def fields(self, fields: dict[Any, Any], depth: int) -> Fingerprint:
        count = dict.__len__(fields)
        parts = (*dict.keys(fields), *dict.values(fields))
        return (dict, *self._items(iter(parts), 2 * count, depth))

    def _items(self, items: Iterable[Any], count: int, depth: int) -> Fingerprint:
        parts = tuple(islice(items, max(min(ITEM_LIMIT, self._room), 0)))
        self._room -= len(parts) + 1
        if are_leaves(map(type, parts)):
            return (count, *parts)
        return (count, *(p if type(p) in LEAVES else self.at(p, depth + 1) for p in parts))

    def _set(self, items: Iterable[Any], count: int) -> Fingerprint:
        # In no order: taking something out and putting it in again is no change.
        parts = tuple(islice(items, max(min(ITEM_LIMIT, self._room), 0)))
        self._room -= len(parts) + 1
        return (count, frozenset(p if type(p) in LEAVES else (id(p),) for p in parts))

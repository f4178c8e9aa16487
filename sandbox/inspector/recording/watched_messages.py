"""Watched messages: whether what was sent is still the same when it arrives and afterwards."""

from __future__ import annotations

import json
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from sandbox.inspector.recording.fingerprints import (
    LEAVES,
    are_equal,
    fingerprint,
    reader_of,
)
from sandbox.inspector.recording.rows import snapshot_of
from sandbox.inspector.recording.shapes import CLASS_LIMIT
from sandbox.inspector.recording.snapshots import (
    SHORT_NUMBER,
    SHORT_TEXT,
    class_name_of,
    is_flat,
    snapshot,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from sandbox.inspector.recording.rows import Kept
    from sandbox.runtime.delivery import Delivery

    Reader = Callable[[Any], dict[str, Any]]


_MISSING = object()


class Change(NamedTuple):
    """A message was changed after it was sent.

    Attributes:
        number: a delivery of it that is under way.
        before: snapshot of what it was.
        after: snapshot of what it is.
        shared: numbers of all other deliveries under way that have the same object.
    """

    number: int
    before: str
    after: str
    shared: tuple[int, ...]


class MessageClass:
    """How messages of a class are read, found out once.

    Attributes:
        name: name of the class.
        is_leaf: whether such a message cannot change.
    """

    __slots__ = ("_names", "is_leaf", "name", "read")

    def __init__(self, kind: type) -> None:
        self.name = class_name_of(kind)
        self.is_leaf = False
        self.read: Reader | None = None
        self._names: tuple[str, ...] = ()
        try:
            self.is_leaf = kind in LEAVES
            self.read = reader_of(kind)
        except Exception:  # a class may run any code, when it is asked for its hash
            self.read = None

    def keep(self, fields: dict[str, Any]) -> Kept | None:
        """What a message with these fields is, or `None` if not all are short scalars."""
        names = self._names
        kept: list[Any] = [names]  # the same tuple for all that have the same fields
        if len(fields) == len(names):
            for name in names:
                value = fields.get(name, _MISSING)
                kind = type(value)
                if kind is int:
                    if not -SHORT_NUMBER < value < SHORT_NUMBER:
                        break
                elif kind is str:
                    if len(value) > SHORT_TEXT:
                        break
                elif kind is float:
                    if not isfinite(value):
                        break
                elif value is not None and kind is not bool:
                    break
                kept.append(value)
            else:
                return tuple(kept)
        return self._keep_others(fields)

    def _keep_others(self, fields: dict[str, Any]) -> Kept | None:
        """The same for a message with other fields than the one before."""
        if not is_flat(fields):
            return None
        self._names = (*fields,)
        return (self._names, *fields.values())


class Watched:
    """One message object, for as long as a delivery of it is under way.

    Attributes:
        message: the object.
        kept: what it was when somebody last looked.
        numbers: the deliveries under way that have it.
    """

    __slots__ = ("_fingerprint", "_is_flat", "_kind", "_read", "kept", "message", "numbers")

    def __init__(self, message: Any, kind: MessageClass) -> None:
        self.message = message
        self.numbers: dict[int, None] = {}
        self._kind = kind
        self._read = kind.read
        self.look()

    def look(self) -> None:
        """Take in what it is now."""
        if self._read is not None:
            fields = self._read(self.message)
            kept = self._kind.keep(fields)
            if kept is not None:
                self.kept = kept
                self._is_flat = True
                return
        self._is_flat = False
        self.kept = snapshot(self.message)
        self._fingerprint = fingerprint(self.message)

    def is_still(self, message: object) -> bool:
        """Whether it is this object, and equal to what it was."""
        if self.message is not message:
            return False
        if not self._is_flat:
            return fingerprint(message) == self._fingerprint
        fields, kept = self._read(message), self.kept  # type: ignore[misc]  # else it is not flat
        names, place = kept[0], 0
        if len(fields) == len(names):
            for name in names:
                place += 1
                if fields.get(name, _MISSING) is not kept[place]:
                    break
            else:
                return True  # the very same objects
        return are_equal(fields, dict(zip(names, kept[1:], strict=True)))


class WatchedMessages:
    """The messages of all deliveries under way, each object once.

    Attributes:
        under_way: numbers of the deliveries that have no verdict yet.
        by_number: number of a delivery -> its message.
        by_turn: what was sent in a turn that goes on, by the number of the turn.

    Example:
        >>> from sandbox.inspector.recording.rows import snapshot_of
        >>> from sandbox.runtime.delivery import Delivery, Kind
        >>> watched, message = WatchedMessages(), {"tags": ["a"]}
        >>> delivery = Delivery(1, Kind.REQUEST, message, None, None, (None, 0), None)
        >>> snapshot_of(watched.sent(delivery, watched.class_of(message)))
        '{"json":{"tags":["a"]}}'
        >>> message["tags"].append("b")
        >>> watched.look(delivery).after
        '{"json":{"tags":["a","b"]}}'
    """

    def __init__(self) -> None:
        self.under_way: Container[int] = ()
        self.by_number: dict[int, Watched] = {}
        self._by_identity: dict[int, Watched] = {}
        self.by_turn: dict[int, list[Watched]] = {}
        self._classes: dict[type, MessageClass] = {}

    def class_of(self, message: Any) -> MessageClass:
        """The class of a message."""
        kind = type(message)
        try:
            found = self._classes.get(kind)
            if found is None:
                found = MessageClass(kind)
                if len(self._classes) < CLASS_LIMIT:
                    self._classes[kind] = found
        except Exception:  # even a class may run any code, when it is asked for its hash
            return MessageClass(kind)
        return found

    def sent(self, delivery: Delivery, kind: MessageClass) -> Kept:
        """Watch the message of a delivery from now on; return what it is."""
        message, number, request = delivery.message, delivery.number, delivery.request
        if kind.is_leaf:
            return snapshot(message)
        key = id(message)
        watched = self._by_identity.get(key)
        if watched is None or watched.message is not message:
            watched = self._by_identity[key] = Watched(message, kind)
            kept = watched.kept
        else:
            # What the same object was a moment ago was written down; is it the same still?
            # A response was just looked at, if it is the very message that it answers.
            same = request is not None and self.by_number.get(request.number) is watched
            kept = watched.kept if same or watched.is_still(message) else snapshot(message)
        watched.numbers[number] = None
        self.by_number[number] = watched
        cause = delivery.cause
        if request is None and cause is not None and cause in self.under_way:
            mine = self.by_turn.setdefault(cause, [])
            if not mine or mine[-1] is not watched:
                mine.append(watched)
        return kept

    def look(self, delivery: Delivery) -> Change | None:
        """Whether the message of this delivery has changed since somebody last looked."""
        watched = self.by_number.get(delivery.number)
        if watched is None:
            return None
        if watched.message is not delivery.message:  # replaced or edited, which others record
            self.settled(delivery)
            self.sent(delivery, self.class_of(delivery.message))
            return None
        return _change(watched, delivery.number)

    def look_at_sent(self, number: int) -> Sequence[Change]:
        """Which of the messages sent in this turn, and still under way, have changed."""
        mine = self.by_turn.get(number)
        if mine is None:
            return ()
        self.by_turn[number] = under_way = [w for w in mine if w.numbers]
        found = (_change(watched, next(iter(watched.numbers))) for watched in under_way)
        return [change for change in found if change is not None]

    def settled(self, delivery: Delivery) -> None:
        """Let go of the message of a delivery that has ended, and of what its turn sent."""
        number = delivery.number
        watched = self.by_number.pop(number, None)
        if watched is not None:
            numbers = watched.numbers
            del numbers[number]
            if not numbers and self._by_identity.get(id(watched.message)) is watched:
                del self._by_identity[id(watched.message)]
        if self.by_turn:
            self.by_turn.pop(number, None)


def _change(watched: Watched, number: int) -> Change | None:
    if watched.is_still(watched.message):
        return None
    before = snapshot_of(watched.kept)
    watched.look()
    after = snapshot_of(watched.kept)
    if _same(before, after, type(watched.message)):
        return None
    return Change(number, before, after, tuple(n for n in watched.numbers if n != number))


def _same(before: str, after: str, kind: type) -> bool:
    """Whether two snapshots show the same content."""
    old, new = json.loads(before), json.loads(after)
    if before == after:
        return "cut" not in old  # else it changed where the snapshot does not reach
    if type(old.get("json")) is dict and type(new.get("json")) is dict:
        # What a cached property keeps in its object is only computed, and changes nothing.
        for name in set(new["json"]) - set(old["json"]):
            if any(type(vars(base).get(name)) is cached_property for base in type.mro(kind)):
                del new["json"][name]
    return bool(old == new)

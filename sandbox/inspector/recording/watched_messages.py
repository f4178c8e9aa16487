"""Watched messages: whether what was sent is still the same when it arrives and afterwards."""

from __future__ import annotations

import json
from functools import cached_property
from operator import is_
from typing import TYPE_CHECKING, Any, NamedTuple

from sandbox.inspector.recording.fingerprints import LEAVES, are_leaves, fingerprint, reader_of
from sandbox.inspector.recording.shapes import CLASS_LIMIT
from sandbox.inspector.recording.snapshots import flat_snapshot, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from sandbox.runtime.delivery import Delivery, Publication

    Reader = Callable[[Any], dict[str, Any]]


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


class Watched:
    """One message object, for as long as a delivery of it is under way.

    Attributes:
        message: the object.
        text: snapshot of what it was when somebody last looked.
        numbers: the deliveries under way that have it.
    """

    __slots__ = ("_fingerprint", "_flat", "_read", "message", "numbers", "text")

    def __init__(self, message: Any, read: Reader | None) -> None:
        self.message = message
        self.numbers: dict[int, None] = {}
        self._read = read
        self.look()

    def look(self) -> None:
        """Take in what it is now."""
        if self._read is not None:
            fields = self._read(self.message)
            text = flat_snapshot(fields)
            if text is not None:
                self.text = text
                self._flat: dict[str, Any] | None = fields.copy()
                return
        self._flat = None
        self.text = snapshot(self.message)
        self._fingerprint = fingerprint(self.message)

    def is_still(self, message: object) -> bool:
        """Whether it is this object, and equal to what it was."""
        if self.message is not message:
            return False
        flat, read = self._flat, self._read
        if flat is None or read is None:
            return fingerprint(message) == self._fingerprint
        fields = read(message)
        try:
            # What is no leaf now is not compared, since that could run code of its class.
            same_objects = all(map(is_, fields.values(), flat.values()))
            return (same_objects or are_leaves(map(type, fields.values()))) and fields == flat
        except Exception:  # even a class may run any code, when it is asked for its hash
            return False


class Readers(dict[type, "Reader | None"]):
    """How the fields of each class are read, found out once each."""

    def __missing__(self, kind: type) -> Reader | None:
        read = reader_of(kind)
        if len(self) < CLASS_LIMIT:
            self[kind] = read
        return read


class WatchedMessages:
    """The messages of all deliveries under way, each object once.

    Attributes:
        under_way: numbers of the deliveries that have no verdict yet.
        by_turn: what was sent in a turn that goes on, by the number of the turn.

    Example:
        >>> from sandbox.runtime.delivery import Delivery, Kind
        >>> watched, message = WatchedMessages(), {"tags": ["a"]}
        >>> delivery = Delivery(1, Kind.REQUEST, message, None, None, (None, 0), None)
        >>> watched.sent(delivery)
        '{"json":{"tags":["a"]}}'
        >>> message["tags"].append("b")
        >>> watched.look(delivery).after
        '{"json":{"tags":["a","b"]}}'
    """

    def __init__(self) -> None:
        self.under_way: Container[int] = ()
        self._by_number: dict[int, Watched] = {}
        self._by_identity: dict[int, Watched] = {}
        self.by_turn: dict[int, list[Watched]] = {}
        self.get = self._by_number.get
        self._readers = Readers()
        self._publication: Publication | None = None
        self._published: Watched

    def sent(self, delivery: Delivery) -> str:
        """Watch the message of a delivery from now on; return its snapshot."""
        message, number, publication = delivery.message, delivery.number, delivery.publication
        if publication is not None and publication is self._publication:
            # Its events are queued all at once, with nothing in between.
            watched = self._published
            watched.numbers[number] = None
            self._by_number[number] = watched
            return watched.text
        try:
            if type(message) in LEAVES:
                return snapshot(message)
            read = self._readers[type(message)]
        except Exception:  # even a class may run any code, when it is asked for its hash
            read = None
        key, request = id(message), delivery.request
        watched_before = self._by_identity.get(key)
        if watched_before is None or watched_before.message is not message:
            watched = self._by_identity[key] = Watched(message, read)
            text = watched.text
        else:
            # What the same object was a moment ago was written down; is it the same still?
            # A response was just looked at, if it is the very message that it answers.
            watched = watched_before
            same = request is not None and self._by_number.get(request.number) is watched
            text = watched.text if same or watched.is_still(message) else snapshot(message)
        watched.numbers[number] = None
        self._by_number[number] = watched
        cause = delivery.cause
        if request is None and cause is not None and cause in self.under_way:
            mine = self.by_turn.setdefault(cause, [])
            if not mine or mine[-1] is not watched:
                mine.append(watched)
        if publication is not None and text is watched.text:
            self._publication, self._published = publication, watched
        return text

    def forget_publication(self) -> None:
        """Something may have happened since the event of a publication that was queued last."""
        self._publication = None

    def look(self, delivery: Delivery) -> Change | None:
        """Whether the message of this delivery has changed since somebody last looked."""
        watched = self._by_number.get(delivery.number)
        if watched is None:
            return None
        if watched.message is not delivery.message:  # replaced or edited, which others record
            self.settled(delivery)
            self.sent(delivery)
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
        self._publication = None
        watched = self._by_number.pop(number, None)
        if watched is not None:
            numbers = watched.numbers
            numbers.pop(number, None)
            if not numbers and self._by_identity.get(id(watched.message)) is watched:
                del self._by_identity[id(watched.message)]
        if self.by_turn:
            self.by_turn.pop(number, None)


def _change(watched: Watched, number: int) -> Change | None:
    if watched.is_still(watched.message):
        return None
    before = watched.text
    watched.look()
    after = watched.text
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

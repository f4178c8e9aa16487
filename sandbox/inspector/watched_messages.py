"""Watched messages: whether what was sent is still the same when it arrives and afterwards."""

from __future__ import annotations

import json
from functools import cached_property
from operator import is_
from typing import TYPE_CHECKING, Any, NamedTuple

from sandbox.inspector.fingerprints import LEAVES, Fingerprint, fingerprint, reader_of
from sandbox.inspector.snapshots import flat_snapshot, snapshot

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from sandbox.runtime.delivery import Delivery


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
    """One message object, for as long as a delivery of it is under way."""

    __slots__ = ("fingerprint", "message", "numbers", "read", "text")

    def __init__(self, message: Any) -> None:
        self.message = message
        self.numbers: dict[int, None] = {}
        self.read = read = reader_of(type(message))
        if read is not None:
            fields = read(message)
            text = flat_snapshot(fields)
            if text is not None:
                self.text = text
                self.fingerprint: Fingerprint = (*fields, *fields.values())
                return
        self.text = snapshot(message)
        self.fingerprint = fingerprint(message) or ()


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

    def sent(self, delivery: Delivery) -> str:
        """Watch the message of a delivery from now on; return its snapshot."""
        message = delivery.message
        if type(message) in LEAVES:
            return snapshot(message)
        key, number, request = id(message), delivery.number, delivery.request
        watched = self._by_identity.get(key)
        if watched is None or watched.message is not message:
            watched = self._by_identity[key] = Watched(message)
            text = watched.text
        else:
            # What the same object was a moment ago was written down; is it the same still?
            # A response was just looked at, if it is the very message that it answers.
            same = request is not None and self._by_number.get(request.number) is watched
            same = same or _is_unchanged(watched) or fingerprint(message) == watched.fingerprint
            text = watched.text if same else snapshot(message)
        watched.numbers[number] = None
        self._by_number[number] = watched
        cause = delivery.cause
        if request is None and cause is not None and cause in self.under_way:
            mine = self.by_turn.setdefault(cause, [])
            if not mine or mine[-1] is not watched:
                mine.append(watched)
        return text

    def look(self, delivery: Delivery) -> Change | None:
        """Whether the message of this delivery has changed since somebody last looked."""
        watched = self._by_number.get(delivery.number)
        if watched is None:
            return None
        if watched.message is not delivery.message:  # replaced or edited, which others record
            self.settled(delivery)
            self.sent(delivery)
            return None
        return None if _is_unchanged(watched) else _look(watched, delivery.number)

    def look_at_sent(self, number: int) -> Sequence[Change]:
        """Which of the messages sent in this turn, and still under way, have changed."""
        mine = self.by_turn.get(number)
        if mine is None:
            return ()
        self.by_turn[number] = under_way = [w for w in mine if w.numbers]
        found = (_look(watched, next(iter(watched.numbers))) for watched in under_way)
        return [change for change in found if change is not None]

    def settled(self, delivery: Delivery) -> None:
        """Let go of the message of a delivery that has ended, and of what its turn sent."""
        number = delivery.number
        watched = self._by_number.pop(number, None)
        if watched is not None:
            numbers = watched.numbers
            numbers.pop(number, None)
            if not numbers and self._by_identity.get(id(watched.message)) is watched:
                del self._by_identity[id(watched.message)]
        if self.by_turn:
            self.by_turn.pop(number, None)


def _is_unchanged(watched: Watched) -> bool:
    """Whether a flat message has the very same fields; of others, it is not known here."""
    if watched.read is None:
        return False
    fields = watched.read(watched.message)
    now, before = (*fields, *fields.values()), watched.fingerprint
    return len(now) == len(before) and all(map(is_, now, before))


def _look(watched: Watched, number: int) -> Change | None:
    now = fingerprint(watched.message)
    if now == watched.fingerprint:
        return None
    watched.fingerprint = now or ()
    before, after = watched.text, snapshot(watched.message)
    watched.text = after
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
            if any(type(vars(base).get(name)) is cached_property for base in kind.__mro__):
                del new["json"][name]
    return bool(old == new)

"""What could be routed where, at any moment of a recording."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from sandbox.inspector.recording.records import (
    Intercepted,
    MailboxPaused,
    Queued,
    Registered,
    Rerouted,
    Stopped,
    Subscribed,
    Unregistered,
    Unsubscribed,
)
from sandbox.inspector.recording.wording import only_paused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sandbox.inspector.recording.records import Record

FOREVER = float("inf")
NOW = sys.float_info.max


class Span:
    """Something that stood from one moment to another, such as a subscription.

    Attributes:
        record: the record that began it.
        until: when it ended, in seconds since the recording began; infinite while it stands.
    """

    __slots__ = ("record", "until")

    def __init__(self, record: Any) -> None:
        self.record = record
        self.until = FOREVER

    def stood(self, moment: float) -> bool:
        """Whether it stood at that moment."""
        return bool(self.record.time <= moment < self.until)


class RoutingHistory:
    """Subscriptions and agent types over time, and which deliveries belong together.

    It is told the records once each, in order, and keeps only what they say about routing, so
    that one question costs a look at the subscriptions, however long the recording is.

    Attributes:
        subscriptions: all subscriptions that there ever were, in the order of adding.
        types: agent type -> its registrations.
        events: number of a publication -> its events, if it has more than one.
        publications: number of an event -> that of its publication, unless it is the same.
        messages: message id -> number of the first delivery of the latest message that has it.
        interventions: number of a delivery -> what interventions did to its message.
        pausers: agent whose mailbox is paused -> label of the breakpoint that did it, or `None`.
    """

    def __init__(self) -> None:
        self.subscriptions: list[Span] = []
        self.types: dict[str, list[Span]] = {}
        self.events: dict[int, list[int]] = {}
        self.publications: dict[int, int] = {}
        self.messages: dict[str, int] = {}
        self.interventions: dict[int, list[Intercepted]] = {}
        self.pausers: dict[str, str | None] = {}
        self._standing: dict[str, Span] = {}
        self._stop: Stopped | None = None

    def advance(self, new: Iterable[Record]) -> None:
        """Take in the records that come after those taken in before."""
        apply = _APPLY
        for record in new:
            change = apply.get(type(record))
            if change is not None:
                change(self, record)

    def subscriptions_at(self, moment: float) -> list[Subscribed]:
        """The subscriptions that stood at that moment, in the order of adding."""
        return [s.record for s in self.subscriptions if s.stood(moment)]

    def registration(self, agent_type: str, moment: float) -> Registered | None:
        """The registration of an agent type at that moment, or `None` if there was none."""
        for span in reversed(self.types.get(agent_type, [])):
            if span.stood(moment):
                registered: Registered = span.record
                return registered
        return None

    def types_at(self, moment: float) -> list[str]:
        """The agent types that were registered at that moment."""
        return [name for name in self.types if self.registration(name, moment) is not None]

    def siblings(self, number: int) -> list[int]:
        """All events of the publication that an event belongs to, itself included."""
        publication = self.publications.get(number, number)
        return self.events.get(publication, [publication])


def _queued(history: RoutingHistory, record: Queued) -> None:
    number, publication = record.number, record.publication
    if number in history.publications:
        return  # it was told before
    if publication is not None and publication != number:
        history.publications[number] = publication
        history.events.setdefault(publication, [publication]).append(number)
    elif record.request is None:
        history.messages[record.message_id] = number


def _rerouted(history: RoutingHistory, record: Rerouted) -> None:
    publication = record.publication
    events = history.events.setdefault(publication, [publication])
    for number, _, _ in record.events:
        if number not in events:
            events.append(number)
            history.publications[number] = publication


def _registered(history: RoutingHistory, record: Registered) -> None:
    history.types.setdefault(record.type, []).append(Span(record))


def _unregistered(history: RoutingHistory, record: Unregistered) -> None:
    for span in history.types.get(record.type, [])[-1:]:
        span.until = record.time


def _subscribed(history: RoutingHistory, record: Subscribed) -> None:
    span = history._standing[record.subscription] = Span(record)  # noqa: SLF001  # one class, in parts
    history.subscriptions.append(span)


def _unsubscribed(history: RoutingHistory, record: Unsubscribed) -> None:
    span = history._standing.pop(record.subscription, None)  # noqa: SLF001
    if span is not None:
        span.until = record.time


def _intercepted(history: RoutingHistory, record: Intercepted) -> None:
    history.interventions.setdefault(record.number, []).append(record)


def _stopped(history: RoutingHistory, record: Stopped) -> None:
    history._stop = record  # noqa: SLF001


def _mailbox_paused(history: RoutingHistory, record: MailboxPaused) -> None:
    stop = history._stop  # noqa: SLF001
    by_stop = stop is not None and stop.reason.endswith(only_paused(record.agent))
    history.pausers[record.agent] = stop.by if stop is not None and by_stop else None
    history._stop = None  # noqa: SLF001


_APPLY: dict[type, Callable[[RoutingHistory, Any], None]] = {
    Queued: _queued,
    Rerouted: _rerouted,
    Registered: _registered,
    Unregistered: _unregistered,
    Subscribed: _subscribed,
    Unsubscribed: _unsubscribed,
    Intercepted: _intercepted,
    Stopped: _stopped,
    MailboxPaused: _mailbox_paused,
}

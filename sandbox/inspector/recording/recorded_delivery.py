"""A delivery, as far as it was recorded."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any, cast

from sandbox.inspector.recording.rows import record_of
from sandbox.messaging.agent_id import AgentId
from sandbox.messaging.cancellation import CancellationToken
from sandbox.messaging.message_context import MessageContext
from sandbox.messaging.topic import TopicId

if TYPE_CHECKING:
    from sandbox.inspector.recording.records import Failure, Queued, Settled
    from sandbox.inspector.recording.rows import Row


class RecordedDelivery:
    """One delivery, as far as it was recorded.

    The names are those of `sandbox.runtime.Delivery`; messages are snapshots, as JSON data. It
    consists of the record that it was queued, kept up to date, of the record of its verdict, and
    of the little that happens in between.

    Attributes:
        state: `queued`, `held`, `handling` or `waiting`; `None` once it has a verdict.
        waits_for: numbers of the requests that its turn awaits.
        edited: which fields of the message were edited while it was pending.
        original_snapshot: the message before it was edited, or `None` if it was not.
        printed: what its turn printed: `stdout` or `stderr`, and the text.
        handled_at: when its turn began, in seconds since the recording began, or `None`.

    Example:
        >>> import asyncio
        >>> from sandbox import Inspector, SingleThreadedAgentRuntime
        >>> async def main():
        ...     inspector = Inspector(SingleThreadedAgentRuntime())
        ...     await inspector.runtime.publish_message("hi", TopicId("news", "today"))
        ...     await inspector.step()
        ...     return inspector.recording[1]
        >>> delivery = asyncio.run(main())
        >>> delivery
        <#1 event str outside → nobody via news/today: no_recipient>
        >>> delivery.number, delivery.kind, delivery.message_type, delivery.message
        (1, 'event', 'str', 'hi')
        >>> delivery.message_snapshot, delivery.message_id, delivery.original
        ('{"json":"hi"}', 'm1', 'hi')
        >>> delivery.sender, delivery.recipient, delivery.topic, delivery.route
        (None, None, 'news/today', 'outside → nobody via news/today')
        >>> delivery.cause, delivery.publication, delivery.request, delivery.copy_of, delivery.cell
        (None, 1, None, None, None)
        >>> delivery.is_rpc, delivery.subscriptions, str(delivery.context.topic_id)
        (False, (), 'news/today')
        >>> delivery.is_settled, delivery.verdict, delivery.reason, delivery.error
        (True, 'no_recipient', None, None)
        >>> delivery.result, delivery.result_snapshot
        (None, None)
        >>> delivery.queued_at <= delivery.settled_at, delivery.copy() == delivery
        (True, True)
        >>> twin = delivery.copy()
        >>> twin.has_caused(2)
        >>> delivery.sent, twin.sent
        ((), (2,))
    """

    __slots__ = (
        "_queued",
        "_sent",
        "_settled",
        "edited",
        "handled_at",
        "original_snapshot",
        "printed",
        "state",
        "waits_for",
    )

    def __init__(self, queued: Row) -> None:
        # Rows, until somebody wants to know more than how the run stands.
        self._queued = queued
        self._settled: Row | None = None
        self.state: str | None = "queued"
        # A list as soon as there is something in it: most have neither, and there are many.
        self.waits_for: list[int] | tuple[()] = ()
        # The garbage collector need not look at a tuple of numbers, and most cause one at most.
        self._sent: list[int] | tuple[int, ...] = ()
        self.edited: tuple[str, ...] = ()
        self.original_snapshot: str | None = None
        self.handled_at: float | None = None
        self.printed: list[tuple[str, str]] | tuple[()] = ()

    def copy(self) -> RecordedDelivery:
        """Make another one, equal now, that may go on by itself.

        Returns:
            The copy.
        """
        twin = RecordedDelivery(self._queued)
        twin._settled = self._settled
        twin.state = self.state
        twin.waits_for = list(self.waits_for) if self.waits_for else ()
        twin._sent = self._sent if type(self._sent) is tuple else list(self._sent)
        twin.edited = self.edited
        twin.original_snapshot = self.original_snapshot
        twin.handled_at = self.handled_at
        twin.printed = list(self.printed) if self.printed else ()
        return twin

    @property
    def queued(self) -> Queued:
        """The record of its entering the queue, with what was changed since."""
        if type(self._queued) is tuple:
            self._queued = record_of(self._queued)
        return cast("Queued", self._queued)

    @queued.setter
    def queued(self, record: Queued) -> None:
        self._queued = record

    @property
    def settled(self) -> Settled | None:
        """The record of its verdict, or `None`."""
        if type(self._settled) is tuple:
            self._settled = record_of(self._settled)
        return cast("Settled | None", self._settled)

    @settled.setter
    def settled(self, row: Row) -> None:
        self._settled = row

    @property
    def sent(self) -> tuple[int, ...]:
        """Numbers of the deliveries it caused, in the order in which they were sent."""
        return tuple(self._sent)

    def has_caused(self, number: int) -> None:
        """Note one more delivery that it caused.

        Args:
            number: that of the delivery.
        """
        if type(self._sent) is list:
            self._sent.append(number)
        else:
            self._sent = [*self._sent, number] if self._sent else (number,)

    @property
    def is_settled(self) -> bool:
        """Whether it has a verdict."""
        return self._settled is not None

    @property
    def number(self) -> int:
        """1, 2, … in the order of entering the queue."""
        queued: Any = self._queued
        number: int = queued[2 if type(queued) is tuple else 1]
        return number

    @property
    def kind(self) -> str:
        """`request`, `response` or `event`."""
        return self.queued.delivery

    @property
    def message_type(self) -> str:
        """Name of the message's class."""
        return self.queued.message_type

    @property
    def message_snapshot(self) -> str:
        """The message as JSON text; see `sandbox.inspector.recording.snapshots`."""
        return self.queued.message

    @property
    def message(self) -> Any:
        """The message as plain data, or its `repr` if it is not made of data."""
        return _content(self.queued.message)

    @property
    def original(self) -> Any:
        """The message as it was before it was edited; the same as `message` if it was not."""
        return self.message if self.original_snapshot is None else _content(self.original_snapshot)

    @property
    def message_id(self) -> str:
        """Id of the message."""
        return self.queued.message_id

    @property
    def sender(self) -> str | None:
        """`type/key` of the sending agent, or `None` from outside."""
        return self.queued.sender

    @property
    def recipient(self) -> str | None:
        """`type/key`, or `None` for a caller outside and for nobody."""
        return self.queued.recipient

    @property
    def topic(self) -> str | None:
        """`type/source`, or `None` if it was sent directly."""
        queued = self.queued
        if queued.topic_type is None:
            return None
        return f"{queued.topic_type}/{queued.topic_source}"

    @property
    def is_rpc(self) -> bool:
        """Whether the sender awaits an answer."""
        return self.queued.is_rpc

    @property
    def cause(self) -> int | None:
        """Number of the delivery in whose turn it was sent, or `None`."""
        return self.queued.cause

    @property
    def publication(self) -> int | None:
        """For an event, the number of the first event of its publication."""
        return self.queued.publication

    @property
    def request(self) -> int | None:
        """For a response, the number of its request."""
        return self.queued.request

    @property
    def copy_of(self) -> int | None:
        """Number of the delivery that it duplicates, or `None`."""
        return self.queued.copy_of

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """Ids of the subscriptions by which it found its recipient."""
        return self.queued.subscriptions

    @property
    def cell(self) -> str | None:
        """The notebook cell it was sent from, such as `In [5]`, `the view`, or `None`."""
        return self.queued.cell

    @property
    def queued_at(self) -> float:
        """When it entered the queue, in seconds since the recording began."""
        return self.queued.time

    @property
    def verdict(self) -> str | None:
        """How it ended, or `None`."""
        return None if self.settled is None else self.settled.verdict

    @property
    def result_snapshot(self) -> str | None:
        """What the handler returned, as JSON text, or `None`."""
        return None if self.settled is None else self.settled.result

    @property
    def result(self) -> Any:
        """What the handler returned, as plain data or its `repr`."""
        return None if self.result_snapshot is None else _content(self.result_snapshot)

    @property
    def error(self) -> Failure | None:
        """The exception it ended with, in words, or `None`."""
        return None if self.settled is None else self.settled.error

    @property
    def reason(self) -> str | None:
        """Why no handler took it, in words, or `None`."""
        return None if self.settled is None else self.settled.reason

    @property
    def settled_at(self) -> float | None:
        """When it got its verdict, in seconds since the recording began, or `None`."""
        return None if self.settled is None else self.settled.time

    @property
    def context(self) -> MessageContext:
        """The `MessageContext` of this delivery, rebuilt; its cancellation token is a new one."""
        return MessageContext(
            sender=None if self.sender is None else AgentId.from_str(self.sender),
            topic_id=None if self.topic is None else TopicId.from_str(self.topic),
            is_rpc=self.is_rpc,
            cancellation_token=CancellationToken(),
            message_id=self.message_id,
        )

    @property
    def route(self) -> str:
        """From where to where, in words."""
        nobody = "nobody" if self.kind == "event" else "outside"
        via = f" via {self.topic}" if self.topic else ""
        return f"{self.sender or self.cell or 'outside'} → {self.recipient or nobody}{via}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RecordedDelivery):
            return NotImplemented
        return _facts(self) == _facts(other)

    __hash__ = None  # type: ignore[assignment]  # it goes on changing while the run goes on

    def __str__(self) -> str:
        ended = self.verdict or self.state
        return f"#{self.number} {self.kind} {self.message_type} {self.route}: {ended}"

    def __repr__(self) -> str:
        return f"<{self}>"

    def _repr_html_(self) -> str:
        context = self.context
        rows = {
            "message": json.dumps(self.message, ensure_ascii=False),
            "sender": context.sender or f"None (sent from {self.cell or 'outside any agent'})",
            "topic_id": context.topic_id or "None (sent directly)",
            "is_rpc": context.is_rpc,
            "message_id": context.message_id,
            "recipient": self.recipient or "None",
            "cause": f"#{self.cause}" if self.cause else "None (no delivery caused it)",
            "verdict": self.verdict or f"none yet ({self.state})",
        }
        if self.error is not None:
            rows["error"] = f"{self.error.type}: {self.error.text}"
        if self.reason is not None:
            rows["reason"] = self.reason
        if self.printed:
            rows["printed"] = "".join(text for _, text in self.printed)
        if self.original_snapshot is not None:
            rows["edited from"] = json.dumps(self.original, ensure_ascii=False)
        if self.copy_of is not None:
            rows["duplicate of"] = f"#{self.copy_of}"
        cells = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
            f"<td style='text-align:left'>{html.escape(str(value))}</td></tr>"
            for name, value in rows.items()
        )
        return f"<b>{html.escape(str(self))}</b><table>{cells}</table>"


def _facts(delivery: RecordedDelivery) -> tuple[object, ...]:
    facts = (getattr(delivery, name.removeprefix("_")) for name in RecordedDelivery.__slots__)
    return tuple(tuple(fact) if isinstance(fact, list) else fact for fact in facts)


def _content(snapshot: str) -> Any:
    form = json.loads(snapshot)
    return form["json"] if "json" in form else form["repr"]

"""The state of a run after any number of records."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.inspector import records
from sandbox.messaging.agent_id import AgentId
from sandbox.messaging.cancellation import CancellationToken
from sandbox.messaging.message_context import MessageContext
from sandbox.messaging.topic import TopicId

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PENDING = frozenset({"queued", "held"})


@dataclass(slots=True)
class RecordedDelivery:
    """One delivery, as far as it was recorded.

    The names are those of `sandbox.runtime.Delivery`; messages are snapshots, as JSON data.

    Attributes:
        number: 1, 2, … in the order of entering the queue.
        kind: `request`, `response` or `event`.
        message_type: name of the message's class.
        message_snapshot: the message as JSON text; see `sandbox.inspector.snapshots`.
        message_id: id of the message.
        sender: `type/key` of the sending agent, or `None` from outside.
        recipient: `type/key`, or `None` for a caller outside and for nobody.
        topic: `type/source`, or `None` if it was sent directly.
        is_rpc: whether the sender awaits an answer.
        cause: number of the delivery in whose turn it was sent, or `None`.
        request: for a response, the number of its request.
        subscriptions: ids of the subscriptions by which it found its recipient.
        cell: the notebook cell it was sent from, such as `In [5]`, or `None`.
        state: `queued`, `held`, `handling` or `waiting`; `None` once it has a verdict.
        verdict: how it ended, or `None`.
        waits_for: numbers of the requests that its turn awaits.
        sent: numbers of the deliveries it caused.
        result_snapshot: what the handler returned, likewise, or `None`.
        error: the exception it ended with, in words, or `None`.
        reason: why no handler took it, in words, or `None`.
        queued_at: seconds since the recording began.
        handled_at: likewise, when its turn began; `None` if it did not.
        settled_at: likewise, when it got its verdict.
    """

    number: int
    kind: str
    message_type: str
    message_snapshot: str
    message_id: str
    sender: str | None
    recipient: str | None
    topic: str | None
    is_rpc: bool
    cause: int | None
    request: int | None
    subscriptions: tuple[str, ...]
    cell: str | None
    queued_at: float
    state: str | None = "queued"
    verdict: str | None = None
    waits_for: list[int] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    result_snapshot: str | None = None
    error: records.Failure | None = None
    reason: str | None = None
    handled_at: float | None = None
    settled_at: float | None = None

    @property
    def message(self) -> Any:
        """The message as plain data, or its `repr` if it is not made of data."""
        return _content(self.message_snapshot)

    @property
    def result(self) -> Any:
        """What the handler returned, likewise."""
        return None if self.result_snapshot is None else _content(self.result_snapshot)

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
        cells = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
            f"<td style='text-align:left'>{html.escape(str(value))}</td></tr>"
            for name, value in rows.items()
        )
        return f"<b>{html.escape(str(self))}</b><table>{cells}</table>"


class RunState:
    """Agents, subscriptions, deliveries and the queue, as they stand after some records.

    Attributes:
        types: agent type -> its registration, in order of registering.
        agents: `type/key` -> its creation.
        subscriptions: id -> subscription, in order of adding.
        deliveries: number -> delivery.
        queue: numbers of the pending deliveries, in the order of the queue.
        mode: `running` or `paused`.
        started: whether the runtime delivers by itself while not paused.
    """

    def __init__(self) -> None:
        self.types: dict[str, records.Registered] = {}
        self.agents: dict[str, records.Created] = {}
        self.subscriptions: dict[str, records.Subscribed] = {}
        self.deliveries: dict[int, RecordedDelivery] = {}
        self.queue: list[int] = []
        self.mode = "running"
        self.started = False
        self._seq = 0

    @property
    def word(self) -> str:
        """The state of the run in a word: `idle`, `waiting`, `paused`, `running` or `stopped`."""
        if self.queue:
            if self.mode == "paused":
                return "paused"
            return "running" if self.started else "stopped"
        open_turns = any(d.verdict is None for d in self.deliveries.values())
        return "waiting" if open_turns else "idle"

    def advance(self, log: Sequence[records.Record]) -> RunState:
        """Take in the records that come after those taken in before."""
        while self._seq < len(log):
            record = log[self._seq]
            self._seq += 1
            APPLY[type(record)](self, record)
        return self


def _queued(run: RunState, record: records.Queued) -> None:
    topic = None if record.topic_type is None else f"{record.topic_type}/{record.topic_source}"
    run.deliveries[record.number] = RecordedDelivery(
        number=record.number,
        kind=record.delivery,
        message_type=record.message_type,
        message_snapshot=record.message,
        message_id=record.message_id,
        sender=record.sender,
        recipient=record.recipient,
        topic=topic,
        is_rpc=record.is_rpc,
        cause=record.cause,
        request=record.request,
        subscriptions=record.subscriptions,
        cell=record.cell,
        queued_at=record.time,
    )
    run.queue.append(record.number)
    cause = run.deliveries.get(record.cause or 0)
    if cause is not None:
        cause.sent.append(record.number)


def _rerouted(run: RunState, record: records.Rerouted) -> None:
    numbers = [number for number, _, _ in record.events]
    place = min((run.queue.index(n) for n in numbers if n in run.queue), default=len(run.queue))
    others_before = [n for n in run.queue[:place] if n not in numbers]
    others_after = [n for n in run.queue[place:] if n not in numbers]
    run.queue = [*others_before, *numbers, *others_after]
    for number, recipient, subscriptions in record.events:
        run.deliveries[number].recipient = recipient
        run.deliveries[number].subscriptions = subscriptions


def _leaves_queue(run: RunState, number: int) -> RecordedDelivery:
    delivery = run.deliveries[number]
    if delivery.state in PENDING:
        # The first is the usual one, and looking further makes long queues slow.
        run.queue.remove(number)
    return delivery


def _handling(run: RunState, record: records.Handling) -> None:
    delivery = _leaves_queue(run, record.number)
    delivery.state = "handling"
    delivery.handled_at = record.time


def _waiting(run: RunState, record: records.Waiting) -> None:
    delivery = run.deliveries[record.number]
    delivery.waits_for.append(record.on)
    delivery.state = "waiting"


def _resumed(run: RunState, record: records.Resumed) -> None:
    delivery = run.deliveries[record.number]
    if record.on in delivery.waits_for:  # else it was lost before the recording began
        delivery.waits_for.remove(record.on)
    if not delivery.waits_for and delivery.verdict is None:
        delivery.state = "handling"


def _intercepted(run: RunState, record: records.Intercepted) -> None:
    if record.message is not None:
        run.deliveries[record.number].message_snapshot = record.message


def _settled(run: RunState, record: records.Settled) -> None:
    delivery = _leaves_queue(run, record.number)
    delivery.state = None
    delivery.verdict = record.verdict
    delivery.result_snapshot = record.result
    delivery.error = record.error
    delivery.reason = record.reason
    delivery.settled_at = record.time


def _held(run: RunState, record: records.Held) -> None:
    run.deliveries[record.number].state = "held"


def _released(run: RunState, record: records.Released) -> None:
    run.deliveries[record.number].state = "queued"


def _registered(run: RunState, record: records.Registered) -> None:
    run.types[record.type] = record


def _unregistered(run: RunState, record: records.Unregistered) -> None:
    run.types.pop(record.type, None)
    gone = [agent for agent in run.agents if agent.partition("/")[0] == record.type]
    for agent in gone:
        del run.agents[agent]


def _created(run: RunState, record: records.Created) -> None:
    run.agents[record.agent] = record


def _subscribed(run: RunState, record: records.Subscribed) -> None:
    run.subscriptions[record.subscription] = record


def _unsubscribed(run: RunState, record: records.Unsubscribed) -> None:
    run.subscriptions.pop(record.subscription, None)


def _mode(run: RunState, record: records.Mode) -> None:
    run.mode = record.mode


def _lifecycle(run: RunState, record: records.Lifecycle) -> None:
    run.started = record.state == "started"


APPLY: dict[type, Callable[[RunState, Any], None]] = {
    records.Registered: _registered,
    records.Unregistered: _unregistered,
    records.Created: _created,
    records.Subscribed: _subscribed,
    records.Unsubscribed: _unsubscribed,
    records.Queued: _queued,
    records.Rerouted: _rerouted,
    records.Held: _held,
    records.Released: _released,
    records.Handling: _handling,
    records.Waiting: _waiting,
    records.Resumed: _resumed,
    records.Intercepted: _intercepted,
    records.Settled: _settled,
    records.Mode: _mode,
    records.Lifecycle: _lifecycle,
}


def _content(snapshot: str) -> Any:
    form = json.loads(snapshot)
    return form["json"] if "json" in form else form["repr"]

"""The state of a run after any number of records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.inspector.recording import records
from sandbox.inspector.recording.recorded_delivery import RecordedDelivery
from sandbox.inspector.recording.rows import cause_of, number_of, time_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sandbox.inspector.recording.rows import Row
    from sandbox.runtime.queue import Place

    Numbered = records.Held | records.Settled

PENDING = frozenset({"queued", "held"})
SHARED = ("types", "agents", "subscriptions", "states", "places", "paused_mailboxes", "pending")

__all__ = ["PENDING", "RecordedDelivery", "RunState"]


class RunState:
    """Agents, subscriptions, deliveries and the queue, as they stand after some records.

    Attributes:
        types: agent type -> its registration, in order of registering.
        agents: `type/key` -> its creation.
        subscriptions: id -> subscription, in order of adding.
        states: `type/key` -> snapshot of the agent's state, for those that have one.
        deliveries: number -> delivery.
        places: number -> place in the queue, for those that were moved.
        policy: name of the policy that decides which delivery goes next.
        paused_mailboxes: `type/key` of the agents to which nothing is delivered.
        stopped: what stopped the run last, or `None` if nothing did, or more was run since.
        mode: `paused`, `run` while a run makes the deliveries, or `running` freely.
        started: whether the runtime delivers by itself while not paused.
        seq: number of the last record taken in.

    Example:
        >>> run = RunState()
        >>> run.advance([records.Mode(0.0, "paused"), records.Lifecycle(0.1, "started")])
        >>> run
        <RunState: idle after record 2, 0 deliveries>
        >>> run.word, run.mode, run.started, run.queue
        ('idle', 'paused', True, [])
    """

    def __init__(self) -> None:
        self.types: dict[str, records.Registered] = {}
        self.agents: dict[str, records.Created] = {}
        self.subscriptions: dict[str, records.Subscribed] = {}
        self.states: dict[str, str] = {}
        self.deliveries: dict[int, RecordedDelivery] = {}
        self.places: dict[int, Place] = {}
        self.policy = "fifo"
        self.paused_mailboxes: dict[str, None] = {}
        self.stopped: records.Stopped | None = None
        self.mode = "running"
        self.started = False
        self.seq = 0
        # As a dictionary, since from a long list it takes long to remove one.
        self.pending: dict[int, None] = {}
        self._open: set[int] = set()
        self._own: dict[int, RecordedDelivery] = {}

    @property
    def queue(self) -> list[int]:
        """Numbers of the pending deliveries, in the order of the queue.

        It is the order in which they would go under the policy `fifo`.
        """
        return list(self.pending)

    @property
    def word(self) -> str:
        """The state of the run in a word: `idle`, `waiting`, `paused`, `running` or `stopped`."""
        if self.pending:
            if self.mode == "paused":
                return "paused"
            return "running" if self.started or self.mode == "run" else "stopped"
        return "waiting" if self._open else "idle"

    def __repr__(self) -> str:
        return f"<RunState: {self.word} after record {self.seq}, {len(self.deliveries)} deliveries>"

    def place(self, number: int) -> Place:
        """What the queue is ordered by; see `sandbox.runtime.queue.place`."""
        moved = self.places.get(number)
        return moved or (self.deliveries[number].publication or number, number)

    def delivery(self, number: int) -> RecordedDelivery | None:
        """The delivery with this number, to be changed; `None` if it is not known.

        Deliveries are shared with other states, see `part`, so each is copied before the first
        change.
        """
        own = self._own.get(number)
        if own is None:
            shared = self.deliveries.get(number)
            if shared is None:
                return None
            own = self.deliveries[number] = self._own[number] = shared.copy()
        return own

    def advance(self, following: Iterable[Row]) -> None:
        """Take in the records, or rows, that come after those taken in before.

        What is said of a delivery that is not known, since its record is lost, is passed over.
        """
        record: Any
        for record in following:
            self.seq += 1
            is_row = type(record) is tuple
            kind = record[0] if is_row else type(record)
            change = OF_DELIVERIES.get(kind)
            if change is None:
                OF_THE_RUN.get(kind, _nothing)(self, record)
                continue
            number = record[2 if is_row else 1]
            delivery = self._own.get(number) or self.delivery(number)
            if delivery is not None:
                change(self, delivery, record)

    def rest(self, like: RunState | None = None) -> RunState:
        """A copy without the deliveries; what is the same in `like` is shared with that."""
        rest = RunState()
        rest.policy, rest.stopped = self.policy, self.stopped
        rest.mode, rest.started, rest.seq = self.mode, self.started, self.seq
        rest._open = set(self._open)
        for name in SHARED:
            mine, other = getattr(self, name), getattr(like, name, None)
            same = other is not None and mine == other and list(mine) == list(other)
            setattr(rest, name, other if same else dict(mine))
        return rest

    def part(self) -> list[RecordedDelivery]:
        """The deliveries that are new or have changed since the part before.

        They stay as they are now. All parts in order, laid over each other, are the deliveries.
        """
        part = list(self._own.values())
        self._own = {}
        return part

    def forget(self, numbers: Iterable[int]) -> None:
        """Let go of settled deliveries."""
        for number in numbers:
            self.deliveries.pop(number, None)
            self._own.pop(number, None)

    def add(self, queued: Row, number: int) -> None:
        """Take in a new delivery."""
        caused_by = cause_of(queued)
        self.deliveries[number] = self._own[number] = RecordedDelivery(queued)
        self.pending[number] = None
        self._open.add(number)
        cause = None if caused_by is None else self.delivery(caused_by)
        if cause is not None:
            cause.has_caused(number)

    def leave_queue(self, delivery: RecordedDelivery) -> None:
        """Take a delivery out of the queue, if it is there."""
        if delivery.state in PENDING:
            number = delivery.number
            self.pending.pop(number, None)
            self.places.pop(number, None)

    def settle(self, delivery: RecordedDelivery, settled: Row) -> None:
        """Give a delivery its verdict."""
        self.leave_queue(delivery)
        delivery.state = None
        delivery.settled = settled
        self._open.discard(number_of(settled))

    def reorder(self, numbers: Iterable[int]) -> None:
        """Put the pending deliveries into another order."""
        self.pending = dict.fromkeys(numbers)


def _nothing(_run: RunState, _record: records.Record) -> None:
    """Some records only tell, for instance what was printed."""


def _with(numbers: list[int] | tuple[()], number: int) -> list[int]:
    if not numbers:
        return [number]
    numbers.append(number)
    return numbers


def _readdress(
    delivery: RecordedDelivery, recipient: str | None, subscriptions: tuple[str, ...]
) -> None:
    if (delivery.recipient, delivery.subscriptions) != (recipient, subscriptions):
        delivery.queued = delivery.queued._replace(recipient=recipient, subscriptions=subscriptions)


def _queued(run: RunState, record: Row) -> None:
    number = number_of(record)
    if number not in run.deliveries:
        run.add(record, number)


def _rerouted(run: RunState, record: records.Rerouted) -> None:
    for number, recipient, subscriptions in record.events:
        delivery = run.delivery(number)
        if delivery is not None:
            _readdress(delivery, recipient, subscriptions)
    run.reorder(sorted(run.pending, key=run.place))


def _handling(run: RunState, delivery: RecordedDelivery, record: Row) -> None:
    run.leave_queue(delivery)
    delivery.state = "handling"
    delivery.handled_at = time_of(record)


def _waiting(_: RunState, delivery: RecordedDelivery, record: records.Waiting) -> None:
    delivery.waits_for = _with(delivery.waits_for, record.on)
    delivery.state = "waiting"


def _resumed(_: RunState, delivery: RecordedDelivery, record: records.Resumed) -> None:
    # If it does not wait for it, that was lost before the recording began.
    delivery.waits_for = [n for n in delivery.waits_for if n != record.on] or ()
    if not delivery.waits_for and not delivery.is_settled:
        delivery.state = "handling"


def _intercepted(_: RunState, delivery: RecordedDelivery, record: records.Intercepted) -> None:
    if record.message is not None:
        delivery.queued = delivery.queued._replace(message=record.message)


def _held(_: RunState, delivery: RecordedDelivery, _record: records.Held) -> None:
    delivery.state = "held"


def _released(_: RunState, delivery: RecordedDelivery, _record: records.Released) -> None:
    delivery.state = "queued"


def _moved(run: RunState, delivery: RecordedDelivery, record: records.Moved) -> None:
    if delivery.state in PENDING:
        run.places[record.number] = record.place
        run.reorder(sorted(run.pending, key=run.place))


def _edited(_: RunState, delivery: RecordedDelivery, record: records.Edited) -> None:
    if delivery.original_snapshot is None:
        delivery.original_snapshot = delivery.message_snapshot
    delivery.queued = delivery.queued._replace(message=record.message)
    delivery.edited = (*delivery.edited, *(f for f in record.fields if f not in delivery.edited))


def _settled(run: RunState, delivery: RecordedDelivery, record: records.Settled) -> None:
    run.settle(delivery, record)
    if record.verdict == "no_recipient":  # it may have had one, whose subscription was removed
        _readdress(delivery, None, ())


def _handled(run: RunState, delivery: RecordedDelivery, row: Row) -> None:
    run.settle(delivery, row)


def _printed(_: RunState, delivery: RecordedDelivery, record: records.Printed) -> None:
    delivery.printed = [*delivery.printed, (record.stream, record.text)]


def _state_changed(run: RunState, record: records.StateChanged) -> None:
    run.states[record.agent] = record.state


def _crashed(run: RunState, record: records.Crashed) -> None:
    run.agents.pop(record.agent, None)
    run.states.pop(record.agent, None)


def _mailbox_paused(run: RunState, record: records.MailboxPaused) -> None:
    if record.paused:
        run.paused_mailboxes[record.agent] = None
    else:
        run.paused_mailboxes.pop(record.agent, None)


def _policy_set(run: RunState, record: records.PolicySet) -> None:
    run.policy = record.name


def _stopped(run: RunState, record: records.Stopped) -> None:
    run.stopped = record


def _registered(run: RunState, record: records.Registered) -> None:
    run.types[record.type] = record


def _unregistered(run: RunState, record: records.Unregistered) -> None:
    run.types.pop(record.type, None)
    gone = [agent for agent in run.agents if agent.partition("/")[0] == record.type]
    for agent in gone:
        del run.agents[agent]
        run.states.pop(agent, None)


def _created(run: RunState, record: records.Created) -> None:
    run.agents[record.agent] = record


def _subscribed(run: RunState, record: records.Subscribed) -> None:
    run.subscriptions[record.subscription] = record


def _unsubscribed(run: RunState, record: records.Unsubscribed) -> None:
    run.subscriptions.pop(record.subscription, None)


def _mode(run: RunState, record: records.Mode) -> None:
    run.mode = record.mode
    if record.mode != "paused":
        run.stopped = None


def _lifecycle(run: RunState, record: records.Lifecycle) -> None:
    run.started = record.state == "started"


# What a record of a delivery, one with a `number`, changes; and what a row does.
OF_DELIVERIES: dict[type | str, Callable[[RunState, RecordedDelivery, Any], None]] = {
    records.Held: _held,
    records.Released: _released,
    records.Moved: _moved,
    records.Edited: _edited,
    records.Handling: _handling,
    records.Waiting: _waiting,
    records.Resumed: _resumed,
    records.Intercepted: _intercepted,
    records.Printed: _printed,
    records.Settled: _settled,
    "handling": _handling,
    "handled": _handled,
    "answered": _handled,
}

# What every other record changes, or row.
OF_THE_RUN: dict[type | str, Callable[[RunState, Any], None]] = {
    records.Registered: _registered,
    records.Unregistered: _unregistered,
    records.Created: _created,
    records.Subscribed: _subscribed,
    records.Unsubscribed: _unsubscribed,
    records.Queued: _queued,
    records.Rerouted: _rerouted,
    records.StateChanged: _state_changed,
    records.Crashed: _crashed,
    records.MailboxPaused: _mailbox_paused,
    records.PolicySet: _policy_set,
    records.Stopped: _stopped,
    records.Mode: _mode,
    records.Lifecycle: _lifecycle,
    **dict.fromkeys(("event", "sibling", "request", "response"), _queued),
}

"""The records of which a recording consists: one kind of record per kind of happening.

Every record is a small immutable tuple of plain data; its `time` is in seconds since the
recording began, and its number, `seq`, is its place in the recording: 1, 2, and so on. Agents are
written as `type/key`, deliveries as their number, messages as snapshots (see
`sandbox.inspector.recording.snapshots`). `as_data` gives what is written to files and sent to the
page.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, NamedTuple, get_args, get_type_hints

Snapshot = Annotated[str, "JSON"]
"""What an object was at one moment, as JSON text; see `sandbox.inspector.recording.snapshots`."""


class Handles(NamedTuple):
    """One message type that an agent class handles."""

    message: str
    by: str
    handler: str


class Failure(NamedTuple):
    """An exception, in words."""

    type: str
    text: str
    traceback: str


class Registered(NamedTuple):
    """An agent type was registered; `agent_class` is its class, if known."""

    time: float
    type: str
    agent_class: str | None
    handles: tuple[Handles, ...]
    mailbox: str


class Unregistered(NamedTuple):
    """An agent type was removed, and its instances with it."""

    time: float
    type: str


class Created(NamedTuple):
    """An agent instance was built, during delivery `cause` if any."""

    time: float
    agent: str
    agent_class: str
    cause: int | None


class Subscribed(NamedTuple):
    """A subscription was added. What does not apply to its class is `None`."""

    time: float
    subscription: str
    label: str
    topic_type: str | None
    prefix: str | None
    agent_type: str | None


class Unsubscribed(NamedTuple):
    """A subscription was removed."""

    time: float
    subscription: str


class Queued(NamedTuple):
    """A delivery entered the queue.

    `publication` is the number of the first event of its publication; `cell` names the notebook
    cell that a message came from, or `the view`; `copy_of` is the delivery that it duplicates, if
    any.
    """

    time: float
    number: int
    delivery: str
    message_type: str
    message: Snapshot
    message_id: str
    sender: str | None
    recipient: str | None
    topic_type: str | None
    topic_source: str | None
    is_rpc: bool
    cause: int | None
    publication: int | None
    request: int | None
    subscriptions: tuple[str, ...]
    cell: str | None
    copy_of: int | None


class Rerouted(NamedTuple):
    """Subscriptions changed: these events of a publication, in this order, go to these agents."""

    time: float
    publication: int
    events: tuple[tuple[int, str | None, tuple[str, ...]], ...]


class Held(NamedTuple):
    """A pending delivery was put on hold."""

    time: float
    number: int


class Released(NamedTuple):
    """A held delivery is in the queue again."""

    time: float
    number: int


class Moved(NamedTuple):
    """A pending delivery was moved in the queue: before delivery `before`, or to the end.

    `place` is compared with the places of the others; see `sandbox.runtime.queue.place`.
    """

    time: float
    number: int
    before: int | None
    place: tuple[int, ...]


class Edited(NamedTuple):
    """The message of a pending delivery was replaced by one with other values in these fields.

    The original is in the delivery's `Queued` record. Without `fields` all of it is new.
    """

    time: float
    number: int
    message: Snapshot
    fields: tuple[str, ...]


class Handling(NamedTuple):
    """A delivery left the queue: its turn began, or an intervention works on it first."""

    time: float
    number: int


class Waiting(NamedTuple):
    """The turn of delivery `number` awaits the answer to request `on`."""

    time: float
    number: int
    on: int


class Resumed(NamedTuple):
    """The turn of delivery `number` no longer awaits the answer to request `on`."""

    time: float
    number: int
    on: int


class Intercepted(NamedTuple):
    """An intervention handler replaced, dropped or failed on the message of a delivery."""

    time: float
    number: int
    handler: str
    outcome: str
    message: Snapshot | None


class Settled(NamedTuple):
    """A delivery has its verdict. `reason` says in words why no handler took it."""

    time: float
    number: int
    verdict: str
    result: Snapshot | None
    error: Failure | None
    reason: str | None


class Crashed(NamedTuple):
    """An agent lost its state; it is built again at the next delivery to it."""

    time: float
    agent: str


class MailboxPaused(NamedTuple):
    """Deliveries to this agent are passed over (`paused`), or no longer."""

    time: float
    agent: str
    paused: bool


class PolicySet(NamedTuple):
    """From now on this policy decides which delivery goes next."""

    time: float
    name: str


class Stopped(NamedTuple):
    """A breakpoint, an invariant or the budget, named by `by`, stopped the run here.

    `number` is the delivery it is about, if any; `reason` says in words what was met.
    """

    time: float
    number: int | None
    by: str
    reason: str


class Changed(NamedTuple):
    """A message was changed after it was sent: before its `delivery`, or in the `turn`.

    `by` is the delivery in whose turn that was, if known; `shared` are the other deliveries under
    way of the same object.
    """

    time: float
    number: int
    when: str
    before: Snapshot
    after: Snapshot
    by: int | None = None
    shared: tuple[int, ...] = ()


class StateChanged(NamedTuple):
    """The state of an agent differs from what it was; the first is that at its creation.

    `number` is the delivery in whose turn that was, if it was in one.
    """

    time: float
    agent: str
    number: int | None
    state: Snapshot


class Printed(NamedTuple):
    """In the turn of a delivery, something was printed to `stdout` or `stderr`."""

    time: float
    number: int
    stream: str
    text: str


class Mode(NamedTuple):
    """What makes the deliveries: steps (`paused`), a `run`, or the runtime freely (`running`)."""

    time: float
    mode: str


class Lifecycle(NamedTuple):
    """The runtime was `started` or `stopped`."""

    time: float
    state: str


Record = (
    Registered
    | Unregistered
    | Created
    | Subscribed
    | Unsubscribed
    | Queued
    | Rerouted
    | Held
    | Released
    | Moved
    | Edited
    | Handling
    | Waiting
    | Resumed
    | Intercepted
    | Settled
    | Changed
    | StateChanged
    | Printed
    | Crashed
    | MailboxPaused
    | PolicySet
    | Stopped
    | Mode
    | Lifecycle
)


LANDMARKS = frozenset(get_args(Record)) - {
    Queued,
    Handling,
    Waiting,
    Resumed,
    Settled,
    Printed,
    StateChanged,
    Changed,
}
"""All kinds but those of which a run has more, the more deliveries it has."""


def _snapshots_of(record_class: type) -> tuple[str, ...]:
    hints = get_type_hints(record_class, include_extras=True)
    return tuple(name for name, hint in hints.items() if hint in {Snapshot, Snapshot | None})


SNAPSHOTS: dict[type, tuple[str, ...]] = {kind: _snapshots_of(kind) for kind in get_args(Record)}
"""Names of the fields that hold snapshots, by the class of the record."""


def as_data(seq: int, record: Record) -> dict[str, Any]:
    """A record as plain data, ready for JSON.

    Args:
        seq: the number of the record.
        record: the record.

    Example:
        >>> as_data(7, Handling(time=0.5, number=3))
        {'kind': 'handling', 'seq': 7, 'time': 0.5, 'number': 3}
    """
    data = as_data_but_snapshots(seq, record)
    for field in SNAPSHOTS[type(record)]:
        if data[field] is not None:
            data[field] = json.loads(data[field])
    return data


def as_data_but_snapshots(seq: int, record: Record) -> dict[str, Any]:
    """The same, but snapshots are left as they are: JSON text.

    Example:
        >>> as_data_but_snapshots(7, Edited(0.5, 3, '{"json":1}', ()))["message"]
        '{"json":1}'
    """
    data: dict[str, Any] = {"kind": type(record).__name__.lower(), "seq": seq, **record._asdict()}
    data["time"] = round(record.time, 6)
    if isinstance(record, Queued):
        topic_type, topic_source = data.pop("topic_type"), data.pop("topic_source")
        data["topic"] = topic_type and {"type": topic_type, "source": topic_source}
    if data.get("publication") is not None:
        data["publication"] = f"p{data['publication']}"
    if isinstance(record, Registered):
        data["handles"] = [handles._asdict() for handles in record.handles]
    if isinstance(record, Settled) and record.error is not None:
        data["error"] = record.error._asdict()
    if isinstance(record, Rerouted):
        names = ("number", "recipient", "subscriptions")
        data["events"] = [dict(zip(names, event, strict=True)) for event in record.events]
    if "agent_class" in data:
        data["class"] = data.pop("agent_class")
    return data

"""Rows: what is kept of the records that every delivery makes, until somebody reads them.

Nearly all records of a run say that a delivery was queued, that its turn began, and that it was
handled; and most are never looked at. So the recorder keeps a row of each, a plain tuple: what it
tells, the time, the number of the delivery, and what the record is made of. All of it is plain
data that cannot change, so the record is the same whenever it is made. A row takes a fifth of the
time of its record and less room. Whatever is not said by one of these rows is a record at once.

=============  ======================================================================
what it tells  what follows the time and the number
=============  ======================================================================
`event`        the first event of a publication: message type, message, message id,
               sender, recipient, cause, cell, topic type, topic source, subscriptions
`sibling`      another event of it: recipient, subscriptions, the row of the first one
`request`      message type, message, message id, sender, recipient, cause, cell
`response`     the same without a cell; its cause is its request
`handling`     nothing
`handled`      nothing
`answered`     handled as well: the result
=============  ======================================================================

Messages and results are kept as `Kept`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast, overload

from sandbox.inspector.recording.records import Handling, Queued, Record, Settled
from sandbox.inspector.recording.snapshots import flat_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.runtime.delivery import Delivery

Kept = str | tuple[Any, ...]
"""What an object was: its snapshot, or the names of its fields and then their values.

The values are short scalars, which cannot change; and to write JSON takes longer than to keep them.
"""

Row = Record | tuple[Any, ...]
"""A record, or what it is made of."""


def snapshot_of(kept: Kept) -> str:
    """The snapshot of what an object was.

    Example:
        >>> snapshot_of((("task", "urgent"), 1, True))
        '{"json":{"task":1,"urgent":true}}'
    """
    if isinstance(kept, str):
        return kept
    known, text = _Texts.last
    if kept is not known:
        names, *values = kept
        text = flat_snapshot(dict(zip(names, values, strict=True)))
        _Texts.last = kept, text
    return text


class _Texts:
    """The snapshot made last: siblings have it in common, and an answer with its request."""

    last: tuple[Kept, str] = ("", "")


def record_of(row: Row) -> Record:
    """The record that a row stands for.

    Example:
        >>> record_of(("handling", 0.5, 3))
        Handling(time=0.5, number=3)
        >>> record_of(Handling(0.5, 3))
        Handling(time=0.5, number=3)
    """
    return _MAKERS[row[0]](*row[1:]) if type(row) is tuple else cast("Record", row)


# As a plain tuple is made: by name, seventeen fields take several times as long.
_new_tuple: Callable[[type[Record], tuple[Any, ...]], Any] = tuple.__new__


def _event(time: float, number: int, kind: str, message: Kept, id: str, *rest: Any) -> Queued:
    sender, recipient, cause, cell, topic_type, topic_source, subscriptions = rest
    what = (time, number, "event", kind, snapshot_of(message), id)
    where = (sender, recipient, topic_type, topic_source, False)
    why = (cause, number, None, subscriptions, cell, None)
    made: Queued = _new_tuple(Queued, what + where + why)
    return made


def _sibling(
    time: float, number: int, recipient: str | None, subscriptions: tuple[str, ...], first: Row
) -> Queued:
    other = cast("Queued", record_of(first))
    what, where = (time, number, *other[2:6]), (other.sender, recipient, *other[8:11])
    why = (*other[11:14], subscriptions, *other[15:])
    made: Queued = _new_tuple(Queued, what + where + why)
    return made


def _request(time: float, number: int, kind: str, message: Kept, id: str, *rest: Any) -> Queued:
    sender, recipient, cause, cell = rest
    what = (time, number, "request", kind, snapshot_of(message), id)
    where = (sender, recipient, None, None, True)
    made: Queued = _new_tuple(Queued, (*what, *where, cause, None, None, (), cell, None))
    return made


def _response(time: float, number: int, kind: str, message: Kept, id: str, *rest: Any) -> Queued:
    sender, recipient, request = rest
    what = (time, number, "response", kind, snapshot_of(message), id)
    where = (sender, recipient, None, None, True)
    made: Queued = _new_tuple(Queued, (*what, *where, request, None, request, (), None, None))
    return made


def _handled(time: float, number: int) -> Settled:
    return Settled(time, number, "handled", None, None, None)


def _answered(time: float, number: int, result: Kept) -> Settled:
    return Settled(time, number, "handled", snapshot_of(result), None, None)


_MAKERS: dict[str, Callable[..., Record]] = {
    "event": _event,
    "sibling": _sibling,
    "request": _request,
    "response": _response,
    "handling": Handling,
    "handled": _handled,
    "answered": _answered,
}
QUEUED_KINDS = frozenset({Queued, "event", "sibling", "request", "response"})
HANDLING_KINDS = frozenset({Handling, "handling"})


def queued(
    delivery: Delivery,
    time: float,
    message_type: str,
    message: Kept,
    sender: str | None,
    recipient: str | None,
    subscriptions: tuple[str, ...],
    cell: str | None,
) -> Row:
    """What is to be kept of a delivery that entered the queue."""
    number, cause, request = delivery.number, delivery.cause, delivery.request
    publication = delivery.publication
    if delivery.copy_of is not None or (publication and publication.events[0] is not delivery):
        agents = sender, recipient
        return _in_full(delivery, time, message_type, message, *agents, subscriptions, cell)
    if request is not None:
        id = request.context.message_id
        return "response", time, number, message_type, message, id, sender, recipient, cause
    context = delivery.context
    id, topic = context.message_id, context.topic_id
    if topic is None:
        return "request", time, number, message_type, message, id, sender, recipient, cause, cell
    return (
        "event",
        time,
        number,
        message_type,
        message,
        id,
        sender,
        recipient,
        cause,
        cell,
        topic.type,
        topic.source,
        subscriptions,
    )


def _in_full(
    delivery: Delivery,
    time: float,
    message_type: str,
    message: Kept,
    sender: str | None,
    recipient: str | None,
    subscriptions: tuple[str, ...],
    cell: str | None,
) -> Queued:
    publication, request, context = delivery.publication, delivery.request, delivery.context
    topic = context.topic_id
    return Queued(
        time=time,
        number=delivery.number,
        delivery=delivery.kind.value,
        message_type=message_type,
        message=snapshot_of(message),
        message_id=context.message_id,
        sender=sender,
        recipient=recipient,
        topic_type=None if topic is None else topic.type,
        topic_source=None if topic is None else topic.source,
        is_rpc=context.is_rpc,
        cause=delivery.cause,
        publication=None if publication is None else publication.events[0].number,
        request=None if request is None else request.number,
        subscriptions=subscriptions,
        cell=cell,
        copy_of=delivery.copy_of,
    )


def number_of(row: Row) -> int:
    """The number of the delivery that a row is about; it must be about one."""
    number: int = row[2] if type(row) is tuple else row[1]  # type: ignore[assignment]  # it is
    return number


def time_of(row: Row) -> float:
    """When it happened, in seconds since the recording began."""
    time: float = row[1] if type(row) is tuple else row[0]
    return time


def cause_of(queued: Any) -> int | None:
    """The number of the delivery that caused the one whose entering the queue this tells of."""
    if type(queued) is not tuple:
        cause: int | None = queued.cause
    elif queued[0] == "sibling":
        cause = cause_of(queued[5])
    else:
        cause = queued[8]
    return cause


def is_response(queued: Row) -> bool:
    """Whether it tells that an answer entered the queue."""
    if type(queued) is tuple:
        return bool(queued[0] == "response")
    return cast("Queued", queued).request is not None


def hop_of(queued: Row) -> tuple[str | None, str, str]:
    """The sender, the message type, and the recipient or else the topic."""
    if type(queued) is not tuple:
        record = cast("Queued", queued)
        target = record.recipient or f"{record.topic_type}/{record.topic_source}"
        return record.sender, record.message_type, target
    if queued[0] == "sibling":
        sender, message_type, _ = hop_of(queued[5])
        return sender, message_type, queued[3]
    return queued[6], queued[3], queued[7] or f"{queued[10]}/{queued[11]}"


def message_sent(rows: list[Row], message_id: str) -> int | None:
    """The number of the first delivery of the latest message that has this id."""
    for row in reversed(rows):
        if type(row) is tuple:
            if row[0] in {"event", "request"} and row[5] == message_id:
                number: int = row[2]
                return number
        elif type(row) is Queued and row.message_id == message_id and row.request is None:
            return row.publication or row.number
    return None


class Records(Sequence[Record]):
    """The records of a recording, made when somebody reads them.

    It may be read like a list, and shows also what is recorded later.

    Args:
        rows: what they are made of.

    Example:
        >>> rows = [("handling", 0.5, 3)]
        >>> records = Records(rows)
        >>> rows.append(("handled", 0.6, 3))
        >>> len(records), records[-1].verdict, records[:1]
        (2, 'handled', [Handling(time=0.5, number=3)])
    """

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> list[Record]: ...
    def __getitem__(self, place: int | slice) -> Record | list[Record]:
        if isinstance(place, slice):
            return [*map(record_of, self._rows[place])]
        return record_of(self._rows[place])

    def __iter__(self) -> Iterator[Record]:
        return map(record_of, self._rows)

    def __reversed__(self) -> Iterator[Record]:
        return map(record_of, reversed(self._rows))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(map(lambda a, b: a == b, self, other))

    __hash__ = None  # type: ignore[assignment]  # it goes on growing

    def __repr__(self) -> str:
        return f"<Records: {len(self)}>"

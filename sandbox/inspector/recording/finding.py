"""Finding the record of a delivery among many, without going through them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sandbox.inspector.recording.records import Handling, Queued

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.inspector.recording.records import Record

# So many records, at most, tell of what was pending already when a recording began.
LOOKED_THROUGH = 4_096


def place_of(records: Sequence[Record], number: int) -> int | None:
    """The place of the record that delivery `number` entered the queue, or `None`.

    Deliveries are numbered as they enter the queue, so it is looked for as in a dictionary. Only
    those that were there before the recording began may stand in another order.

    Example:
        >>> from sandbox.inspector import Recording
        >>> place_of(Recording().records, 1) is None
        True
    """
    place = _halved(records, number, Queued, 0)
    return _among_the_first(records, number) if place is None else place


def place_of_turn(records: Sequence[Record], number: int, queued: int) -> int:
    """From where on to look for what became of a delivery that has left the queue.

    That is where its turn began, if deliveries went in the order of their numbers, as nearly all
    do; else where it entered the queue.

    Args:
        records: all records.
        number: the delivery.
        queued: the place of the record that it entered the queue.
    """
    place = _halved(records, number, Handling, queued)
    return queued + 1 if place is None else place


def _halved(
    records: Sequence[Record], number: int, kind: type[Queued | Handling], low: int
) -> int | None:
    """Look for a record of a kind whose numbers rise, halving where it may be."""
    high = len(records)
    while low < high:
        middle = place = (low + high) // 2
        while place < high and type(records[place]) is not kind:
            place += 1
        if place == high:
            high = middle
            continue
        there = cast("Handling", records[place]).number
        if there == number:
            return place
        if there < number:
            low = place + 1
        else:
            high = middle
    return None


def _among_the_first(records: Sequence[Record], number: int) -> int | None:
    """Where it is, if it was pending when the recording began."""
    for place in range(min(len(records), LOOKED_THROUGH)):
        record = records[place]
        if type(record) is Queued and record.number == number:
            return place
    return None

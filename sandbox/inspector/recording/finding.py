"""Finding the record of a delivery among many, without going through them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.inspector.recording.rows import HANDLING_KINDS, QUEUED_KINDS, number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.inspector.recording.rows import Row

# So many records, at most, tell of what was pending already when a recording began.
LOOKED_THROUGH = 4_096


def place_of(rows: Sequence[Row], number: int) -> int | None:
    """The place of the record that delivery `number` entered the queue, or `None`.

    Deliveries are numbered as they enter the queue, so it is looked for as in a dictionary. Only
    those that were there before the recording began may stand in another order.

    Example:
        >>> from sandbox.inspector import Recording
        >>> place_of(Recording().rows, 1) is None
        True
    """
    place = _halved(rows, number, QUEUED_KINDS, 0)
    return _among_the_first(rows, number) if place is None else place


def place_of_turn(rows: Sequence[Row], number: int, queued: int) -> int:
    """From where on to look for what became of a delivery that has left the queue.

    That is where its turn began, if deliveries went in the order of their numbers, as nearly all
    do; else where it entered the queue.

    Args:
        rows: all records, or what they are made of.
        number: the delivery.
        queued: the place of the record that it entered the queue.
    """
    place = _halved(rows, number, HANDLING_KINDS, queued)
    return queued + 1 if place is None else place


def _halved(rows: Sequence[Row], number: int, kinds: frozenset[object], low: int) -> int | None:
    """Look for a record of kinds whose numbers rise, halving where it may be."""
    high = len(rows)
    while low < high:
        middle = place = (low + high) // 2
        while place < high:
            row = rows[place]
            if (row[0] if type(row) is tuple else type(row)) in kinds:
                break
            place += 1
        else:
            high = middle
            continue
        there = number_of(rows[place])
        if there == number:
            return place
        if there < number:
            low = place + 1
        else:
            high = middle
    return None


def _among_the_first(rows: Sequence[Row], number: int) -> int | None:
    """Where it is, if it was pending when the recording began."""
    for place in range(min(len(rows), LOOKED_THROUGH)):
        row = rows[place]
        kind = row[0] if type(row) is tuple else type(row)
        if kind in QUEUED_KINDS and number_of(row) == number:
            return place
    return None

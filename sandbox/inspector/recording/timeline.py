"""The timeline: how a run stands now, and how it stood after any earlier record."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from sandbox.inspector.recording.run_state import RunState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sandbox.inspector.recording.recorded_delivery import RecordedDelivery
    from sandbox.inspector.recording.rows import Row

SECTION = 4096
"""So many records are gone through, at most, to find out how a run stood after one of them."""


class _Mark(NamedTuple):
    """How things stood at the end of a section; of the deliveries only what changed in it."""

    rest: RunState
    changed: list[RecordedDelivery]


class Timeline:
    """Goes through the records once, in sections, and remembers how things stood after each.

    A delivery that does not change is not stored again, so that all sections together take little
    more room than the last state alone.

    Args:
        section: how many records make a section.

    Attributes:
        section: how many records make a section.
        start: number of the record before the first that there still is.

    Example:
        >>> from sandbox.inspector.recording.records import Lifecycle
        >>> log = [Lifecycle(0.1, "started"), Lifecycle(0.2, "stopped")]
        >>> timeline = Timeline()
        >>> timeline.now(log).started, timeline.at(log, 1).started, timeline.at(log, 0).started
        (False, True, False)
    """

    def __init__(self, section: int = SECTION) -> None:
        self.start = 0
        self.section = section
        self._first = _Mark(RunState(), [])
        self._marks: list[_Mark] = []
        self._now = RunState()

    @property
    def seen(self) -> int:
        """How many records were gone through so far."""
        return self._now.seq

    def now(self, rows: Sequence[Row]) -> RunState:
        """How things stand after all records, of which `rows` are those after `start`."""
        return self._advance(rows, self.start + len(rows))

    def at(self, rows: Sequence[Row], seq: int) -> RunState:
        """How things stood after record `seq`, which must not lie before `start`."""
        if self._now.seq < seq:
            self._advance(rows, seq)
        marks = [self._first, *self._marks[: (seq - self.start) // self.section]]
        run = marks[-1].rest.rest()
        for mark in marks:
            run.deliveries.update((d.number, d) for d in mark.changed)
        run.advance(rows[run.seq - self.start : seq - self.start])
        return run

    def opening(self) -> RunState:
        """How things stood after record `start`."""
        return self.at((), self.start)

    def let_go(self, rows: Sequence[Row]) -> int:
        """Forget the first section, and the deliveries that were settled in it.

        Returns:
            How many records that are.
        """
        count = self.section
        run = self.at(rows, self.start + count)
        settled = {n: d for n, d in run.deliveries.items() if d.is_settled}
        run.forget(settled)
        # One that has changed since then is in a later section as well.
        now = self._now.deliveries
        self._now.forget([n for n, d in settled.items() if now.get(n) is d])
        self._first = _Mark(run.rest(), list(run.deliveries.values()))
        del self._marks[0]
        self.start += count
        return count

    def _advance(self, rows: Sequence[Row], seq: int) -> RunState:
        if seq - self._now.seq < self.section:
            return self._go_through(rows, seq)
        with _without_collection():
            return self._go_through(rows, seq)

    def _go_through(self, rows: Sequence[Row], seq: int) -> RunState:
        run = self._now
        while run.seq < seq:
            done = run.seq - self.start
            end = min(done - done % self.section + self.section, seq - self.start)
            run.advance(rows[done:end])
            if end % self.section == 0:
                last = self._marks[-1].rest if self._marks else None
                self._marks.append(_Mark(run.rest(last), run.part()))
        return run


@contextmanager
def _without_collection() -> Iterator[None]:
    """Look for no garbage: all that is made is kept, so it would take its time in vain."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()

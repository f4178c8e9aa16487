"""Moments of a run: now, after some steps, or when it has come to rest."""

from sandbox.inspector import Recording
from sandbox.inspector.recording.records import Handling, Queued, Settled
from sandbox.lessons.question import UndecidedError


class Moment:
    """A moment that a prediction is about.

    Args:
        recording: the run.
        steps: after so many more deliveries; 0 is now. `None` is as soon as a delivery was made
            and nothing is left to do.

    Example:
        >>> Moment(Recording(), 2).words, Moment(Recording(), 0).seq()
        ('after the next 2 steps', 0)
    """

    def __init__(self, recording: Recording, steps: int | None) -> None:
        self._recording = recording
        self._steps = steps
        self._asked_at = recording.last
        self._made = len(recording.steps) - 1

    @property
    def words(self) -> str:
        """When that is."""
        if self._steps is None:
            return "once nothing is left to deliver"
        if not self._steps:
            return "now"
        return "after the next step" if self._steps == 1 else f"after the next {self._steps} steps"

    def seq(self) -> int:
        """The number of the last record of that moment.

        Raises:
            UndecidedError: it has not come yet.
        """
        if self._steps == 0:
            return self._asked_at
        ends = self._recording.steps
        if self._steps is None:
            return self._rest()
        made = len(ends) - 1 - self._made
        if made < self._steps or not self._has_ended(ends[self._made + self._steps - 1] + 1):
            missing = self._steps - min(made, self._steps - 1)
            raise UndecidedError(f"Now make {missing} step{'s' if missing > 1 else ''}, and see.")
        return ends[self._made + self._steps]

    def _rest(self) -> int:
        """The last record before something is sent again, after all that was sent is settled."""
        recording, begin = self._recording, self._recording.let_go
        run = recording.at(begin)
        unsettled = {number for number, d in run.deliveries.items() if d.verdict is None}
        made = False
        for seq, record in enumerate(recording.records, begin + 1):
            if isinstance(record, Queued):
                if made and not unsettled:
                    return seq - 1
                unsettled.add(record.number)
            elif isinstance(record, Handling | Settled):
                made = made or seq > self._asked_at
                if isinstance(record, Settled):
                    unsettled.discard(record.number)
        if made and not unsettled:
            return recording.last
        raise UndecidedError("Deliver everything first: press Step until nothing is left.")

    def _has_ended(self, first: int) -> bool:
        """Whether the turn that began with this record has ended, or is parked."""
        record = self._recording.records[first - 1 - self._recording.let_go]
        return self._recording[getattr(record, "number", 0)].state != "handling"

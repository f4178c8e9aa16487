"""The steps of a recording: after which record each delivery was made."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from sandbox.inspector.recording.records import Handling, Settled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.inspector.recording.records import Record

# What happens to deliveries that leave the queue without being made.
NOT_MADE = frozenset({"skipped_sender", "dropped", "cancelled", "stranded"})


class Steps:
    """Finds out, from the records in order, where each step ended.

    Example:
        >>> from sandbox.inspector.recording.records import Lifecycle
        >>> steps = Steps()
        >>> steps.advance([Lifecycle(0.1, "started"), Handling(0.2, 1), Handling(0.3, 2)])
        >>> steps.ends
        [1, 2, 3]
    """

    def __init__(self) -> None:
        self.seen = 0
        self._starts = array("q")
        self._left: set[int] = set()

    @property
    def ends(self) -> list[int]:
        """For each k, the number of the last record of step k; for 0, of those before the first."""
        return [*(start - 1 for start in self._starts), self.seen]

    def advance(self, following: Iterable[Record]) -> None:
        """Take in the records that come after those taken in before."""
        left = self._left
        for record in following:
            self.seen += 1
            if isinstance(record, Handling):
                if record.number not in left:
                    left.add(record.number)
                    self._starts.append(self.seen)
            elif isinstance(record, Settled):
                if record.number not in left and record.verdict not in NOT_MADE:
                    self._starts.append(self.seen)
                left.discard(record.number)

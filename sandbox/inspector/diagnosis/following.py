"""Following a recording: each record is looked at once, however often somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.inspector.recording.recording import Recording
    from sandbox.inspector.recording.records import Record


class Follower:
    """Hands out the records of a recording that were not handed out before.

    Example:
        >>> from sandbox.inspector import Recording
        >>> from sandbox.inspector.recording.records import Mode
        >>> recording = Recording()
        >>> follower = Follower(recording)
        >>> recording.append(Mode, "paused")
        >>> len(follower.news()), len(follower.news())
        (1, 0)
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._seen = 0

    @property
    def missed_some(self) -> bool:
        """Whether records were let go before they were handed out.

        Then `news` begins with how things stood, and what was known before is out of date.
        """
        return self._seen < self._recording.let_go

    def news(self) -> Sequence[Record]:
        """The records since the last call."""
        recording = self._recording
        if self._seen == recording.last:
            return ()
        if self.missed_some:
            new = [*recording.opening, *recording.records]
        else:
            new = recording.records[self._seen - recording.let_go :]
        self._seen = recording.last
        return new

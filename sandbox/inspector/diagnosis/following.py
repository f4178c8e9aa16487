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
        >>> follower.left, len(follower.news()), len(follower.news())
        (1, 1, 0)
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

    @property
    def left(self) -> int:
        """How many records were not handed out yet."""
        return self._recording.last - self._seen

    def news(self, limit: int | None = None) -> Sequence[Record]:
        """The records since the last call, or the first `limit` of them."""
        recording = self._recording
        if self._seen == recording.last:
            return ()
        if self.missed_some:
            self._seen = recording.last
            return [*recording.opening, *recording.records]
        first = self._seen - recording.let_go
        new = recording.records[first : None if limit is None else first + limit]
        self._seen += len(new)
        return new

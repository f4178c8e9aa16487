"""The stream of records to a page: in batches, in order, at the pace the page acknowledges."""

from collections.abc import Callable
from typing import Any, Final, Protocol

from sandbox.inspector.recording.records import Record, as_data

BATCH: Final = 1_000
"""Records in one message, at most."""

WINDOW: Final = 2_000
"""Records sent and not yet acknowledged, at most: an answer waits behind these."""

Send = Callable[[dict[str, Any]], object]
"""Sends one JSON-ready message to the page."""


class Records(Protocol):
    """What a link needs of a recording."""

    @property
    def last(self) -> int:
        """The sequence number of the newest record; 0 while there is none."""
        ...

    @property
    def let_go(self) -> int:
        """The sequence number of the newest record that is no longer kept; 0 while all are."""
        ...

    @property
    def opening(self) -> list[Record]:
        """How things stood after record `let_go`, told in at most as many records."""
        ...

    def since(self, seq: int, limit: int | None = None) -> list[dict[str, Any]]:
        """The records from `seq` on, at most `limit` of them, as JSON-ready dicts."""
        ...

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` after each new record; returns what takes it off again."""
        ...


class RecordStream:
    """Where a page is in a recording, and the batches that take it further.

    Nothing is sent before the page has asked with `resync`, since a page that is not there yet
    would lose it. A batch that gets lost on the way is sent again: the page notices the gap and
    asks, or nothing is acknowledged for a while and `rewind` goes back.
    """

    def __init__(self, recording: Records, send: Send) -> None:
        self._recording = recording
        self._send = send
        self._asked = False
        self._sent = 0
        self.acknowledged = 0
        """The newest record the page says it has, and all before it."""

    @property
    def unacknowledged(self) -> int:
        """How many records are on their way, or lost."""
        return self._sent - self.acknowledged

    @property
    def unsent(self) -> int:
        """How many records there are that were not sent yet."""
        return self._recording.last - self._sent

    def resync(self, first: int) -> None:
        """The page wants everything from record `first` on, whatever was sent before."""
        self._asked = True
        self._sent = self.acknowledged = min(max(first - 1, 0), self._recording.last)

    def acknowledge(self, seq: int) -> None:
        """The page has every record up to `seq`."""
        # Two tabs may show one notebook: what the one has says nothing of what the other is
        # being sent again, hence never beyond what was sent.
        self.acknowledged = max(self.acknowledged, min(seq, self._sent))

    def rewind(self) -> None:
        """Go back to the first record that nobody acknowledged."""
        self._sent = self.acknowledged

    def flush(self) -> bool:
        """Send one batch of what is there; tells whether the page has room for another."""
        limit = min(BATCH, WINDOW - self.unacknowledged, self.unsent)
        if not self._asked or limit <= 0:
            return False
        records = self._next(limit)
        first = records[0]["seq"]
        last = self._recording.last
        batch: dict[str, Any] = {"type": "batch", "first": first, "records": records, "last": last}
        if first > self._sent + 1:
            # Said, so that the page does not take it for a batch that got lost.
            batch["let_go"] = first - 1
        self._send(batch)
        self._sent = records[-1]["seq"]
        return self.unacknowledged < WINDOW and self.unsent > 0

    def _next(self, limit: int) -> list[dict[str, Any]]:
        let_go = self._recording.let_go
        if self._sent >= let_go:
            return self._recording.since(self._sent + 1, limit)
        # The page gets in place of what was let go how things stood by then; it says so.
        opening = self._recording.opening
        begin = let_go - len(opening) + 1
        records = [as_data(begin + index, record) for index, record in enumerate(opening)]
        return records[max(0, self._sent + 1 - begin) :][:limit]

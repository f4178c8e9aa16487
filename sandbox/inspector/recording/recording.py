"""The recording: everything that instruments saw, in order."""

from __future__ import annotations

from pathlib import Path
from threading import get_ident
from time import perf_counter
from typing import TYPE_CHECKING, Any

from sandbox.inspector.recording.opening import opening_of
from sandbox.inspector.recording.questions import Questions
from sandbox.inspector.recording.records import LANDMARKS, Record, as_data
from sandbox.inspector.recording.rows import Records, Row
from sandbox.inspector.recording.steps import Steps
from sandbox.inspector.recording.storage import Header, RecordingFile, Report, read, write
from sandbox.inspector.recording.timeline import SECTION, Timeline

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    from sandbox.inspector.recording.run_state import RecordedDelivery, RunState

_new_tuple: Callable[[type[Record], tuple[Any, ...]], Record] = tuple.__new__


class Recording(Questions):
    """An append-only list of records, from which everything that is shown is computed.

    `recording[n]` is delivery number n, as it stands now; `len(recording)` counts deliveries
    and iterating yields them.

    Args:
        path: a file to which each record is written as it comes, one line each, so that a process
            that is killed loses the last one at most. It must not exist yet. A record costs about
            seven microseconds more then, so a run takes two to three times as long as in memory.
        limit: how many records to keep in memory at least; by default all. Of those before, only
            how things stood is kept, and `let_go` counts them. A file gets all of them.

    Attributes:
        records: the records in memory, to be read like a list; the first has number `let_go + 1`.
        rows: what they are made of.
        landmarks: of these, and of a live recording only, the few that are not about the plain
            way of a delivery.
        listeners: called after each record; see `listen`.
        report: what is not in this recording, in words: of a file that was loaded what could not
            be read, or why no more could be written.

    Raises:
        FileExistsError: there is a file at `path` already.
        ValueError: `limit` is less than 1.

    Example:
        >>> import asyncio
        >>> from sandbox import Inspector, SingleThreadedAgentRuntime, TopicId
        >>> async def main():
        ...     inspector = Inspector(SingleThreadedAgentRuntime())
        ...     await inspector.runtime.publish_message("hi", TopicId("news", "today"))
        ...     await inspector.step()
        ...     return inspector.recording
        >>> recording = asyncio.run(main())
        >>> recording
        <Recording: 1 deliveries, 3 records>
        >>> recording[1]
        <#1 event str outside → nobody via news/today: no_recipient>
        >>> recording.last, recording.let_go, recording.opening, recording.path
        (3, 0, [], None)
        >>> recording.state.word, recording.at(2).word, recording.at(2).queue
        ('idle', 'paused', [1])
        >>> recording.steps, recording.behind, recording.began > 0
        ([2, 3], 0, True)
        >>> recording.problems[0].kind
        'no_recipient'
    """

    def __init__(
        self, path: str | os.PathLike[str] | None = None, *, limit: int | None = None
    ) -> None:
        if limit is not None and limit < 1:
            raise ValueError(f"limit must be at least 1 record, not {limit}.")
        self.rows: list[Row] = []
        self.records = Records(self.rows)
        self.landmarks: list[Record] = []
        self.report = Report()
        self._began = perf_counter()
        self._header = Header.now()
        self.listeners: list[Callable[[], None]] = []
        self._limit = limit
        self._thread = get_ident()
        self._timeline = Timeline(SECTION if limit is None else max(1, min(SECTION, limit // 4)))
        self._steps = Steps()
        self._file: RecordingFile | None = None
        if path is not None:
            self._file = RecordingFile(Path(path), self._header, self.report)
            self.listeners.append(self._write_down)
        if limit is not None:
            self.listeners.append(self._keep_within_limit)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Recording:
        """Read a recording from a file, also one that is damaged, cut off or from a newer version.

        What can be read is read, and `report` says what was left out and why. Nothing that the
        file names is imported or run.

        Returns:
            A recording with everything that a live one has.

        Raises:
            OSError: the file cannot be opened.

        Example:
            >>> import tempfile
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     Recording().save(f"{folder}/run.jsonl")
            ...     loaded = Recording.load(f"{folder}/run.jsonl")
            >>> loaded, str(loaded.report)
            (<Recording: 0 deliveries, 0 records>, 'Nothing was left out.')
        """
        recording = cls()
        recording._header, records, recording.report = read(Path(path))
        recording.rows += records
        recording._timeline.now(recording.rows)  # so that the first look is quick, too
        return recording

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the recording to a file, in place of what is there.

        If that is the file to which it is written as it goes, there is nothing to do.

        Of a recording with a limit, this is what is in memory, beginning with how things stood
        then; only a file that it was written to as it went has everything.

        Args:
            path: the file.

        Raises:
            OSError: the file cannot be written.

        Example:
            >>> Recording().save("no/such/folder/run.jsonl")
            Traceback (most recent call last):
            FileNotFoundError: [Errno 2] No such file or directory: ...
        """
        if self._file is not None and self._file.is_written(Path(path)):
            return
        write(Path(path), self._header.after(self.let_go), [*self.opening, *self.records])

    @property
    def began(self) -> float:
        """When it began, by `time.perf_counter`."""
        return self._began

    @property
    def path(self) -> Path | None:
        """The file to which the records are written as they come, or `None`."""
        return None if self._file is None else self._file.path

    @property
    def let_go(self) -> int:
        """How many records were let go, for want of memory: those up to this number."""
        return self._timeline.start

    @property
    def opening(self) -> list[Record]:
        """How things stood when the records up to `let_go` were let go, as records; else none."""
        if not self.let_go:
            return []
        return opening_of(self._timeline.opening(), self.records[0].time if self.records else 0.0)

    @property
    def last(self) -> int:
        """Number of the last record; 0 if there is none."""
        return self.let_go + len(self.rows)

    @property
    def behind(self) -> int:
        """How many records `state` has not taken in yet, which it will when it is asked for."""
        return self.last - self._timeline.seen

    @property
    def state(self) -> RunState:
        """The run as it stands after the last record."""
        return self._timeline.now(self.rows)

    def at(self, seq: int) -> RunState:
        """The run as it stood after record `seq`; 0 is before the first.

        Returns:
            Queue, agents, subscriptions, deliveries and the rest, as `RunState` lists them.

        Raises:
            IndexError: there is no such record, or it was let go.

        Example:
            >>> Recording().at(0)
            <RunState: idle after record 0, 0 deliveries>
        """
        # After the last record that was let go, it is still known how things stood.
        self._check(seq, self.let_go)
        return self._timeline.at(self.rows, seq)

    @property
    def steps(self) -> list[int]:
        """For each step, the number of its last record: `at(steps[k])` is how it stood after it.

        Step k made the k-th delivery, whoever chose it, and what came of it until the next was
        made belongs to it. Step 0 is all before the first.
        """
        self._steps.advance(self.records[self._steps.seen - self.let_go :])
        return self._steps.ends

    def since(self, seq: int, limit: int | None = None) -> list[dict[str, Any]]:
        """Records from number `seq` on, at most `limit`, as plain data.

        Returns:
            A dictionary per record, ready for JSON.

        Raises:
            IndexError: record `seq` was let go.

        Example:
            >>> from sandbox.inspector.recording.records import Handling
            >>> recording = Recording()
            >>> recording.add(Handling(time=0.5, number=3))
            >>> recording.since(1)
            [{'kind': 'handling', 'seq': 1, 'time': 0.5, 'number': 3}]
        """
        first = max(seq, 1)
        if first <= self.let_go:
            self._check(first, self.let_go + 1)
        begin = first - 1 - self.let_go
        wanted = self.records[begin : None if limit is None else begin + limit]
        return [as_data(number, record) for number, record in enumerate(wanted, first)]

    def __len__(self) -> int:
        return len(self.state.deliveries)

    def __iter__(self) -> Iterator[RecordedDelivery]:
        return iter(list(self.state.deliveries.values()))

    def __getitem__(self, number: int) -> RecordedDelivery:
        deliveries = self.state.deliveries
        if number not in deliveries:
            msg = f"There is no delivery {number}: the recording has {len(deliveries)} deliveries."
            if self.let_go:
                msg += f" Those settled by record {self.let_go} were let go{self._whereabouts()}."
            raise IndexError(msg)
        return deliveries[number].copy()

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have `callback` called after each record; it must be quick and must not raise.

        Returns:
            A function that ends it.

        Example:
            >>> from sandbox.inspector.recording.records import Mode
            >>> recording = Recording()
            >>> stop = recording.listen(lambda: print(recording.last))
            >>> recording.append(Mode, "paused")
            1
            >>> stop()
        """
        self.listeners.append(callback)

        def stop() -> None:
            if callback in self.listeners:
                self.listeners.remove(callback)

        return stop

    def append(self, record_class: type[Record], *fields: Any) -> None:
        """Add a record of this class; its `time` is put in front of the fields.

        Example:
            >>> from sandbox.inspector.recording.records import Mode
            >>> recording = Recording()
            >>> recording.append(Mode, "paused")
            >>> recording.state.mode
            'paused'
        """
        # As a plain tuple is made: the named one would check again what the recorder knows.
        self.add(_new_tuple(record_class, (perf_counter() - self._began, *fields)))

    def add(self, record: Record) -> None:
        """Add a record; its `time` counts from `began`.

        Example:
            >>> from sandbox.inspector.recording.records import Mode
            >>> recording = Recording()
            >>> recording.add(Mode(time=0.5, mode="paused"))
            >>> recording.last
            1
        """
        self.rows.append(record)
        if type(record) in LANDMARKS:
            self.landmarks.append(record)
        if self.listeners:
            for callback in self.listeners:
                callback()

    def close(self) -> None:
        """Close the file, if there is one. What comes after that is kept in memory only.

        Example:
            >>> recording = Recording()
            >>> recording.close()
        """
        if self._file is not None:
            self._file.close()

    def __repr__(self) -> str:
        let_go = f", {self.let_go} let go" if self.let_go else ""
        problem = f", {self.report.headline}" if self.report else ""
        return f"<Recording: {len(self)} deliveries, {self.last} records{let_go}{problem}>"

    def _check(self, seq: int, first: int) -> None:
        if first <= seq <= self.last:
            return
        if 0 <= seq < first:
            msg = (
                f"Record {seq} was let go (limit={self._limit}): there still are "
                f"records {self.let_go + 1} to {self.last}{self._whereabouts()}."
            )
        else:
            there = f"{max(first, 1)} to {self.last}"
            msg = f"There is no record {seq}: this recording has records {there}."
        raise IndexError(msg)

    def _whereabouts(self) -> str:
        return "" if self.path is None else f"; all are in {self.path}"

    def _write_down(self) -> None:
        assert self._file is not None  # else nobody would listen
        self._file.catch_up(self.rows, self.let_go)

    def _keep_within_limit(self) -> None:
        assert self._limit is not None  # else nobody would listen
        # Others may print; but only the thread that looks at the recording may shorten it.
        if get_ident() != self._thread:
            return
        while len(self.rows) >= self._limit + self._timeline.section:
            self._steps.advance(self.records[self._steps.seen - self.let_go :])
            count = self._timeline.let_go(self.rows)
            del self.rows[:count]
            self.landmarks.clear()  # a recording that is never long needs none

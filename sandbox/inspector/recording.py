"""The recording: everything that instruments saw, in order."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from sandbox.inspector.records import Record, as_data
from sandbox.inspector.run_state import RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.inspector.run_state import RecordedDelivery

_new_tuple: Callable[[type[Record], tuple[Any, ...]], Record] = tuple.__new__


class Recording:
    """An append-only list of records, from which everything that is shown is computed.

    `recording[n]` is delivery number n, as it stands now; `len(recording)` counts deliveries
    and iterating yields them.

    Example:
        >>> recording = Recording()
        >>> len(recording), recording.last
        (0, 0)
    """

    def __init__(self) -> None:
        self.records: list[Record] = []
        self._began = perf_counter()
        self._listeners: list[Callable[[], None]] = []
        self._now = RunState()

    @property
    def last(self) -> int:
        """Number of the last record; 0 if there is none."""
        return len(self.records)

    @property
    def state(self) -> RunState:
        """The run as it stands after the last record."""
        return self._now.advance(self.records)

    def at(self, seq: int) -> RunState:
        """The run as it stood after record `seq`; 0 is before the first.

        Raises:
            IndexError: there is no such record.
        """
        if not 0 <= seq <= self.last:
            msg = f"There is no record {seq}: this recording has records 1 to {self.last}."
            raise IndexError(msg)
        return RunState().advance(self.records[:seq])

    def since(self, seq: int, limit: int | None = None) -> list[dict[str, Any]]:
        """Records from number `seq` on, at most `limit`, as plain data."""
        first = max(seq, 1)
        stop = None if limit is None else first - 1 + limit
        wanted = self.records[first - 1 : stop]
        return [as_data(number, record) for number, record in enumerate(wanted, first)]

    def __len__(self) -> int:
        return len(self.state.deliveries)

    def __iter__(self) -> Iterator[RecordedDelivery]:
        return iter(list(self.state.deliveries.values()))

    def __getitem__(self, number: int) -> RecordedDelivery:
        deliveries = self.state.deliveries
        if number not in deliveries:
            msg = f"There is no delivery {number}: the recording has {len(deliveries)} deliveries."
            raise IndexError(msg)
        return deliveries[number]

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have `callback` called after each record; it must be quick and must not raise.

        Returns:
            A function that ends it.
        """
        self._listeners.append(callback)

        def stop() -> None:
            if callback in self._listeners:
                self._listeners.remove(callback)

        return stop

    def append(self, record_class: type[Record], *fields: Any) -> None:
        """Add a record of this class; its `time` is put in front of the fields."""
        # As a plain tuple is made: the named one would check again what the recorder knows.
        record = _new_tuple(record_class, (perf_counter() - self._began, *fields))
        self.records.append(record)
        if self._listeners:
            for callback in self._listeners:
                callback()

    def __repr__(self) -> str:
        return f"<Recording: {len(self)} deliveries, {self.last} records>"

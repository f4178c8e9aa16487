"""A glance at a long recording: what one question needs, without going through all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sandbox.inspector.explaining.routing_history import RoutingHistory
from sandbox.inspector.recording.finding import place_of, place_of_turn
from sandbox.inspector.recording.records import Queued, Rerouted, Settled
from sandbox.inspector.recording.rows import message_sent
from sandbox.inspector.recording.run_state import OF_DELIVERIES, RunState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.inspector.recording.recording import Recording
    from sandbox.inspector.recording.records import Held, Record
    from sandbox.runtime.runtime import SingleThreadedAgentRuntime

# A recording that runs ahead by more records than this is glanced at; else its state is quick.
FEW = 2_000


class Glance:
    """Finds out how the run stands for one delivery.

    It goes by the landmarks of a recording, which are few, by the records of the deliveries in
    question, which lie close together, and by the live runtime, which knows what is pending.

    Args:
        recording: the recording of the runtime.
        runtime: the live runtime.

    Attributes:
        history: what could be routed where, as far as landmarks and answered questions tell.
    """

    def __init__(self, recording: Recording, runtime: SingleThreadedAgentRuntime) -> None:
        self._recording = recording
        self._runtime = runtime
        self._seen = 0
        self._rest = RunState()
        self._of: dict[int, list[Record]] = {}
        self.history = RoutingHistory()

    @property
    def is_worth_it(self) -> bool:
        """Whether a glance is quicker than to go through the recording."""
        return self._recording.behind > FEW and not self._recording.let_go

    def number_of(self, message_id: str) -> int | None:
        """The number of the first delivery of the latest message that has this id."""
        return message_sent(self._recording.rows, message_id)

    def run(self, number: int | None) -> RunState | None:
        """How the run stands, with those deliveries alone that bear on one of them.

        Args:
            number: the delivery asked about; `None` for a message that is not sent yet.

        Returns:
            The state, or `None` if a glance does not tell.
        """
        self._catch_up()
        run = self._rest.rest()
        if number is not None:
            family = self._family(number)
            if family is None:
                return None
            # What waits may wait for an open turn of its agent.
            live = (self._runtime.deliveries.get(each) for each in family)
            waiting = {d.recipient for d in live if d is not None and d.pending}
            family |= dict.fromkeys(
                d.number
                for d in self._runtime.deliveries.values()
                if waiting and not d.pending and d.recipient in waiting
            )
            for record in self._records_of(family):
                if type(record) is Queued:
                    self.history.advance((record,))
                run.advance((record,))
        pending = self._runtime.stepper.pending
        run.pending = dict.fromkeys(delivery.number for delivery in pending)
        run.places = {d.number: d.place for d in pending if d.place is not None}
        return run

    def _catch_up(self) -> None:
        new = self._recording.landmarks[self._seen :]
        self._seen += len(new)
        self._rest.advance(new)
        self.history.advance(new)
        for record in new:
            if type(record) is Rerouted:
                for number, _, _ in record.events:
                    self._of.setdefault(number, []).append(record)
            elif type(record) in OF_DELIVERIES:
                self._of.setdefault(cast("Held", record).number, []).append(record)

    def _family(self, number: int) -> dict[int, None] | None:
        """The delivery, the request that it answers, and the other events of its publication."""
        records = self._recording.records
        place = place_of(self._recording.rows, number)
        if place is None:
            return None
        asked = records[place]
        assert isinstance(asked, Queued)  # that is what was looked for
        if asked.request is not None:
            return {asked.request: None, number: None}
        if asked.publication is None:
            return {number: None}
        begin = place_of(self._recording.rows, asked.publication)
        if begin is None:
            return None
        family = {number: None}
        for at in range(begin, len(records)):
            record = records[at]
            if type(record) is Queued:
                if record.publication != asked.publication:
                    break  # the events of a publication enter the queue together
                family[record.number] = None
        return family | dict.fromkeys(self.history.siblings(number))

    def _records_of(self, family: dict[int, None]) -> list[Record]:
        """All records of these deliveries and of the answers to them, in order."""
        records = self._recording.records
        found: dict[int, Record] = {}
        left = list(family)
        while left:
            number = left.pop()
            place = place_of(self._recording.rows, number)
            if place is None:
                continue
            found[place] = records[place]
            for at, record in self._after(number, place):
                found[at] = record
                if type(record) is Queued and record.number not in family:
                    family[record.number] = None
                    left.append(record.number)
        ordered = [record for _, record in sorted(found.items())]
        landmarks = {id(r): r for number in family for r in self._of.get(number, ())}
        # By their time, as they stand in a list of their own.
        return sorted([*ordered, *landmarks.values()], key=lambda record: record.time)

    def _after(self, number: int, place: int) -> Iterator[tuple[int, Record]]:
        """What became of a delivery after it had entered the queue, and the answers to it."""
        live = self._runtime.deliveries.get(number)
        if live is not None and live.pending:
            return
        records = self._recording.records
        begin = place_of_turn(self._recording.rows, number, place)
        for at in range(begin, len(records)):
            record = records[at]
            kind = type(record)
            if kind is Queued:
                if cast("Queued", record).request == number:
                    yield at, record
            elif kind in OF_DELIVERIES and record[1] == number:
                if kind in _IN_TURN:
                    yield at, record
                if kind is Settled:
                    return


_IN_TURN = frozenset(OF_DELIVERIES) - frozenset({Queued})

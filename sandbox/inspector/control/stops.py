"""Stops: the breakpoints of one inspector and its budget, and what happens when one is met."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sandbox.inspector.control.breakpoints import (
    Breakpoint,
    Moment,
    moments_after,
    moments_before,
    reason_of,
)
from sandbox.inspector.recording.records import Changed
from sandbox.messaging.turn import current_turn
from sandbox.runtime.delivery import EVENT, REQUEST
from sandbox.runtime.instruments import Instrument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.inspector.recording.recorder import Recorder
    from sandbox.inspector.recording.recording import Recording
    from sandbox.messaging.agent import Agent
    from sandbox.messaging.agent_id import AgentId
    from sandbox.runtime.delivery import Delivery
    from sandbox.runtime.runtime import SingleThreadedAgentRuntime


class Stops(Instrument):
    """Watches a runtime while there are breakpoints, and stops it when one is met.

    Attributes:
        count: how often it has stopped the runtime so far; pausing one mailbox does not count.
    """

    def __init__(
        self, runtime: SingleThreadedAgentRuntime, recording: Recording, recorder: Recorder
    ) -> None:
        self.count = 0
        self._runtime = runtime
        self._recording = recording
        self._recorder = recorder
        self._breakpoints: list[Breakpoint] = []
        self._budget: int | None = None
        self._spent = 0
        self._passed: set[int] = set()  # pending deliveries before which it has stopped already
        self._changed: list[Changed] = []
        self._disarm: list[Callable[[], None]] = []

    # Breakpoints

    def __iter__(self) -> Iterator[Breakpoint]:
        return iter(tuple(self._breakpoints))

    def add(self, breakpoint: Breakpoint) -> Breakpoint:
        """Stop at this from now on."""
        breakpoint.on_remove = self.remove
        self._breakpoints.append(breakpoint)
        self._arm()
        return breakpoint

    def remove(self, breakpoint: Breakpoint) -> None:
        """Stop at this no more; removing it twice changes nothing."""
        if breakpoint in self._breakpoints:
            self._breakpoints.remove(breakpoint)
            self._arm()

    def close(self) -> None:
        """Stop at nothing any more."""
        self._breakpoints.clear()
        self._budget = None
        self._arm()

    def set_budget(self, budget: int | None) -> None:
        """Stop after this many deliveries, counted from now on; `None` is no limit.

        Raises:
            ValueError: it is less than 1.
        """
        if budget is not None and budget < 1:
            msg = f"A budget is a number of deliveries, at least 1, not {budget}."
            raise ValueError(msg)
        self._budget = budget
        self.count_anew()
        self._arm()

    def count_anew(self) -> None:
        """Count the deliveries that the budget is for from now on."""
        self._spent = 0

    @contextmanager
    def budgeted(self, budget: int | None) -> Iterator[None]:
        """Inside the block, count anew, and to this budget if one is given."""
        usual = self._budget
        self.set_budget(usual if budget is None else budget)
        try:
            yield
        finally:
            self.set_budget(usual)

    def _arm(self) -> None:
        # Nothing is asked and nothing observed for the sake of breakpoints that do not exist.
        wanted = bool(self._breakpoints) or self._budget is not None
        if wanted and not self._disarm:
            self._runtime.add_instrument(self)
            self._disarm = [
                self._runtime.stepper.guard(self.may_go),
                self._recording.listen(self._note_change),
                lambda: self._runtime.remove_instrument(self),
            ]
        elif not wanted:
            while self._disarm:
                self._disarm.pop()()

    # Stopping

    def may_go(self, delivery: Delivery) -> bool:
        """Whether this delivery, which is next, may leave the queue; stops the runtime if not."""
        if not self._disarm:
            return True
        if delivery.number in self._passed:
            self._spent += 1
            return True
        if self._budget is not None and self._spent >= self._budget:
            reason = f"{self._spent:,} deliveries were made, which is the budget"
            self._spent = 0
            self._stop(delivery.number, "budget", reason)
            return False
        stops, met = self.count, False
        for moment in moments_before(delivery, self._agent(delivery.recipient)):
            met = self._meet(moment) or met
        if met:
            self._passed.add(delivery.number)
        goes_on = self.count == stops
        self._spent += goes_on
        return goes_on

    def invariant_broken(self, name: str, delivery: Delivery | None = None) -> None:
        """Stop if a breakpoint asks for broken invariants.

        Args:
            name: what the invariant says.
            delivery: after which delivery it was broken.
        """
        agent_id = None if delivery is None else delivery.recipient
        self._meet(Moment("invariant", delivery, agent_id, self._agent(agent_id), text=name))

    def stop(self, number: int | None, by: str, reason: str) -> None:
        """Stop the run, at this delivery if it is about one."""
        self._stop(number, by, reason)

    def _meet(self, moment: Moment) -> bool:
        met = [b for b in self._breakpoints if b.meets(moment)]
        for breakpoint in met:
            if breakpoint.once:
                self.remove(breakpoint)
        if not met:
            return False
        # Of several, one that stops everything decides.
        first = min(met, key=lambda b: b.hold_only)
        number = None if moment.delivery is None else moment.delivery.number
        held = moment.agent_id if first.hold_only else None
        self._stop(number, first.label, reason_of(first, moment), held)
        return True

    def _stop(self, number: int | None, by: str, reason: str, held: AgentId | None = None) -> None:
        self._recorder.stopped(number, by, reason)
        stepper = self._runtime.stepper
        if held is not None:
            stepper.pause_mailbox(held)
            return
        self.count += 1
        if self._runtime.started and not stepper.paused:
            stepper.pause()
            self._recorder.mode("paused")

    def _agent(self, agent_id: AgentId | None) -> Any:
        return None if agent_id is None else self._runtime.agents.get(agent_id)

    def _note_change(self) -> None:
        record = self._recording.records[-1]
        if type(record) is Changed:
            self._changed.append(record)

    def _meet_changes(self, delivery: Delivery) -> None:
        changed = [c for c in self._changed if c.number == delivery.number]
        self._changed.clear()
        if changed:
            agent = self._agent(delivery.recipient)
            self._meet(Moment("changed", delivery, delivery.recipient, agent))

    # The hooks of an instrument

    def delivery_queued(self, delivery: Delivery) -> None:
        """Something was sent."""
        publication = delivery.publication
        sent = delivery.kind is REQUEST or (
            delivery.kind is EVENT
            and publication is not None
            and publication.events[0] is delivery  # once per publication
        )
        if sent and delivery.copy_of is None:
            sender = delivery.sender
            self._meet(Moment("sent", delivery, sender, self._agent(sender)))

    def delivery_handling(self, delivery: Delivery) -> None:
        """A message may have been changed before it was delivered."""
        if self._changed:
            self._meet_changes(delivery)

    def delivery_settled(self, delivery: Delivery) -> None:
        """A delivery has ended."""
        self._passed.discard(delivery.number)
        if self._changed:
            self._meet_changes(delivery)
        for moment in moments_after(delivery, self._agent(delivery.recipient)):
            self._meet(moment)

    def agent_created(self, agent_id: AgentId, agent: Agent) -> None:
        """An agent was built, perhaps for a delivery."""
        delivery = getattr(current_turn.get(), "delivery", None)
        self._meet(Moment("created", delivery, agent_id, agent))

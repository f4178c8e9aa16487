"""Runs: many steps in a row, until something is reached."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any

from sandbox.inspector.control.patterns import agent_matches
from sandbox.runtime.delivery import REQUEST, RESPONSE
from sandbox.runtime.instruments import Instrument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.inspector.control.patterns import AgentPattern
    from sandbox.inspector.control.stops import Stops
    from sandbox.inspector.recording.recording import Recording
    from sandbox.runtime.delivery import Delivery
    from sandbox.runtime.runtime import SingleThreadedAgentRuntime
    from sandbox.runtime.stepper import Stepper

# A run that takes longer than this, in seconds, shows its progress.
PATIENCE = 1.0


class Runs:
    """Makes deliveries one after the other, as the runtime would if it ran freely.

    A turn that sleeps or does I/O does not keep the others waiting. An interrupted run leaves
    the recording, and the runtime, as they stand after the last delivery.
    """

    def __init__(
        self,
        runtime: SingleThreadedAgentRuntime,
        recording: Recording,
        stops: Stops,
        tell: Callable[[], None],
    ) -> None:
        self._runtime = runtime
        self._stepper = runtime.stepper
        self._recording = recording
        self._stops = stops
        self._tell = tell
        self.under_way = 0
        self._ended = 0

    def end(self) -> None:
        """End the runs that are under way, each before its next delivery."""
        self._ended += 1

    @contextmanager
    def _under_way(self) -> Iterator[None]:
        """Inside the block a run makes the deliveries; the recording tells so."""
        self.under_way += 1
        if self.under_way == 1:
            self._tell()
        try:
            yield
        finally:
            self.under_way -= 1
            if self.under_way == 0:
                self._tell()

    async def run(
        self,
        *,
        until: Callable[[Delivery], object] | None = None,
        limit: int | None = None,
        budget: int | None = None,
    ) -> int:
        """Run until idle; see `Inspector.run`."""
        await self.let_tasks_begin()
        return await self._go(_Goal(until=until, limit=limit), budget=budget)

    async def let_tasks_begin(self) -> None:
        """While nothing is pending, give a task that was just made the chance to send."""
        if not self._stepper.pending:
            await asyncio.sleep(0)

    async def step_over(self, number: int | None) -> Delivery | None:
        """Make a request and all that it takes to answer it; see `Inspector.step_over`."""
        first = self._start(number)
        if first is None:
            return None
        if first.kind is not REQUEST:
            return await self._stepper.step(first.number)
        goal = _Goal(last=lambda d: d.kind is RESPONSE and d.request is first)
        await self._go_within(first.number, goal)
        return goal.reached or first

    async def run_conversation(self, number: int | None) -> int:
        """Make all that one delivery leads to; see `Inspector.run_conversation`."""
        if number is None:
            first = self._stepper.next_up()
            if first is None:
                return 0
            number = first.number
        elif number not in self._runtime.deliveries:
            _ = self._recording[number]  # it must be known
        return await self._go_within(number, _Goal())

    async def step_to(self, agent: AgentPattern) -> Delivery | None:
        """Run to the next delivery at an agent; see `Inspector.step_to`."""
        goal = _Goal(last=lambda d: d.recipient is not None and agent_matches(agent, d.recipient))
        await self._go(goal)
        return goal.reached

    def _start(self, number: int | None) -> Delivery | None:
        if number is None:
            return self._stepper.next_up()
        under_way = self._runtime.deliveries.get(number)
        return under_way if under_way is not None else self._stepper.find(number)

    async def _go_within(self, number: int, goal: _Goal) -> int:
        """Go, but make only this delivery and what it leads to."""
        family = _Family(number, self._recording)
        self._runtime.add_instrument(family)
        try:
            return await self._go(goal, among=family.includes)
        finally:
            self._runtime.remove_instrument(family)

    async def _go(
        self,
        goal: _Goal,
        *,
        among: Callable[[Delivery], bool] | None = None,
        budget: int | None = None,
    ) -> int:
        if self._flows:
            msg = "The runtime delivers freely, so there is nothing to run. Pause it first."
            raise RuntimeError(msg)
        with self._stops.budgeted(budget), self._under_way():
            return await self._deliver(goal, among)

    async def _deliver(self, goal: _Goal, among: Callable[[Delivery], bool] | None) -> int:
        stops, ended, made = self._stops.count, self._ended, 0
        open_turns: list[Delivery] = []
        progress = _Progress(goal.limit)
        # Nobody need be told that a paused runtime does not deliver, while this does.
        watched, self._stepper.watched = self._stepper.watched, True
        happened = asyncio.Event()
        stop_listening = self._recording.listen(happened.set)
        try:
            while not goal.is_reached(self._rested(open_turns)):
                happened.clear()
                stopped = (self._stops.count, self._ended) != (stops, ended) or self._flows
                delivery = None if stopped or made == goal.limit else self._next(among)
                if delivery is not None:
                    made += 1
                    progress.show(made)
                    open_turns.append(delivery)
                    if await goal.is_last(delivery, self._stepper):
                        break
                    await self._stepper.let_run()
                elif stopped or self._stops.count != stops:
                    break
                elif open_turns or (made != goal.limit and self._may_go_on(among)):
                    await happened.wait()
                    await self._stepper.let_run()
                else:
                    break
        finally:
            progress.close()
            stop_listening()
            self._stepper.watched = watched
        return made

    @property
    def _flows(self) -> bool:
        return self._runtime.started and not self._stepper.paused

    def _next(self, among: Callable[[Delivery], bool] | None) -> Delivery | None:
        """Make the next delivery, unless it is to be stopped before."""
        following = self._stepper.next_up(among)
        while following is not None:
            if not self._stops.may_go(following):
                return None
            # What was asked may have changed what comes next, and has seen this one now.
            asked, following = following, self._stepper.next_up(among)
            if following is asked:
                return self._stepper.begin(among=among)
        return None

    def _rested(self, open_turns: list[Delivery]) -> list[Delivery]:
        """Those of the open turns that have come to rest; they are taken out."""
        rested = [d for d in open_turns if self._stepper.is_at_rest(d)]
        for delivery in rested:
            open_turns.remove(delivery)
        return rested

    def _may_go_on(self, among: Callable[[Delivery], bool] | None) -> bool:
        """Whether a turn is open that waits for no delivery, so that more may come of it."""
        return any(
            not d.pending and not d.parked and (among is None or among(d))
            for d in self._runtime.deliveries.values()
        )


class _Goal:
    """What ends a run before it is idle.

    Attributes:
        until: ends it when true of a delivery that was made and has come to rest.
        last: ends it with the first delivery of which it is true.
        limit: ends it after so many deliveries.
        reached: the delivery that `last` was true of.
    """

    def __init__(
        self,
        until: Callable[[Delivery], object] | None = None,
        last: Callable[[Delivery], bool] | None = None,
        limit: int | None = None,
    ) -> None:
        self.until = until
        self.last = last
        self.limit = limit
        self.reached: Delivery | None = None

    async def is_last(self, delivery: Delivery, stepper: Stepper) -> bool:
        if self.last is None or not self.last(delivery):
            return False
        await stepper.finish(delivery)
        self.reached = delivery
        return True

    def is_reached(self, rested: list[Delivery]) -> bool:
        return self.until is not None and any(map(self.until, rested))


class _Family(Instrument):
    """One delivery and all that it led to, directly or not."""

    def __init__(self, number: int, recording: Recording) -> None:
        self._numbers = {number}
        for delivery in recording:  # causes come before what they cause
            self._add(delivery.number, delivery.cause)

    def includes(self, delivery: Delivery) -> bool:
        return delivery.number in self._numbers

    def delivery_queued(self, delivery: Delivery) -> None:
        self._add(delivery.number, delivery.cause)

    def _add(self, number: int, cause: int | None) -> None:
        if cause in self._numbers:
            self._numbers.add(number)


class _Progress:
    """A progress bar that appears once a run takes long."""

    def __init__(self, total: int | None) -> None:
        self._total = total
        self._begun = perf_counter()
        self._bar: Any = None

    def show(self, made: int) -> None:
        if self._bar is None:
            if perf_counter() - self._begun < PATIENCE:
                return
            from tqdm.auto import tqdm

            self._bar = tqdm(total=self._total, initial=made, desc="run", unit=" deliveries")
        self._bar.update(made - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()

"""The stepper: one delivery at a time."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import TYPE_CHECKING

from sandbox.runtime.delivery import HELD, RESPONSE, Delivery
from sandbox.runtime.instruments import Instrument, Instruments
from sandbox.runtime.pending import PendingDeliveries
from sandbox.runtime.policies import policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.runtime.dispatcher import Dispatcher
    from sandbox.runtime.policies import Policy
    from sandbox.runtime.registry import Registry

    Guard = Callable[[Delivery], bool]


class Stepper(PendingDeliveries):
    """Holds the pump and makes deliveries one by one, started or not.

    Nothing else can hold a runtime. What a delivery does is the same, stepped or not: both go
    through `Dispatcher.deliver`.

    Attributes:
        watched: whether somebody sees the queue and can step it, so that nobody need be told
            that a paused runtime does not deliver.

    Example:
        >>> from sandbox import SingleThreadedAgentRuntime, TopicId
        >>> async def main():
        ...     runtime = SingleThreadedAgentRuntime()
        ...     await runtime.publish_message("hello", TopicId("news", "today"))
        ...     print(await runtime.stepper.step())
        ...     print(await runtime.stepper.step())  # nothing is pending any more
        >>> asyncio.run(main())
        <Delivery #1 event str outside -> nobody: no_recipient>
        None
    """

    def __init__(
        self, dispatcher: Dispatcher, registry: Registry, instruments: Instruments
    ) -> None:
        super().__init__(dispatcher, registry, instruments)
        self.watched = False
        self._guards: list[Guard] = []

    @property
    def paused(self) -> bool:
        """Whether the runtime delivers only what is stepped."""
        return self._dispatcher.pump.paused

    def pause(self) -> None:
        """From now on, deliver only what is stepped. What is being handled goes on."""
        self._dispatcher.pump.pause()

    def resume(self) -> None:
        """Deliver freely again, if the runtime is started."""
        self._dispatcher.pump.resume()

    async def step(self, number: int | None = None) -> Delivery | None:
        """Make exactly one delivery.

        Returns when the turn it started, or went on with, has ended or is parked on another
        agent's answer, and the loop has come to rest, so that what the step caused is in the
        queue. A handler that sleeps or does I/O is waited for; other deliveries can be stepped
        meanwhile. The handler runs in a copy of the caller's context, so that in a notebook what
        it prints appears where the step was asked for.

        Args:
            number: which delivery to make; by default the next one that may go.

        Returns:
            The delivery, or `None` at once if nothing may go now.

        Raises:
            LookupError: delivery `number` is not pending.
            RuntimeError: it may not go now, or the runtime delivers freely.
        """
        delivery = self.begin(number)
        if delivery is not None:
            await self.finish(delivery)
        return delivery

    def begin(
        self, number: int | None = None, *, among: Callable[[Delivery], bool] | None = None
    ) -> Delivery | None:
        """Make a delivery like `step`, without waiting for its turn.

        Args:
            number: which delivery to make; by default the next one that may go.
            among: without a number, the next of those for which this is true.

        Returns:
            The delivery, or `None` if nothing may go now.

        Raises:
            LookupError: delivery `number` is not pending.
            RuntimeError: it may not go now, or the runtime delivers freely.
        """
        dispatcher = self._dispatcher
        dispatcher.pump.bind()
        dispatcher.pump.before_wake()
        if dispatcher.pump.flowing:
            msg = "The runtime delivers freely, so there is nothing to step. Pause it first."
            raise RuntimeError(msg)
        delivery = self._choose(number, among)
        if delivery is not None:
            dispatcher.deliver(delivery, copy_context())
        return delivery

    async def finish(self, delivery: Delivery) -> None:
        """Wait until a delivery that `begin` made has come to rest, as `step` does."""
        await self._come_to_rest(delivery)
        turn = self._turn_of(delivery)
        if turn is not None and turn is not delivery:
            await self._come_to_rest(turn)

    async def let_run(self) -> None:
        """Let everything run that can run now, without waiting for what sleeps or does I/O."""
        await self._dispatcher.pump.rest()

    def is_at_rest(self, delivery: Delivery) -> bool:
        """Whether the turn of a delivery that `begin` made has ended, or is parked."""
        turn = self._turn_of(delivery)
        return delivery.parked and (turn is None or turn.parked)

    def next_up(self, among: Callable[[Delivery], bool] | None = None) -> Delivery | None:
        """The delivery that a step would make, `None` if nothing may go.

        Args:
            among: the next of those for which this is true.
        """
        return self._dispatcher.peek(among)

    # What goes next

    @property
    def policy(self) -> str:
        """Which pending delivery goes next, free or stepped; `fifo` unless it was set.

        One of `fifo`, `lifo`, `random(seed)`, `pairs` and `pairs(seed)`; see
        `sandbox.runtime.policies`. Setting it makes a seeded policy begin anew. Under another
        policy than `fifo`, also the deliveries of one publication go one by one.
        """
        chosen = self._ledger.queue.policy
        return "fifo" if chosen is None else chosen.name

    @policy.setter
    def policy(self, name: str | Policy) -> None:
        chosen = policy(name)
        self._ledger.queue.choose_by(None if chosen.name == "fifo" else chosen)
        if (tell := self._instruments.policy_set) is not None:
            tell(chosen.name)
        self._dispatcher.pump.nudge()

    @property
    def coming(self) -> tuple[Delivery, ...]:
        """All pending deliveries in the order in which they would go if no others came.

        Under `fifo` those that may not go now keep their place, else they come last.
        """
        return tuple(self._dispatcher.coming())

    def guard(self, may_go: Guard) -> Callable[[], None]:
        """Ask `may_go` about each delivery before it goes freely; what is stepped is not asked.

        It is asked while the delivery is still pending, and must not raise. If it answers no,
        the delivery stays where it is; `may_go` must then have paused the runtime, or it is
        asked again soon.

        Returns:
            A function that ends it; calling it twice changes nothing.
        """
        self._guards.append(may_go)
        self._dispatcher.pump.guard = self._ask_guards

        def end() -> None:
            if may_go in self._guards:
                self._guards.remove(may_go)
            if not self._guards:
                self._dispatcher.pump.guard = None

        return end

    def _ask_guards(self, delivery: Delivery) -> bool:
        return all(may_go(delivery) for may_go in tuple(self._guards))

    def _choose(
        self, number: int | None, among: Callable[[Delivery], bool] | None
    ) -> Delivery | None:
        if number is None:
            return self._dispatcher.next() if among is None else self._dispatcher.next_of(among)
        delivery = self.find(number)
        if delivery.state is HELD:
            self.release(number)
        if not self._dispatcher.may_go(delivery):
            msg = (
                f"Delivery #{number} cannot go now: {delivery.recipient} has a serial mailbox and "
                "its turn is still open, or an intervention works on an earlier message."
            )
            raise RuntimeError(msg)
        self._ledger.queue.take(delivery)
        return delivery

    def _turn_of(self, delivery: Delivery) -> Delivery | None:
        """The turn that a delivery starts, or lets go on."""
        if delivery.kind is not RESPONSE:
            return delivery
        assert delivery.request is not None  # every response has one
        caller = delivery.request.cause
        return self._ledger.unsettled.get(caller) if caller is not None else None

    async def _come_to_rest(self, turn: Delivery) -> None:
        pump = self._dispatcher.pump
        await pump.rest()
        while not turn.parked:
            await _Change(self._instruments, turn).wait()
            await pump.rest()


class _Change(Instrument):
    """Waits for a turn to end or to be parked."""

    def __init__(self, instruments: Instruments, turn: Delivery) -> None:
        self._instruments = instruments
        self._turn = turn
        self._happened = asyncio.Event()

    async def wait(self) -> None:
        self._instruments.add(self)
        try:
            await self._happened.wait()
        finally:
            self._instruments.remove(self)

    def delivery_waiting(self, delivery: Delivery, request: Delivery) -> None:
        if delivery is self._turn:
            self._happened.set()

    def delivery_settled(self, delivery: Delivery) -> None:
        if delivery is self._turn:
            self._happened.set()

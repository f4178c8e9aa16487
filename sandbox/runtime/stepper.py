"""The stepper: one delivery at a time."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import TYPE_CHECKING

from sandbox.messaging.exceptions import MessageDroppedException
from sandbox.runtime.delivery import HELD, RESPONSE, Delivery
from sandbox.runtime.instruments import Instrument, Instruments

if TYPE_CHECKING:
    from sandbox.runtime.dispatcher import Dispatcher


class Stepper:
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

    def __init__(self, dispatcher: Dispatcher, instruments: Instruments) -> None:
        self.watched = False
        self._dispatcher = dispatcher
        self._ledger = dispatcher.ledger
        self._instruments = instruments

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

    @property
    def pending(self) -> tuple[Delivery, ...]:
        """All queued and held deliveries, in the order of the queue.

        A step makes the first that may go: it passes over those that are held, or whose agent
        has a serial mailbox and an open turn.
        """
        self._dispatcher.refresh()
        return tuple(self._ledger.queue)

    def find(self, number: int) -> Delivery:
        """The pending delivery with this number.

        Raises:
            LookupError: it is not pending: unknown, under way, or settled.
        """
        for delivery in self.pending:
            if delivery.number == number:
                return delivery
        under_way = self._ledger.unsettled.get(number)
        if under_way is not None:
            msg = f"Delivery #{number} has left the queue: it is {under_way.state}."
        else:
            waiting = ", ".join(f"#{d.number}" for d in self.pending) or "none"
            msg = f"Delivery #{number} is not pending. Pending are: {waiting}."
        raise LookupError(msg)

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
        dispatcher = self._dispatcher
        dispatcher.pump.bind()
        dispatcher.pump.before_wake()
        if dispatcher.pump.flowing:
            msg = "The runtime delivers freely, so there is nothing to step. Pause it first."
            raise RuntimeError(msg)
        delivery = dispatcher.next() if number is None else self._choose(number)
        if delivery is None:
            return None
        turn = self._turn_of(delivery)
        dispatcher.deliver(delivery, copy_context())
        await self._come_to_rest(delivery)
        if turn is not None and turn is not delivery:
            await self._come_to_rest(turn)
        return delivery

    def hold(self, number: int) -> Delivery:
        """Put a pending delivery on hold: it is passed over until `release`."""
        delivery = self.find(number)
        if delivery.state is not HELD:
            self._ledger.queue.hold(delivery)
            if (hooks := self._instruments.delivery_held) is not None:
                self._instruments.notify(hooks, delivery)
        return delivery

    def release(self, number: int) -> Delivery:
        """Put a held delivery back in its place in the queue."""
        delivery = self.find(number)
        if delivery.state is HELD:
            self._ledger.queue.release(delivery)
            if (hooks := self._instruments.delivery_released) is not None:
                self._instruments.notify(hooks, delivery)
            self._dispatcher.pump.nudge()
        return delivery

    def drop(self, number: int, *, error: bool = False) -> Delivery:
        """Drop a pending delivery.

        Args:
            number: which one.
            error: whether the caller of a request gets a `MessageDroppedException`. By default
                it is told nothing and goes on waiting, as for a message lost on the way.
        """
        delivery = self.find(number)
        self._ledger.queue.take(delivery)
        if delivery.publication is not None:
            delivery.publication.touched = True
        reason = MessageDroppedException(f"Dropped while it was pending: {delivery!r}")
        self._ledger.drop(delivery, reason if error else None)
        return delivery

    def _choose(self, number: int) -> Delivery:
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

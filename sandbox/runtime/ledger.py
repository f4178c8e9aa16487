"""The ledger: every delivery is entered once and settled once."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import TYPE_CHECKING

from sandbox.messaging.exceptions import RuntimeStoppedError
from sandbox.messaging.turn import Turn, current_turn
from sandbox.runtime.delivery import (
    DROPPED,
    HANDLING,
    RESPONSE,
    STRANDED,
    WAITING,
    Delivery,
    Verdict,
)
from sandbox.runtime.pump import Pump
from sandbox.runtime.queue import DeliveryQueue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.runtime.instruments import Instruments
    from sandbox.runtime.registry import Registry


# The origin of what no delivery caused.
OUTSIDE = (None, 0)


class Errand(Turn):
    """What runs for a delivery, but not as its handler: an intervention, or a constructor.

    Messages sent on an errand have the delivery as their cause, yet no agent is handling.
    """

    __slots__ = ("delivery", "intervenes")

    def __init__(self, delivery: Delivery, *, intervenes: bool) -> None:
        super().__init__()
        self.delivery = delivery
        self.intervenes = intervenes


class Ledger:
    """Makes deliveries, knows which are under way, and settles each exactly once.

    A delivery is *unsettled* from the moment it is entered until `settle` gives it its
    verdict. The runtime is idle when nothing is unsettled.

    Attributes:
        queue: the pending deliveries.
        pump: what takes them out, unless a stepper does.
        numbers: the numbers of the deliveries to come.
        unsettled: number -> delivery, for all without a verdict.
        last_message_id: id of the message accepted last.
    """

    def __init__(self, pump: Pump, registry: Registry, instruments: Instruments) -> None:
        self.pump = pump
        self.queue = DeliveryQueue()
        self.unsettled: dict[int, Delivery] = {}
        self.last_message_id: str | None = None
        self._registry = registry
        self._instruments = instruments
        self.numbers = count(1)
        self._message_numbers = count(1)
        self._idle: set[asyncio.Future[None]] = set()
        self._lost: list[Delivery] = []  # requests whose callers wait for nothing

    # Entering

    def message_id(self, given: str | None) -> str:
        """The id of a message: the one given, or else the next of `m1`, `m2` and so on."""
        if given is None:
            given = f"m{next(self._message_numbers)}"
        self.last_message_id = given
        return given

    def turn_here(self) -> Delivery | None:
        """The delivery that the calling code handles or intercepts, if it still does."""
        turn = current_turn.get()
        delivery = turn.delivery if isinstance(turn, Errand) else turn
        if isinstance(delivery, Delivery) and delivery.home is self and delivery.verdict is None:
            return delivery
        return None

    def origin(self) -> tuple[int | None, int]:
        """Number of the delivery in whose turn the caller is, and the depth of what it sends."""
        turn = current_turn.get()
        if turn is None:
            return OUTSIDE
        if type(turn) is Delivery and turn.home is self:
            return turn.number, turn.depth
        if type(turn) is Errand and turn.delivery.home is self:
            return turn.delivery.number, turn.delivery.depth + turn.intervenes
        return OUTSIDE

    def announce(self, delivery: Delivery) -> None:
        """Enter a delivery: from now on it is unsettled."""
        self.unsettled[delivery.number] = delivery
        if (tell := self._instruments.delivery_queued) is not None:
            tell(delivery)

    def enqueue(self, delivery: Delivery) -> None:
        """Enter a delivery and put it at the end of the queue."""
        if self.pump.asleep:
            self.pump.wake()
        self.queue.ready.append(delivery)
        # The same as `announce`, once more: every message passes here.
        self.unsettled[delivery.number] = delivery
        if (tell := self._instruments.delivery_queued) is not None:
            tell(delivery)

    # Waiting turns

    def park(self, request: Delivery) -> Delivery | None:
        """Note that the turn that sent this request waits for it.

        Returns:
            That turn, or `None` if the request was sent from outside or the turn has ended.
        """
        turn = self.unsettled.get(request.cause) if request.cause is not None else None
        if turn is not None:
            turn.open_calls += 1
            turn.state = WAITING
            if (tell := self._instruments.delivery_waiting) is not None:
                tell(turn, request)
        return turn

    def unpark(self, turn: Delivery, request: Delivery) -> None:
        """Note that the turn goes on: the request was answered, or its caller gave up."""
        turn.open_calls -= 1
        if turn.verdict is not None:
            return
        if not turn.open_calls:
            turn.state = HANDLING
        if (tell := self._instruments.delivery_resumed) is not None:
            tell(turn, request)

    # Settling

    def settle(self, delivery: Delivery, verdict: Verdict) -> None:
        """Give a delivery its verdict. There is no other place that does."""
        if delivery.verdict is not None:
            return
        if self.queue.keepers and self.queue.open_mailbox(delivery):
            self.pump.nudge()
        delivery.verdict = verdict
        delivery.state = None
        if delivery.task is not None:  # to set what is not set would cost every delivery a dict
            delivery.task = None
        del self.unsettled[delivery.number]
        if (tell := self._instruments.delivery_settled) is not None:
            tell(delivery)
        publication = delivery.publication
        if publication is not None:
            publication.open -= 1
            if not publication.open:
                publication.events.clear()
        if self._idle and not self.unsettled:
            self._wake_idle()

    def drop(
        self,
        delivery: Delivery,
        error: BaseException | None,
        verdict: Verdict = DROPPED,
    ) -> None:
        """Settle a delivery that goes no further; its caller, if any, gets the error.

        Without an error the caller is told nothing and goes on waiting: the message is lost.
        """
        delivery.error = error
        request = delivery.request or delivery
        if error is not None:
            fail_reply(request, error)
        elif request.reply is not None:
            self._lost.append(request)
        self.settle(delivery, verdict)

    def strand(self, deliveries: Iterable[Delivery]) -> None:
        """Settle deliveries that can never arrive, and tell their callers."""
        for delivery in deliveries:
            msg = f"The runtime was stopped before this could be delivered: {delivery!r}"
            self.drop(delivery, RuntimeStoppedError(msg), STRANDED)

    def stop(self) -> None:
        """Strand everything pending, and tell the callers of open turns that no answer comes."""
        self.pump.stop()
        self.strand(self.queue.clear())
        for delivery in self.unsettled.values():
            msg = f"The runtime was stopped while this was being handled: {delivery!r}"
            fail_reply(delivery, RuntimeStoppedError(msg))
        self._give_up_lost()
        self._wake_idle()

    def abandon(self) -> None:
        """Strand everything, since the event loop in which it should happen is closed."""
        self.queue.clear()
        self.strand(list(self.unsettled.values()))
        self._give_up_lost()

    def _give_up_lost(self) -> None:
        for request in self._lost:
            msg = f"The message was lost, and now the runtime was stopped: {request!r}"
            fail_reply(request, RuntimeStoppedError(msg))
        self._lost.clear()

    async def idle(self) -> None:
        """Return once nothing is queued and nothing unsettled, or the pump was stopped."""
        while self.unsettled and self.pump.started:
            waiter = asyncio.get_running_loop().create_future()
            self._idle.add(waiter)
            try:
                await waiter
            finally:
                self._idle.discard(waiter)

    def _wake_idle(self) -> None:
        for waiter in self._idle:
            if not waiter.done():
                waiter.set_result(None)

    def is_serial(self, delivery: Delivery) -> bool:
        """Whether this delivery starts a turn at an agent with a serial mailbox."""
        recipient = delivery.recipient
        if delivery.kind is RESPONSE or recipient is None:
            return False
        # A mailbox may outlast the registration that made it serial.
        return recipient.type in self._registry.serial_types or recipient in self.queue.mailboxes


def fail_reply(request: Delivery, error: BaseException) -> None:
    """Raise `error` at the caller of this request, if it still waits; no answer follows."""
    reply, request.reply = request.reply, None
    if reply is not None and not reply.done() and not reply.get_loop().is_closed():
        reply.set_exception(error)

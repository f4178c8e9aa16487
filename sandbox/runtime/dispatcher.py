"""The dispatcher: the one path that every delivery takes, from the queue to its verdict."""

from __future__ import annotations

import asyncio
from asyncio import Task
from typing import TYPE_CHECKING, Any

from sandbox.messaging.exceptions import MessageDroppedException
from sandbox.messaging.message_context import MessageContext
from sandbox.messaging.turn import current_turn
from sandbox.runtime.delivery import (
    CANCELLED,
    DROPPED,
    FAILED,
    HANDLED,
    HANDLING,
    NO_RECIPIENT,
    REQUEST,
    RESPONSE,
    STRANDED,
    UNDELIVERABLE,
    UNHANDLED,
    Delivery,
)
from sandbox.runtime.ledger import Errand, Ledger
from sandbox.runtime.publisher import Publisher
from sandbox.runtime.pump import Pump
from sandbox.runtime.starting import EAGER, NAME, Starter

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

    from sandbox.messaging.agent import Agent
    from sandbox.messaging.agent_id import AgentId
    from sandbox.messaging.cancellation import CancellationToken
    from sandbox.runtime.event_log import EventLog
    from sandbox.runtime.instruments import Instruments
    from sandbox.runtime.interventions import Interventions
    from sandbox.runtime.registry import Registry
    from sandbox.runtime.reports import Reports
    from sandbox.runtime.router import Router

    Guard = Callable[[Delivery], bool]


class Dispatcher:
    """Takes deliveries out of the queue and sees each of them to its verdict.

    Requests, events and responses take the same path: `next` takes one out, `deliver` sends it
    through the interventions and hands it over, and the ledger settles it. No error, drop,
    cancellation or broken instrument can leave a delivery unsettled, or stop the pump.

    Attributes:
        ledger: the deliveries under way.
        publisher: makes deliveries out of publications.
        pump: calls `next` and `deliver` whenever the event loop lets it.
    """

    def __init__(
        self,
        registry: Registry,
        router: Router,
        interventions: Interventions,
        instruments: Instruments,
        reports: Reports,
        event_log: EventLog,
    ) -> None:
        self.pump = Pump(self, event_log.follow_level)
        self.ledger = Ledger(self.pump, registry, instruments)
        self.publisher = Publisher(self.ledger, router, instruments)
        self._registry = registry
        self._router = router
        self._interventions = interventions
        self._instruments = instruments
        self._reports = reports
        self._intercepting: list[Delivery] = []
        self._begin = Starter()

    def request(
        self,
        message: Any,
        recipient: AgentId,
        sender: AgentId | None,
        token: CancellationToken,
        message_id: str | None,
    ) -> Delivery:
        """Queue a request. Its `reply` is the future that the caller awaits."""
        ledger = self.ledger
        loop = self.pump.bind()
        self._registry.check_recipient(recipient, message)
        context = MessageContext(sender, None, True, token, ledger.message_id(message_id))
        request = Delivery(
            next(ledger.numbers), REQUEST, message, recipient, context, ledger.origin(), ledger
        )
        request.reply = loop.create_future()
        ledger.enqueue(request)
        return request

    # Taking deliveries from the queue

    def next(self) -> Delivery | None:
        """Take the next delivery that may go out of the queue, or `None` if none may."""
        queue = self.ledger.queue
        if self._intercepting or queue.mailboxes or queue.choosy:
            delivery = queue.pop(self._gate())
        else:
            delivery = queue.ready.popleft() if queue.ready else None
        if delivery is None:
            return None
        publication = delivery.publication
        if (
            publication is not None
            and publication.version != self._router.version
            and not publication.touched
        ):
            # Subscriptions count as they stand when a publication's first delivery leaves.
            queue.put_back(delivery)
            self.publisher.reroute(publication)
            return self.next()
        return delivery

    def next_of(self, among: Callable[[Delivery], bool]) -> Delivery | None:
        """Take out the next delivery that may go, of those for which `among` is true."""
        self.refresh()
        return self.ledger.queue.pop_chosen(self._gate(), among)

    def peek(self, among: Callable[[Delivery], bool] | None = None) -> Delivery | None:
        """The delivery that `next`, or `next_of`, would take out."""
        if among is not None:
            self.refresh()
            return self.ledger.queue.peek(self._gate(), among)
        queue = self.ledger.queue
        if queue.choosy:
            while (delivery := queue.peek(self._gate())) is not None:
                publication = delivery.publication
                if publication is None or not self.publisher.is_outdated(publication):
                    break
                self.publisher.reroute(publication)
            return delivery
        # Not all of a long queue need be looked at.
        if (delivery := self.next()) is not None:
            queue.put_back(delivery)
        return delivery

    def coming(self) -> list[Delivery]:
        """All pending deliveries in the order in which they would go if no others came."""
        self.refresh()
        return self.ledger.queue.coming(self._gate())

    def may_go(self, delivery: Delivery) -> bool:
        """Whether this pending delivery could be delivered now, though its agent be paused."""
        return self.ledger.queue.may_go(delivery, self._gate(), if_paused=True)

    def refresh(self) -> None:
        """Bring all pending publications up to date with the subscriptions."""
        for delivery in self.ledger.queue:
            if delivery.publication is not None:
                self.publisher.reroute(delivery.publication)

    def _gate(self) -> int:
        # While an intervention works on a message, nothing may overtake that message, except
        # what the intervention itself sends and awaits: that lies deeper.
        # Those with a verdict were stranded, together with their event loop.
        return max((d.depth for d in self._intercepting if d.verdict is None), default=-1)

    # Delivering

    def deliver_next(self, context: Context, guard: Guard | None = None) -> bool:
        """Deliver the next message; return whether there was one that may go.

        All recipients of a publication start together, as in AutoGen Core, unless a policy or a
        paused mailbox decides about each of them.

        Args:
            context: the context variables of which handlers see a copy.
            guard: asked before each delivery, while it is still pending; may stop it.
        """
        delivery = self.next() if guard is None else self._next_past(guard)
        if delivery is None:
            return False
        self.deliver(delivery, context)
        queue = self.ledger.queue
        if queue.ready and (publication := delivery.publication) is not None and not queue.choosy:
            while queue.ready and queue.ready[0].publication is publication:
                sibling = self.next() if guard is None else self._sibling_past(guard)
                if sibling is None:
                    break
                self.deliver(sibling, context)
        return True

    def _sibling_past(self, guard: Guard) -> Delivery | None:
        # The guard may have paused a mailbox by now; then each of them goes by itself.
        return None if self.ledger.queue.choosy else self._next_past(guard)

    def _next_past(self, guard: Guard) -> Delivery | None:
        asked = None
        # It is pending while the guard looks at it, and another may go first afterwards: the
        # guard may pause a mailbox, or drop what it was asked about.
        while (delivery := self.peek()) is not asked:
            if delivery is None or not guard(delivery):
                return None
            asked = delivery
        return self.next()

    def deliver(self, delivery: Delivery, context: Context) -> None:
        """Send a delivery that has just left the queue on its way.

        Args:
            delivery: the delivery.
            context: the context variables of which its handler sees a copy.
        """
        delivery.state = HANDLING
        publication = delivery.publication
        if publication is not None:
            publication.touched = True
        ledger = self.ledger
        if (self._registry.serial_types or ledger.queue.mailboxes) and ledger.is_serial(delivery):
            ledger.queue.close_mailbox(delivery)
        if self._interventions.handlers and _is_to_be_intercepted(delivery):
            self._intercepting.append(delivery)
            work = self._intercept(delivery)
        elif delivery.kind is RESPONSE or delivery.recipient is None:
            self._conclude(delivery)
            return
        else:
            work = self._turn(delivery)
        # It runs up to its first await, in a task and with context variables of its own.
        loop, own = self.pump.loop, context.copy()
        assert loop is not None  # it is bound
        if EAGER:
            task = Task(work, loop=loop, name=NAME, context=own, eager_start=True)  # type: ignore[call-arg]  # since 3.12
        else:
            task = self._begin(work, loop, own)
        if delivery.verdict is None:
            delivery.task = task  # the event loop itself holds tasks only weakly

    def _conclude(self, delivery: Delivery) -> None:
        """Settle what starts no turn: a response, or an event that nobody receives."""
        if delivery.kind is RESPONSE:
            self._answer(delivery)
        else:
            self.ledger.settle(delivery, NO_RECIPIENT)

    async def _intercept(self, delivery: Delivery) -> None:
        current_turn.set(Errand(delivery, intervenes=True))
        if (tell := self._instruments.delivery_intercepting) is not None:
            tell(delivery)
        passed = False
        try:
            delivery.message = await self._interventions.apply(delivery)
            passed = True
        except BaseException as error:
            self._refuse(delivery, error)
            if _ends_program(error):
                raise
        finally:
            self._intercepting.remove(delivery)
            if passed:
                self.publisher.share(delivery)
                if delivery.kind is RESPONSE or delivery.recipient is None:
                    self._conclude(delivery)
            self.pump.give_way()
        if passed and delivery.kind is not RESPONSE and delivery.recipient is not None:
            # In this very task: the turn must begin before the next delivery leaves.
            await self._turn(delivery)

    def _refuse(self, delivery: Delivery, error: BaseException) -> None:
        """An intervention dropped the message, or raised."""
        dropped = isinstance(error, MessageDroppedException)
        publication = delivery.publication
        if publication is None:
            self.ledger.drop(delivery, error, DROPPED if dropped else FAILED)
            return
        if not dropped:
            self._reports.intervention_failed(delivery, error)
        alone = delivery.number in publication.edited
        for event in [delivery] if alone else tuple(publication.events):
            if event.verdict is None and (alone or event.number not in publication.edited):
                if event is not delivery:
                    self.ledger.queue.take(event)
                self.ledger.drop(event, error)

    async def _turn(self, delivery: Delivery) -> None:
        current_turn.set(delivery)
        if (tell := self._instruments.delivery_handling) is not None:
            tell(delivery)
        verdict = UNDELIVERABLE  # what an exception would mean at this point
        try:
            agent = self._registry.instances.get(delivery.recipient)  # type: ignore[arg-type]  # it has one
            if agent is None:
                agent = await self._build(delivery)
            verdict = FAILED
            delivery.result = await agent.on_message(delivery.message, ctx=delivery.context)
            verdict = HANDLED
            if delivery.unhandled is not None:
                verdict = UNHANDLED
                self._reports.unhandled(delivery)  # may raise
        except BaseException as error:
            delivery.error = error
            if isinstance(error, asyncio.CancelledError):
                verdict = CANCELLED
            if _ends_program(error):
                raise
        finally:
            if delivery.verdict is None:  # else it was stranded, together with its event loop
                if delivery.kind is REQUEST:
                    self._respond(delivery)
                elif delivery.error is not None:
                    self._reports.failed(delivery, delivery.error, verdict)
                self.ledger.settle(delivery, verdict)

    async def _build(self, delivery: Delivery) -> Agent:
        current_turn.set(Errand(delivery, intervenes=False))
        agent = await self._registry.get(delivery.recipient)  # type: ignore[arg-type]  # it has one
        current_turn.set(delivery)
        return agent

    def _respond(self, request: Delivery) -> None:
        """Queue the answer, or the exception, before the request itself is settled."""
        ledger = self.ledger
        answer = request.result if request.error is None else request.error
        origin = (request.number, request.depth)
        response = Delivery(
            next(ledger.numbers), RESPONSE, answer, request.context.sender, None, origin, ledger
        )
        response.request = request
        if request.error is not None:
            response.error = request.error
        if request.reply is None:  # the runtime was stopped, and the caller knows
            ledger.announce(response)
            ledger.settle(response, STRANDED)
        else:
            ledger.enqueue(response)

    def _answer(self, response: Delivery) -> None:
        assert response.request is not None  # every response has one
        reply = response.request.reply
        if reply is None or reply.done():  # the caller gave up
            self.ledger.settle(response, CANCELLED)
            return
        if response.error is not None:
            reply.set_exception(response.error)
        else:
            reply.set_result(response.message)
        self.ledger.settle(response, HANDLED)


def _is_to_be_intercepted(delivery: Delivery) -> bool:
    """Whether the interventions see it: once per message, and no exceptions."""
    publication = delivery.publication
    if publication is None:
        return delivery.error is None
    if delivery.number in publication.edited:  # by itself, if the others were not seen before
        return not publication.intercepted
    first, publication.intercepted = not publication.intercepted, True
    return first


def _ends_program(error: BaseException) -> bool:
    """Whether it is more than this delivery's business: `KeyboardInterrupt`, for instance."""
    return not isinstance(error, Exception | asyncio.CancelledError)

"""The publisher: from one publication to its deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.messaging.message_context import MessageContext
from sandbox.runtime.delivery import (
    EVENT,
    HELD,
    NO_RECIPIENT,
    SKIPPED_SENDER,
    Delivery,
    Publication,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.messaging.agent_id import AgentId
    from sandbox.messaging.cancellation import CancellationToken
    from sandbox.messaging.topic import TopicId
    from sandbox.runtime.instruments import Instruments
    from sandbox.runtime.ledger import Ledger
    from sandbox.runtime.router import Router


class Publisher:
    """Expands publications into one event per recipient, in the order of subscribing.

    Subscriptions count as they stand when the first event of a publication leaves the queue,
    as in AutoGen Core.
    """

    def __init__(self, ledger: Ledger, router: Router, instruments: Instruments) -> None:
        self._ledger = ledger
        self._router = router
        self._instruments = instruments

    def publish(
        self,
        message: Any,
        topic_id: TopicId,
        sender: AgentId | None,
        token: CancellationToken,
        message_id: str | None,
    ) -> None:
        """Queue one event per recipient of the topic, or one that goes to nobody."""
        ledger, router = self._ledger, self._router
        ledger.pump.bind()
        message_id = ledger.message_id(message_id)
        origin = ledger.origin()
        publication = Publication(
            message, topic_id, sender, token, message_id, origin, router.version
        )
        numbers, events = ledger.numbers, publication.events
        nobody = True
        routes = router.addressees(topic_id)
        publication.open += len(routes)
        for recipient, subscriptions in routes:
            # As `_event` does; but every published message passes here, once per recipient.
            context = MessageContext(sender, topic_id, False, token, message_id)
            event = Delivery(
                next(numbers),
                EVENT,
                message,
                recipient,
                context,
                origin,
                ledger,
                publication,
                subscriptions,
            )
            events.append(event)
            if sender is not None and recipient == sender:
                self._skip(event)
            else:
                nobody = False
                ledger.enqueue(event)
        if nobody:
            ledger.enqueue(self._event(publication, None, ()))
        publication.open -= 1

    def is_outdated(self, publication: Publication) -> bool:
        """Whether subscriptions changed since it was routed, and that still counts."""
        return not publication.touched and publication.version != self._router.version

    def reroute(self, publication: Publication) -> None:
        """Bring a publication up to date, if subscriptions changed before it left the queue.

        Events whose subscription still stands stay what and where they are. Those whose
        subscription was removed end as `no_recipient`; for new ones, events are added.
        """
        if not self.is_outdated(publication):
            return
        publication.version = self._router.version
        routes = self._router.addressees(publication.topic_id)
        counted = [e for e in publication.events if e.pending or e.verdict is SKIPPED_SENDER]
        stay = _standing(counted, routes)
        gone = [e for e in counted if e.pending and (e.recipient, e.subscriptions) not in stay]
        if len(stay) == len(routes) and all(e.recipient is None for e in gone):
            return  # the change was about other topics
        for recipient, subscriptions in routes:
            if (recipient, subscriptions) in stay:
                continue
            if recipient == publication.sender:
                self._skip(self._event(publication, recipient, subscriptions))
            elif gone and gone[0].recipient is None:  # so far it had nobody to go to
                event = gone.pop(0)
                event.recipient, event.subscriptions = recipient, subscriptions
                self._ledger.queue.readdress(event)
            else:
                event = self._event(publication, recipient, subscriptions)
                self._ledger.queue.insert(event)
                self._ledger.announce(event)
        self._withdraw(publication, gone)
        if (tell := self._instruments.publication_rerouted) is not None:
            pending = [e for e in publication.events if e.pending]
            tell(publication, pending)
        self._ledger.pump.nudge()

    def _withdraw(self, publication: Publication, gone: list[Delivery]) -> None:
        queue = self._ledger.queue
        nobody_left = all(e in gone for e in publication.events if e.pending)
        for event in gone:
            last = nobody_left and event is gone[0]
            if last and event.state is HELD:
                event.recipient, event.subscriptions = None, ()
                continue
            queue.take(event)
            event.recipient, event.subscriptions = None, ()
            if last:  # the publication itself must still leave the queue
                queue.insert(event)
            else:
                self._ledger.settle(event, NO_RECIPIENT)

    def share(self, delivery: Delivery) -> None:
        """Hand what became of this event's message to all events of its publication."""
        publication = delivery.publication
        if (
            publication is not None
            and publication.message is not delivery.message
            and delivery.number not in publication.edited
        ):
            publication.message = delivery.message
            for event in publication.events:
                if event.number not in publication.edited:
                    event.message = delivery.message

    def _event(
        self,
        publication: Publication,
        recipient: AgentId | None,
        subscriptions: tuple[str, ...],
    ) -> Delivery:
        context = MessageContext(
            publication.sender,
            publication.topic_id,
            False,
            publication.cancellation_token,
            publication.message_id,
        )
        event = Delivery(
            next(self._ledger.numbers),
            EVENT,
            publication.message,
            recipient,
            context,
            publication.origin,
            self._ledger,
            publication,
            subscriptions,
        )
        publication.events.append(event)
        publication.open += 1
        return event

    def _skip(self, event: Delivery) -> None:
        self._ledger.announce(event)
        self._ledger.settle(event, SKIPPED_SENDER)


def _standing(
    events: Sequence[Delivery], routes: Sequence[tuple[AgentId, tuple[str, ...]]]
) -> set[tuple[AgentId, tuple[str, ...]]]:
    """The routes whose event stays as it is.

    Routes come in the order of subscribing. So the first that is new, or whose event was queued
    before the one of its predecessor, was subscribed (again) after all that stand before it; it
    and all that follow get new events, behind the others.
    """
    known = {(e.recipient, e.subscriptions): e for e in events}
    standing = set()
    last = 0
    in_order = True
    for route in routes:
        event = known.get(route)
        if event is not None and not event.pending:
            standing.add(route)
            continue
        in_order = in_order and event is not None and event.number > last
        if event is not None and in_order:
            standing.add(route)
            last = event.number
    return standing

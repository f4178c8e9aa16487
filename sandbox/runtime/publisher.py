"""The publisher: from one publication to its deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.messaging.message_context import MessageContext
from sandbox.runtime.delivery import (
    EVENT,
    HELD,
    NO_RECIPIENT,
    QUEUED,
    SKIPPED_SENDER,
    Delivery,
    Publication,
)

if TYPE_CHECKING:
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
        publication = Publication(message, topic_id, sender, token, message_id, origin)
        publication.version = router.version
        nobody = True
        for recipient, subscription_id in router.route(topic_id):
            event = self._event(publication, recipient, (subscription_id,))
            if recipient == sender:
                self._skip(event)
            else:
                nobody = False
                ledger.enqueue(event)
        if nobody:
            ledger.enqueue(self._event(publication, None, ()))

    def reroute(self, publication: Publication) -> None:
        """Bring a publication up to date, if subscriptions changed before it left the queue.

        Events whose subscription still stands stay what they are. The others are given to new
        recipients, or end as `no_recipient`. Held events stay on hold.
        """
        if publication.touched or publication.version == self._router.version:
            return
        publication.version = self._router.version
        known = {(e.recipient, e.subscriptions): e for e in publication.events}
        routes = [
            (r.recipient, (r.subscription_id,)) for r in self._router.route(publication.topic_id)
        ]
        spare = [
            e
            for e in publication.events
            if e.pending and (e.recipient, e.subscriptions) not in routes
        ]
        before = [e for e in publication.events if e.state is QUEUED]
        after: list[Delivery] = []
        fresh: list[Delivery] = []
        for recipient, subscriptions in routes:
            event = known.get((recipient, subscriptions))
            if event is None and recipient == publication.sender:
                self._skip(self._event(publication, recipient, subscriptions))
                continue
            if event is None and spare:
                event = spare.pop(0)
                event.recipient, event.subscriptions = recipient, subscriptions
            if event is None:
                event = self._event(publication, recipient, subscriptions)
                fresh.append(event)
            if event.state is QUEUED:
                after.append(event)
        if spare and not any(e.pending and e not in spare for e in publication.events):
            # Nobody is left, but the publication itself must still leave the queue.
            nobody = spare.pop(0)
            nobody.recipient, nobody.subscriptions = None, ()
            if nobody.state is QUEUED:
                after.append(nobody)
        self._replace(publication, before, after, fresh, spare)

    def share(self, delivery: Delivery) -> None:
        """Hand what became of this event's message to all events of its publication."""
        publication = delivery.publication
        if publication is not None and publication.message is not delivery.message:
            publication.message = delivery.message
            for event in publication.events:
                event.message = delivery.message

    def _replace(
        self,
        publication: Publication,
        before: list[Delivery],
        after: list[Delivery],
        fresh: list[Delivery],
        gone: list[Delivery],
    ) -> None:
        ledger = self._ledger
        ledger.queue.replace(before, after)
        for event in fresh:
            ledger.announce(event)
        for event in gone:
            if event.state is HELD:
                ledger.queue.take(event)
            event.recipient, event.subscriptions = None, ()
            ledger.settle(event, NO_RECIPIENT)
        if (hooks := self._instruments.publication_rerouted) is not None:
            self._instruments.notify(hooks, publication, after)
        ledger.pump.nudge()

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
        event = self._ledger.new(EVENT, publication.message, recipient, context, publication.origin)
        event.publication = publication
        event.subscriptions = subscriptions
        publication.events.append(event)
        return event

    def _skip(self, event: Delivery) -> None:
        self._ledger.announce(event)
        self._ledger.settle(event, SKIPPED_SENDER)

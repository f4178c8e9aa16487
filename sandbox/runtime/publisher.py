"""The publisher: from one publication to its deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

from sandbox.messaging.message_context import MessageContext
from sandbox.runtime.delivery import Delivery, Kind, Publication, State, Verdict

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
    as in AutoGen Core. Until then a change of subscriptions makes the publication *stale*.
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

    def is_stale(self, publication: Publication | None) -> TypeGuard[Publication]:
        """Whether subscriptions have changed and still count for this publication."""
        return (
            publication is not None
            and publication.version != self._router.version
            and not publication.touched
        )

    def reroute(self, publication: Publication) -> None:
        """Bring a stale publication up to date.

        Events whose subscription still stands stay what they are. The others are given to new
        recipients, or end as `no_recipient`. Held events stay on hold.
        """
        publication.version = self._router.version
        known = {(e.recipient, e.subscriptions): e for e in publication.events}
        routes = [(r.recipient, (r.subscription_id,)) for r in self._router.route(publication.topic_id)]
        spare = [
            e for e in publication.events if e.pending and (e.recipient, e.subscriptions) not in routes
        ]
        before = [e for e in publication.events if e.state is State.QUEUED]
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
            if event.state is State.QUEUED:
                after.append(event)
        if spare and not any(e.pending and e not in spare for e in publication.events):
            # Nobody is left, but the publication itself must still leave the queue.
            nobody = spare.pop(0)
            nobody.recipient, nobody.subscriptions = None, ()
            if nobody.state is State.QUEUED:
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
            if event.state is State.HELD:
                ledger.queue.take(event)
            event.recipient, event.subscriptions = None, ()
            ledger.settle(event, Verdict.NO_RECIPIENT)
        if (hooks := self._instruments.publication_rerouted) is not None:
            self._instruments.notify(hooks, publication)
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
            False,  # noqa: FBT003
            publication.cancellation_token,
            publication.message_id,
        )
        event = self._ledger.new(
            Kind.EVENT, publication.message, recipient, context, publication.origin
        )
        event.publication = publication
        event.subscriptions = subscriptions
        publication.events.append(event)
        return event

    def _skip(self, event: Delivery) -> None:
        self._ledger.announce(event)
        self._ledger.settle(event, Verdict.SKIPPED_SENDER)

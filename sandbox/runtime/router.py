"""The router: from a topic to the agents that subscribe to it."""

from __future__ import annotations

import logging
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from sandbox.messaging.agent_id import AgentId
from sandbox.messaging.constants import ROOT_LOGGER_NAME
from sandbox.messaging.exceptions import SubscriptionNotFoundError
from sandbox.messaging.suggestions import did_you_mean
from sandbox.messaging.type_subscription import TypePrefixSubscription, TypeSubscription

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.messaging.subscription import Subscription
    from sandbox.messaging.topic import TopicId

logger = logging.getLogger(ROOT_LOGGER_NAME)

# Routes are remembered per topic. Sources may be endless (one per user, per order, …), so the
# memory is emptied when it is full instead of growing with every topic ever seen.
REMEMBERED_TOPICS = 4096


class Route(NamedTuple):
    """One subscription's answer to "who receives this?"."""

    recipient: AgentId
    subscription_id: str


Addressee = tuple[AgentId, tuple[str, ...]]
"""A recipient, and the ids of the subscriptions that lead to it."""


class Shelf(NamedTuple):
    """Where the index keeps a subscription: by whole topic type, by prefix, or apart."""

    rule: str
    topic_type: str


APART = Shelf("apart", "")


class Router:
    """Holds the subscriptions and finds the recipients of a topic.

    `TypeSubscription` and `TypePrefixSubscription` are found through an index by topic type,
    so that neither adding one nor routing slows down with their number. Any other object that
    satisfies the `Subscription` protocol is asked for each topic.

    Attributes:
        version: changes with every subscription added or removed.
    """

    def __init__(self) -> None:
        self.version = 0
        self._by_id: dict[str, Subscription] = {}
        self._ranks: dict[str, int] = {}  # id -> rank in the order of adding
        self._next_rank = 0
        self._shelves: dict[Shelf, dict[str, Subscription]] = {}
        self._known: set[tuple[Shelf, str]] = set()  # what makes indexed subscriptions equal
        self._routes: dict[tuple[str, str], tuple[Addressee, ...]] = {}
        self._found: dict[str, list[Subscription]] = {}  # by topic type, whatever the source

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """All subscriptions, in the order in which they were added."""
        return tuple(self._by_id.values())

    def add(self, subscription: Subscription) -> None:
        """Add a subscription.

        Raises:
            ValueError: an equal subscription exists already.
        """
        shelf = _shelf_of(subscription)
        content = self._shelves.get(shelf, {})
        if shelf is APART:
            duplicate = subscription in content.values()
        else:
            duplicate = (shelf, subscription.agent_type) in self._known  # type: ignore[attr-defined]
        if duplicate or subscription.id in self._by_id:
            msg = (
                f"Subscription already exists: {describe(subscription)}. Every subscription makes "
                "a delivery of its own; leave this one out, or remove the other one first."
            )
            raise ValueError(msg)
        if shelf is not APART:
            self._known.add((shelf, subscription.agent_type))  # type: ignore[attr-defined]
        self._shelves[shelf] = content
        self._by_id[subscription.id] = subscription
        self._ranks[subscription.id] = self._next_rank
        self._next_rank += 1
        content[subscription.id] = subscription
        self._changed()

    def remove(self, id: str) -> Subscription:
        """Remove a subscription by its id, and return it.

        Raises:
            SubscriptionNotFoundError: there is none with this id; it is both a `ValueError`
                and a `LookupError`.
        """
        subscription = self._by_id.pop(id, None)
        if subscription is None:
            msg = f"Subscription does not exist: {id!r}. {did_you_mean(id, self._by_id)}"
            raise SubscriptionNotFoundError(msg)
        del self._ranks[id]
        shelf = _shelf_of(subscription)
        del self._shelves[shelf][id]
        if not self._shelves[shelf]:
            del self._shelves[shelf]
        if shelf is not APART:
            self._known.discard((shelf, subscription.agent_type))  # type: ignore[attr-defined]
        self._changed()
        return subscription

    def route(self, topic_id: TopicId) -> tuple[Route, ...]:
        """The recipients of a topic, one per matching subscription, in order of subscribing.

        A subscription that raises is logged and passed over: it costs the others nothing.
        """
        return tuple(Route(recipient, id) for recipient, (id,) in self.addressees(topic_id))

    def addressees(self, topic_id: TopicId) -> tuple[Addressee, ...]:
        """The same, as deliveries want it: each recipient with the ids that matched."""
        # Not the topic itself: its hash is a Python function, a tuple's is not.
        key = (topic_id.type, topic_id.source)
        addressees = self._routes.get(key)
        if addressees is None:
            addressees = tuple((r.recipient, (r.subscription_id,)) for r in self._find(topic_id))
            # The answer of a subscription that stands apart is its own business and may change.
            if APART not in self._shelves:
                if len(self._routes) >= REMEMBERED_TOPICS:
                    self._routes.clear()
                self._routes[key] = addressees
        return addressees

    def _find(self, topic_id: TopicId) -> Iterator[Route]:
        for subscription in self._candidates(topic_id.type):
            try:
                if subscription.is_match(topic_id):
                    yield Route(_checked(subscription.map_to_agent(topic_id)), subscription.id)
            except Exception:
                logger.exception(
                    "Subscription %s raised for topic %s and was passed over; the other "
                    "subscriptions are not affected. Mend its is_match or map_to_agent.",
                    describe(subscription),
                    topic_id,
                )

    def _candidates(self, topic_type: str) -> list[Subscription]:
        found = self._found.get(topic_type)
        if found is None:
            prefixes = (Shelf("prefix", topic_type[:n]) for n in range(len(topic_type) + 1))
            shelves = (APART, Shelf("exact", topic_type), *prefixes)
            candidates = chain.from_iterable(self._shelves.get(s, {}).values() for s in shelves)
            found = sorted(candidates, key=lambda s: self._ranks[s.id])
            if len(self._found) >= REMEMBERED_TOPICS:
                self._found.clear()
            self._found[topic_type] = found
        return found

    def _changed(self) -> None:
        self.version += 1
        self._routes.clear()
        self._found.clear()


def describe(subscription: Subscription) -> str:
    """A subscription in a few words, whatever class it has."""
    name = type(subscription).__name__
    if isinstance(subscription, TypeSubscription):
        return f"{name}({subscription.topic_type!r} -> {subscription.agent_type!r})"
    if isinstance(subscription, TypePrefixSubscription):
        return f"{name}({subscription.topic_type_prefix + '*'!r} -> {subscription.agent_type!r})"
    return f"{name}({subscription.id!r})"


def _checked(recipient: object) -> AgentId:
    if not isinstance(recipient, AgentId):
        msg = f"map_to_agent must return an AgentId, not {recipient!r}."
        raise TypeError(msg)
    return recipient


def _shelf_of(subscription: Subscription) -> Shelf:
    # A subclass that brings its own is_match is not described by the index: it stands apart.
    matches = type(subscription).is_match
    if isinstance(subscription, TypeSubscription) and matches is TypeSubscription.is_match:
        return Shelf("exact", subscription.topic_type)
    if (
        isinstance(subscription, TypePrefixSubscription)
        and matches is TypePrefixSubscription.is_match
    ):
        return Shelf("prefix", subscription.topic_type_prefix)
    return APART

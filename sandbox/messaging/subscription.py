"""What the runtime asks of a subscription."""

from collections.abc import Awaitable, Callable
from typing import Protocol, runtime_checkable

from sandbox.messaging.agent_id import AgentId
from sandbox.messaging.topic import TopicId


@runtime_checkable
class Subscription(Protocol):
    """Says which topics reach which agent.

    Any object with these members is a subscription; inheriting from this class is optional and
    adds a comparison by id. The methods are called with the topic as a positional argument.
    """

    @property
    def id(self) -> str:
        """Identifies the subscription within a runtime; usually a UUID."""
        ...

    def is_match(self, topic_id: TopicId, /) -> bool:
        """Tell whether a message published to ``topic_id`` concerns this subscription."""
        ...

    def map_to_agent(self, topic_id: TopicId, /) -> AgentId:
        """Name the agent that a message published to ``topic_id`` goes to.

        Raises:
            CantHandleException: If the topic does not match.
        """
        ...

    def __eq__(self, other: object) -> bool:
        """Subscriptions are the same when their ids are."""
        if not isinstance(other, Subscription):
            return False
        return self.id == other.id


UnboundSubscription = Callable[[], list[Subscription] | Awaitable[list[Subscription]]]
"""Makes subscriptions at registration, when the agent type is known."""

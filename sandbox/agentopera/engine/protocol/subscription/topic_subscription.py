"""The subscription to one topic, under AgentOpera's name."""

from sandbox.messaging.agent_id import AgentType
from sandbox.messaging.type_subscription import TypeSubscription


class TopicSubscription(TypeSubscription):
    """Matches channels of exactly one topic; the source becomes the key of the agent.

    So each source, each tenant for instance, has an agent instance of its own. It is a
    :class:`~sandbox.TypeSubscription` whose ``topic_type`` is called ``topic``, and equal to one
    with the same topic and agent type.

    Args:
        topic: The topic to match.
        agent_type: The type of agent that gets the messages.
        id: Identifies the subscription; by default a new UUID.

    Example:
        >>> from sandbox.agentopera import MessageChannel
        >>> subscription = TopicSubscription(topic="invoices", agent_type="accountant")
        >>> subscription.map_to_agent(MessageChannel("invoices", "tenant1"))
        AgentId(type="accountant", key="tenant1")
    """

    def __init__(self, topic: str, agent_type: str | AgentType, id: str | None = None) -> None:
        super().__init__(topic, agent_type, id)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(topic={self.topic!r}, "
            f"agent_type={self.agent_type!r}, id={self.id!r})"
        )

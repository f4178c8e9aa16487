"""The subscription for programs that need only one topic, as AgentOpera derives it."""

from sandbox.agentopera.engine.protocol.subscription.topic_subscription import TopicSubscription
from sandbox.messaging.type_subscription import DefaultSubscription as OfTypes


class DefaultSubscription(OfTypes, TopicSubscription):
    """The :class:`~sandbox.DefaultSubscription`, which here is a :class:`TopicSubscription`.

    Example:
        >>> subscription = DefaultSubscription(agent_type="logger")
        >>> subscription.topic, subscription.agent_type
        ('default', 'logger')
        >>> DefaultSubscription(topic="audit", agent_type="logger").topic
        'audit'
    """

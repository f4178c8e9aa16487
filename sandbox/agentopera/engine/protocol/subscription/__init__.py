"""Channels to publish to, and the subscriptions to them."""

from sandbox.agentopera.engine.protocol.subscription.default_subscription import (
    DefaultSubscription,
)
from sandbox.agentopera.engine.protocol.subscription.message_channel import (
    DefaultMessageChannel,
    MessageChannel,
)
from sandbox.agentopera.engine.protocol.subscription.topic_subscription import TopicSubscription
from sandbox.messaging.subscription import Subscription

__all__ = [
    "DefaultMessageChannel",
    "DefaultSubscription",
    "MessageChannel",
    "Subscription",
    "TopicSubscription",
]

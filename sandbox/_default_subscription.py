"""Other name of :mod:`sandbox.agents.subscriptions`, for programs written for AutoGen Core."""

from sandbox.agents.subscriptions import default_subscription, type_subscription
from sandbox.messaging.type_subscription import DefaultSubscription

__all__ = ["DefaultSubscription", "default_subscription", "type_subscription"]

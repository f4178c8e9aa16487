"""AgentOpera's names for the parts of this package.

Channels, subscriptions and the engine are subclasses of :class:`~sandbox.TopicId`,
:class:`~sandbox.TypeSubscription` and :class:`~sandbox.SingleThreadedAgentRuntime`, so agents
written for either vocabulary can share one engine, and the inspector shows both. The modules have
the paths that AgentOpera gives them, and everything is here as well.
"""

from sandbox.agentopera.engine.agent import BaseAgent, RoutedAgent
from sandbox.agentopera.engine.protocol.subscription import (
    DefaultMessageChannel,
    DefaultSubscription,
    MessageChannel,
    Subscription,
    TopicSubscription,
)
from sandbox.agentopera.engine.runtime import AgentEngine, LocalAgentEngine
from sandbox.agentopera.types.agent import AgentId, AgentType
from sandbox.agents import event, message_handler, rpc
from sandbox.messaging import CancellationToken, MessageContext

__all__ = [
    "AgentEngine",
    "AgentId",
    "AgentType",
    "BaseAgent",
    "CancellationToken",
    "DefaultMessageChannel",
    "DefaultSubscription",
    "LocalAgentEngine",
    "MessageChannel",
    "MessageContext",
    "RoutedAgent",
    "Subscription",
    "TopicSubscription",
    "event",
    "message_handler",
    "rpc",
]

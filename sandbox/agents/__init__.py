"""Agents: the classes people derive their own from, and the decorators for their methods."""

from sandbox.agents.agent_proxy import AgentProxy
from sandbox.agents.base_agent import BaseAgent, handles, subscription_factory
from sandbox.agents.closure_agent import ClosureAgent, ClosureContext
from sandbox.agents.handlers import MessageHandler, event, message_handler, rpc
from sandbox.agents.routed_agent import RoutedAgent
from sandbox.agents.subscriptions import default_subscription, type_subscription

__all__ = [
    "AgentProxy",
    "BaseAgent",
    "ClosureAgent",
    "ClosureContext",
    "MessageHandler",
    "RoutedAgent",
    "default_subscription",
    "event",
    "handles",
    "message_handler",
    "rpc",
    "subscription_factory",
    "type_subscription",
]

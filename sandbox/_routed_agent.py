"""Other name of :mod:`sandbox.agents.routed_agent`, for programs written for AutoGen Core."""

from sandbox.agents.handlers import MessageHandler, event, message_handler, rpc
from sandbox.agents.routed_agent import RoutedAgent

__all__ = ["MessageHandler", "RoutedAgent", "event", "message_handler", "rpc"]

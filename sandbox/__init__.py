"""A sandbox for message-passing agents, with the AutoGen Core API.

A complete agent messaging runtime that can be opened up in a notebook: see agents and
subscriptions as a live graph, see every message with its context, and deliver the queue one
message at a time.
"""

import importlib
from typing import TYPE_CHECKING, Any

from sandbox.version import __version__

if TYPE_CHECKING:
    from sandbox.agents import (
        AgentProxy,
        BaseAgent,
        ClosureAgent,
        ClosureContext,
        RoutedAgent,
        default_subscription,
        event,
        message_handler,
        rpc,
        type_subscription,
    )
    from sandbox.inspector import Inspector, Recording
    from sandbox.messaging import (
        EVENT_LOGGER_NAME,
        JSON_DATA_CONTENT_TYPE,
        PROTOBUF_DATA_CONTENT_TYPE,
        ROOT_LOGGER_NAME,
        TRACE_LOGGER_NAME,
        Agent,
        AgentId,
        AgentInstantiationContext,
        AgentMetadata,
        AgentRuntime,
        AgentType,
        CancellationToken,
        DefaultInterventionHandler,
        DefaultSubscription,
        DefaultTopicId,
        DropMessage,
        FunctionCall,
        InterventionHandler,
        MessageContext,
        MessageHandlerContext,
        MessageSerializer,
        Subscription,
        SubscriptionInstantiationContext,
        TopicId,
        TypePrefixSubscription,
        TypeSubscription,
        UnknownPayload,
        try_get_known_serializers_for_type,
    )
    from sandbox.runtime import SingleThreadedAgentRuntime

__all__ = [
    "EVENT_LOGGER_NAME",
    "JSON_DATA_CONTENT_TYPE",
    "PROTOBUF_DATA_CONTENT_TYPE",
    "ROOT_LOGGER_NAME",
    "TRACE_LOGGER_NAME",
    "Agent",
    "AgentId",
    "AgentInstantiationContext",
    "AgentMetadata",
    "AgentProxy",
    "AgentRuntime",
    "AgentType",
    "BaseAgent",
    "CancellationToken",
    "ClosureAgent",
    "ClosureContext",
    "DefaultInterventionHandler",
    "DefaultSubscription",
    "DefaultTopicId",
    "DropMessage",
    "FunctionCall",
    "Inspector",
    "InterventionHandler",
    "MessageContext",
    "MessageHandlerContext",
    "MessageSerializer",
    "Recording",
    "RoutedAgent",
    "SingleThreadedAgentRuntime",
    "Subscription",
    "SubscriptionInstantiationContext",
    "TopicId",
    "TypePrefixSubscription",
    "TypeSubscription",
    "UnknownPayload",
    "__version__",
    "default_subscription",
    "event",
    "load_ipython_extension",
    "message_handler",
    "rpc",
    "try_get_known_serializers_for_type",
    "type_subscription",
    "unload_ipython_extension",
]

# The rest is loaded when it is asked for. pytest loads this package at every start, also where no
# agents are tested, and the inspector brings networkx and more, which need not be there to run
# agents.
_FLOORS = ("messaging", "agents", "runtime", "inspector")


def __getattr__(name: str) -> Any:
    if name in _FLOORS:
        return importlib.import_module(f"sandbox.{name}")
    if name in __all__:
        for floor in _FLOORS:
            module = importlib.import_module(f"sandbox.{floor}")
            if name in module.__all__:
                globals()[name] = value = getattr(module, name)
                return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(ipython: Any) -> None:
    """Add the magics to a notebook: ``%load_ext sandbox``."""
    importlib.import_module("sandbox.notebook").load_ipython_extension(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """Remove the magics again: ``%unload_ext sandbox``."""
    importlib.import_module("sandbox.notebook").unload_ipython_extension(ipython)

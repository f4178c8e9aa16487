"""The ground floor: addresses, topics, contexts, serialization, and the protocols in between.

Nothing here runs an event loop or does input or output.
"""

from sandbox.messaging.agent import Agent, AgentMetadata
from sandbox.messaging.agent_id import AgentId, AgentType
from sandbox.messaging.agent_runtime import AgentRuntime
from sandbox.messaging.cancellation import CancellationToken
from sandbox.messaging.constants import (
    EVENT_LOGGER_NAME,
    ROOT_LOGGER_NAME,
    TRACE_LOGGER_NAME,
)
from sandbox.messaging.exceptions import (
    AgentNotBoundError,
    CantHandleException,
    MessageDroppedException,
    NotAccessibleError,
    RecipientNotFoundError,
    RuntimeStoppedError,
    SubscriptionNotFoundError,
    UndeliverableException,
    WrongLoopError,
)
from sandbox.messaging.function_call import FunctionCall
from sandbox.messaging.instantiation import (
    AgentInstantiationContext,
    SubscriptionInstantiationContext,
)
from sandbox.messaging.intervention import (
    DefaultInterventionHandler,
    DropMessage,
    InterventionHandler,
)
from sandbox.messaging.message_context import MessageContext
from sandbox.messaging.portability import why_not_portable
from sandbox.messaging.serialization import (
    JSON_DATA_CONTENT_TYPE,
    PROTOBUF_DATA_CONTENT_TYPE,
    MessageSerializer,
    SerializationRegistry,
    UnknownPayload,
    try_get_known_serializers_for_type,
)
from sandbox.messaging.subscription import Subscription
from sandbox.messaging.topic import DefaultTopicId, TopicId
from sandbox.messaging.turn import MessageHandlerContext, Turn, current_turn
from sandbox.messaging.type_subscription import (
    DefaultSubscription,
    TypePrefixSubscription,
    TypeSubscription,
)

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
    "AgentNotBoundError",
    "AgentRuntime",
    "AgentType",
    "CancellationToken",
    "CantHandleException",
    "DefaultInterventionHandler",
    "DefaultSubscription",
    "DefaultTopicId",
    "DropMessage",
    "FunctionCall",
    "InterventionHandler",
    "MessageContext",
    "MessageDroppedException",
    "MessageHandlerContext",
    "MessageSerializer",
    "NotAccessibleError",
    "RecipientNotFoundError",
    "RuntimeStoppedError",
    "SerializationRegistry",
    "Subscription",
    "SubscriptionInstantiationContext",
    "SubscriptionNotFoundError",
    "TopicId",
    "Turn",
    "TypePrefixSubscription",
    "TypeSubscription",
    "UndeliverableException",
    "UnknownPayload",
    "WrongLoopError",
    "current_turn",
    "try_get_known_serializers_for_type",
    "why_not_portable",
]

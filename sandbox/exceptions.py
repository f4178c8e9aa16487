"""The exceptions of the messaging system."""

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

__all__ = [
    "AgentNotBoundError",
    "CantHandleException",
    "MessageDroppedException",
    "NotAccessibleError",
    "RecipientNotFoundError",
    "RuntimeStoppedError",
    "SubscriptionNotFoundError",
    "UndeliverableException",
    "WrongLoopError",
]

"""Every exception that the messaging system raises under a name of its own."""

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


class CantHandleException(Exception):
    """A handler or a subscription was given something that it does not take."""


class UndeliverableException(Exception):
    """A message cannot reach its recipient."""


class MessageDroppedException(Exception):
    """The awaited message, or its response, was dropped on the way."""


class NotAccessibleError(Exception):
    """Something was asked for that this process cannot reach, such as a remote agent object."""


class RecipientNotFoundError(UndeliverableException, LookupError):
    """A message was sent to an agent type that is not registered."""


class RuntimeStoppedError(UndeliverableException):
    """The runtime stopped before the message could be answered."""


class WrongLoopError(RuntimeError):
    """A runtime that belongs to one event loop was used from another."""


class SubscriptionNotFoundError(ValueError, LookupError):
    """A subscription id is not known to the runtime."""


class AgentNotBoundError(AttributeError):
    """An agent that no runtime hosts was asked for its id, metadata or runtime."""

"""Hooks that may change or drop a message on its way."""

from typing import Any, Protocol, final

from sandbox.messaging.agent_id import AgentId
from sandbox.messaging.message_context import MessageContext


@final
class DropMessage:
    """Returned from an intervention handler, as the class or an instance, to drop the message."""


class InterventionHandler(Protocol):
    """Sees every message before it is delivered, and may replace or drop it.

    Handlers are called in the order in which the runtime was given them, when the message leaves
    the queue; each gets what the one before returned. Returning ``None`` means "no change" and
    gives a warning, because it is mostly a forgotten ``return message``.

    Example:
        >>> from sandbox import DefaultInterventionHandler, SingleThreadedAgentRuntime
        >>> class Upper(DefaultInterventionHandler):
        ...     async def on_send(self, message, *, message_context, recipient):
        ...         return message.upper() if isinstance(message, str) else message
        >>> runtime = SingleThreadedAgentRuntime(intervention_handlers=[Upper()])
    """

    async def on_send(
        self, message: Any, *, message_context: MessageContext, recipient: AgentId
    ) -> Any | type[DropMessage]:
        """Called for a message sent with ``send_message``.

        Dropping it raises :class:`~sandbox.exceptions.MessageDroppedException` at the sender.
        """
        ...

    async def on_publish(
        self, message: Any, *, message_context: MessageContext
    ) -> Any | type[DropMessage]:
        """Called once for a message published with ``publish_message``."""
        ...

    async def on_response(
        self, message: Any, *, sender: AgentId, recipient: AgentId | None
    ) -> Any | type[DropMessage]:
        """Called for the value that a handler returned to a request.

        Dropping it raises :class:`~sandbox.exceptions.MessageDroppedException` at the requester.
        """
        ...


class DefaultInterventionHandler(InterventionHandler):
    """Changes nothing; override the methods that should."""

    async def on_send(
        self, message: Any, *, message_context: MessageContext, recipient: AgentId
    ) -> Any | type[DropMessage]:
        """Return the message unchanged."""
        return message

    async def on_publish(
        self, message: Any, *, message_context: MessageContext
    ) -> Any | type[DropMessage]:
        """Return the message unchanged."""
        return message

    async def on_response(
        self, message: Any, *, sender: AgentId, recipient: AgentId | None
    ) -> Any | type[DropMessage]:
        """Return the message unchanged."""
        return message

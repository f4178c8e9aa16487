"""Agents that route messages to handlers by type."""

import logging
from collections.abc import Coroutine, Sequence
from typing import Any

from sandbox.agents.base_agent import BaseAgent, HandledType
from sandbox.agents.handlers import MessageHandler
from sandbox.agents.routes import AnyHandler, Routes
from sandbox.agents.unhandled import why_unhandled
from sandbox.messaging.constants import ROOT_LOGGER_NAME
from sandbox.messaging.message_context import MessageContext
from sandbox.messaging.serialization import MessageSerializer, try_get_known_serializers_for_type
from sandbox.messaging.turn import Turn, current_turn
from sandbox.messaging.type_hints import AnyType

_logger = logging.getLogger(ROOT_LOGGER_NAME)


class RoutedAgent(BaseAgent):
    """An agent whose decorated methods each handle messages of certain types.

    Decorate methods with :func:`~sandbox.rpc` (requests), :func:`~sandbox.event` (published
    messages) or :func:`~sandbox.message_handler` (both).

    Args:
        description: What the agent is for, in words.

    Example:
        >>> from sandbox import MessageContext, RoutedAgent, rpc
        >>> class Worker(RoutedAgent):
        ...     def __init__(self) -> None:
        ...         super().__init__("Doubles numbers.")
        ...
        ...     @rpc
        ...     async def double(self, message: int, ctx: MessageContext) -> int:
        ...         return 2 * message
    """

    # The names are private to this class, so that agents may use any of their own.
    __routes: Routes | None = None  # stays so if a subclass does not call our __init__
    __routes_of_class: Routes

    def __init__(self, description: str) -> None:
        cls = self.__class__
        handlers = cls._discover_handlers()
        routes: Routes | None = cls.__dict__.get("_RoutedAgent__routes_of_class")
        # Handlers are looked for at each construction, because classes may be patched; what
        # follows from them is worked out once per class.
        if routes is None or routes.handlers != tuple(handlers):
            routes = Routes(handlers)
            cls.__routes_of_class = routes
        self.__routes = routes
        super().__init__(description)

    def on_message_impl(self, message: Any, ctx: MessageContext) -> Coroutine[Any, Any, Any]:
        """Hand the message to its handler. Add handlers instead of overriding this."""
        if (routes := self.__routes) is None:
            raise AttributeError(
                f"{self.__class__.__name__}.__init__ does not call super().__init__(description), "
                "so the agent has no handlers."
            )
        # Every message passes here, so this returns the handler's coroutine without awaiting it.
        found = (routes.requests if ctx.is_rpc else routes.events).get(type(message))
        if found is None:
            found = routes.add_type(type(message), is_rpc=ctx.is_rpc)
        for match, handler in found:
            if match is None or match(message, ctx):
                return handler(self, message, ctx)
        return self._leave_unhandled(message, ctx, routes.handlers)

    async def _leave_unhandled(
        self, message: Any, ctx: MessageContext, handlers: Sequence[AnyHandler]
    ) -> Any:
        turn = self._own_turn()
        if turn is not None:
            turn.unhandled = why_unhandled(str(self._id), self.__class__, handlers, message, ctx)
        reply: Any = await self.on_unhandled_message(message, ctx)  # type: ignore[func-returns-value]
        if turn is not None and reply is not None:
            turn.unhandled = None  # an override answered, so the message is handled after all
        return reply

    def _own_turn(self) -> Turn | None:
        # A handler may call another agent's on_message directly; its turn is not that agent's.
        turn = current_turn.get()
        if turn is None or turn.recipient != getattr(self, "_id", None):
            return None
        return turn

    async def on_unhandled_message(self, message: Any, ctx: MessageContext) -> None:
        """Called for a message that no handler takes; override to raise or to answer.

        Unless overridden it logs the message at level INFO, and a request is answered with
        ``None``.
        """
        _logger.info("Unhandled message: %s", message)

    @classmethod
    def _discover_handlers(cls) -> Sequence[MessageHandler[Any, Any, Any]]:
        """The handlers of the class and its bases, in the alphabetical order of their names."""
        names = {
            name
            for base in cls.__mro__
            if base not in _CLASSES_WITHOUT_HANDLERS
            for name in base.__dict__
        }
        candidates = (getattr(cls, name, None) for name in sorted(names))
        return [
            candidate
            for candidate in candidates
            if callable(candidate) and hasattr(candidate, "is_message_handler")
        ]

    @classmethod
    def _handles_types(cls) -> list[HandledType]:
        return cls.internal_extra_handles_types + [
            (target, _known_serializers(target))
            for handler in cls._discover_handlers()
            for target in handler.target_types
            if target is not AnyType
        ]


# Nor have their bases; looking through them would cost more than all else in a construction.
_CLASSES_WITHOUT_HANDLERS = frozenset(RoutedAgent.__mro__)


def _known_serializers(message_type: type) -> list[MessageSerializer[Any]]:
    try:
        return try_get_known_serializers_for_type(message_type)
    except ValueError:
        # It cannot travel to another process, which matters to nobody in this one.
        return []

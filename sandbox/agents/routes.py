"""Which handler of a class takes which message."""

import logging
from collections.abc import Sequence
from typing import Any

from sandbox.agents.class_names import is_redefinition, readable
from sandbox.agents.handlers import MessageHandler, Router
from sandbox.messaging.constants import ROOT_LOGGER_NAME
from sandbox.messaging.type_hints import AnyType

_logger = logging.getLogger(ROOT_LOGGER_NAME)

AnyHandler = MessageHandler[Any, Any, Any]
Route = tuple[Router | None, AnyHandler]
"""A condition, ``None`` if there is none, and the handler that it leads to."""


class Routes:
    """The handlers of a class by exact message type, one table for requests and one for events.

    Handlers of ``Any`` or ``object`` take what no other handler does, so their routes stand at
    the end of every list. Lists for types that no handler names are added when first asked for.
    """

    __slots__ = ("_catch_all", "events", "handlers", "requests")

    def __init__(self, handlers: Sequence[AnyHandler]) -> None:
        self.handlers = tuple(handlers)
        self.requests = _table(handlers, is_rpc=True)
        self.events = _table(handlers, is_rpc=False)
        self._catch_all = {
            is_rpc: tuple(
                route
                for handler in handlers
                if AnyType in handler.target_types or object in handler.target_types
                for route in _routes_of(handler, is_rpc=is_rpc)
            )
            for is_rpc in (True, False)
        }
        for is_rpc, table in ((True, self.requests), (False, self.events)):
            for message_type in table:
                table[message_type] += self._catch_all[is_rpc]

    def add_type(self, message_type: type, *, is_rpc: bool) -> tuple[Route, ...]:
        """The routes for a type that is not in the tables yet; afterwards it is."""
        table = self.requests if is_rpc else self.events
        for handled in list(table):
            if handled is not message_type and is_redefinition(message_type, handled):
                _logger.warning(
                    "%s was defined more than once; messages of the one class go to handlers of "
                    "the other.",
                    readable(message_type),
                )
                return table.setdefault(message_type, table[handled])
        return table.setdefault(message_type, self._catch_all[is_rpc])


def _table(handlers: Sequence[AnyHandler], *, is_rpc: bool) -> dict[type, tuple[Route, ...]]:
    table: dict[type, tuple[Route, ...]] = {}
    for handler in handlers:
        for target in handler.target_types:
            if target is not AnyType and target is not object:
                routes = _routes_of(handler, is_rpc=is_rpc)
                table[target] = table.get(target, ()) + routes
    return table


def _routes_of(handler: AnyHandler, *, is_rpc: bool) -> tuple[Route, ...]:
    by = getattr(handler, "by", None)
    if by is None:
        # Made by other means than our decorators: only its router knows.
        return ((handler.router, handler),)
    if by == ("event" if is_rpc else "rpc"):
        return ()
    return ((handler.match, handler),)

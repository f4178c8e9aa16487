"""Interventions: handlers that may change or drop a message on its way."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from sandbox.messaging.exceptions import MessageDroppedException
from sandbox.messaging.intervention import DropMessage
from sandbox.runtime.delivery import EVENT, REQUEST, RESPONSE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.messaging.intervention import InterventionHandler
    from sandbox.runtime.delivery import Delivery
    from sandbox.runtime.instruments import Instruments

HOOK_NAMES = {REQUEST: "on_send", EVENT: "on_publish", RESPONSE: "on_response"}


class Interventions:
    """The intervention handlers of a runtime, in order.

    Each handler is given what the one before it returned. Returning `None` changes nothing
    and warns, since it is nearly always a forgotten `return`.
    """

    def __init__(
        self, handlers: Sequence[InterventionHandler] | None, instruments: Instruments
    ) -> None:
        self.handlers = tuple(handlers or ())
        self._instruments = instruments

    def __bool__(self) -> bool:
        return bool(self.handlers)

    async def apply(self, delivery: Delivery) -> Any:
        """Pass the message of this delivery through all handlers and return what remains of it.

        Raises:
            MessageDroppedException: a handler dropped it.
            BaseException: whatever a handler raised.
        """
        message = delivery.message
        for handler in self.handlers:
            before = message
            if (tell := self._instruments.message_intercepting) is not None:
                tell(delivery, handler)
            try:
                message = await self._ask(handler, before, delivery)
            except BaseException:
                self._tell(delivery, handler, before, "failed")
                raise
            hook = HOOK_NAMES[delivery.kind]
            name = type(handler).__name__
            if message is DropMessage or isinstance(message, DropMessage):
                self._tell(delivery, handler, before, "dropped")
                msg = (
                    f"{name}.{hook} dropped the {type(before).__name__} "
                    f"from {delivery.sender or 'outside'} to {delivery.recipient or 'outside'}."
                )
                raise MessageDroppedException(msg)
            if message is None:
                if before is not None:
                    warnings.warn(
                        f"Intervention handler {name}.{hook} returned None; the message goes on "
                        "unchanged. Return the message, or DropMessage to drop it.",
                        RuntimeWarning,
                        stacklevel=2,
                    )
                message = before
            elif message is not before:
                delivery.message = message
                self._tell(delivery, handler, before, "replaced")
        return message

    async def _ask(self, handler: InterventionHandler, message: Any, delivery: Delivery) -> Any:
        if delivery.kind is REQUEST:
            assert delivery.recipient is not None
            return await handler.on_send(
                message, message_context=delivery.context, recipient=delivery.recipient
            )
        if delivery.kind is EVENT:
            return await handler.on_publish(message, message_context=delivery.context)
        assert delivery.sender is not None  # a response comes from an agent
        return await handler.on_response(
            message, sender=delivery.sender, recipient=delivery.recipient
        )

    def _tell(self, delivery: Delivery, handler: object, before: Any, outcome: str) -> None:
        tell = self._instruments.message_intercepted
        if tell is not None:
            tell(delivery, handler, before, outcome)

"""Logging of events: an instrument that writes to the event logger."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from sandbox.messaging.constants import EVENT_LOGGER_NAME
from sandbox.messaging.serialization import (
    JSON_DATA_CONTENT_TYPE,
    try_get_known_serializers_for_type,
)
from sandbox.runtime.delivery import DROPPED, EVENT, FAILED, HANDLED, REQUEST, RESPONSE
from sandbox.runtime.instruments import Instrument
from sandbox.runtime.log_events import (
    AgentConstructionExceptionEvent,
    DeliveryStage,
    MessageDroppedEvent,
    MessageEvent,
    MessageHandlerExceptionEvent,
    MessageKind,
)

if TYPE_CHECKING:
    from sandbox.messaging.agent_id import AgentId
    from sandbox.messaging.serialization import SerializationRegistry
    from sandbox.runtime.delivery import Delivery
    from sandbox.runtime.instruments import Instruments

logger = logging.getLogger(EVENT_LOGGER_NAME)

KINDS = {
    REQUEST: MessageKind.DIRECT,
    EVENT: MessageKind.PUBLISH,
    RESPONSE: MessageKind.RESPOND,
}
UNSHOWN = "Message could not be serialized"


class EventLog(Instrument):
    """Writes one record per event to the logger `sandbox.events`, at level INFO.

    While nobody listens at that level it is not attached: no message is ever serialized or
    formatted for a log that is not written.
    """

    def __init__(self, serializers: SerializationRegistry, instruments: Instruments) -> None:
        self._serializers = serializers
        self._instruments = instruments
        self._attached = False

    def follow_level(self) -> None:
        """Attach or detach, as the level of the logger demands; it may change at any time."""
        if logger.isEnabledFor(logging.INFO) is not self._attached:
            self._attached = not self._attached
            if self._attached:
                self._instruments.add(self)
            else:
                self._instruments.remove(self)

    def delivery_queued(self, delivery: Delivery) -> None:
        """Log that a message was sent."""
        self._message(delivery, DeliveryStage.SEND)

    def delivery_handling(self, delivery: Delivery) -> None:
        """Log that a request or an event is being delivered."""
        self._message(delivery, DeliveryStage.DELIVER)

    def delivery_settled(self, delivery: Delivery) -> None:
        """Log a response's delivery, a drop, or a handler's exception."""
        if delivery.kind is RESPONSE and delivery.verdict is HANDLED:
            self._message(delivery, DeliveryStage.DELIVER)
        elif delivery.verdict is DROPPED:
            logger.info(
                MessageDroppedEvent(
                    payload=payload_of(delivery.message, self._serializers),
                    sender=delivery.sender,
                    receiver=delivery.recipient or delivery.topic_id,
                    kind=KINDS[delivery.kind],
                    **_identity(delivery),
                )
            )
        elif delivery.verdict is FAILED and delivery.recipient and delivery.error:
            logger.info(
                MessageHandlerExceptionEvent(
                    payload=payload_of(delivery.message, self._serializers),
                    handling_agent=delivery.recipient,
                    exception=delivery.error,
                    **_identity(delivery),
                )
            )

    def agent_failed(self, agent_id: AgentId, error: BaseException) -> None:
        """Log that an agent could not be built."""
        logger.info(AgentConstructionExceptionEvent(agent_id=agent_id, exception=error))

    def _message(self, delivery: Delivery, stage: DeliveryStage) -> None:
        logger.info(
            MessageEvent(
                payload=payload_of(delivery.message, self._serializers),
                sender=delivery.sender,
                receiver=delivery.recipient or delivery.topic_id,
                kind=KINDS[delivery.kind],
                delivery_stage=stage,
                **_identity(delivery),
            )
        )


def payload_of(message: Any, serializers: SerializationRegistry) -> str:
    """The message as JSON, or a fixed sentence; a log line must never fail a run."""
    try:
        if message is None or isinstance(message, str | int | float | bool | list | dict):
            return json.dumps(message)
        name = serializers.type_name(message)
        if not serializers.is_registered(name, JSON_DATA_CONTENT_TYPE):
            known = try_get_known_serializers_for_type(type(message))
            return known[0].serialize(message).decode() if known else UNSHOWN
        return serializers.serialize(
            message, type_name=name, data_content_type=JSON_DATA_CONTENT_TYPE
        ).decode()
    except Exception:  # whatever a serializer or a message's own code raises
        return UNSHOWN


def _identity(delivery: Delivery) -> dict[str, Any]:
    return {"message_id": delivery.message_id, "delivery": delivery.number}

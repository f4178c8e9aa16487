"""The structured events that a runtime writes to the logger ``sandbox.events``."""

from sandbox.runtime.log_events import (
    AgentConstructionExceptionEvent,
    DeliveryStage,
    MessageDroppedEvent,
    MessageEvent,
    MessageHandlerExceptionEvent,
    MessageKind,
)

__all__ = [
    "AgentConstructionExceptionEvent",
    "DeliveryStage",
    "MessageDroppedEvent",
    "MessageEvent",
    "MessageHandlerExceptionEvent",
    "MessageKind",
]

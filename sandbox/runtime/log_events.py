"""The structured events that a runtime logs, as in AutoGen Core."""

from __future__ import annotations

import json
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.messaging.agent_id import AgentId
    from sandbox.messaging.topic import TopicId


class MessageKind(Enum):
    """How a message travels."""

    DIRECT = 1
    PUBLISH = 2
    RESPOND = 3


class DeliveryStage(Enum):
    """Whether a message was sent or is being delivered."""

    SEND = 1
    DELIVER = 2


class LogEvent:
    """An event for `logging`: `str()` of it is JSON, and `kwargs` holds its fields.

    Attributes:
        kwargs: the fields, ready for JSON; among them `type`, the kind of event.
    """

    def __init__(self, type: str, fields: dict[str, Any]) -> None:
        self.kwargs: dict[str, Any] = {**fields, "type": type}

    def __str__(self) -> str:
        return json.dumps(self.kwargs)


class MessageEvent(LogEvent):
    """A message was sent, or is being delivered."""

    def __init__(
        self,
        *,
        payload: str,
        sender: AgentId | None,
        receiver: AgentId | TopicId | None,
        kind: MessageKind,
        delivery_stage: DeliveryStage,
        **kwargs: Any,
    ) -> None:
        fields = {
            "payload": payload,
            "sender": _text(sender),
            "receiver": _text(receiver),
            "kind": str(kind),
            "delivery_stage": str(delivery_stage),
        }
        super().__init__("Message", {**kwargs, **fields})


class MessageDroppedEvent(LogEvent):
    """A message was dropped on its way."""

    def __init__(
        self,
        *,
        payload: str,
        sender: AgentId | None,
        receiver: AgentId | TopicId | None,
        kind: MessageKind,
        **kwargs: Any,
    ) -> None:
        fields = {
            "payload": payload,
            "sender": _text(sender),
            "receiver": _text(receiver),
            "kind": str(kind),
        }
        super().__init__("MessageDropped", {**kwargs, **fields})


class MessageHandlerExceptionEvent(LogEvent):
    """A handler raised."""

    def __init__(
        self, *, payload: str, handling_agent: AgentId, exception: BaseException, **kwargs: Any
    ) -> None:
        fields = {
            "payload": payload,
            "handling_agent": str(handling_agent),
            "exception": str(exception),
        }
        super().__init__("MessageHandlerException", {**kwargs, **fields})


class AgentConstructionExceptionEvent(LogEvent):
    """An agent could not be built."""

    def __init__(self, *, agent_id: AgentId, exception: BaseException, **kwargs: Any) -> None:
        fields = {"agent_id": str(agent_id), "exception": str(exception)}
        super().__init__("AgentConstructionException", {**kwargs, **fields})


def _text(identity: AgentId | TopicId | None) -> str | None:
    return None if identity is None else str(identity)

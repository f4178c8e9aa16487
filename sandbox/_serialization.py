"""Other name of :mod:`sandbox.messaging.serialization`, for programs written for AutoGen Core."""

from sandbox.messaging.serialization import (
    JSON_DATA_CONTENT_TYPE,
    PROTOBUF_DATA_CONTENT_TYPE,
    DataclassJsonMessageSerializer,
    IsDataclass,
    MessageSerializer,
    ProtobufMessageSerializer,
    PydanticJsonMessageSerializer,
    SerializationRegistry,
    UnknownPayload,
    contains_a_union,
    has_nested_base_model,
    has_nested_base_model_in_type,
    has_nested_dataclass,
    is_dataclass,
    try_get_known_serializers_for_type,
)

__all__ = [
    "JSON_DATA_CONTENT_TYPE",
    "PROTOBUF_DATA_CONTENT_TYPE",
    "DataclassJsonMessageSerializer",
    "IsDataclass",
    "MessageSerializer",
    "ProtobufMessageSerializer",
    "PydanticJsonMessageSerializer",
    "SerializationRegistry",
    "UnknownPayload",
    "contains_a_union",
    "has_nested_base_model",
    "has_nested_base_model_in_type",
    "has_nested_dataclass",
    "is_dataclass",
    "try_get_known_serializers_for_type",
]

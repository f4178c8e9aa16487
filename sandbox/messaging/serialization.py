"""Turning messages into bytes and back, for runtimes that span processes.

A runtime in one process passes messages by reference and never serializes them.
"""

import dataclasses
import json
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    ForwardRef,
    Protocol,
    TypeVar,
    get_args,
    get_origin,
    runtime_checkable,
)

from sandbox.messaging.type_hints import is_union

if TYPE_CHECKING:
    from pydantic import BaseModel

T = TypeVar("T")

JSON_DATA_CONTENT_TYPE: Final = "application/json"
"""Content type of messages written as JSON."""

PROTOBUF_DATA_CONTENT_TYPE: Final = "application/x-protobuf"
"""Content type of messages written as Protocol Buffers."""


class MessageSerializer(Protocol[T]):
    """Writes messages of one type to bytes and reads them back.

    Example:
        >>> class TextSerializer(MessageSerializer[str]):
        ...     @property
        ...     def data_content_type(self) -> str:
        ...         return "text/plain"
        ...     def serialize(self, message: str) -> bytes:
        ...         return message.encode()
        ...     def deserialize(self, payload: bytes) -> str:
        ...         return payload.decode()
    """

    @property
    def data_content_type(self) -> str:
        """The format of the bytes, as a media type."""
        ...

    @property
    def type_name(self) -> str:
        """The name under which the message type travels.

        Unless overridden, the name of the class in ``MessageSerializer[...]``.

        Raises:
            ValueError: If it is neither overridden nor to be found there.
        """
        message_type = _message_type_of_base(type(self))
        if message_type is None:
            raise ValueError(_NO_TYPE_NAME.format(type(self).__name__))
        return message_type if isinstance(message_type, str) else type_name_of(message_type)

    def deserialize(self, payload: bytes, /) -> T:
        """Read a message."""
        ...

    def serialize(self, message: T, /) -> bytes:
        """Write a message."""
        ...


_NO_TYPE_NAME = (
    "{} does not say which message type it is for. "
    "Inherit from MessageSerializer[YourMessage], or define the property type_name."
)


def _message_type_of_base(serializer_class: type) -> type | str | None:
    for cls in serializer_class.__mro__:
        for base in cls.__dict__.get("__orig_bases__", ()):
            origin = get_origin(base)
            if origin is None or MessageSerializer not in getattr(origin, "__mro__", ()):
                continue
            for argument in get_args(base):
                if isinstance(argument, type):
                    return argument
                if isinstance(argument, ForwardRef):
                    return argument.__forward_arg__.rpartition(".")[2]
    return None


@runtime_checkable
class IsDataclass(Protocol):
    """A dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


DataclassT = TypeVar("DataclassT", bound=IsDataclass)
PydanticT = TypeVar("PydanticT", bound="BaseModel")


def is_dataclass(cls: Any) -> bool:
    """Tell whether ``cls`` is a dataclass or an instance of one."""
    return hasattr(cls, "__dataclass_fields__")


def is_pydantic_model(cls: object) -> bool:
    """Tell whether ``cls`` is a pydantic model class."""
    return _is_subclass_of(cls, "pydantic", "BaseModel")


def is_protobuf_message(cls: object) -> bool:
    """Tell whether ``cls`` is a Protocol Buffers message class."""
    return _is_subclass_of(cls, "google.protobuf.message", "Message")


def _is_subclass_of(cls: object, module: str, name: str) -> bool:
    # A class cannot derive from one in a module that was never imported, and importing pydantic
    # or protobuf for the sake of the question would burden programs that use neither.
    base = getattr(sys.modules.get(module), name, None)
    return base is not None and isinstance(cls, type) and issubclass(cls, base)


def has_nested_dataclass(cls: type[IsDataclass]) -> bool:
    """Tell whether a field of the dataclass is itself a dataclass."""
    return any(is_dataclass(field.type) for field in dataclasses.fields(cls))


def contains_a_union(cls: type[IsDataclass]) -> bool:
    """Tell whether a field of the dataclass is a ``Union`` or ``Optional``."""
    return any(is_union(field.type) for field in dataclasses.fields(cls))


def has_nested_base_model(cls: type[IsDataclass]) -> bool:
    """Tell whether a field of the dataclass is, or contains in generics, a pydantic model."""
    return any(has_nested_base_model_in_type(field.type) for field in dataclasses.fields(cls))


def has_nested_base_model_in_type(tp: Any) -> bool:
    """Tell whether a type is a pydantic model or a generic type over one, however deep."""
    return is_pydantic_model(tp) or any(has_nested_base_model_in_type(a) for a in get_args(tp))


class DataclassJsonMessageSerializer(MessageSerializer[DataclassT]):
    """Writes flat dataclasses as JSON.

    Args:
        cls: The dataclass.

    Raises:
        ValueError: If a field is a union, a dataclass or a pydantic model: JSON does not tell
            which class to rebuild. Pydantic models can have such fields.
    """

    def __init__(self, cls: type[DataclassT]) -> None:
        if contains_a_union(cls):
            raise ValueError(
                f"Dataclass {cls.__qualname__} has a union type, which is not supported. "
                "To use a union, use a Pydantic model"
            )
        if has_nested_dataclass(cls) or has_nested_base_model(cls):
            raise ValueError(
                f"Dataclass {cls.__qualname__} has nested dataclasses or base models, which are "
                "not supported. To use nested types, use a Pydantic model"
            )
        self.cls = cls

    @property
    def data_content_type(self) -> str:
        """JSON."""
        return JSON_DATA_CONTENT_TYPE

    @property
    def type_name(self) -> str:
        """The name of the dataclass."""
        return type_name_of(self.cls)

    def deserialize(self, payload: bytes) -> DataclassT:
        """Read a message."""
        return self.cls(**json.loads(payload))

    def serialize(self, message: DataclassT) -> bytes:
        """Write a message."""
        return json.dumps(dataclasses.asdict(message)).encode()


class PydanticJsonMessageSerializer(MessageSerializer[PydanticT]):
    """Writes pydantic models as JSON.

    Args:
        cls: The model class.
    """

    def __init__(self, cls: type[PydanticT]) -> None:
        self.cls = cls

    @property
    def data_content_type(self) -> str:
        """JSON."""
        return JSON_DATA_CONTENT_TYPE

    @property
    def type_name(self) -> str:
        """The name of the model class."""
        return type_name_of(self.cls)

    def deserialize(self, payload: bytes) -> PydanticT:
        """Read and validate a message."""
        return self.cls.model_validate_json(payload)

    def serialize(self, message: PydanticT) -> bytes:
        """Write a message. Values of a subclass of a field's type lose what the subclass adds."""
        return message.model_dump_json().encode()


class ProtobufMessageSerializer(MessageSerializer[T]):
    """Writes Protocol Buffers messages, wrapped in ``google.protobuf.Any``.

    Args:
        cls: The generated message class.
    """

    def __init__(self, cls: type[T]) -> None:
        self.cls = cls

    @property
    def data_content_type(self) -> str:
        """Protocol Buffers."""
        return PROTOBUF_DATA_CONTENT_TYPE

    @property
    def type_name(self) -> str:
        """The full name of the message in its ``.proto`` file."""
        return type_name_of(self.cls)

    def deserialize(self, payload: bytes) -> T:
        """Read a message.

        Raises:
            ValueError: If the payload is a message of another type.
        """
        from google.protobuf import any_pb2

        wrapped = any_pb2.Any()
        wrapped.ParseFromString(payload)
        message: Any = self.cls()
        if not wrapped.Unpack(message):
            raise ValueError(
                f"Failed to unpack payload into {self.cls}: it holds {wrapped.TypeName()!r}."
            )
        unpacked: T = message
        return unpacked

    def serialize(self, message: T) -> bytes:
        """Write a message."""
        from google.protobuf import any_pb2

        wrapped = any_pb2.Any()
        packable: Any = message
        wrapped.Pack(packable)
        payload: bytes = wrapped.SerializeToString()
        return payload


@dataclass
class UnknownPayload:
    """A message that arrived in a form for which no serializer is known."""

    type_name: str
    """The name under which its type travelled."""

    data_content_type: str
    """The format of the payload."""

    payload: bytes
    """The message as it arrived."""


def type_name_of(message: Any) -> str:
    """The name under which a message, or a message class, travels.

    The full name for Protocol Buffers; the name of the class, without its module, otherwise.
    """
    cls: Any = message if isinstance(message, type) else type(message)
    if is_protobuf_message(cls):
        full_name: str = cls.DESCRIPTOR.full_name
        return full_name
    name: str = cls.__name__
    return name


def try_get_known_serializers_for_type(cls: type[Any]) -> list[MessageSerializer[Any]]:
    """The serializers that the package brings for a message class.

    Args:
        cls: The message class.

    Returns:
        One serializer for pydantic models, dataclasses and Protocol Buffers; an empty list for
        other types.

    Raises:
        ValueError: If ``cls`` is a dataclass that cannot be rebuilt from JSON.
    """
    if is_pydantic_model(cls):
        return [PydanticJsonMessageSerializer(cls)]
    if is_dataclass(cls):
        return [DataclassJsonMessageSerializer(cls)]
    if is_protobuf_message(cls):
        return [ProtobufMessageSerializer(cls)]
    return []


class SerializationRegistry:
    """Finds the serializer for a message by type name and content type."""

    def __init__(self) -> None:
        self._serializers: dict[tuple[str, str], MessageSerializer[Any]] = {}

    def add_serializer(
        self, serializer: MessageSerializer[Any] | Sequence[MessageSerializer[Any]]
    ) -> None:
        """Add one or more serializers.

        A later one replaces an earlier one for the same type name and content type; a warning
        tells when they are for different classes.

        Raises:
            ValueError: If a serializer has no type name.
        """
        if isinstance(serializer, Sequence):
            for each in serializer:
                self.add_serializer(each)
            return
        type_name = getattr(serializer, "type_name", None)
        if type_name is None:
            raise ValueError(_NO_TYPE_NAME.format(type(serializer).__name__))
        key = (type_name, serializer.data_content_type)
        replaced = self._serializers.get(key)
        if replaced is not None:
            _warn_if_classes_differ(replaced, serializer)
        self._serializers[key] = serializer

    def deserialize(self, payload: bytes, *, type_name: str, data_content_type: str) -> Any:
        """Read a message; an :class:`UnknownPayload` when no serializer is known for it."""
        serializer = self._serializers.get((type_name, data_content_type))
        if serializer is None:
            return UnknownPayload(type_name, data_content_type, payload)
        return serializer.deserialize(payload)

    def serialize(self, message: Any, *, type_name: str, data_content_type: str) -> bytes:
        """Write a message.

        Raises:
            ValueError: If no serializer is known for the type name and content type.
        """
        serializer = self._serializers.get((type_name, data_content_type))
        if serializer is None:
            raise ValueError(f"Unknown type {type_name} with content type {data_content_type}")
        return serializer.serialize(message)

    def is_registered(self, type_name: str, data_content_type: str) -> bool:
        """Tell whether a serializer is known."""
        return (type_name, data_content_type) in self._serializers

    def type_name(self, message: Any) -> str:
        """The name under which a message, or a message class, travels."""
        return type_name_of(message)


def _warn_if_classes_differ(old: MessageSerializer[Any], new: MessageSerializer[Any]) -> None:
    old_class, new_class = getattr(old, "cls", None), getattr(new, "cls", None)
    if not isinstance(old_class, type) or not isinstance(new_class, type):
        return
    redefined = (old_class.__module__, old_class.__qualname__) == (
        new_class.__module__,
        new_class.__qualname__,
    )
    if not redefined:
        warnings.warn(
            f"{new_class.__module__}.{new_class.__qualname__} travels under the same name as "
            f"{old_class.__module__}.{old_class.__qualname__}, so in a distributed runtime the "
            "one would arrive as the other. Rename one of them.",
            UserWarning,
            stacklevel=4,
        )

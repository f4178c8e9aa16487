import subprocess
import sys
from dataclasses import dataclass
from typing import Generic, TypeVar

import pytest
from google.protobuf import struct_pb2, wrappers_pb2
from pydantic import BaseModel

from sandbox import (
    JSON_DATA_CONTENT_TYPE,
    PROTOBUF_DATA_CONTENT_TYPE,
    MessageSerializer,
    UnknownPayload,
    try_get_known_serializers_for_type,
)
from sandbox.messaging.serialization import (
    DataclassJsonMessageSerializer,
    ProtobufMessageSerializer,
    PydanticJsonMessageSerializer,
    SerializationRegistry,
    has_nested_base_model,
)


class Model(BaseModel):
    text: str


class Outer(BaseModel):
    text: str
    inner: Model


@dataclass
class Flat:
    text: str


@dataclass
class WithDataclass:
    inner: Flat


@dataclass
class WithModel:
    inner: Model


@dataclass
class WithModelsDeepInside:
    inner: dict[str, list[list[Model]]]


@dataclass
class WithUnion:
    text: str | int


@dataclass
class WithOptional:
    text: str | None = None


class Plain:
    pass


@pytest.mark.parametrize(
    ("message", "name", "content_type", "payload"),
    [
        (Flat("hi"), "Flat", JSON_DATA_CONTENT_TYPE, b'{"text": "hi"}'),
        (Model(text="hi"), "Model", JSON_DATA_CONTENT_TYPE, b'{"text":"hi"}'),
        (
            Outer(text="hi", inner=Model(text="ho")),
            "Outer",
            JSON_DATA_CONTENT_TYPE,
            b'{"text":"hi","inner":{"text":"ho"}}',
        ),
        (
            wrappers_pb2.StringValue(value="hi"),
            "google.protobuf.StringValue",
            PROTOBUF_DATA_CONTENT_TYPE,
            None,
        ),
        (
            struct_pb2.Value(list_value=struct_pb2.ListValue()),
            "google.protobuf.Value",
            PROTOBUF_DATA_CONTENT_TYPE,
            None,
        ),
    ],
)
def test_a_message_arrives_as_it_was_sent(message, name, content_type, payload):
    registry = SerializationRegistry()
    registry.add_serializer(try_get_known_serializers_for_type(type(message)))
    assert registry.type_name(message) == registry.type_name(type(message)) == name
    assert registry.is_registered(name, content_type)
    written = registry.serialize(message, type_name=name, data_content_type=content_type)
    assert payload is None or written == payload
    read = registry.deserialize(written, type_name=name, data_content_type=content_type)
    assert read == message
    assert type(read) is type(message)


@pytest.mark.parametrize("cls", [WithDataclass, WithModel, WithModelsDeepInside])
def test_a_dataclass_with_nested_models_is_refused(cls):
    with pytest.raises(ValueError, match="nested dataclasses or base models"):
        try_get_known_serializers_for_type(cls)


@pytest.mark.parametrize("cls", [WithUnion, WithOptional])
def test_a_dataclass_with_a_union_is_refused(cls):
    with pytest.raises(ValueError, match="has a union type"):
        DataclassJsonMessageSerializer(cls)


def test_models_are_found_however_deep():
    assert has_nested_base_model(WithModel)
    assert has_nested_base_model(WithModelsDeepInside)
    assert not has_nested_base_model(Flat)


@pytest.mark.parametrize("cls", [str, dict, int, type(None), Plain, list[int]])
def test_other_types_have_no_known_serializer(cls):
    assert try_get_known_serializers_for_type(cls) == []


def test_protobuf_of_another_type_is_refused():
    payload = ProtobufMessageSerializer(wrappers_pb2.Int32Value).serialize(
        wrappers_pb2.Int32Value(value=1)
    )
    with pytest.raises(ValueError, match=r"holds 'google.protobuf.Int32Value'"):
        ProtobufMessageSerializer(wrappers_pb2.StringValue).deserialize(payload)


def test_an_unknown_type_is_kept_as_it_arrived_and_cannot_be_written():
    registry = SerializationRegistry()
    assert registry.deserialize(
        b"x", type_name="Nobody", data_content_type="text/plain"
    ) == UnknownPayload("Nobody", "text/plain", b"x")
    with pytest.raises(ValueError, match="Unknown type Nobody with content type text/plain"):
        registry.serialize("x", type_name="Nobody", data_content_type="text/plain")


class PlainSerializer(MessageSerializer[Plain]):
    """As users write them: no type name, and parameter names of their own."""

    @property
    def data_content_type(self) -> str:
        return "text/plain"

    def serialize(self, thing: Plain) -> bytes:
        return b"plain"

    def deserialize(self, data: bytes) -> Plain:
        assert data == b"plain"
        return Plain()


def test_the_type_name_is_found_in_the_base_class():
    registry = SerializationRegistry()
    registry.add_serializer(PlainSerializer())
    written = registry.serialize(Plain(), type_name="Plain", data_content_type="text/plain")
    read = registry.deserialize(written, type_name="Plain", data_content_type="text/plain")
    assert isinstance(read, Plain)


def test_the_type_name_is_found_through_a_generic_base_and_as_text():
    t = TypeVar("t")

    class Base(MessageSerializer[t], Generic[t]):
        pass

    class Direct(Base[Flat]):
        pass

    class Forward(MessageSerializer["messages.Flat"]):
        pass

    assert Direct().type_name == "Flat"
    assert Forward().type_name == "Flat"


def test_a_type_name_of_ones_own_counts():
    class Custom(PlainSerializer):
        @property
        def type_name(self) -> str:
            return "custom"

    registry = SerializationRegistry()
    registry.add_serializer([Custom()])
    assert registry.is_registered("custom", "text/plain")


def test_a_serializer_for_nothing_in_particular_is_refused():
    class Vague:
        data_content_type = "text/plain"
        type_name = None

    class Bare(MessageSerializer):
        pass

    for serializer in (Vague(), Bare()):
        with pytest.raises(ValueError, match="does not say which message type it is for"):
            SerializationRegistry().add_serializer(serializer)


def test_two_classes_of_one_name_are_warned_about():
    registry = SerializationRegistry()
    registry.add_serializer(DataclassJsonMessageSerializer(Flat))
    registry.add_serializer(DataclassJsonMessageSerializer(Flat))

    @dataclass
    class Other:
        text: str

    Other.__name__ = "Flat"
    with pytest.warns(UserWarning, match="travels under the same name"):
        registry.add_serializer(DataclassJsonMessageSerializer(Other))
    written = b'{"text": "hi"}'
    read = registry.deserialize(written, type_name="Flat", data_content_type=JSON_DATA_CONTENT_TYPE)
    assert type(read) is Other


def test_a_class_defined_again_replaces_the_old_one_quietly():
    registry = SerializationRegistry()
    again = type("Model", (Model,), {"__module__": Model.__module__, "__qualname__": "Model"})
    registry.add_serializer(PydanticJsonMessageSerializer(Model))
    registry.add_serializer(PydanticJsonMessageSerializer(again))
    read = registry.deserialize(
        b'{"text":"hi"}', type_name="Model", data_content_type=JSON_DATA_CONTENT_TYPE
    )
    assert type(read) is again


def test_the_package_imports_neither_pydantic_nor_protobuf_nor_plotting():
    program = (
        "import sys, sandbox; print([name for name in ('pydantic', 'google.protobuf', 'IPython',"
        " 'networkx', 'matplotlib', 'ipywidgets', 'traitlets') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.decode().strip() == "[]"

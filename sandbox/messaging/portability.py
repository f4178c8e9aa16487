"""Whether a message would survive the way to another process."""

import dataclasses
import typing
from collections.abc import Iterator
from types import NoneType
from typing import Any, get_args, get_origin

from sandbox.messaging.serialization import (
    is_dataclass,
    is_protobuf_message,
    is_pydantic_model,
    try_get_known_serializers_for_type,
)
from sandbox.messaging.type_hints import is_union

_PLAIN = (str, int, float, bool, NoneType, Any, object)


def why_not_portable(type_or_message: Any) -> list[str]:
    """Say what would go wrong with a message on a runtime that spans processes.

    Nothing of it matters within one process, where messages pass by reference.

    Args:
        type_or_message: A message class, of which the field types are judged; or a message, which
            besides is written and read back.

    Returns:
        One sentence for each problem; an empty list if the message would arrive as it was sent.

    Example:
        >>> why_not_portable(str)
        ['str has no serializer: use a dataclass or a pydantic model, or add one for it.']
    """
    if isinstance(type_or_message, type):
        return _problems_of_type(type_or_message)
    problems = _problems_of_type(type(type_or_message))
    return problems or _problems_of_message(type_or_message)


def _problems_of_type(cls: type) -> list[str]:
    if is_pydantic_model(cls) or is_protobuf_message(cls):
        return []
    if is_dataclass(cls):
        return list(_problems_of_dataclass(cls))
    name = cls.__qualname__
    return [f"{name} has no serializer: use a dataclass or a pydantic model, or add one for it."]


def _problems_of_dataclass(cls: type) -> Iterator[str]:
    try:
        hints = typing.get_type_hints(cls)
    except Exception as error:  # whatever an annotation does when evaluated
        yield f"The field types of {cls.__qualname__} cannot be read: {error}."
        hints = {}
    for field in dataclasses.fields(cls):
        place = f"{cls.__qualname__}.{field.name}"
        if not field.init:
            yield f"{place} is not an argument of the constructor, so reading it back fails."
        problem = _problem_of_hint(hints.get(field.name, Any))
        if problem is not None:
            yield f"{place} {problem}."


def _problem_of_hint(hint: Any) -> str | None:
    origin, arguments = get_origin(hint), get_args(hint)
    if is_union(hint):
        return "is a union, which needs a pydantic model"
    if is_pydantic_model(hint) or is_dataclass(hint):
        return f"holds a {hint.__qualname__}, which would come back as a dict"
    base = origin or hint
    if base in _PLAIN:
        return None
    if base is list:
        return next(filter(None, map(_problem_of_hint, arguments)), None)
    if base is dict:
        if arguments and arguments[0] not in (str, Any):
            return "has keys that are not strings, which would come back as strings"
        return next(filter(None, map(_problem_of_hint, arguments[1:])), None)
    if base is tuple:
        return "is a tuple, which would come back as a list"
    if origin is typing.Literal:
        return None
    return f"is a {getattr(base, '__qualname__', base)}, which JSON cannot write"


def _problems_of_message(message: Any) -> list[str]:
    name = type(message).__qualname__
    try:
        [serializer] = try_get_known_serializers_for_type(type(message))
        received = serializer.deserialize(serializer.serialize(message))
    except Exception as error:  # the answer is that it fails, however it does
        return [f"This {name} cannot be written and read back: {error}"]
    try:
        same = bool(received == message)
    except Exception as error:  # user code again
        return [f"This {name} cannot be compared with what would arrive: {error}"]
    return [] if same else [f"This {name} would arrive changed."]

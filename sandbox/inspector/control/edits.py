"""Edits: a new message made from a pending one, with other values in some of its fields."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from sandbox.inspector.recording.snapshots import class_name, guarded_repr

if TYPE_CHECKING:
    from collections.abc import Mapping


def edited(message: Any, fields: Mapping[str, Any]) -> Any:
    """A message like `message`, with these values in these fields. The original stays as it is.

    Args:
        message: a dataclass instance, a pydantic model, a named tuple or a `dict`.
        fields: field name -> new value.

    Returns:
        A new object of the same class.

    Raises:
        TypeError: the message has no fields, or it has no such field, or a value is not of the
            field's type.
        Exception: whatever `__post_init__` or a validator of the class raises.

    Example:
        >>> edited({"task": "count", "limit": 3}, {"limit": 4})
        {'task': 'count', 'limit': 4}
    """
    types = _field_types(message)
    unknown = [name for name in fields if name not in types]
    if unknown:
        known = ", ".join(types) or "none"
        msg = f"{class_name(message)} has no field {_named(unknown)}. It has: {known}."
        raise TypeError(msg)
    wrong = [
        f"{name} takes {_words(types[name])}, not {guarded_repr(value)}"
        for name, value in fields.items()
        if not _fits(value, types[name])
    ]
    if wrong:
        msg = f"{class_name(message)}: {'; '.join(wrong)}."
        raise TypeError(msg)
    if isinstance(message, dict):
        return type(message)({**message, **fields})
    if isinstance(message, BaseModel):
        return message.model_copy(update=dict(fields))
    if isinstance(message, tuple):
        return message._replace(**fields)  # type: ignore[attr-defined]  # it has fields
    return dataclasses.replace(message, **fields)


def check_replacement(message: Any, replacement: Any) -> None:
    """Refuse to put an object of another class in the place of a message.

    Raises:
        TypeError: the classes differ, so that another handler would get it, or none.

    Example:
        >>> check_replacement("one text", "another")
    """
    if type(replacement) is not type(message):
        msg = f"The message is of class {class_name(message)}, not {class_name(replacement)}."
        raise TypeError(msg)


def _field_types(message: Any) -> dict[str, Any]:
    """Field name -> its type; `Any` where that is not known."""
    kind = type(message)
    if isinstance(message, dict):
        return {
            name: Any if value is None else type(value)
            for name, value in message.items()
            if isinstance(name, str)
        }
    if isinstance(message, BaseModel):
        return {name: field.annotation for name, field in kind.model_fields.items()}
    if dataclasses.is_dataclass(kind):
        names = [field.name for field in dataclasses.fields(kind) if field.init]
    elif isinstance(message, tuple) and hasattr(message, "_fields"):
        names = list(message._fields)
    else:
        msg = (
            f"A {class_name(message)} has no fields to edit. Pass a whole message instead: "
            "edit(number, message)."
        )
        raise TypeError(msg)
    try:
        hints = get_type_hints(kind)
    except Exception:  # names that exist in some function only
        hints = {}
    return {name: hints.get(name, Any) for name in names}


def _fits(value: Any, hint: Any) -> bool:
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(hint)
    except PydanticUserError:  # a class of which pydantic knows nothing
        return not isinstance(hint, type) or isinstance(value, hint)
    try:
        adapter.validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


def _named(names: list[str]) -> str:
    return " or ".join(map(repr, names))


def _words(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint).replace("typing.", "")

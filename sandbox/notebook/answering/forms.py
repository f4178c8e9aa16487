"""Forms: the message of a delivery, or a new one, field by field."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import MISSING
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from sandbox.inspector.recording.snapshots import class_name, class_name_of
from sandbox.messaging.suggestions import did_you_mean
from sandbox.notebook.answering.fields import WHOLE, WHOLES, FieldSpec, specs_of
from sandbox.notebook.commands import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.runtime import SingleThreadedAgentRuntime
    from sandbox.runtime.delivery import Delivery

FIELD_LIMIT = 200


def form_of_message(delivery: Delivery) -> dict[str, Any]:
    """The form to edit the message of a delivery, or the reason why there is none."""
    message = delivery.message
    reason = _why_not(delivery)
    shown: list[dict[str, Any]] = []
    if reason is None:
        try:
            shown = [spec.as_data(value) for spec, value in _parts(message)]
        except TypeError as error:
            reason = str(error)
    if reason is None and not shown:
        reason = f"A {class_name(message)} has no fields."
    if reason is None and all(field["reason"] is not None for field in shown):
        reason = shown[0]["reason"]
    return _form(class_name(message), reason, shown)


def form_of_class(kind: type) -> dict[str, Any]:
    """The form to make a new message of a class, or the reason why there is none."""
    try:
        return _form(class_name_of(kind), None, [spec.as_data() for spec in specs_of(kind)])
    except (TypeError, ValueError) as error:
        return _form(class_name_of(kind), f"No form can make one: {error}", [])


def values_for(message: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a page means by these values for fields of this message.

    Raises:
        RefusedError: a line for each field that is wrong, with its name and a colon first.
    """
    if not given:
        raise RefusedError("Nothing was changed.")
    try:
        specs = {spec.name: spec for spec, _ in _parts(message)}
    except TypeError as error:
        raise RefusedError(str(error)) from None
    return _read(specs, given)


def is_whole(message: Any) -> bool:
    """Whether a message has no fields, so that only all of it can be replaced."""
    return [spec.name for spec, value in _parts(message) if value is message] == [WHOLE]


def new_message(kind: type, given: Mapping[str, Any]) -> Any:
    """A new message of a class, with these values.

    Raises:
        RefusedError: a line for each field that is wrong or missing; or what its class says.
    """
    try:
        specs = {spec.name: spec for spec in specs_of(kind)}
    except (TypeError, ValueError) as error:
        raise RefusedError(f"No form can make a {class_name_of(kind)}: {error}") from None
    missing = [
        f"{spec.name}: is needed."
        for spec in specs.values()
        if spec.required > (spec.name in given)
    ]
    values = _read(specs, given, missing)
    if kind in WHOLES:
        return values[WHOLE]
    try:
        if issubclass(kind, BaseModel):
            return kind.model_validate(values, by_name=True)
        return kind(**values)
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}." for e in error.errors())
        raise RefusedError("\n".join(lines)) from None
    except Exception as error:
        raise RefusedError(f"{class_name_of(kind)} refused it: {_said(error)}") from None


def message_class(
    runtime: SingleThreadedAgentRuntime, name: str, agent_types: Iterable[str]
) -> type:
    """The message class of this name: of what these agents handle, of the notebook, or built in.

    Raises:
        RefusedError: there is none.
    """
    handled = [kind for each in agent_types for kind in classes_handled(runtime, each)]
    for kind in handled:
        if class_name_of(kind) == name:
            return kind
    found = getattr(sys.modules["__main__"], name, None)
    if isinstance(found, type):
        return found
    for kind in WHOLES:
        if kind.__name__ == name:
            return kind
    known = did_you_mean(name, map(class_name_of, handled), known_as="They handle")
    raise RefusedError(f"There is no message class {name!r} here. {known}")


def classes_handled(runtime: SingleThreadedAgentRuntime, agent_type: str) -> list[type]:
    """The message classes that the handlers of an agent type take."""
    registration = runtime.registrations.get(agent_type)
    agent_class = None if registration is None else registration.expected_class
    handlers: list[Any] = getattr(agent_class, "_discover_handlers", list)()
    return [kind for handler in handlers for kind in handler.target_types]


def _form(message_type: str, reason: str | None, shown: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "message_type": message_type,
        "editable": reason is None,
        "reason": reason,
        "fields": shown if reason is None else [],
    }


def _why_not(delivery: Delivery) -> str | None:
    if not delivery.pending:
        return f"#{delivery.number} has left the queue, so its message cannot be changed any more."
    if delivery.error is not None:
        return f"#{delivery.number} carries an exception, which cannot be edited. Drop it instead."
    if delivery.message is None:
        return "The message is None: there is nothing to change."
    return None


def _parts(message: Any) -> list[tuple[FieldSpec, Any]]:
    """The fields of a message, with their values."""
    kind = type(message)
    if isinstance(message, dict) and message and all(type(name) is str for name in message):
        if len(message) > FIELD_LIMIT:
            msg = f"It has {len(message):,} fields, which are too many for a form."
            raise TypeError(msg)
        return [(FieldSpec(name, _hint(value)), value) for name, value in message.items()]
    if kind in WHOLES:
        return [(FieldSpec(WHOLE, kind), message)]
    is_data = issubclass(kind, BaseModel | tuple) or hasattr(kind, "__dataclass_fields__")
    if not is_data:
        msg = (
            f"A {class_name(message)} has no fields that could be edited here. Type in a cell: "
            "inspector.edit(number, message)"
        )
        raise TypeError(msg)
    return [(spec, getattr(message, spec.name, MISSING)) for spec in specs_of(kind)]


def _hint(value: Any) -> Any:
    return Any if value is None else type(value)


def _read(
    specs: Mapping[str, FieldSpec], given: Mapping[str, Any], wrong: Iterable[str] = ()
) -> dict[str, Any]:
    lines = list(wrong)
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in specs:
            lines.append(
                f"{name}: there is no such field. {did_you_mean(name, specs, known_as='Fields')}"
            )
            continue
        try:
            values[name] = specs[name].read(value)
        except Exception as error:  # a validator of the class may raise anything
            said = str(error) if type(error) is ValueError else _said(error)
            lines.append(f"{name}: {said}")
    if lines:
        raise RefusedError("\n".join(lines))
    return values


def _said(error: Exception) -> str:
    try:
        return f"{class_name(error)}: {error}"
    except Exception:  # an exception may have a broken __str__
        return class_name(error)

"""The form of records in files: what each field may hold, as a JSON schema and as a check."""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin, get_type_hints

from sandbox.inspector.recording import records
from sandbox.messaging.agent_id import AgentId
from sandbox.messaging.topic import TopicId
from sandbox.runtime.delivery import Kind, Verdict

Schema = dict[str, Any]

# What every JSON reader, those in browsers too, holds exactly.
GREATEST: Final = 2**53 - 1
# Far more than snapshots have, and far less than makes a reader's stack overflow.
DEPTH: Final = 100
EVENT_FIELDS: Final = ("number", "recipient", "subscriptions")
AGENTS: Final = frozenset({"agent", "sender", "recipient"})
CHOICES: Final = {
    (records.Queued, "delivery"): [*Kind],
    (records.Settled, "verdict"): [*Verdict],
    (records.Mode, "mode"): ["paused", "run", "running"],
    (records.Lifecycle, "state"): ["started", "stopped"],
    (records.Intercepted, "outcome"): ["replaced", "dropped", "failed"],
}
SNAPSHOT: Final[Schema] = {"$ref": "#/$defs/snapshot"}
SNAPSHOT_SCHEMA: Final[Schema] = {
    "description": "What an object was at one moment: data, or its repr; cut if it was too long.",
    "type": "object",
    "properties": {"json": True, "repr": {"type": "string"}, "cut": {"const": True}},
    "oneOf": [{"required": ["json"]}, {"required": ["repr"]}],
}


class Form(NamedTuple):
    """What a field may hold.

    Attributes:
        schema: the same as a JSON schema.
        read: gives what the record holds in place of what the file holds.
            Raises `ValueError`, with what was expected, if that is something else.
    """

    schema: Schema
    read: Callable[[Any], Any]


def _forms_of(kind: type) -> dict[str, Form]:
    forms = {
        _name_in_files(name): _form(hint, name, kind)
        for name, hint in get_type_hints(kind, include_extras=True).items()
        if name != "time"
    }
    if kind is records.Queued:
        del forms["topic_type"], forms["topic_source"]
        forms["topic"] = _or_none(TOPIC)
    return forms


def read_record(kind: type, time: float, data: dict[str, Any]) -> records.Record:
    """Build a record from what a file says.

    Raises:
        ValueError: it says something else than this kind of record can hold.

    Example:
        >>> read_record(records.Held, 0.5, {"number": 3})
        Held(time=0.5, number=3)
    """
    values: dict[str, Any] = {"time": time}
    for name, form in FORMS[kind].items():
        try:
            values[_name_in_records(name)] = form.read(data.get(name))
        except ValueError as error:
            told = "is missing" if name not in data else "does not hold"
            raise ValueError(f"{name!r} {told}{'' if name not in data else f' {error}'}") from None
    if kind is records.Queued:
        topic = values.pop("topic")
        values["topic_type"], values["topic_source"] = topic or (None, None)
    record: records.Record = kind(**values)
    _check_order(record)
    return record


def _check_order(record: records.Record) -> None:
    # Whoever follows causes back must come to an end.
    if isinstance(record, records.Queued):
        for name in ("cause", "request", "copy_of"):
            earlier = getattr(record, name)
            if earlier is not None and earlier >= record.number:
                raise ValueError(f"{name!r} does not hold the number of an earlier delivery")


def _name_in_files(name: str) -> str:
    return "class" if name == "agent_class" else name


def _name_in_records(name: str) -> str:
    return "agent_class" if name == "class" else name


def _form(hint: Any, name: str, kind: type) -> Form:
    if hint == records.Snapshot:
        return Form(SNAPSHOT, _read_snapshot)
    if get_origin(hint) in {Union, types.UnionType}:
        (given,) = (each for each in get_args(hint) if each is not type(None))
        return _or_none(_form(given, name, kind))
    if get_origin(hint) is Annotated:
        return _form(get_args(hint)[0], name, kind)
    if name == "publication":
        return Form({"type": "string", "pattern": "^p[0-9]+$"}, _read_publication)
    if (kind, name) == (records.Rerouted, "events"):
        return _list_of(EVENT)
    if name == "place":  # it may lie before those of all others
        return _list_of(WHOLE)
    if get_origin(hint) is tuple:
        return _list_of(_form(get_args(hint)[0], "", kind))
    if isinstance(hint, type) and issubclass(hint, tuple):
        return _named_tuple(hint)
    if hint is str and name in AGENTS:
        return AGENT
    form = PLAIN[hint]
    choices = CHOICES.get((kind, name))
    return form if choices is None else _one_of([str(choice) for choice in choices])


def _one_of(choices: list[str]) -> Form:
    def read(value: Any) -> str:
        if type(value) is not str or value not in choices:
            raise ValueError(f"one of {', '.join(choices)}")
        return value

    return Form({"enum": choices}, read)


def _or_none(form: Form) -> Form:
    def read(value: Any) -> Any:
        return None if value is None else form.read(value)

    return Form({"anyOf": [form.schema, {"type": "null"}]}, read)


def _list_of(form: Form) -> Form:
    def read(value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise ValueError("a list")
        return tuple(form.read(item) for item in value)

    return Form({"type": "array", "items": form.schema}, read)


def _object_of(fields: dict[str, Form]) -> Form:
    def read(value: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise ValueError("an object")
        return {name: form.read(value.get(name)) for name, form in fields.items()}

    properties = {name: form.schema for name, form in fields.items()}
    return Form({"type": "object", "properties": properties, "required": [*fields]}, read)


def _named_tuple(made: type) -> Form:
    fields = {name: PLAIN[hint] for name, hint in get_type_hints(made).items()}
    form = _object_of(fields)
    return Form(form.schema, lambda value: made(**form.read(value)))


def _is(expected: str, test: Callable[[Any], bool]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if not test(value):
            raise ValueError(expected)
        return value

    return read


def _read_snapshot(value: Any) -> str:
    if type(value) is not dict or ("json" in value) == (type(value.get("repr")) is str):
        raise ValueError("a snapshot")
    _check_depth(value, DEPTH)
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return json.dumps(value, separators=(",", ":"))
    return text


def _check_depth(value: Any, room: int) -> None:
    if not room:
        raise ValueError("a snapshot, since it is nested too deeply")
    for item in value.values() if type(value) is dict else value:
        if type(item) in {dict, list}:
            _check_depth(item, room - 1)


def _read_publication(value: Any) -> int:
    if type(value) is str and value[:1] == "p" and value[1:].isascii() and value[1:].isdigit():
        return int(value[1:17])
    raise ValueError("a publication")


def _read_agent(value: Any) -> str:
    if type(value) is not str:
        raise ValueError("an agent, as type/key")
    AgentId.from_str(value)
    return value


def _read_topic(value: dict[str, Any]) -> tuple[str, str]:
    read = _object_of({"type": PLAIN[str], "source": PLAIN[str]}).read(value)
    topic = TopicId(read["type"], read["source"])
    return topic.type, topic.source


PLAIN: Final[dict[Any, Form]] = {
    str: Form({"type": "string"}, _is("a text", lambda value: type(value) is str)),
    bool: Form({"type": "boolean"}, _is("true or false", lambda value: type(value) is bool)),
    int: Form(
        {"type": "integer", "minimum": 0, "maximum": GREATEST},
        _is("a number", lambda value: type(value) is int and 0 <= value <= GREATEST),
    ),
}
WHOLE: Final = Form(
    {"type": "integer", "minimum": -GREATEST, "maximum": GREATEST},
    _is("a number", lambda value: type(value) is int and -GREATEST <= value <= GREATEST),
)
AGENT: Final = Form({"type": "string", "pattern": "^[^/]+/"}, _read_agent)
TOPIC: Final = Form(
    {
        "type": "object",
        "properties": {"type": {"type": "string"}, "source": {"type": "string"}},
        "required": ["type", "source"],
    },
    _read_topic,
)
_event = _object_of(
    {
        "number": PLAIN[int],
        "recipient": _or_none(AGENT),
        "subscriptions": _list_of(PLAIN[str]),
    }
)
EVENT: Final = Form(
    _event.schema, lambda value: tuple(_event.read(value)[name] for name in EVENT_FIELDS)
)

KINDS: Final[dict[str, type]] = {kind.__name__.lower(): kind for kind in get_args(records.Record)}
"""All kinds of records, by the names that they have in files."""

FORMS: Final[dict[type, dict[str, Form]]] = {kind: _forms_of(kind) for kind in KINDS.values()}
"""The forms of the fields of each kind of records, by the names that they have in files."""

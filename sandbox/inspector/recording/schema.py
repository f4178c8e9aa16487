"""The JSON schema of recordings in files."""

from __future__ import annotations

from typing import Any

from sandbox.inspector.recording.forms import FORMS, KINDS, SNAPSHOT_SCHEMA
from sandbox.inspector.recording.lines import PREFIX
from sandbox.inspector.recording.storage import FORMAT, HEADER_TYPE


def recording_schema() -> dict[str, Any]:
    """The JSON schema of the lines of a file that `Recording(path=…)` or `save` writes.

    Returns:
        A schema of draft 2020-12 that holds for each line, the header and every kind of record.
        The kinds are also found one by one in its `$defs`. What it does not name is allowed, as
        a newer version may add it.

    Example:
        >>> schema = recording_schema()
        >>> schema["$defs"]["handling"]["properties"]["data"]["required"]
        ['number']
    """
    kinds = {name: _record(name) for name in KINDS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of a recording",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in ("header", *kinds)],
        "$defs": {"snapshot": SNAPSHOT_SCHEMA, "header": _header(), **kinds},
    }


def _header() -> dict[str, Any]:
    text = {"type": "string"}
    data = {
        "format": {"const": FORMAT},
        "python": text,
        "package": text,
        "let_go": {"type": "integer", "minimum": 0},
    }
    return _object(
        {
            "specversion": {"const": "1.0"},
            "id": text,
            "source": {"type": "string", "pattern": "^urn:uuid:"},
            "type": {"const": HEADER_TYPE},
            "time": text,
            "data": _object(data),
        }
    )


def _record(name: str) -> dict[str, Any]:
    forms = FORMS[KINDS[name]]
    schema = _object(
        {
            "id": {"type": "string", "pattern": "^[1-9][0-9]*$"},
            "type": {"const": PREFIX + name},
            "time": {"type": "string"},
            "elapsed": {"type": "number", "minimum": 0},
            "data": _object({field: form.schema for field, form in forms.items()}),
        }
    )
    schema["properties"]["subject"] = {"type": "string", "pattern": "^(delivery|agent)/"}
    schema["description"] = (KINDS[name].__doc__ or "").strip().splitlines()[0]
    return schema


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties]}

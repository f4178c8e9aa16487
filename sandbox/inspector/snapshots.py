"""Snapshots: what a message was at one moment, as JSON, in bounded time and size."""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from itertools import islice
from typing import Any
from uuid import UUID

# Enough to recognise a message; a recording must stay small whatever is sent.
TEXT_LIMIT = 2_000
ITEM_LIMIT = 100
DEPTH_LIMIT = 8
NODE_LIMIT = 500

_SCALARS = (str, int, float, bool, type(None))
_WRITTEN_AS_TEXT = (date, time, timedelta, Decimal, UUID)


def snapshot(value: Any) -> str:
    """Write down what an object is now.

    Never raises, and never calls anything on the object but, as a last resort, its `repr`.

    Returns:
        JSON text, either `{"json": …}` or, if the object is not made of data, `{"repr": …}`;
        with `"cut": true` if not all of it fits.

    Example:
        >>> snapshot({"task": 1, "tags": ("a", "b")})
        '{"json":{"task":1,"tags":["a","b"]}}'
    """
    try:
        walk = _Walk()
        data = walk.plain(value, 0)
        form: dict[str, Any] = {"repr" if walk.opaque else "json": data}
        if walk.cut:
            form["cut"] = True
        return json.dumps(form, separators=(",", ":"), ensure_ascii=False)
    except Exception:  # a message may run any code, even in __class__ or keys()
        return json.dumps({"repr": f"<{type(value).__name__}: cannot be shown>"})


def guarded_repr(value: Any) -> str:
    """`repr(value)`, cut to a bounded length, or a placeholder if it raises."""
    try:
        return cut_text(repr(value))
    except Exception as error:  # whatever the object's own code raises
        return f"<{type(value).__name__}: its repr raised {type(error).__name__}>"


def cut_text(text: str) -> str:
    """The text, with everything after the first 2,000 characters replaced by their number."""
    if len(text) <= TEXT_LIMIT:
        return text
    return f"{text[:TEXT_LIMIT]}… ({len(text) - TEXT_LIMIT:,} more characters)"


class _Walk:
    """Turns an object into plain data, counting what it visits."""

    def __init__(self) -> None:
        self.nodes = 0
        self.cut = False
        self.opaque = False
        self._path: set[int] = set()

    def plain(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        if isinstance(value, Enum):
            value = value.value
        if isinstance(value, str):
            self.cut = self.cut or len(value) > TEXT_LIMIT
            return cut_text(str(value))
        if isinstance(value, float):
            # JSON knows no infinity and no NaN.
            return float(value) if value - value == 0 else str(value)
        if isinstance(value, _SCALARS):
            return value
        if depth >= DEPTH_LIMIT or self.nodes > NODE_LIMIT:
            self.cut = True
            return "…"
        if id(value) in self._path:
            self.cut = True
            return "… (contains itself)"
        self._path.add(id(value))
        try:
            return self._container(value, depth)
        finally:
            self._path.discard(id(value))

    def _container(self, value: Any, depth: int) -> Any:
        if isinstance(value, dict):
            return self._fields(value.items(), len(value), depth)
        if isinstance(value, list | tuple | set | frozenset):
            names = getattr(value, "_fields", None)
            if isinstance(value, tuple) and names:
                return self._fields(zip(names, value, strict=False), len(value), depth)
            return self._items(value, depth)
        if isinstance(value, bytes | bytearray):
            return self.plain(repr(bytes(value[:TEXT_LIMIT])), depth)
        if isinstance(value, _WRITTEN_AS_TEXT):
            return str(value)
        if _is_data(value):
            fields = {k: v for k, v in _attributes(value) if not k.startswith("_")}
            return self._fields(fields.items(), len(fields), depth)
        if depth == 0:
            self.opaque = True
        return guarded_repr(value)

    def _fields(self, items: Any, count: int, depth: int) -> dict[str, Any]:
        data = {
            cut_text(key if isinstance(key, str) else str(self.plain(key, depth + 1))): self.plain(
                item, depth + 1
            )
            for key, item in islice(items, ITEM_LIMIT)
        }
        if count > ITEM_LIMIT:
            self.cut = True
            data["…"] = f"{count - ITEM_LIMIT:,} more"
        return data

    def _items(self, value: Any, depth: int) -> list[Any]:
        data = [self.plain(item, depth + 1) for item in islice(value, ITEM_LIMIT)]
        if len(value) > ITEM_LIMIT:
            self.cut = True
            data.append(f"… {len(value) - ITEM_LIMIT:,} more")
        return data


def _is_data(value: Any) -> bool:
    # A pydantic model is known by its class attribute, so that pydantic need not be imported.
    return is_dataclass(value) or hasattr(type(value), "model_fields")


def _attributes(value: Any) -> list[tuple[str, Any]]:
    own = getattr(value, "__dict__", None)
    if own is not None:
        return list(own.items())
    slots = getattr(type(value), "__slots__", ())
    return [(name, getattr(value, name)) for name in slots if hasattr(value, name)]

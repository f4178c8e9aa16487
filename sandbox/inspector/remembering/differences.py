"""Differences: what a turn has changed in its agent, field by field."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT_LIMIT = 200


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING: Final = _Missing()
"""Stands for a field that is not there."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs.

    Attributes:
        path: where it is, such as `orders[2].price`.
        old: what it was, as plain data; `MISSING` if it was not there.
        new: what it is, as plain data; `MISSING` if it is not there any more.

    Example:
        >>> print(FieldChange("count", 0, 1))
        count: 0 → 1
    """

    path: str
    old: Any
    new: Any

    def __str__(self) -> str:
        return f"{self.path}: {_shown(self.old)} → {_shown(self.new)}"


@dataclass(frozen=True)
class Diff:
    """What one delivery has changed in its agent.

    It is true if that is anything, and can be iterated over and counted.

    Attributes:
        number: the delivery.
        agent: `type/key` of the agent, or `None` if it went to none.
        changes: the fields that differ, in the order in which they were changed.

    Example:
        >>> diff = Diff(3, "kitchen/s1", (FieldChange("count", 0, 1),))
        >>> print(diff)
        #3 changed kitchen/s1:
          count: 0 → 1
        >>> diff.as_data()["changes"]
        [{'path': 'count', 'old': 0, 'new': 1}]
    """

    number: int
    agent: str | None
    changes: tuple[FieldChange, ...]

    def as_data(self) -> dict[str, Any]:
        """The diff as plain data, ready for JSON.

        Returns:
            `number`, `agent` and `changes`: each a `path`, with `old` and `new` where there is one.
        """
        changes: list[dict[str, Any]] = []
        for change in self.changes:
            sides = {"old": change.old, "new": change.new}
            there = {side: value for side, value in sides.items() if value is not MISSING}
            changes.append({"path": change.path, **there})
        return {"number": self.number, "agent": self.agent, "changes": changes}

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def __iter__(self) -> Iterator[FieldChange]:
        return iter(self.changes)

    def __str__(self) -> str:
        if not self.changes:
            return f"#{self.number} changed nothing in {self.agent or 'any agent'}."
        lines = (f"  {change}" for change in self.changes)
        return "\n".join((f"#{self.number} changed {self.agent}:", *lines))

    def _repr_html_(self) -> str:
        if not self.changes:
            return f"<p>{html.escape(str(self))}</p>"
        cells = "".join(
            "<tr>"
            + "".join(
                f"<td style='text-align:left'>{html.escape(text)}</td>"
                for text in (change.path, _shown(change.old), _shown(change.new))
            )
            + "</tr>"
            for change in self.changes
        )
        title = html.escape(f"#{self.number} changed {self.agent}")
        head = "<tr><th>field</th><th>before</th><th>after</th></tr>"
        return f"<b>{title}</b><table>{head}{cells}</table>"


def differences(old: Any, new: Any, path: str = "") -> list[FieldChange]:
    """What differs between two pieces of plain data, as deep as it is nested.

    Example:
        >>> [str(change) for change in differences({"a": [1, 2]}, {"a": [1, 3], "b": 0})]
        ['a[1]: 2 → 3', 'b: nothing → 0']
    """
    if isinstance(old, dict) and isinstance(new, dict):
        names = [*old, *(name for name in new if name not in old)]
        return [
            change
            for name in names
            for change in differences(
                old.get(name, MISSING), new.get(name, MISSING), _below(path, name)
            )
        ]
    if isinstance(old, list) and isinstance(new, list):
        return [
            change
            for place in range(max(len(old), len(new)))
            for change in differences(
                old[place] if place < len(old) else MISSING,
                new[place] if place < len(new) else MISSING,
                f"{path}[{place}]",
            )
        ]
    # One and true are equal in Python, and different as data.
    same = old is new or (type(old) is type(new) and old == new)
    return [] if same else [FieldChange(path, old, new)]


def merged(changes: list[FieldChange]) -> tuple[FieldChange, ...]:
    """Changes in order, where those of one field that follow from each other are one."""
    found: dict[str, list[FieldChange]] = {}
    for change in changes:
        same = found.setdefault(change.path, [])
        if same and same[-1].new == change.old:
            same[-1] = FieldChange(change.path, same[-1].old, change.new)
        else:
            same.append(change)
    return tuple(c for same in found.values() for c in same if c.old is MISSING or c.old != c.new)


def _below(path: str, name: str) -> str:
    if not name.isidentifier():
        return f"{path}[{json.dumps(name, ensure_ascii=False)}]"
    return f"{path}.{name}" if path else name


def _shown(value: Any) -> str:
    text = repr(value) if value is MISSING else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= TEXT_LIMIT else f"{text[:TEXT_LIMIT]}…"

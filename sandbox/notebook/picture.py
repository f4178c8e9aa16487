"""A still picture of a recording, as text and as HTML that needs no script.

Drawn from the records alone, so it shows what the live view shows, at the moment it was made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

Record = Mapping[str, Any]

NEWEST: Final = 100
"""How many deliveries a picture shows; the count of the others is told."""

COLUMNS: Final = (
    "number",
    "kind",
    "message",
    "sender",
    "recipient",
    "topic",
    "is_rpc",
    "message_id",
    "state",
)


@dataclass
class Picture:
    """What a list of records comes to."""

    types: dict[str, str] = field(default_factory=dict)
    agents: dict[str, None] = field(default_factory=dict)
    subscriptions: dict[str, str] = field(default_factory=dict)
    rows: dict[int, dict[str, str]] = field(default_factory=dict)
    mode: str = "running"

    @classmethod
    def of(cls, records: Iterable[Record]) -> "Picture":
        """The picture after `records`; kinds of records it does not know are passed over."""
        picture = cls()
        for record in records:
            picture._add(record)
        return picture

    def _add(self, record: Record) -> None:
        match record["kind"]:
            case "mode":
                self.mode = record["mode"]
            case "queued":
                self.rows[record["number"]] = _row(record)
            case "settled":
                self._change(record["number"], record["verdict"])
            case "handling" | "waiting" | "held" as state:
                self._change(record["number"], state)
            case "resumed":
                self._change(record["number"], "handling")
            case "released":
                self._change(record["number"], "queued")
            case _:
                self._add_party(record)

    def _add_party(self, record: Record) -> None:
        match record["kind"]:
            case "registered":
                self.types[record["type"]] = record["class"]
            case "unregistered":
                self.types.pop(record["type"], None)
            case "created":
                self.agents[record["agent"]] = None
            case "subscribed":
                self.subscriptions[record["subscription"]] = record["label"]
            case "unsubscribed":
                self.subscriptions.pop(record["subscription"], None)

    def _change(self, number: int, state: str) -> None:
        if number in self.rows:  # the record of its sending may have been let go
            self.rows[number]["state"] = state

    @property
    def headline(self) -> str:
        """One line: the mode and the number of deliveries in each state."""
        counts: dict[str, int] = {}
        for row in self.rows.values():
            counts[row["state"]] = counts.get(row["state"], 0) + 1
        parts = [f"{count} {state}" for state, count in counts.items()]
        return f"Inspector: {self.mode}; deliveries: {', '.join(parts) or 'none yet'}"

    @property
    def parties(self) -> list[tuple[str, str]]:
        """What there is beside deliveries: a heading and a list, where there is something."""
        types = ", ".join(f"{name} ({of})" for name, of in self.types.items())
        lists = {
            "Agent types": types,
            "Agents": ", ".join(self.agents),
            "Subscriptions": ", ".join(self.subscriptions.values()),
        }
        return [(heading, names) for heading, names in lists.items() if names]

    @property
    def newest(self) -> list[list[str]]:
        """The cells of the newest deliveries, oldest first."""
        return [[row[name] for name in COLUMNS] for row in list(self.rows.values())[-NEWEST:]]

    @property
    def left_out(self) -> str:
        """How many deliveries the picture does not show, in words; empty if none."""
        count = len(self.rows) - NEWEST
        return f"({count} earlier deliveries are not shown)" if count > 0 else ""


def _row(record: Record) -> dict[str, str]:
    topic = record["topic"]
    return {
        "number": str(record["number"]),
        "kind": record["delivery"],
        "message": record["message_type"],
        "sender": record["sender"] or record["cell"] or "outside",
        "recipient": record["recipient"] or "—",
        "topic": f"{topic['type']}/{topic['source']}" if topic else "—",
        "is_rpc": "yes" if record["is_rpc"] else "no",
        "message_id": record["message_id"],
        "state": "queued",
    }


def text_picture(records: Iterable[Record]) -> str:
    """The picture as plain text."""
    picture = Picture.of(records)
    lines = [picture.headline, *(f"{heading}: {names}" for heading, names in picture.parties)]
    if picture.rows:
        lines.append(text_table(picture))
    return "\n".join(lines)


def text_table(picture: Picture) -> str:
    """The deliveries as a table in plain text."""
    rows = [list(COLUMNS), *picture.newest]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([picture.left_out, *lines] if picture.left_out else lines)


def html_picture(records: Iterable[Record]) -> str:
    """The picture as HTML without scripts; everything that came from a message is escaped."""
    picture = Picture.of(records)
    parts = [f"<p><strong>{escape(picture.headline)}</strong></p>"]
    parts += [f"<p>{escape(heading)}: {escape(names)}</p>" for heading, names in picture.parties]
    if picture.rows:
        head = "".join(f"<th>{escape(name)}</th>" for name in COLUMNS)
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
            for row in picture.newest
        )
        parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    if picture.left_out:
        parts.append(f"<p>{escape(picture.left_out)}</p>")
    return f'<div class="sandbox-inspector-still">{"".join(parts)}</div>'

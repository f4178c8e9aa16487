"""A still picture of a run: its deliveries as a text table, and all of it as plain HTML."""

from html import escape
from typing import Final

from sandbox.inspector import RecordedDelivery, RunState

NEWEST: Final = 100
"""How many deliveries a picture shows; the number of the others is told."""

COLUMNS: Final = (
    "number",
    "kind",
    "message",
    "sender",
    "recipient",
    "topic_id",
    "is_rpc",
    "message_id",
    "state",
)


def text_table(run: RunState) -> str:
    """The newest deliveries, one a line, each with its message context and how it stands."""
    rows = [list(COLUMNS), *map(_cells, _newest(run))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([*_left_out(run), *lines])


def html_picture(run: RunState) -> str:
    """The run as HTML; everything that came from a message is escaped."""
    types = ", ".join(f"{name} ({made.agent_class or '?'})" for name, made in run.types.items())
    subscriptions = ", ".join(_subscription_words(run))
    lists = {
        "Agent types": types,
        "Agents": ", ".join(run.agents),
        "Subscriptions": subscriptions,
    }
    headline = f"{run.word}: {len(run.queue)} pending, {len(run.deliveries)} recorded"
    parts = [f"<p><strong>Inspector, {escape(headline)}</strong></p>"]
    parts += [f"<p>{name}: {escape(words)}</p>" for name, words in lists.items() if words]
    parts += [f"<p>{escape(words)}</p>" for words in _left_out(run)]
    if run.deliveries:
        head = _row("th", COLUMNS)
        body = "".join(_row("td", _cells(delivery)) for delivery in _newest(run))
        parts.append(f"<table><thead>{head}</thead><tbody>{body}</tbody></table>")
    return f"<div>{''.join(parts)}</div>"


def _newest(run: RunState) -> list[RecordedDelivery]:
    return list(run.deliveries.values())[-NEWEST:]


def _left_out(run: RunState) -> list[str]:
    count = len(run.deliveries) - NEWEST
    return [f"({count} earlier deliveries are not shown)"] if count > 0 else []


def _subscription_words(run: RunState) -> list[str]:
    # Each agent type also hears of the topics for direct messages to it: no news to a reader.
    return [
        f"{subscription.topic_type} → {subscription.agent_type}"
        for subscription in run.subscriptions.values()
        if subscription.topic_type is not None
    ]


def _row(tag: str, cells: tuple[str, ...] | list[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"


def _cells(delivery: RecordedDelivery) -> list[str]:
    nobody = "nobody" if delivery.kind == "event" else "outside"
    return [
        str(delivery.number),
        delivery.kind,
        delivery.message_type,
        delivery.sender or delivery.cell or "outside",
        delivery.recipient or nobody,
        delivery.topic or "-",
        "yes" if delivery.is_rpc else "no",
        delivery.message_id,
        delivery.verdict or delivery.state or "",
    ]

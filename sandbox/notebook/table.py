"""The deliveries of a run as a text table."""

from typing import Final

from sandbox.inspector import RecordedDelivery, RunState

NEWEST: Final = 100
"""How many deliveries a table shows; the number of the others is told."""

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


def _newest(run: RunState) -> list[RecordedDelivery]:
    return list(run.deliveries.values())[-NEWEST:]


def _left_out(run: RunState) -> list[str]:
    count = len(run.deliveries) - NEWEST
    return [f"({count} earlier deliveries are not shown)"] if count > 0 else []


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

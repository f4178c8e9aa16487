"""A recording for other tools: a table, a sequence diagram, a graph of causes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import networkx as nx

if TYPE_CHECKING:
    from sandbox.inspector.recording.recorded_delivery import RecordedDelivery
    from sandbox.inspector.recording.recording import Recording

OUTSIDE: Final = "outside"
NAME_LIMIT: Final = 60
# What means something in a diagram, and what would break a line of it.
_SPECIAL: Final = frozenset("#;:,<>{}[]()\"'`&%\\|*_~+-=")
_ARROWS: Final = {"request": "->>", "response": "-->>", "event": "-)"}
_NOTES: Final = {
    "unhandled": "not handled",
    "dropped": "dropped",
    "undeliverable": "undeliverable",
    "cancelled": "cancelled",
    "stranded": "stranded",
}
COLUMNS: Final = (
    "kind",
    "message_type",
    "message",
    "sender",
    "recipient",
    "topic",
    "is_rpc",
    "message_id",
    "cause",
    "publication",
    "request",
    "cell",
    "state",
    "verdict",
    "result",
    "error",
    "reason",
    "queued_at",
    "handled_at",
    "settled_at",
)


def frame_of(recording: Recording) -> Any:
    """The deliveries as a pandas table.

    Returns:
        A `pandas.DataFrame` with a row per delivery, by number, and the attributes of
        `RecordedDelivery` as columns. Messages and results are plain data, errors are a text,
        times are in seconds since the recording began.

    Raises:
        ModuleNotFoundError: pandas is not installed.

    Example:
        >>> from sandbox.inspector import Recording
        >>> list(frame_of(Recording()).columns)[:3]
        ['kind', 'message_type', 'message']
    """
    try:
        import pandas as pd
    except ModuleNotFoundError:
        message = "to_frame() needs pandas: install it with `pip install pandas`."
        raise ModuleNotFoundError(message, name="pandas") from None
    deliveries = list(recording)
    numbers = pd.Index([d.number for d in deliveries], name="number", dtype="int64")
    rows = [[_cell(d, column) for column in COLUMNS] for d in deliveries]
    frame = pd.DataFrame(rows, index=numbers, columns=list(COLUMNS), dtype=object)
    whole = dict.fromkeys(("cause", "publication", "request"), "Int64")
    times = dict.fromkeys(("queued_at", "handled_at", "settled_at"), "float64")
    return frame.astype({**whole, **times, "is_rpc": "bool"})


def causes_of(recording: Recording) -> nx.DiGraph:
    """The deliveries and what caused what.

    Returns:
        A directed graph whose nodes are the numbers of the deliveries, with `kind`,
        `message_type`, `message_id`, `sender`, `recipient`, `topic`, `state`, `verdict` and
        `queued_at`, and whose edges go from a cause to what was sent in its turn, with
        `kind="cause"`, and from a request to its response, with `kind="answer"`.

    Example:
        >>> from sandbox.inspector import Recording
        >>> print(causes_of(Recording()))
        DiGraph with 0 nodes and 0 edges
    """
    graph = nx.DiGraph()
    names = ("kind", "message_type", "message_id", "sender", "recipient", "topic")
    for delivery in recording:
        attributes = {name: getattr(delivery, name) for name in names}
        attributes |= {"state": delivery.state, "verdict": delivery.verdict}
        graph.add_node(delivery.number, queued_at=delivery.queued_at, **attributes)
    for delivery in recording:
        number = delivery.number
        if delivery.cause in graph:
            graph.add_edge(delivery.cause, number, kind="cause")
        if delivery.request in graph:
            graph.add_edge(delivery.request, number, kind="answer")
    return graph


def mermaid_of(recording: Recording, limit: int | None = 200) -> str:
    r"""The deliveries as a sequence diagram in Mermaid's language.

    Solid arrows are requests, dashed ones their responses, open ones events; a cross ends what
    failed. Whatever the program named is escaped.

    Args:
        recording: the recording.
        limit: draw the newest deliveries only, so many; a note counts the others.

    Returns:
        The text to be put into a block of Markdown that is marked `mermaid`.

    Raises:
        ValueError: `limit` is less than 0.

    Example:
        >>> from sandbox.inspector import Recording
        >>> mermaid_of(Recording())
        'sequenceDiagram\n'
    """
    if limit is not None and limit < 0:
        raise ValueError(f"limit must be a number of deliveries, not {limit}.")
    everything = list(recording)
    shown = everything if limit is None else everything[max(len(everything) - limit, 0) :]
    cells = {delivery.number: delivery.cell for delivery in everything}
    arrows = [(delivery, *_ends(delivery, cells)) for delivery in shown]
    names = dict.fromkeys(end for _, *ends in arrows for end in ends if end is not None)
    aliases = {name: f"p{number}" for number, name in enumerate(names, 1)}
    lines = [f"participant {alias} as {_escaped(name)}" for name, alias in aliases.items()]
    hidden = len(everything) - len(shown)
    if hidden and shown:
        lines.append(f"Note over p1: {hidden} earlier deliveries are not shown")
    for delivery, sender, recipient in arrows:
        ends = aliases[sender], None if recipient is None else aliases[recipient]
        lines += _lines_of(delivery, *ends)
    return "".join(f"{line}\n" for line in ["sequenceDiagram", *(f"    {each}" for each in lines)])


def _cell(delivery: RecordedDelivery, column: str) -> Any:
    value = getattr(delivery, column)
    if column == "error" and value is not None:
        return f"{value.type}: {value.text}"
    return value


def _ends(delivery: RecordedDelivery, cells: dict[int, str | None]) -> tuple[str, str | None]:
    """Where an arrow begins and where it ends; `None` if nobody gets the message."""
    sender = delivery.sender or delivery.cell or OUTSIDE
    if delivery.recipient is not None or delivery.kind == "event":
        return sender, delivery.recipient
    return sender, cells.get(delivery.request or 0) or OUTSIDE


def _lines_of(delivery: RecordedDelivery, sender: str, recipient: str | None) -> list[str]:
    label = f"{delivery.number} {_escaped(delivery.message_type)}"
    if delivery.topic is not None:
        label += f" to {_escaped(delivery.topic)}"
    if recipient is None:
        return [f"Note over {sender}: {label}, nobody receives it"]
    failed = delivery.verdict == "failed" or delivery.error is not None
    arrow = "--x" if failed and delivery.kind == "response" else _ARROWS[delivery.kind]
    if failed and delivery.kind != "response":
        arrow = "-x"
    lines = [f"{sender}{arrow}{recipient}: {label}"]
    note = _NOTES.get(delivery.verdict or "")
    if delivery.verdict is None:
        note = delivery.state
    elif delivery.error is not None:
        note = delivery.error.type
    if note is not None:
        lines.append(f"Note right of {recipient}: {_escaped(note)}")
    return lines


def _escaped(text: str) -> str:
    """A text in which nothing means anything to Mermaid."""
    if len(text) > NAME_LIMIT:
        text = f"{text[:NAME_LIMIT]}…"
    return "".join(
        letter if _is_plain(letter) else f"#{ord(letter)};" if letter.isprintable() else "�"
        for letter in text
    )


def _is_plain(letter: str) -> bool:
    return letter.isprintable() and letter not in _SPECIAL

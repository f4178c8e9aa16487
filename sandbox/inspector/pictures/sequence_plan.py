"""What a sequence diagram shows, and where."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from sandbox.inspector.pictures.canvas import HEAD, TOKEN, shortened, width_of
from sandbox.inspector.recording.run_state import PENDING

if TYPE_CHECKING:
    from sandbox.inspector.recording.recorded_delivery import RecordedDelivery
    from sandbox.inspector.recording.run_state import RunState

# What is left out beyond this is counted in the picture.
DELIVERIES: Final = 40
LIFELINES: Final = 9
LONGEST: Final = 26

# Lengths are points at full size.
MARGIN, ROW, HEADER, FOOT, GAP = 14.0, 27.0, 34.0, 30.0, 14.0
NARROWEST, LOOP, BAR, DEEPEST = 64.0, 26.0, 5.0, 4
# What stands on an arrow's line before its label ends: the bar, the letter, the head.
ON_LINE: Final = (2 * DEEPEST - 1) * BAR + TOKEN + HEAD + 14

GLYPHS: Final = {
    "handled": "✓ handled",
    "unhandled": "∅ not handled",
    "failed": "✕ failed",
    "dropped": "⊘ dropped",
    "undeliverable": "✕ undeliverable",
    "no_recipient": "⊣ 0 subscribers",
    "skipped_sender": "↺ not to its sender",
    "cancelled": "⊝ cancelled",
    "stranded": "⊝ stranded",
    "queued": "○ pending",
    "held": "‖ held",
    "handling": "● handling",
    "waiting": "◐ waits",
}
LEGEND: Final = {"request": "request", "response": "its response", "event": "event, published"}
LEGEND_WIDTH: Final = sum(width_of(words) + 62 for words in LEGEND.values())


@dataclass
class Row:
    """A delivery, or as many as `hidden` says."""

    delivery: RecordedDelivery | None
    hidden: int = 0
    ends: tuple[str, str | None] = ("", None)
    label: str = ""
    outcome: str = ""
    y: float = 0


@dataclass
class Plan:
    """What is drawn, and where."""

    rows: list[Row]
    lanes: dict[str, float] = field(default_factory=dict)
    folded: str = ""
    turns: dict[tuple[str, int], list[tuple[float, float]]] = field(default_factory=dict)
    right: float = 0
    details: float = 0
    width: float = 0
    height: float = 0

    def lane(self, name: str) -> str:
        """The lifeline of an agent, which may be that of the others."""
        return name if name in self.lanes else self.folded

    def edge(self, lane: str, y: float, way: int) -> float:
        """Where the bars of a lifeline end, at this height: on the right or on the left."""
        depths = [
            depth
            for (name, depth), bars in self.turns.items()
            if name == lane and any(top - 1 <= y <= bottom for top, bottom in bars)
        ]
        if not depths:
            return self.lanes[lane]
        return self.lanes[lane] + ((max(depths) + 0.5) * BAR if way > 0 else -BAR / 2)


# What is drawn


def in_order(run: RunState) -> list[RecordedDelivery]:
    """The deliveries as they were made, and then those that are pending."""
    pending = [run.deliveries[number] for number in run.queue]
    made = [each for each in run.deliveries.values() if each.state not in PENDING]
    made.sort(key=lambda each: (_made_at(each), each.number))
    return made + pending


def _made_at(delivery: RecordedDelivery) -> float:
    for moment in (delivery.handled_at, delivery.settled_at):
        if moment is not None:
            return moment
    return delivery.queued_at


def rows_of(run: RunState, order: list[RecordedDelivery], limit: int | None) -> list[Row]:
    """A row per delivery; beyond the limit, those in the middle share one."""
    following = next((number for number in run.queue if run.deliveries[number].state != "held"), 0)
    hidden = 0 if limit is None else max(len(order) - limit, 0)
    if hidden == 1:  # to say so would take as much room as to show it
        hidden = 0
    first = (len(order) - hidden + 1) // 2
    rows = [Row(each) for each in order]
    if hidden:
        rows[first : first + hidden] = [Row(None, hidden)]
    for row in rows:
        if row.delivery is not None:
            row.ends = _ends(run, row.delivery)
            row.label = shortened(row.delivery.message_type, LONGEST)
            row.outcome = _outcome(row.delivery, following)
    return rows


def _ends(run: RunState, delivery: RecordedDelivery) -> tuple[str, str | None]:
    """From whom to whom; `None` is nobody."""
    sender = delivery.sender or delivery.cell or "outside"
    if delivery.recipient is not None or delivery.kind == "event":
        return sender, delivery.recipient
    request = run.deliveries.get(delivery.request or 0)
    return sender, (request.cell if request is not None else None) or "outside"


def _outcome(delivery: RecordedDelivery, following: int) -> str:
    words = GLYPHS.get(delivery.verdict or delivery.state or "", delivery.verdict or "")
    if delivery.number == following:
        words = "▸ next"
    elif delivery.state == "waiting":
        words += f" for {', '.join(f'#{number}' for number in delivery.waits_for)}"
    elif delivery.error is not None and delivery.verdict in {"failed", "handled"}:
        words = f"✕ {delivery.error.type}"
    elif delivery.verdict == "handled" and delivery.sent:
        events = len(delivery.sent)
        words += f" ({events} sent)"
    return shortened(words, LONGEST + 4)


def failed(delivery: RecordedDelivery) -> bool:
    """Whether it ended with an error, or carries one."""
    return delivery.verdict in {"failed", "undeliverable"} or (
        delivery.error is not None and delivery.verdict == "handled"
    )


# Where it is drawn


def lay_out(plan: Plan) -> None:
    """Give everything its place."""
    y = MARGIN + HEADER
    for row in plan.rows:
        y += ROW
        row.y = y
    plan.height = y + ROW / 2 + FOOT
    names = _lifelines(plan)
    gaps = dict.fromkeys(names, NARROWEST)
    for left, right in pairwise(names):
        gaps[left] = max(gaps[left], (header_width(left) + header_width(right)) / 2 + GAP)
    for row in plan.rows:
        if row.delivery is not None:
            for name in _gaps_of(plan, names, row):
                gaps[name] = max(gaps[name], width_of(row.label) + ON_LINE)
    if names:
        gaps[names[-1]] = max(_own_room(plan, names[-1], gaps), header_width(names[-1]) / 2 + GAP)
    numbers = max((len(number_of(row)) for row in plan.rows), default=0)
    x = MARGIN + numbers * width_of("m") + GAP
    x += header_width(names[0]) / 2 if names else 0
    for name in names:
        plan.lanes[name] = x
        x += gaps[name]
    plan.right = x
    plan.details = x + max((width_of(row.outcome) for row in plan.rows), default=0) + GAP
    widths = [plan.details + width_of(detail_of(plan, row)) for row in plan.rows]
    widths += [2 * GAP + width_of(folding_of(row)) for row in plan.rows]
    plan.width = max([*widths, LEGEND_WIDTH]) + MARGIN
    _find_turns(plan)


def _lifelines(plan: Plan) -> list[str]:
    """Names of the lifelines, from left to right; the last may stand for others."""
    uses = Counter(name for row in plan.rows if row.delivery for name in row.ends if name)
    if len(uses) <= LIFELINES:
        plan.lanes = dict.fromkeys(uses, 0.0)
        return list(uses)
    kept = {name for name, _ in uses.most_common(LIFELINES - 1)}
    plan.folded = f"others ({len(uses) - len(kept)})"
    names = [*(name for name in uses if name in kept), plan.folded]
    plan.lanes = dict.fromkeys(names, 0.0)
    return names


def _gaps_of(plan: Plan, names: list[str], row: Row) -> list[str]:
    """The lifeline to the left of the gap in which the label stands."""
    sender, recipient = row.ends
    here = names.index(plan.lane(sender))
    there = here if recipient is None else names.index(plan.lane(recipient))
    return [names[here - 1 if there < here else here]]


def _own_room(plan: Plan, name: str, gaps: dict[str, float]) -> float:
    """How much room there must be on the right of the last lifeline."""
    to_itself = any(
        row.delivery
        and plan.lane(row.ends[0]) == name
        and plan.lane(row.ends[1] or row.ends[0]) == name
        for row in plan.rows
    )
    return gaps[name] if to_itself else 0.0


def header_of(name: str) -> tuple[str, str]:
    """The two lines over a lifeline."""
    kind, slash, key = name.partition("/")
    return shortened(kind, LONGEST - 6), shortened(f"{slash}{key}", LONGEST - 6)


def header_width(name: str) -> float:
    """How wide the box over a lifeline is."""
    # The first line is bold, which in this font is as wide.
    return max(width_of(line) for line in header_of(name)) + GAP


def number_of(row: Row) -> str:
    """What stands at the beginning of a row."""
    return f"#{row.delivery.number}" if row.delivery else ""


def detail_of(plan: Plan, row: Row) -> str:
    """What the arrow does not tell: the topic, and who is among the others."""
    if row.delivery is None:
        return ""
    parts = [f"topic {row.delivery.topic}"] if row.delivery.topic else []
    if plan.folded:
        for word, name in zip(("from", "to"), row.ends, strict=True):
            if name is not None and name not in plan.lanes:
                parts.append(f"{word} {name}")
    return "  ".join(shortened(part, LONGEST + 12) for part in parts)


def folding_of(row: Row) -> str:
    """What stands in the row of those that are not drawn."""
    return f"… {row.hidden:,} more deliveries (limit=None draws all)" if row.hidden else ""


def _find_turns(plan: Plan) -> None:
    """Find from where to where each turn goes: to the last row before it ended.

    Of turns at the same time each has its own bar, beside the one before; beyond the deepest, they
    share that.
    """
    begun = [
        (_made_at(row.delivery), row.y)
        for row in plan.rows
        if row.delivery and row.delivery.state not in PENDING
    ]
    for row in plan.rows:
        delivery, recipient = row.delivery, row.ends[1]
        if delivery is None or recipient is None or "/" not in recipient:
            continue
        if delivery.handled_at is None or delivery.kind == "response":
            continue
        if delivery.verdict in {"dropped", "undeliverable"}:  # there was no turn
            continue
        ended = delivery.settled_at
        until = [y for begin, y in begun if ended is None or begin < ended]
        top, bottom = row.y - 4, max([row.y, *until]) + ROW / 3
        for depth in range(DEEPEST):
            bars = plan.turns.setdefault((plan.lane(recipient), depth), [])
            if not bars or bars[-1][1] < top:
                bars.append((top, bottom))
                break
        else:
            bars[-1] = (bars[-1][0], max(bars[-1][1], bottom))

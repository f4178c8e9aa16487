"""A still picture of a run, for where no script may run: saved notebooks, mails, printed pages."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from dataclasses import dataclass, field
from html import escape
from itertools import islice
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sandbox.inspector.recording.run_state import RecordedDelivery, RunState

# How much is drawn; what is left out is always counted.
TYPES_SHOWN = 100
CHIPS_SHOWN = 60
DELIVERIES_SHOWN = 20

# All lengths are pixels. The type is monospaced, so that the width of a text is known here.
CHARACTER, LINE, GAP = 7.3, 18, 10
BOX, TOPIC, LANE = 460, 240, 120

# All text but the headings stands on a ground of its own, so that it reads on light and dark pages.
INK, QUIET, PLAIN = "#1b1b1b", "#555555", "#ffffff"
TYPE_GROUND, TYPE_LINE = "#e4eef6", "#0072b2"
TOPIC_GROUND, TOPIC_LINE = "#fff1d6", "#d94e00"
HEADING = "#808080"


@dataclass
class _Chip:
    words: str
    built: bool
    at: float = 0
    width: float = 0


@dataclass
class _Type:
    name: str
    subtitle: str
    registered: bool
    chips: list[_Chip]
    top: float = 0
    rows: list[list[_Chip]] = field(default_factory=list)
    height: float = 0


@dataclass
class _Topic:
    name: str
    note: str
    targets: set[str]
    middle: float = 0


def svg(run: RunState) -> str:
    """Agent types with their agents, topics, and who is subscribed to what, as SVG.

    Everything that came from the program is escaped.
    """
    types = _types(run)
    _lay_out_types(types)
    topics = _topics(run, {kind.name for kind in types})
    _lay_out_topics(topics, types)
    left = TOPIC + LANE if topics else 0
    bottom = max(
        [kind.top + kind.height for kind in types] + [t.middle + LINE for t in topics], default=LINE
    )
    hidden = len(_type_names(run)) - len(types)
    parts = [_heading(0, "topics")] if topics else []
    parts += [_heading(left, "agent types")] if types else []
    parts += [_subscriptions(topics, types, left)]
    parts += [_draw_topic(topic) for topic in topics]
    parts += [_draw_type(kind, left) for kind in types]
    if hidden > 0:
        bottom += LINE
        parts.append(_text(left, bottom, f"… and {hidden} more agent types", HEADING))
    width, height = left + BOX + 2, round(bottom) + GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="-1 0 {width} {height}" font-size="12" '
        'font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace">'
        f"{''.join(parts)}</svg>"
    )


def static_html(run: RunState) -> str:
    """The picture of a run and a table of its latest deliveries, as HTML without scripts.

    The picture stands in an `img`, which notebooks show even where they remove SVG as unsafe.
    """
    summary = (
        f"{run.word}: {len(run.queue)} pending, {len(run.deliveries)} recorded, "
        f"{len(run.types)} agent types, {len(run.agents)} agents"
    )
    parts = [f"<p><strong>Inspector, {escape(summary)}</strong></p>"]
    if _type_names(run):
        source = b64encode(svg(run).encode()).decode()
        parts.append(
            '<div style="max-height:480px;overflow:auto">'
            f'<img alt="{escape(summary)}" src="data:image/svg+xml;base64,{source}" '
            'style="max-width:none"></div>'
        )
    if run.deliveries:
        parts.append(_table(run))
    return f"<div>{''.join(parts)}</div>"


# What is drawn


def _type_names(run: RunState) -> list[str]:
    # One that is subscribed but not registered is drawn as well: it is a usual mistake.
    subscribed = [s.agent_type for s in run.subscriptions.values() if s.agent_type is not None]
    return list(dict.fromkeys([*run.types, *subscribed]))


def _types(run: RunState) -> list[_Type]:
    received = Counter(
        delivery.recipient.partition("/")[0]
        for delivery in run.deliveries.values()
        if delivery.recipient is not None and delivery.handled_at is not None
    )
    pending = Counter(run.deliveries[number].recipient for number in run.queue)
    addressed = (recipient for recipient in pending if recipient is not None)
    chips: dict[str, list[_Chip]] = {}
    for agent in dict.fromkeys([*run.agents, *addressed]):
        type_name, _, key = agent.partition("/")
        waiting = f" · {pending[agent]} pending" if pending[agent] else ""
        chip = _Chip(f"{key or '(empty key)'}{waiting}", agent in run.agents)
        chips.setdefault(type_name, []).append(chip)
    types = []
    for name in islice(_type_names(run), TYPES_SHOWN):
        registered = run.types.get(name)
        about = "not registered" if registered is None else registered.agent_class or "factory"
        if registered is not None and registered.mailbox != "interleaved":
            about += f", {registered.mailbox} mailbox"
        if received[name]:
            about += f", {received[name]} received"
        own = chips.get(name, [])
        if len(own) > CHIPS_SHOWN:
            own[CHIPS_SHOWN:] = [_Chip(f"… and {len(own) - CHIPS_SHOWN} more", True)]
        types.append(_Type(name, about, registered is not None, own))
    return types


def _topics(run: RunState, shown: set[str]) -> list[_Topic]:
    topics: dict[str, _Topic] = {}
    targets = {s.subscription: s.agent_type for s in run.subscriptions.values()}
    for subscription in run.subscriptions.values():
        if subscription.prefix is not None:
            # Each type also hears of the topics made for direct messages to it: no news.
            if subscription.prefix == f"{subscription.agent_type}:":
                continue
            name = f"{subscription.prefix}*"
        else:
            name = subscription.topic_type or subscription.label
        topic = topics.setdefault(name, _Topic(name, "", set()))
        if subscription.agent_type in shown:
            topic.targets.add(subscription.agent_type)
    published: dict[str, set[str]] = {}
    for delivery in run.deliveries.values():
        if delivery.topic is not None:
            name = delivery.topic.partition("/")[0]
            published.setdefault(name, set()).add(delivery.message_id)
            topic = topics.setdefault(name, _Topic(name, "", set()))
            reached = {targets.get(subscription) for subscription in delivery.subscriptions}
            topic.targets |= {target for target in reached if target in shown}
    for name, messages in published.items():
        topics[name].note = f"{len(messages)} published"
    return list(topics.values())


# Where it is drawn


def _lay_out_types(types: list[_Type]) -> None:
    top = float(LINE + GAP)
    for kind in types:
        kind.top = top
        right = float(BOX)
        for chip in kind.chips:
            chip.words = _fitted(chip.words, BOX - 2 * GAP - 16)
            chip.width = _width(chip.words) + 16
            if right + chip.width > BOX - GAP:
                kind.rows.append([])
                right = GAP
            chip.at = right
            kind.rows[-1].append(chip)
            right += chip.width + 6
        kind.height = 2 * LINE + 8 + 26 * len(kind.rows)
        top += kind.height + GAP


def _lay_out_topics(topics: list[_Topic], types: list[_Type]) -> None:
    middles = {kind.name: kind.top + kind.height / 2 for kind in types}
    for topic in topics:
        heights = [middles[target] for target in topic.targets]
        topic.middle = sum(heights) / len(heights) if heights else 0
    topics.sort(key=lambda topic: (not topic.targets, topic.middle))
    least = float(2 * LINE + GAP + 2)
    for topic in topics:
        topic.middle = least = max(topic.middle, least)
        least += 2 * LINE + 2 * GAP


# How it is drawn


def _heading(x: float, words: str) -> str:
    return _text(x, LINE - 4, words, HEADING)


def _subscriptions(topics: Iterable[_Topic], types: Sequence[_Type], left: float) -> str:
    lines = []
    for topic in topics:
        for kind in types:
            if kind.name in topic.targets:
                end = kind.top + LINE + 4
                half = TOPIC + LANE / 2
                lines.append(
                    f'<path d="M{TOPIC} {topic.middle:g}C{half:g} {topic.middle:g} '
                    f'{half:g} {end:g} {left - 7:g} {end:g}"/>'
                    f'<path d="M{left - 8:g} {end - 4:g}L{left - 1:g} {end:g}'
                    f'L{left - 8:g} {end + 4:g}z" fill="{TOPIC_LINE}" stroke="none"/>'
                )
    return f'<g fill="none" stroke="{TOPIC_LINE}" stroke-width="1.5">{"".join(lines)}</g>'


def _draw_topic(topic: _Topic) -> str:
    top, bottom = topic.middle - LINE - 4, topic.middle + LINE + 4
    points = (
        f"0,{topic.middle:g} 12,{top:g} {TOPIC - 12},{top:g} {TOPIC},{topic.middle:g} "
        f"{TOPIC - 12},{bottom:g} 12,{bottom:g}"
    )
    note = topic.note or "nothing published"
    if not topic.targets:
        note += ", 0 subscribers"
    return (
        f'<g><title>{_safe(topic.name)}</title><polygon points="{points}" '
        f'fill="{TOPIC_GROUND}" stroke="{TOPIC_LINE}"/>'
        f"{_text(16, topic.middle - 4, _fitted(topic.name, TOPIC - 32), INK, bold=True)}"
        f"{_text(16, topic.middle + 12, _fitted(note, TOPIC - 32), QUIET)}</g>"
    )


def _draw_type(kind: _Type, left: float) -> str:
    name = _fitted(kind.name, BOX - 2 * GAP)
    parts = [
        f"<g><title>{_safe(kind.name)}, {_safe(kind.subtitle)}</title>",
        _box(left, kind.top, BOX, kind.height, TYPE_GROUND, dashed=not kind.registered),
        _text(left + GAP, kind.top + LINE - 2, name, INK, bold=True),
        _text(left + GAP, kind.top + 2 * LINE - 3, _fitted(kind.subtitle, BOX - 2 * GAP), QUIET),
    ]
    for number, row in enumerate(kind.rows):
        top = kind.top + 2 * LINE + 5 + 26 * number
        for chip in row:
            parts.append(_box(left + chip.at, top, chip.width, 21, PLAIN, dashed=not chip.built))
            parts.append(_text(left + chip.at + 8, top + 15, chip.words, INK))
    return "".join([*parts, "</g>"])


def _box(x: float, y: float, width: float, height: float, ground: str, *, dashed: bool) -> str:
    dashes = ' stroke-dasharray="5 4"' if dashed else ""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" '
        f'rx="{min(height, 21) / 2 if ground == PLAIN else 5:g}" fill="{ground}" '
        f'stroke="{TYPE_LINE}"{dashes}/>'
    )


def _text(x: float, y: float, words: str, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}" fill="{colour}"{weight}>{_safe(words)}</text>'


def _safe(words: str) -> str:
    # Not every character may stand in XML, not even escaped.
    return escape("".join(c if c.isprintable() else "�" for c in words))


def _width(words: str) -> float:
    return CHARACTER * sum(2 if east_asian_width(c) in "WF" else 1 for c in words)


def _fitted(words: str, width: float) -> str:
    if _width(words) <= width:
        return words
    while words and _width(words) > width - CHARACTER:
        words = words[:-1]
    return f"{words}…"


def _table(run: RunState) -> str:
    shown = list(run.deliveries.values())[-DELIVERIES_SHOWN:]
    hidden = len(run.deliveries) - len(shown)
    titles = ("", "kind", "message", "sender", "recipient", "topic", "is_rpc", "message_id", "")
    head = "".join(f"<th>{title}</th>" for title in titles)
    body = "".join(f"<tr>{_cells(delivery)}</tr>" for delivery in shown)
    caption = f"<p>{hidden} earlier deliveries are not shown.</p>" if hidden else ""
    return f"{caption}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cells(delivery: RecordedDelivery) -> str:
    cells = (
        f"#{delivery.number}",
        delivery.kind,
        delivery.message_type,
        delivery.sender or delivery.cell or "outside",
        delivery.recipient or ("nobody" if delivery.kind == "event" else "outside"),
        delivery.topic or "",
        str(delivery.is_rpc),
        delivery.message_id,
        delivery.verdict or delivery.state or "",
    )
    return "".join(f'<td style="text-align:left">{_safe(cell)}</td>' for cell in cells)

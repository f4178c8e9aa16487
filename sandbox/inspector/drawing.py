"""The graph of a run, drawn with matplotlib."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

# Lengths are points at full size, on which the whole drawing is scaled to fit its axes.
FONT_SIZE, CHARACTER, PADDING = 9.0, 5.45, 8.0
ROW, BOX, LANE, MARGIN = 24.0, 17.0, 80.0, 12.0
LONGEST = 36

# Told apart by shape and line as well: colours never stand alone.
KINDS = ("topic", "agent_type", "agent")
TITLES = ("topics", "agent types", "agents")
GROUNDS = {"topic": "#fff1d6", "agent_type": "#e4eef6", "agent": "#ffffff"}
LINES = {"topic": "#d94e00", "agent_type": "#0072b2", "agent": "#0072b2"}
SUBSCRIPTION, INSTANCE, REQUEST = "#d94e00", "#9a9a9a", "#0072b2"

# With more calls between agents than this, how often each was made is not written beside it.
CALLS_COUNTED = 12

_Call = tuple[Any, Any, int]


@dataclass
class _Box:
    label: str
    kind: str
    solid: bool
    x: float = 0
    y: float = 0
    width: float = 0


def draw(graph: nx.MultiDiGraph, ax: Axes | None = None) -> Axes:
    """Draw what `graph_of` returned: topics, agent types and agents, from left to right.

    Orange arrows are subscriptions; blue dashed ones are requests between agents, with their
    number if there are few. Topics that only serve direct messages to an agent are left out.

    Args:
        graph: the graph.
        ax: where to draw; by default on a new figure, as large as it needs to be.

    Returns:
        The axes.
    """
    boxes = _boxes(graph)
    calls = [(u, v, d["count"]) for u, v, d in graph.edges(data=True) if d["kind"] == "sent"]
    height = _lay_out(graph, boxes)
    width = max(box.x + box.width for box in boxes.values()) if boxes else 3 * LANE
    width += MARGIN + (len(calls) + 0.5) * _lane_width(calls)
    if ax is None:
        from matplotlib import pyplot as plt

        figure = plt.figure(figsize=(width / 72, height / 72))
        ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.axis("off")
    area = ax.get_window_extent()
    points = 72 / ax.figure.dpi
    scale = min(area.width * points / width, area.height * points / height)
    for source, target, data in graph.edges(data=True):
        if source in boxes and target in boxes and data["kind"] != "sent":
            _draw_edge(ax, boxes[source], boxes[target], data, scale)
    _draw_calls(ax, boxes, calls, scale)
    for box in boxes.values():
        _draw_box(ax, box, scale)
    for kind, title in zip(KINDS, TITLES, strict=True):
        left = min((box.x for box in boxes.values() if box.kind == kind), default=None)
        if left is not None:
            ax.text(left, MARGIN, title, color="#777777", **_font(scale, "center_baseline"))
    return ax


def _boxes(graph: nx.MultiDiGraph) -> dict[Any, _Box]:
    boxes = {}
    for node, data in graph.nodes(data=True):
        kind, label, solid = data["kind"], node[1], True
        if kind == "topic":
            if data["direct"] and not data["sources"]:
                continue
        elif kind == "agent_type":
            solid = data["registered"]
            if data["agent_class"] is not None:
                label = f"{label}: {data['agent_class']}"
        else:
            solid = data["built"]
            label = data["key"] or "(empty key)"
            if data["pending"]:
                label = f"{label} · {data['pending']} pending"
        label = "".join(c if c.isprintable() else "�" for c in label)
        label = label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"
        box = boxes[node] = _Box(label, kind, solid)
        box.width = len(label) * CHARACTER + 2 * PADDING
    return boxes


def _lay_out(graph: nx.MultiDiGraph, boxes: dict[Any, _Box]) -> float:
    """Give each box its place, and return the height of the whole."""
    row = 0.0
    for node, box in boxes.items():
        if box.kind == "agent_type":
            agents = [
                target
                for _, target, data in graph.out_edges(node, data=True)
                if data["kind"] == "instance"
            ]
            for offset, agent in enumerate(agents):
                boxes[agent].y = row + offset
            rows = max(len(agents), 1)
            box.y = row + (rows - 1) / 2
            row += rows + 0.25
    topics = [node for node, box in boxes.items() if box.kind == "topic"]
    targets = {node: [boxes[t].y for t in graph.successors(node) if t in boxes] for node in topics}
    topics.sort(key=lambda node: sum(targets[node]) / len(targets[node]) if targets[node] else row)
    least = 0.0
    for node in topics:
        wish = sum(targets[node]) / len(targets[node]) if targets[node] else least
        boxes[node].y = max(wish, least)
        least = boxes[node].y + 1.25
    left = MARGIN
    for kind in KINDS:
        column = [box for box in boxes.values() if box.kind == kind]
        widest = max((box.width for box in column), default=-LANE)
        for box in column:
            box.x = left
            box.y = 2 * MARGIN + BOX + box.y * ROW
            if kind != "agent":  # so that what goes out of one passes none of the others
                box.width = widest
        left += widest + LANE
    bottom = max((box.y for box in boxes.values()), default=2 * MARGIN)
    return bottom + BOX / 2 + MARGIN


def _draw_box(ax: Axes, box: _Box, scale: float) -> None:
    from matplotlib.patches import FancyBboxPatch, Polygon

    style: dict[str, Any] = {
        "facecolor": GROUNDS[box.kind],
        "edgecolor": LINES[box.kind],
        "linestyle": "-" if box.solid else (0, (4, 3)),
        "linewidth": scale,
        "zorder": 3,
    }
    left, right, top, bottom = box.x, box.x + box.width, box.y - BOX / 2, box.y + BOX / 2
    if box.kind == "topic":
        corners = [(left, box.y), (left + 6, top), (right - 6, top)]
        corners += [(right, box.y), (right - 6, bottom), (left + 6, bottom)]
        ax.add_patch(Polygon(corners, **style))
    else:
        radius = BOX / 2 if box.kind == "agent" else 3
        shape = f"round,pad=0,rounding_size={radius}"
        ax.add_patch(FancyBboxPatch((left, top), box.width, BOX, boxstyle=shape, **style))
    ax.text(box.x + PADDING, box.y, box.label, color="#1b1b1b", **_font(scale, "center"))


def _draw_edge(ax: Axes, source: _Box, target: _Box, data: dict[str, Any], scale: float) -> None:
    start, end = (source.x + source.width, source.y), (target.x, target.y)
    if data["kind"] == "instance":
        ax.plot(*zip(start, end, strict=True), color=INSTANCE, linewidth=0.8 * scale, zorder=1)
    else:
        _draw_arrow(ax, [start, end], scale, color=SUBSCRIPTION)


def _draw_calls(ax: Axes, boxes: dict[Any, _Box], calls: list[_Call], scale: float) -> None:
    """Draw each call in a lane of its own beside the agents, so that it crosses no box."""
    lane = _right_of(boxes, "agent")
    for source, target, count in calls:
        lane += _lane_width(calls)
        start, end = boxes[source], boxes[target]
        top, bottom = start.y + 4, end.y - 4
        corners = [(start.x + start.width, top), (lane, top)]
        corners += [(lane, bottom), (end.x + end.width, bottom)]
        _draw_arrow(ax, corners, scale, color=REQUEST, linestyle=(0, (4, 2)))
        if len(calls) <= CALLS_COUNTED:
            ground = {"facecolor": ax.get_facecolor(), "edgecolor": "none", "pad": scale}
            font = _font(scale, "center") | {"horizontalalignment": "center", "color": REQUEST}
            ax.text(lane, (top + bottom) / 2, f"{count}x", bbox=ground, **font)


def _draw_arrow(ax: Axes, corners: list[tuple[float, float]], scale: float, **style: Any) -> None:
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    style |= {"arrowstyle": "-|>", "mutation_scale": 9 * scale, "linewidth": scale, "zorder": 2}
    ax.add_patch(FancyArrowPatch(path=Path(corners), **style))


def _right_of(boxes: dict[Any, _Box], kind: str) -> float:
    return max((box.x + box.width for box in boxes.values() if box.kind == kind), default=MARGIN)


def _lane_width(calls: list[_Call]) -> float:
    return 5 * CHARACTER if len(calls) <= CALLS_COUNTED else 6.0


def _font(scale: float, vertical: str) -> dict[str, Any]:
    return {
        "fontsize": FONT_SIZE * scale,
        "family": "DejaVu Sans Mono",  # matplotlib brings it, so its width is known
        "verticalalignment": vertical,
        "zorder": 4,
    }

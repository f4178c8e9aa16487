"""The graph of a run, drawn with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.inspector.pictures.canvas import COLOURS, HEAD, QUIET, WHITE, Canvas, width_of
from sandbox.inspector.pictures.drawing_plan import (
    BOX,
    CELL,
    CELLS_IN_ROW,
    EMPTY,
    MARGIN,
    PADDING,
    Box,
    Plan,
    lane_of,
    lay_out,
    plan_of,
    times,
)

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

# Told apart by shape and line as well: colours never stand alone.
TITLES: Final = ("topics", "agent types", "agents")
GROUNDS: Final = {"topic": "#fff1d6", "agent_type": "#e4eef6", "agent": WHITE}
LINES: Final = {"topic": COLOURS["event"], "agent_type": COLOURS["request"], "agent": "#0072b2"}
DASHED: Final = (0, (4, 3))
# The longer the queue, the darker the cell; the number stands in it as well.
SHADES: Final = ("#ffe3c2", "#ffc27a", "#f39a3d")


def draw(graph: nx.MultiDiGraph, ax: Axes | None = None) -> Axes:
    """Draw what `graph_of` returned: topics, agent types and agents, from left to right.

    Double orange lines are subscriptions, solid blue ones with a Q requests between agents, with
    their number. What is dashed is not registered, or not built yet. Topics that only serve
    direct messages to an agent are left out.

    Up to 60 agents are drawn by their keys. Of more, each type has a count and a cell per agent,
    with the number of deliveries that are pending for it. Of very many types, topics or calls, the
    first are drawn and the others are counted.

    Args:
        graph: the graph.
        ax: where to draw; by default on a new figure, as large as it needs to be.

    Returns:
        The axes.
    """
    plan = plan_of(graph)
    width, height = lay_out(plan)
    canvas = Canvas(width, height, ax)
    if not any(plan.columns.values()):
        canvas.text(MARGIN, height / 2, EMPTY, QUIET)
    for title, column in zip(TITLES, plan.columns.values(), strict=True):
        if column:
            canvas.text(column[0].x, MARGIN + 3, title, QUIET)
    for source, target in plan.instances:
        ends = [(source.right, source.middle), (target.x, target.middle)]
        canvas.line(ends, "#9a9a9a", 0.8, zorder=1)
    _draw_subscriptions(canvas, plan)
    for column in plan.columns.values():
        for box in column:
            _draw_box(canvas, box)
    _draw_calls(canvas, plan)
    for number, note in enumerate(reversed(plan.notes)):
        canvas.text(MARGIN, height - MARGIN - number * 14, note, QUIET)
    return canvas.ax


def _draw_subscriptions(canvas: Canvas, plan: Plan) -> None:
    colour = COLOURS["event"]
    # What belongs to one topic is on one level, so that its lines join and others pass over them.
    levels = {id(box): 2 + number / 100 for number, box in enumerate(plan.columns["topic"])}
    for source, target in plan.subscriptions:
        begin, end = (source.right + HEAD, source.middle), (target.x - HEAD, target.middle)
        trunk = plan.trunks.get(id(source))
        corners = [] if trunk is None else [(trunk, begin[1]), (trunk, end[1])]
        canvas.message_line([begin, *corners, end], "event", level=levels[id(source)])
        canvas.marker((begin[0] - HEAD / 2, begin[1]), "D", 5, WHITE, colour)
        canvas.marker((end[0] + HEAD / 2, end[1]), ">", HEAD, colour, colour)


def _draw_box(canvas: Canvas, box: Box, dx: float = 0, dy: float = 0) -> None:
    left, top, right, bottom = box.x + dx, box.y + dy, box.right + dx, box.y + dy + box.height
    style: dict[str, Any] = {
        "facecolor": GROUNDS[box.kind],
        "edgecolor": LINES[box.kind],
        "linestyle": "-" if box.solid else DASHED,
    }
    if box.kind == "topic":
        from matplotlib.patches import Polygon

        middle = (top + bottom) / 2
        corners = [(left, middle), (left + 6, top), (right - 6, top)]
        corners += [(right, middle), (right - 6, bottom), (left + 6, bottom)]
        canvas.ax.add_patch(Polygon(corners, linewidth=canvas.scale, zorder=3, **style))
    elif box.chips:
        style |= {"facecolor": "#f7f7f7", "edgecolor": "#c4c4c4", "zorder": 2, "radius": 3}
        canvas.box((left, top, box.width, box.height), style)
        for chip in box.chips:
            _draw_box(canvas, chip, left, top)
    else:
        round_ended = box.kind == "agent" and not box.cells
        style["radius"] = BOX / 2 if round_ended else 3
        canvas.box((left, top, box.width, box.height), style)
        _draw_cells(canvas, box)
    canvas.text(left + PADDING, (top + bottom) / 2, box.label)


def _draw_cells(canvas: Canvas, box: Box) -> None:
    columns = min(len(box.cells), CELLS_IN_ROW)
    rows = -(-len(box.cells) // CELLS_IN_ROW)
    left = box.right - columns * CELL - 2
    top = box.middle - rows * CELL / 2
    for number, (built, pending) in enumerate(box.cells):
        row, column = divmod(number, CELLS_IN_ROW)
        x, y = left + column * CELL, top + row * CELL
        shade = SHADES[min(pending, len(SHADES)) - 1] if pending else GROUNDS["agent_type"]
        style: dict[str, Any] = {
            "facecolor": shade if built or pending else WHITE,
            "edgecolor": LINES["agent"],
            "linestyle": "-" if built else (0, (2, 1.5)),
            "linewidth": 0.6 * canvas.scale,
        }
        canvas.box((x + 1, y + 1, CELL - 2, CELL - 2), style)
        if pending:
            words = str(pending) if pending < 10 else "9+"  # noqa: PLR2004 - what fits
            canvas.text(x + CELL / 2, y + CELL / 2, words, align="center", size=6.5)


def _draw_calls(canvas: Canvas, plan: Plan) -> None:
    """Draw each call in a lane of its own beside the agents, so that it crosses no box."""
    for number, (source, target, count) in enumerate(plan.calls, 1):
        lane = lane_of(plan, number) - width_of(times(count)) / 2 - 4
        top, bottom = source.middle + 4, target.middle - 4
        corners = [(source.right, top), (lane, top), (lane, bottom), (target.right + HEAD, bottom)]
        canvas.message_line(corners, "request")
        canvas.marker((target.right + HEAD / 2, bottom), "<", HEAD, *(COLOURS["request"],) * 2)
        crossing = [y for other in plan.calls[number:] for y in (other[0].middle, other[1].middle)]
        y = _apart(top, bottom, crossing)
        canvas.text(lane, y, times(count), COLOURS["request"], align="center")
        canvas.ax.texts[-1].set_bbox(
            {"facecolor": WHITE, "edgecolor": "none", "pad": 1.5 * canvas.scale}
        )


def _apart(top: float, bottom: float, crossing: list[float]) -> float:
    """A height between two others, near the middle if there, too, nothing crosses."""
    middle, room = (top + bottom) / 2, abs(bottom - top) / 2
    tries = [middle + sign * way for way in range(0, int(room), 4) for sign in (1, -1)]
    free = (y for y in tries if all(abs(y - each) > BOX * 2 / 3 for each in crossing))
    return next(free, middle)

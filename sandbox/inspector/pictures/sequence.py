"""The deliveries of a run as a sequence diagram, drawn with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.inspector.pictures.canvas import (
    COLOURS,
    FAILURE,
    HEAD,
    INK,
    QUIET,
    TOKEN,
    WHITE,
    Canvas,
    width_of,
)
from sandbox.inspector.pictures.sequence_plan import (
    BAR,
    DELIVERIES,
    FOOT,
    GAP,
    HEADER,
    LEGEND,
    LOOP,
    MARGIN,
    Plan,
    Row,
    detail_of,
    failed,
    folding_of,
    header_of,
    header_width,
    in_order,
    lay_out,
    number_of,
    rows_of,
)
from sandbox.inspector.recording.run_state import PENDING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sandbox.inspector.recording.recorded_delivery import RecordedDelivery
    from sandbox.inspector.recording.run_state import RunState

BROKEN: Final = frozenset({"dropped", "cancelled", "stranded", "skipped_sender"})


def draw_sequence(run: RunState, ax: Axes | None = None, *, limit: int | None = DELIVERIES) -> Axes:
    """Draw the deliveries of a run in the order in which they were made, from top to bottom.

    Each agent has a lifeline, and so has each cell, or `outside`, that something was sent from;
    each delivery has a row with what came of it. A request is a solid line with the letter Q, its
    response a dashed one with R, an event a double one with P. A bar on a lifeline is a turn. What
    is pending comes last, in the order of the queue, in grey.

    Args:
        run: the run.
        ax: where to draw; by default on a new figure, as large as it needs to be.
        limit: draw so many deliveries, half of them the first ones and half the last ones, and
            count the others in between; `None` draws all.

    Returns:
        The axes.

    Raises:
        ValueError: `limit` is less than 2.
    """
    if limit is not None and limit < 2:  # noqa: PLR2004 - a first one and a last one
        raise ValueError(f"limit must be at least 2 deliveries, not {limit}.")
    order = in_order(run)
    plan = Plan(rows_of(run, order, limit))
    lay_out(plan)
    canvas = Canvas(plan.width, plan.height, ax)
    if not order:
        canvas.text(MARGIN, plan.height / 2, "Nothing was sent yet.", QUIET)
        return canvas.ax
    _draw_lifelines(canvas, plan)
    _draw_turns(canvas, plan)
    for row in plan.rows:
        _draw_row(canvas, plan, row)
    _draw_legend(canvas, plan.height - FOOT / 2)
    return canvas.ax


def _draw_lifelines(canvas: Canvas, plan: Plan) -> None:
    top, bottom = MARGIN + HEADER, plan.height - FOOT
    for name, x in plan.lanes.items():
        width = header_width(name)
        is_agent = "/" in name
        style = {
            "facecolor": "#e4eef6" if is_agent else "#f2f2f2",
            "edgecolor": COLOURS["request"] if is_agent else QUIET,
            "linestyle": "-" if is_agent else (0, (4, 3)),
            "radius": 4 if is_agent else 0,
        }
        canvas.box((x - width / 2, MARGIN, width, HEADER), style)
        first, second = header_of(name)
        middle = MARGIN + HEADER / 2
        if second:
            canvas.text(x, middle - 7, first, align="center", bold=True)
            canvas.text(x, middle + 7, second, align="center")
        else:
            canvas.text(x, middle, first, align="center", bold=True)
        canvas.line([(x, top), (x, bottom)], "#c4c4c4", 0.9, zorder=1)


def _draw_turns(canvas: Canvas, plan: Plan) -> None:
    style = {"facecolor": "#cfe3f1", "edgecolor": COLOURS["request"], "zorder": 1.5}
    for (lane, depth), bars in plan.turns.items():
        left = plan.lanes[lane] + (depth - 0.5) * BAR
        for top, bottom in bars:
            canvas.box((left, top, BAR, bottom - top), style)


def _draw_row(canvas: Canvas, plan: Plan, row: Row) -> None:
    delivery = row.delivery
    if delivery is None:
        left = MARGIN
        ground = {"facecolor": "#f4f4f4", "edgecolor": "none", "zorder": 5}
        canvas.box((left, row.y - 9, plan.width - 2 * MARGIN, 18), ground)
        canvas.text(left + GAP, row.y, folding_of(row), QUIET)
        return
    canvas.text(MARGIN, row.y, number_of(row), QUIET)
    colour = FAILURE if failed(delivery) else INK if delivery.verdict == "handled" else QUIET
    canvas.text(plan.right, row.y, row.outcome, colour, bold=failed(delivery))
    canvas.text(plan.details, row.y, detail_of(plan, row), QUIET)
    _draw_arrow(canvas, plan, row, delivery)


def _draw_arrow(canvas: Canvas, plan: Plan, row: Row, delivery: RecordedDelivery) -> None:
    y, source = row.y, plan.lane(row.ends[0])
    target = source if row.ends[1] is None else plan.lane(row.ends[1])
    way = -1 if plan.lanes[target] < plan.lanes[source] else 1
    begin = plan.edge(source, y, way)
    token = begin + way * (TOKEN / 2 + 8)
    faint = delivery.state in PENDING
    if row.ends[1] is None:
        stop = token + TOKEN / 2 + 6 + width_of(row.label)
        canvas.message_line([(begin, y), (stop, y)], delivery.kind, faint=faint)
        canvas.line([(stop, y - 5), (stop, y + 5)], INK, 2)
    elif source == target:
        # To the same lifeline: out, a little down, and back.
        out, low = token + LOOP - TOKEN / 2, y + 9
        corners = [(begin, y), (out, y), (out, low), (begin + HEAD, low)]
        canvas.message_line(corners, delivery.kind, faint=faint)
        _draw_head(canvas, begin, low, -1, delivery)
    else:
        end = plan.edge(target, y, -way)
        canvas.message_line([(begin, y), (end - way * HEAD, y)], delivery.kind, faint=faint)
        _draw_head(canvas, end, y, way, delivery)
    canvas.token((token, y), delivery.kind)
    align = "left" if way > 0 else "right"
    label = token + way * (TOKEN / 2 + 3)
    canvas.text(label, y - 8, row.label, QUIET if faint else INK, align=align)


def _draw_head(canvas: Canvas, x: float, y: float, way: int, delivery: RecordedDelivery) -> None:
    """Draw what an arrow ends with: filled, open, or the sign of a failure."""
    colour = COLOURS[delivery.kind]
    if failed(delivery):
        canvas.marker((x - way * 4, y), "8", 11, FAILURE, FAILURE)
        canvas.marker((x - way * 4, y), "x", 4.5, WHITE, WHITE)
    elif delivery.verdict in BROKEN:
        canvas.marker((x - way * 12, y), "o", 9, WHITE, QUIET)
        canvas.line([(x - way * 15, y + 3), (x - way * 9, y - 3)], QUIET, zorder=5)
    else:
        hollow = delivery.kind == "response" or delivery.state in PENDING
        shape = ">" if way > 0 else "<"
        canvas.marker((x - way * HEAD / 2, y), shape, HEAD, WHITE if hollow else colour, colour)


def _draw_legend(canvas: Canvas, y: float) -> None:
    x = MARGIN
    for kind, words in LEGEND.items():
        canvas.message_line([(x, y), (x + 36, y)], kind)
        canvas.token((x + 12, y), kind)
        face = WHITE if kind == "response" else COLOURS[kind]
        canvas.marker((x + 36, y), ">", HEAD, face, COLOURS[kind])
        canvas.text(x + 46, y, words, QUIET)
        x += width_of(words) + 62

"""What the drawing of a graph shows, and where."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sandbox.inspector.pictures.canvas import shortened, width_of

if TYPE_CHECKING:
    import networkx as nx

    Node = tuple[str, str]

KINDS: Final = ("topic", "agent_type", "agent")
# Up to so many agents in all, each is drawn with its key; of more, each type has a count and cells.
AGENTS_NAMED: Final = 60
# A type with more agents than this has its keys side by side.
KEYS_STACKED: Final = 4
KEYS_IN_ROW: Final = 5
# What is left out beyond these is counted in the picture.
TYPES_SHOWN, TOPICS_SHOWN, CALLS_SHOWN, CELLS_SHOWN = 40, 40, 20, 1_000
LONGEST, LONGEST_KEY = 36, 14
EMPTY: Final = "There are no agents and no topics yet."

# Lengths are points at full size.
PADDING, BOX, GAP, LANE, MARGIN, TITLE = 8.0, 17.0, 7.0, 80.0, 12.0, 24.0
CELL, CELLS_IN_ROW = 13.0, 25
# From a topic to more types than this, the subscriptions share a trunk.
FAN, TRUNK = 6, 12.0


@dataclass
class Box:
    """A topic, an agent type, an agent, or all agents of a type."""

    label: str
    kind: str
    solid: bool = True
    chips: list[Box] = field(default_factory=list)
    cells: list[tuple[bool, int]] = field(default_factory=list)
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = BOX

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + self.width

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return self.y + self.height / 2


@dataclass
class Plan:
    """What is drawn: each box once, and by which box a node of the graph is shown."""

    columns: dict[str, list[Box]]
    shown: dict[Node, Box]
    instances: list[tuple[Box, Box]]
    subscriptions: list[tuple[Box, Box]]
    calls: list[tuple[Box, Box, int]]
    notes: list[str] = field(default_factory=list)
    trunks: dict[int, float] = field(default_factory=dict)


# What is drawn


def plan_of(graph: nx.MultiDiGraph) -> Plan:
    """What is drawn of a graph."""
    plan = Plan({kind: [] for kind in KINDS}, {}, [], [], [])
    types = [node for node, data in graph.nodes(data=True) if data["kind"] == "agent_type"]
    agents: dict[Node, list[Node]] = {node: [] for node in types}
    for source, target, data in graph.edges(data=True):
        if data["kind"] == "instance":
            agents[source].append(target)
    total = sum(map(len, agents.values()))
    for node in types[:TYPES_SHOWN]:
        _add_type(plan, graph, node, agents[node], named=total <= AGENTS_NAMED)
    others = types[TYPES_SHOWN:]
    if others:
        box = _add(plan, "agent_type", f"… and {len(others)} more types")
        plan.shown |= dict.fromkeys(others, box)
        _add_crowd(plan, graph, box, [agent for node in others for agent in agents[node]])
    _add_topics(plan, graph)
    _add_lines(plan, graph)
    return plan


def _add(plan: Plan, kind: str, label: str, *, solid: bool = True) -> Box:
    label = shortened(label, LONGEST)
    box = Box(label, kind, solid, width=width_of(label) + 2 * PADDING)
    plan.columns[kind].append(box)
    return box


def _add_type(
    plan: Plan, graph: nx.MultiDiGraph, node: Node, agents: list[Node], *, named: bool
) -> None:
    data = graph.nodes[node]
    name = node[1] if data["agent_class"] is None else f"{node[1]}: {data['agent_class']}"
    box = plan.shown[node] = _add(plan, "agent_type", name, solid=data["registered"])
    if not named and len(agents) > 1:
        _add_crowd(plan, graph, box, agents)
    elif len(agents) > KEYS_STACKED:
        chips = [_chip(graph.nodes[agent], LONGEST_KEY) for agent in agents]
        block = _add(plan, "agent", "")
        block.chips = chips
        plan.shown |= dict.fromkeys(agents, block)
        plan.instances.append((box, block))
    else:
        for agent in agents:
            chip = plan.shown[agent] = _chip(graph.nodes[agent], LONGEST)
            plan.columns["agent"].append(chip)
            plan.instances.append((box, chip))


def _chip(data: dict[str, Any], longest: int) -> Box:
    label = shortened(data["key"] or "(empty key)", longest)
    if data["pending"]:
        label += f" · {data['pending']} pending"
    return Box(label, "agent", data["built"], width=width_of(label) + 2 * PADDING)


def _add_crowd(plan: Plan, graph: nx.MultiDiGraph, owner: Box, agents: list[Node]) -> None:
    if not agents:
        return
    cells = [(graph.nodes[agent]["built"], graph.nodes[agent]["pending"]) for agent in agents]
    pending = sum(number for _, number in cells)
    label = f"{len(agents):,} agent{'s' if len(agents) > 1 else ''}"
    label += f", {pending:,} pending" if pending else ""
    label += f", {CELLS_SHOWN:,} drawn" if len(agents) > CELLS_SHOWN else ""
    block = _add(plan, "agent", label)
    block.cells = cells[:CELLS_SHOWN]
    plan.shown |= dict.fromkeys(agents, block)
    plan.instances.append((owner, block))


def _add_topics(plan: Plan, graph: nx.MultiDiGraph) -> None:
    topics = [
        node
        for node, data in graph.nodes(data=True)
        if data["kind"] == "topic" and (data["sources"] or not data["direct"])
    ]
    for node in topics[:TOPICS_SHOWN]:
        plan.shown[node] = _add(plan, "topic", node[1])
    others = topics[TOPICS_SHOWN:]
    if others:
        box = _add(plan, "topic", f"… and {len(others)} more topics")
        plan.shown |= dict.fromkeys(others, box)


def _add_lines(plan: Plan, graph: nx.MultiDiGraph) -> None:
    calls: Counter[tuple[int, int]] = Counter()
    boxes = {id(box): box for box in plan.shown.values()}
    subscribed: set[tuple[int, int]] = set()
    for source, target, data in graph.edges(data=True):
        if source not in plan.shown or target not in plan.shown:
            continue
        ends = id(plan.shown[source]), id(plan.shown[target])
        if data["kind"] == "sent":
            calls[ends] += data["count"]
        elif data["kind"] == "subscription" and ends not in subscribed:
            subscribed.add(ends)
            plan.subscriptions.append((plan.shown[source], plan.shown[target]))
    most = calls.most_common(CALLS_SHOWN)
    plan.calls = [(boxes[source], boxes[target], count) for (source, target), count in most]
    if len(calls) > len(most):
        rest = sum(calls.values()) - sum(count for _, count in most)
        plan.notes.append(
            f"… and {rest:,} more requests between {len(calls) - len(most):,} other pairs"
        )
    everything = [box for column in plan.columns.values() for box in column]
    if any(not box.solid or any(not chip.solid for chip in box.chips) for box in everything):
        plan.notes.append("dashed: not registered, or not built yet")
    if any(number for box in everything for _, number in box.cells):
        plan.notes.append("a number in a cell: so many deliveries are pending for that agent")


# Where it is drawn


def lay_out(plan: Plan) -> tuple[float, float]:
    """Give each box its place, and return the width and height of the whole."""
    for block in plan.columns["agent"]:
        _lay_out_block(block)
    y = MARGIN + TITLE
    for box in plan.columns["agent_type"]:
        own = [agent for owner, agent in plan.instances if owner is box]
        top = y
        for agent in own:
            agent.y = y
            y += agent.height + GAP
        y = max(y, top + BOX + GAP)
        box.y = (top + y - GAP - BOX) / 2
        y += GAP / 2
    bottom = max(y, _lay_out_topics(plan))
    left = MARGIN
    for kind, column in plan.columns.items():
        widest = max((box.width for box in column), default=-LANE)
        for box in column:
            box.x = left
            if kind != "agent":  # so that what goes out of one passes none of the others
                box.width = widest
        left += widest + LANE
        if kind == "topic":
            plan.trunks = _trunks(plan, left - LANE)
            left += TRUNK * len(plan.trunks)
    widths = [box.right for column in plan.columns.values() for box in column]
    widths += [lane_of(plan, len(plan.calls))] if plan.calls else []
    widths += [MARGIN + width_of(note) for note in plan.notes]
    width = max(widths, default=MARGIN + width_of(EMPTY))
    return width + MARGIN, bottom + MARGIN / 2 + 14 * len(plan.notes) + MARGIN


def _lay_out_block(block: Box) -> None:
    """Give the chips or cells of a block their places in it."""
    if block.cells:
        rows = -(-len(block.cells) // CELLS_IN_ROW)
        block.height = max(BOX, rows * CELL + 4)
        # What is beside the cells, the count, has the same width in every block, or nearly.
        block.width += min(len(block.cells), CELLS_IN_ROW) * CELL
    elif block.chips:
        lefts = [PADDING]
        for column in range(KEYS_IN_ROW):
            widest = max((chip.width for chip in block.chips[column::KEYS_IN_ROW]), default=0)
            lefts.append(lefts[-1] + widest + GAP)
        for number, chip in enumerate(block.chips):
            row, column = divmod(number, KEYS_IN_ROW)
            chip.x = lefts[column]
            chip.y = GAP + row * (BOX + GAP)
        rows = -(-len(block.chips) // KEYS_IN_ROW)
        block.height = GAP + rows * (BOX + GAP)
        block.width = max(chip.right for chip in block.chips) + PADDING


def _lay_out_topics(plan: Plan) -> float:
    """Put each topic to the height of the types that it goes to, and return where they end."""
    targets: dict[int, list[float]] = {id(box): [] for box in plan.columns["topic"]}
    for source, target in plan.subscriptions:
        targets[id(source)].append(target.y)
    wishes = {key: sum(each) / len(each) if each else float("inf") for key, each in targets.items()}
    topics = plan.columns["topic"]
    topics.sort(key=lambda box: wishes[id(box)])
    least = MARGIN + TITLE
    for box in topics:
        wish = wishes[id(box)]
        box.y = max(least, wish) if wish < float("inf") else least
        least = box.y + BOX + GAP * 1.5
    return least


def _trunks(plan: Plan, left: float) -> dict[int, float]:
    """Topics that go to many types do so by a line downwards, each of its own: where that is.

    As a fan of straight lines nobody could tell which goes where.
    """
    counts = Counter(id(source) for source, _ in plan.subscriptions)
    many = [id(box) for box in plan.columns["topic"] if counts[id(box)] > FAN]
    return {each: left + LANE / 2 + number * TRUNK for number, each in enumerate(reversed(many))}


def lane_of(plan: Plan, number: int) -> float:
    """Where the n-th call goes down beside the agents."""
    labels = [width_of(times(count)) for _, _, count in plan.calls]
    return max(box.right for box in plan.columns["agent"]) + number * (max(labels) + 20)


def times(count: int) -> str:
    """How often a request was sent, in words."""
    return f"Q {count:,}x"

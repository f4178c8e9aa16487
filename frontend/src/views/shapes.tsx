/** The nodes of the picture. What they are about stands in data-what and data-id. */

import type { ComponentChildren } from "preact";
import { hexagonPoints } from "../geometry";
import type { Rect } from "../layout";
import type { Tag, TopicShape, TypeShape } from "../scene";
import {
  type Chip,
  cellPaths,
  cellRect,
  isTroubled,
  lookOf,
  lookWords,
  type More,
} from "../stage/contents";
import { TEXT } from "../stage/detail";
import { type Stop, stopKey } from "../stage/neighbours";
import type { Agent } from "../state";
import { outsideWords } from "../words";
import type { Marks } from "./Graph";

interface NodeProps {
  marks: Marks;
  what: Stop["what"];
  id: string;
  /** Its data-testid. */
  name: string;
  look: string;
  words: string;
  state?: string;
  children: ComponentChildren;
}

/** Anything that can be pointed at, selected and focused. */
export function Node({ marks, what, id, name, look, words, state, children }: NodeProps) {
  const key = stopKey({ what, id });
  return (
    <g
      class={`sb-node ${look}`}
      data-testid={name}
      data-what={what}
      data-id={id}
      data-state={state}
      data-stop={key}
      role="button"
      aria-label={words}
      aria-pressed={marks.isSelected(what, id)}
      tabindex={marks.active === key ? 0 : -1}
    >
      <title>{words}</title>
      {children}
    </g>
  );
}

export function OutsideTag({ tag, marks }: { tag: Tag; marks: Marks }) {
  const { box, label, shown } = tag;
  const words = `Sent from ${outsideWords(label)}`;
  return (
    <g class={`sb-outside${marks.isDim(box.id) ? " sb-dim" : ""}`} data-drag={box.id}>
      <Node marks={marks} what="outside" id={label} name="outside" look="" words={words}>
        <rect x={box.x} y={box.y} width={box.width} height={box.height} rx="3" />
        <text x={box.x + box.width / 2} y={box.y + box.height / 2} {...CENTERED}>
          {shown}
        </text>
      </Node>
    </g>
  );
}

export function TopicHexagon({ topic, marks }: { topic: TopicShape; marks: Marks }) {
  const { box, tabs, hidden } = topic;
  const end = tabs.at(-1);
  const classes = [
    "sb-topic",
    topic.pattern ? "sb-pattern" : "",
    marks.isSelected("topic", topic.name) ? "sb-selected" : "",
    marks.isDim(topic.id) ? "sb-dim" : "",
  ];
  const sources = tabs.length + hidden;
  const words = topic.pattern
    ? `Topics ${topic.name}`
    : `Topic ${topic.name}, ${sources} source${sources === 1 ? "" : "s"}`;
  return (
    <g class={classes.join(" ")} data-drag={topic.id}>
      <Node marks={marks} what="topic" id={topic.name} name="topic" look="" words={words}>
        <polygon points={hexagonPoints(box)} />
        {topic.label !== "" && (
          <text class="sb-name" x={box.x + box.width / 2} y={box.y + box.height / 2} {...CENTERED}>
            {topic.label}
          </text>
        )}
      </Node>
      {tabs.map((tab) => (
        <g
          key={tab.source}
          class={`sb-tab${marks.isThreaded(`${topic.name}/${tab.source}`) ? " sb-threaded" : ""}`}
          data-source={tab.source}
        >
          <title>{`Source ${tab.source} of topic ${topic.name}`}</title>
          <rect x={tab.x} y={tab.y} width={tab.width} height={tab.height} rx="2" />
          <text x={tab.x + tab.width / 2} y={tab.y + tab.height / 2} {...CENTERED}>
            {tab.label}
          </text>
        </g>
      ))}
      {hidden > 0 && end !== undefined && (
        <text class="sb-rest" x={end.x + end.width + 4} y={end.y + end.height / 2} dy="0.35em">
          <title>{`${hidden} more sources`}</title>+{hidden}
        </text>
      )}
    </g>
  );
}

const CENTERED = { "text-anchor": "middle", dy: "0.35em" } as const;

export function TypeBox({ shape, marks }: { shape: TypeShape; marks: Marks }) {
  const { box, type, contents, bar } = shape;
  const classes = [
    "sb-type",
    type.registered ? "" : "sb-absent",
    marks.isSelected("type", type.type) ? "sb-selected" : "",
    marks.isDim(box.id) ? "sb-dim" : "",
    shape.troubled && contents.chips.length === 0 ? "sb-has-trouble" : "",
  ];
  return (
    <g class={classes.join(" ")} data-drag={box.id}>
      <Node
        marks={marks}
        what="type"
        id={type.type}
        name="agent-type"
        look="sb-box"
        words={typeWords(shape)}
      >
        <rect x={box.x} y={box.y} width={box.width} height={box.height} rx="5" />
        {bar !== null && bar > 0 && <QueueBar box={box} part={bar} />}
        <Heading shape={shape} marks={marks} />
      </Node>
      {contents.cells !== null && <CellGrid shape={shape} marks={marks} />}
      {contents.chips.map((chip) => (
        <AgentChip key={chip.agent.id} chip={chip} marks={marks} />
      ))}
      {contents.more !== null && <MoreChip type={type.type} more={contents.more} marks={marks} />}
      {shape.troubled && contents.chips.length === 0 && (
        <path class="sb-corner" d={`M${box.x + box.width - 22} ${box.y}h22v22z`} />
      )}
    </g>
  );
}

function Heading({ shape, marks }: { shape: TypeShape; marks: Marks }) {
  const { box, title, count } = shape;
  const far = marks.detail !== "near";
  const baseline = box.y + (far ? 24 * Math.min(1.2, TEXT[marks.detail] / 1.5) : 16);
  return (
    <>
      {title !== "" && (
        <text x={box.x + 8} y={baseline} class="sb-title">
          {title}
        </text>
      )}
      {count !== "" && (
        <text x={box.x + box.width - 8} y={baseline} class="sb-count" text-anchor="end">
          {count}
        </text>
      )}
      {shape.className !== "" && (
        <text x={box.x + box.width - 8} y={box.y + 16} class="sb-class" text-anchor="end">
          {shape.className}
        </text>
      )}
      {shape.handles !== "" && (
        <text x={box.x + 8} y={box.y + 29.5} class="sb-handles">
          {shape.handles}
        </text>
      )}
    </>
  );
}

function typeWords({ type, pending, contents }: TypeShape): string {
  const { length } = type.agents;
  const agents = `${length} agent${length === 1 ? "" : "s"}`;
  const waiting = pending === 0 ? "nothing waiting" : `${pending} waiting`;
  const of = type.className === null || type.className === type.type ? "" : ` (${type.className})`;
  const hidden = contents.more === null ? "" : `, ${contents.more.agents} not drawn`;
  return `Agent type ${type.type}${of}: ${agents}, ${waiting}${hidden}`;
}

/** How much waits for a type, beside what waits for the others. */
function QueueBar({ box, part }: { box: Rect; part: number }) {
  const width = Math.max(3, part * (box.width - 10));
  return <rect class="sb-bar-fill" x={box.x + 5} y={box.y + 2} width={width} height="4" rx="2" />;
}

function CellGrid({ shape, marks }: { shape: TypeShape; marks: Marks }) {
  const { cells } = shape.contents;
  if (cells === null) return null;
  const { shades, ghosts, trouble } = cellPaths(marks.state, cells, marks.troubles);
  return (
    <>
      <g class="sb-cells" data-cells={shape.type.type}>
        {shades.map(({ shade, d }) => (
          <path key={shade} class={`sb-cell-${shade}`} d={d} />
        ))}
        {ghosts !== "" && <path class="sb-cell-unbuilt" d={ghosts} />}
        {trouble !== "" && <path class="sb-corner" d={trouble} />}
      </g>
      {marks.shown(shape.type.type).map((agent) => {
        const rect = cellRect(cells, agent.id);
        if (rect === null) return null;
        return (
          <AgentNode key={agent.id} agent={agent} marks={marks} next={false} kind="sb-cell">
            <rect {...rect} rx="1" />
          </AgentNode>
        );
      })}
    </>
  );
}

interface AgentNodeProps {
  agent: Agent;
  marks: Marks;
  next: boolean;
  kind: string;
  children: ComponentChildren;
}

function AgentNode({ agent, marks, next, kind, children }: AgentNodeProps) {
  const look = lookOf(marks.state, agent);
  const classes = [
    kind,
    `sb-chip-${look}`,
    marks.isSelected("agent", agent.id) || marks.aim === agent.id ? "sb-selected" : "",
    next ? "sb-next" : "",
    marks.isThreaded(agent.id) ? "sb-threaded" : "",
  ];
  const failed = agent.failed === 0 ? "" : `, ${agent.failed} failed`;
  const problems = marks.troubles.words.get(agent.id);
  const wrong = problems === undefined ? "" : `\n⚠ ${problems}`;
  return (
    <Node
      marks={marks}
      what="agent"
      id={agent.id}
      name="agent"
      look={classes.join(" ")}
      words={`${agent.id}: ${lookWords(marks.state, agent)}, ${agent.pending} pending${failed}${wrong}`}
      state={look}
    >
      {children}
    </Node>
  );
}

function AgentChip({ chip, marks }: { chip: Chip; marks: Marks }) {
  const { agent, x, y, width, height, lines } = chip;
  const card = lines.length > 0;
  return (
    <AgentNode agent={agent} marks={marks} next={chip.next} kind={card ? "sb-card" : "sb-chip"}>
      <rect x={x} y={y} width={width} height={height} rx={card ? 4 : height / 2} />
      {chip.next && (
        <path class="sb-next-bar" d={`M${x + (card ? 1.5 : 9)} ${y + 4}v${height - 8}`} />
      )}
      {card ? (
        <>
          <text class="sb-key" x={x + 8} y={y + 16}>
            {chip.label.replace(/^[●◐] /, "")}
          </text>
          {lines.map((line, index) => (
            <text key={index} class="sb-line" x={x + 8} y={y + 32 + index * 16}>
              {line}
            </text>
          ))}
        </>
      ) : (
        <text class="sb-key" x={x + width / 2} y={y + height / 2} {...CENTERED}>
          {chip.label}
        </text>
      )}
      {isTroubled(agent, marks.troubles) && <Trouble x={x + width - 3} y={y + height - 3} />}
      <Badge x={x + width} y={y} pending={agent.pending} />
    </AgentNode>
  );
}

function MoreChip({ type, more, marks }: { type: string; more: More; marks: Marks }) {
  const { x, y, width, height, agents, pending } = more;
  const waiting = pending === 0 ? "" : `, ${pending} pending`;
  return (
    <Node
      marks={marks}
      what="more"
      id={type}
      name="more"
      look="sb-more"
      words={`${agents} more agents of ${type}${waiting}: zoom in, or find one by its key`}
    >
      <rect x={x} y={y} width={width} height={height} rx={height / 2} />
      <text class="sb-key" x={x + width / 2} y={y + height / 2} {...CENTERED}>
        +{agents}
      </text>
      {more.troubled && <Trouble x={x + width - 3} y={y + height - 3} />}
      <Badge x={x + width} y={y} pending={pending} />
    </Node>
  );
}

function Trouble({ x, y }: { x: number; y: number }) {
  return (
    <g class="sb-trouble" data-testid="trouble">
      <circle cx={x} cy={y} r="6.5" />
      <path d={`M${x - 2.5} ${y - 2.5}l5 5m0 -5l-5 5`} />
    </g>
  );
}

function Badge({ x, y, pending }: { x: number; y: number; pending: number }) {
  if (pending === 0) return null;
  const words = pending > 99 ? "99+" : String(pending);
  const half = 4 + words.length * 3.2;
  return (
    <g class="sb-badge" data-testid="badge">
      <rect x={x - half - 2} y={y - 6} width={2 * half} height="14" rx="7" />
      <text x={x - 2} y={y + 4.5} text-anchor="middle">
        {words}
      </text>
    </g>
  );
}

import { type Curve, headPoints, hexagonPoints, pathData } from "../geometry";
import type { Layout } from "../layout";
import { type Chip, journey, type Line, type TopicShape, type TypeShape } from "../scene";
import type { Delivery, State } from "../state";
import { isSelected, type Selection, type Store } from "../store";

interface ShapeProps {
  store: Store;
  selection: Selection | null;
}

export function LineShape({ line, store, selection }: ShapeProps & { line: Line }) {
  const { subscription } = line;
  const selected =
    subscription !== null &&
    (isSelected(selection, "subscription", subscription.id) ||
      (selection?.what === "topic" && selection.id === subscription.topicType) ||
      (selection?.what === "type" && selection.id === subscription.agentType));
  const d = pathData(line.curve);
  const look = `sb-line-${line.kind}${selected ? " sb-selected" : ""}`;
  if (subscription === null)
    return (
      <g class={look}>
        <title>{line.title}</title>
        <path d={d} />
        {line.kind === "event" && <path d={d} class="sb-core" />}
        <polygon points={headPoints(line.curve, 8)} />
      </g>
    );
  const select = () => store.select("subscription", subscription.id);
  return (
    <g
      class={`${look} sb-clickable`}
      data-testid="subscription"
      data-id={subscription.id}
      role="button"
      aria-label={line.title}
      tabIndex={-1}
      onClick={select}
      onKeyDown={onEnter(select)}
    >
      <title>{line.title}</title>
      <path d={d} class="sb-hit" />
      <path d={d} />
      <polygon points={headPoints(line.curve, 7)} />
    </g>
  );
}

/** The way of the selected delivery, else of the last one: what a dot leaves behind. */
export function Traces({
  state,
  layout,
  selection,
}: {
  state: State;
  layout: Layout;
  selection: Selection | null;
}) {
  const number = selection?.what === "delivery" ? Number(selection.id) : state.moves.at(-1);
  const delivery = number === undefined ? undefined : state.deliveries.get(number);
  if (delivery === undefined) return null;
  const curves = journey(state, layout, delivery);
  const nobody = delivery.verdict === "no_recipient";
  return (
    <g class={`sb-trace sb-trace-${traceLook(delivery)}`} aria-hidden="true">
      {curves.map((curve) => (
        <Trace key={pathData(curve)} curve={curve} barred={nobody} />
      ))}
    </g>
  );
}

function Trace({ curve, barred }: { curve: Curve; barred: boolean }) {
  const end = curve[3];
  return (
    <>
      <path d={pathData(curve)} />
      {barred ? (
        <path d={`M${end.x} ${end.y - 9}v18`} />
      ) : (
        <polygon points={headPoints(curve, 10)} />
      )}
    </>
  );
}

function traceLook(delivery: Delivery): string {
  if (delivery.error !== null) return "failed";
  if (delivery.verdict === "dropped") return "dropped";
  return delivery.kind;
}

export function TopicHexagon({ topic, store, selection }: ShapeProps & { topic: TopicShape }) {
  const { box } = topic;
  const selected = isSelected(selection, "topic", topic.name);
  const select = () => store.select("topic", topic.name);
  return (
    <g
      class={`sb-topic sb-clickable${topic.pattern ? " sb-pattern" : ""}${selected ? " sb-selected" : ""}`}
      data-testid="topic"
      data-id={topic.name}
      role="button"
      aria-label={`Topic ${topic.name}`}
      tabIndex={-1}
      onClick={select}
      onKeyDown={onEnter(select)}
    >
      <title>{`Topic ${topic.name}`}</title>
      <polygon points={hexagonPoints(box)} />
      <text x={box.x + box.width / 2} y={box.y + box.height / 2 + 4} text-anchor="middle">
        {topic.label}
      </text>
      <text
        class="sb-sources"
        x={box.x + box.width / 2}
        y={box.y + box.height + 14}
        text-anchor="middle"
      >
        {topic.sources}
      </text>
    </g>
  );
}

export function TypeBox({ shape, store, selection }: ShapeProps & { shape: TypeShape }) {
  const { box, type, more } = shape;
  const selected = isSelected(selection, "type", type.type);
  const select = () => store.select("type", type.type);
  return (
    <g
      class={`sb-type${type.registered ? "" : " sb-absent"}${selected ? " sb-selected" : ""}`}
      data-testid="agent-type"
      data-id={type.type}
    >
      <g
        class="sb-box sb-clickable"
        role="button"
        aria-label={`Agent type ${type.type}`}
        tabIndex={-1}
        onClick={select}
        onKeyDown={onEnter(select)}
      >
        <title>{`Agent type ${type.type}${type.className === null ? "" : ` (${type.className})`}`}</title>
        <rect x={box.x} y={box.y} width={box.width} height={box.height} rx="5" />
        <text x={box.x + 8} y={box.y + 17} class="sb-title">
          {shape.title}
        </text>
        <text x={box.x + box.width - 8} y={box.y + 17} class="sb-class" text-anchor="end">
          {shape.className}
        </text>
        <text x={box.x + 8} y={box.y + 32} class="sb-handles">
          {shape.handles}
        </text>
      </g>
      {shape.chips.map((chip) => (
        <AgentChip key={chip.agent.id} chip={chip} store={store} selection={selection} />
      ))}
      {more !== null && (
        <g
          class="sb-more sb-clickable"
          onClick={select}
          onKeyDown={onEnter(select)}
          role="button"
          tabIndex={-1}
        >
          <title>{`${more.agents} more agents`}</title>
          <rect x={more.x} y={more.y} width={more.width} height="20" rx="10" />
          <text x={more.x + more.width / 2} y={more.y + 14} text-anchor="middle">
            +{more.agents}
          </text>
          <Badge x={more.x + more.width} y={more.y} pending={more.pending} />
        </g>
      )}
    </g>
  );
}

const CHIP_GLYPHS = { handling: "● ", waiting: "◐ ", idle: "", ghost: "" } as const;
const CHIP_WORDS = {
  handling: "handling a message",
  waiting: "waits for an answer",
  idle: "idle",
  ghost: "not built yet",
} as const;

function AgentChip({ chip, store, selection }: ShapeProps & { chip: Chip }) {
  const { agent, look } = chip;
  const aimedAt =
    selection?.what === "delivery" &&
    store.read().deliveries.get(Number(selection.id))?.recipient === agent.id;
  const selected = isSelected(selection, "agent", agent.id);
  const marks = `${selected || aimedAt ? " sb-selected" : ""}${chip.next ? " sb-next" : ""}`;
  const select = () => store.select("agent", agent.id);
  const words = `${agent.id}: ${CHIP_WORDS[look]}, ${agent.pending} pending`;
  return (
    <g
      class={`sb-chip sb-clickable sb-chip-${look}${marks}`}
      data-testid="agent"
      data-id={agent.id}
      data-state={look}
      role="button"
      aria-label={words}
      tabIndex={-1}
      onClick={select}
      onKeyDown={onEnter(select)}
    >
      <title>{words}</title>
      <rect x={chip.x} y={chip.y} width={chip.width} height="20" rx="10" />
      <text x={chip.x + chip.width / 2} y={chip.y + 14} text-anchor="middle">
        {CHIP_GLYPHS[look]}
        {chip.label}
      </text>
      {agent.failed > 0 && (
        <g class="sb-trouble">
          <circle cx={chip.x + 2} cy={chip.y + 2} r="6.5" />
          <path d={`M${chip.x - 0.5} ${chip.y - 0.5}l5 5m0 -5l-5 5`} />
        </g>
      )}
      <Badge x={chip.x + chip.width} y={chip.y} pending={agent.pending} />
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

function onEnter(act: () => void) {
  return (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.stopPropagation();
    act();
  };
}

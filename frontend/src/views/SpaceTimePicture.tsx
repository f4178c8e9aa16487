import type { Lanes, Span } from "../lanes";
import {
  type Arrow,
  COLUMN,
  type Diagram,
  HEADER,
  LANE,
  type Mark,
  type Relation,
  type Stub,
  type Turn,
} from "../spacetime";
import type { Delivery } from "../state";
import { LETTERS, whole } from "../words";

interface PictureProps {
  lanes: Lanes;
  span: Span;
  picture: Diagram;
  shift: number;
  /** The step that is looked at; what came after it is faint. */
  cursor: number;
  steps: readonly Delivery[];
  chosen: number | null;
}

/** The drawing; a list of the same steps stands beside it for those who do not see it. */
export function SpaceTimePicture(props: PictureProps) {
  const { lanes, span, picture, shift, cursor } = props;
  const rows = lanes.shown.length + (lanes.folded.length > 0 ? 1 : 0);
  const width = (span.to - span.from) * COLUMN;
  const height = HEADER + rows * LANE;
  const x = (step: number) => (step - span.from + 0.5) * COLUMN;
  return (
    <svg
      class="sb-spacetime-picture"
      aria-hidden="true"
      width={width}
      height={height}
      style={{ left: `calc(var(--sb-lane-names) + ${shift}px)` }}
    >
      <Columns {...props} x={x} height={height} />
      <g transform={`translate(0 ${HEADER})`}>
        <path class="sb-lane" d={laneLines(rows, lanes, width)} />
        {lanes.folded.length > 0 && (
          <path class="sb-lane-rest" d={`M0 ${(rows - 0.5) * LANE}H${width}`} />
        )}
        <path class="sb-cursor" d={`M${x(cursor)} ${-HEADER}V${rows * LANE}`} />
        {picture.turns.map((turn) => (
          <TurnBar key={turn.number} turn={turn} />
        ))}
        {picture.stubs.map((stub) => (
          <StubLine key={`${stub.number} ${stub.kind}`} stub={stub} />
        ))}
        {picture.arrows.map((arrow) => (
          <ArrowLine key={arrow.number} arrow={arrow} />
        ))}
        {picture.marks.map((mark) => (
          <MarkShape key={mark.number} mark={mark} />
        ))}
      </g>
      {cursor < span.to - 1 && (
        <rect
          class="sb-later"
          x={x(cursor) + COLUMN / 2}
          width={Math.max(0, width - x(cursor) - COLUMN / 2)}
          height={height}
        />
      )}
    </svg>
  );
}

function laneLines(rows: number, lanes: Lanes, width: number): string {
  const named = lanes.folded.length > 0 ? rows - 1 : rows;
  return Array.from({ length: named }, (_, row) => `M0 ${(row + 0.5) * LANE}H${width}`).join("");
}

/** Numbers of the steps, and what is clicked: a column selects its delivery. */
function Columns({
  steps,
  chosen,
  cursor,
  x,
  height,
}: PictureProps & { x(step: number): number; height: number }) {
  // Long numbers would run into each other.
  const stride = (steps.at(-1)?.step ?? 0) > 9999 ? 2 : 1;
  return (
    <g>
      {steps.map((delivery) => {
        const step = delivery.step ?? 0;
        const at = x(step);
        const number = delivery.number;
        const marks = number === chosen ? " sb-selected" : "";
        return (
          <g key={step} class={`sb-column${marks}`} data-step={step} data-delivery={number}>
            <rect
              class="sb-column-hit"
              x={at - COLUMN / 2}
              y={HEADER}
              width={COLUMN}
              height={height - HEADER}
            />
            <g class={step === cursor ? "sb-step sb-step-now" : "sb-step"} data-travel={step}>
              <title>{`Look at how things stood after step ${whole(step)}`}</title>
              <rect x={at - COLUMN / 2} width={COLUMN} height={HEADER} />
              <text x={at} y={10}>
                {step % stride === 0 ? step : ""}
              </text>
              <text class={`sb-letter sb-letter-${delivery.kind}`} x={at} y={21}>
                {LETTERS[delivery.kind]}
              </text>
            </g>
          </g>
        );
      })}
    </g>
  );
}

function relationClass(relation: Relation): string {
  return relation === "none" ? "" : ` sb-cone-${relation}`;
}

function TurnBar({ turn }: { turn: Turn }) {
  const y = turn.y - 4 + Math.min(turn.depth, 2) * 3;
  return (
    <g class={`sb-turn${turn.open ? " sb-turn-open" : ""}${relationClass(turn.relation)}`}>
      <rect x={turn.x} y={y} width={turn.width} height={8} rx={2} />
      {turn.parked.map((parked) => (
        <rect
          key={parked.x}
          class="sb-parked"
          x={parked.x}
          y={y}
          width={parked.width}
          height={8}
          rx={2}
        />
      ))}
    </g>
  );
}

const HEAD = 7;
const HALF = 3.6;
/** Arrows end at the rim of their mark. */
const RIM = 5;

function ArrowLine({ arrow }: { arrow: Arrow }) {
  const { from, to, kind } = arrow;
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const tip = { x: to.x - ux * RIM, y: to.y - uy * RIM };
  const base = { x: tip.x - ux * HEAD, y: tip.y - uy * HEAD };
  const line = `M${from.x} ${from.y}L${base.x} ${base.y}`;
  const wings = `M${base.x - uy * HALF} ${base.y + ux * HALF}L${tip.x} ${tip.y}L${base.x + uy * HALF} ${base.y - ux * HALF}`;
  const marks = `${arrow.failed ? " sb-arrow-failed" : ""}${arrow.cut ? " sb-cut" : ""}`;
  return (
    <g
      class={`sb-arrow sb-arrow-${kind}${marks}${relationClass(arrow.relation)}`}
      data-delivery={arrow.number}
    >
      {arrow.relation === "future" && <path class="sb-halo" d={`${line}L${tip.x} ${tip.y}`} />}
      <path class="sb-shaft" d={line} />
      {kind === "event" && <path class="sb-core" d={line} />}
      <path class="sb-head" d={kind === "response" ? wings : `${wings}Z`} />
    </g>
  );
}

function MarkShape({ mark }: { mark: Mark }) {
  const { x, y, look } = mark;
  const bare = look === "handled" || look === "handling" || look === "waiting";
  return (
    <g
      class={`sb-mark sb-mark-${mark.kind} sb-mark-${look}${relationClass(mark.relation)}`}
      data-delivery={mark.number}
    >
      {mark.relation === "self" || mark.relation === "future" ? (
        <circle class="sb-ring" cx={x} cy={y} r={8} />
      ) : null}
      {look === "failed" ? (
        <path class="sb-octagon" d={octagon(x, y, 6.5)} />
      ) : (
        <circle cx={x} cy={y} r={bare ? 4 : 6} />
      )}
      {!bare && (
        <text x={x} y={y + 3.5}>
          {mark.glyph}
        </text>
      )}
    </g>
  );
}

function octagon(x: number, y: number, r: number): string {
  const points = Array.from({ length: 8 }, (_, corner) => {
    const angle = (corner + 0.5) * (Math.PI / 4);
    return `${x + r * Math.cos(angle)} ${y + r * Math.sin(angle)}`;
  });
  return `M${points.join("L")}Z`;
}

/** Messages for later: how many, and that they are on their way. */
function StubLine({ stub }: { stub: Stub }) {
  const { x, y, number } = stub;
  const what = stub.pending ? "in the queue" : "delivered in a later step";
  return (
    <g
      class={`sb-stub sb-arrow-${stub.kind}${relationClass(stub.relation)}`}
      data-delivery={number}
    >
      <title>{`#${number}${stub.count > 1 ? ` and ${stub.count - 1} more` : ""}: ${what}`}</title>
      <path class="sb-shaft" d={`M${x} ${y}l12 7`} />
      <circle cx={x + 14} cy={y + 8} r={2.5} class={stub.pending ? "sb-hollow" : ""} />
      {stub.count > 1 && (
        <text x={x + 18} y={y + 11}>
          {stub.count}
        </text>
      )}
    </g>
  );
}

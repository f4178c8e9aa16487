/** The lines of the picture: subscriptions, ways taken, traces of a message, and threads. */

import { useMemo } from "preact/hooks";
import { diamondPoints, headPoints, pathData, textWidth, type Way } from "../geometry";
import type { Layout } from "../layout";
import { journey, MAX_THREADS, type Thread } from "../stage/journey";
import { fitting, LABEL_SIZE, type Line, labelPoint, lineTitle } from "../stage/lines";
import { stopKey } from "../stage/neighbours";
import type { Delivery } from "../state";
import type { Marks } from "./Graph";

/** All lines as three paths, where singly they would be too many. */
export function LineMesh({ lines }: { lines: readonly Line[] }) {
  return useMemo(() => <Mesh lines={lines} />, [lines]);
}

function Mesh({ lines }: { lines: readonly Line[] }) {
  const d = (kind: Line["kind"]) =>
    lines.flatMap((line) => (line.kind === kind ? pathData(line.way) : [])).join("");
  return (
    <g class="sb-mesh" aria-hidden="true">
      <path class="sb-mesh-subscription" d={d("subscription")} />
      <path class="sb-mesh-request" d={d("request")} />
      <path class="sb-mesh-event" d={d("event")} />
    </g>
  );
}

interface LineProps {
  line: Line;
  layout: Layout;
  marks: Marks;
  /** Whether something else is written along the same way. */
  quiet: boolean;
}

export function LineShape({ line, layout, marks, quiet }: LineProps) {
  const { subscription, way } = line;
  const d = pathData(way);
  if (subscription === null)
    return (
      <g class={`sb-line-${line.kind}`}>
        <title>{lineTitle(line)}</title>
        <path d={d} class="sb-hit" />
        <path d={d} class="sb-stroke" />
        {line.kind === "event" && <path d={d} class="sb-core" />}
        {line.kind === "event" ? (
          <polygon points={diamondPoints(way, 5)} />
        ) : (
          <polygon points={headPoints(way, 8)} />
        )}
        <Label text={quiet ? "" : line.label} way={way} layout={layout} />
      </g>
    );
  const { id } = subscription;
  const key = stopKey({ what: "subscription", id });
  const classes = [
    "sb-node sb-line-subscription",
    marks.isChosen(subscription) ? "sb-selected" : "",
    marks.isHovered("subscription", id) ? "sb-hovered" : "",
  ];
  return (
    <g
      class={classes.join(" ")}
      data-testid="subscription"
      data-what="subscription"
      data-id={id}
      data-stop={key}
      role="button"
      aria-label={lineTitle(line)}
      aria-pressed={marks.isSelected("subscription", id)}
      tabindex={marks.active === key ? 0 : -1}
    >
      <title>{lineTitle(line)}</title>
      <path d={d} class="sb-hit" />
      <path d={d} class="sb-stroke" />
      <polygon points={headPoints(way, 7)} />
    </g>
  );
}

/** The way of one delivery: what a dot leaves behind. */
export function Trace({ marks, layout, delivery }: TraceProps) {
  const ways = journey(marks.state, layout, delivery);
  const nobody = delivery.verdict === "no_recipient";
  const texts = [`#${delivery.number} ${delivery.messageType}`, `#${delivery.number}`];
  return (
    <g class={`sb-trace sb-trace-${traceLook(delivery)}`} aria-hidden="true">
      {ways.map((way, index) => (
        <g key={pathData(way)}>
          <path d={pathData(way)} />
          {delivery.kind === "event" && <path d={pathData(way)} class="sb-core" />}
          <End delivery={delivery} way={way} barred={nobody} first={index < ways.length - 1} />
        </g>
      ))}
      {marks.detail === "near" && ways[0] !== undefined && (
        <Label text={fitting(texts, ways[0])} way={ways[0]} layout={layout} />
      )}
    </g>
  );
}

interface TraceProps {
  marks: Marks;
  layout: Layout;
  delivery: Delivery;
}

interface EndProps {
  delivery: Delivery;
  way: Way;
  barred: boolean;
  /** Whether it goes on from here: a publication goes on from its topic. */
  first: boolean;
}

function End({ delivery, way, barred, first }: EndProps) {
  const end = way.at(-1)?.[3];
  if (end === undefined) return null;
  // Nobody received it: the arrow ends at the topic with a bar.
  if (barred) return <path class="sb-end" d={`M${end.x} ${end.y - 10}v20`} />;
  if (first && delivery.kind === "event") return <polygon points={diamondPoints(way, 6)} />;
  return (
    <>
      <polygon points={headPoints(way, 10)} />
      {delivery.error !== null && (
        <path class="sb-end" d={`M${end.x - 22} ${end.y - 5}l10 10m0 -10l-10 10`} />
      )}
    </>
  );
}

function traceLook(delivery: Delivery): string {
  if (delivery.error !== null) return "failed";
  if (delivery.verdict === "dropped") return "dropped";
  return delivery.kind;
}

export function Threads({ threads }: { threads: readonly Thread[] }) {
  return (
    <g class="sb-threads" aria-hidden="true">
      {threads.slice(0, MAX_THREADS).map((thread) => (
        <g key={`${thread.source} ${thread.agent}`} data-testid="thread" data-id={thread.agent}>
          <path d={pathData(thread.way)} />
          <polygon points={headPoints(thread.way, 8)} />
        </g>
      ))}
    </g>
  );
}

function Label({ text, way, layout }: { text: string; way: Way; layout: Layout }) {
  if (text === "") return null;
  const width = textWidth(text, LABEL_SIZE) + 6;
  const place = labelPoint(layout, way, width);
  if (place === null) return null;
  const { x, y } = place;
  return (
    <g class="sb-label">
      <rect x={x - width / 2} y={y - 7} width={width} height="14" rx="3" />
      <text x={x} y={y} text-anchor="middle" dy="0.35em">
        {text}
      </text>
    </g>
  );
}

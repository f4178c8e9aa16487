import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Layout, layout as layoutOf, MIN_WIDTH } from "../layout";
import { type Scene, scene as sceneOf } from "../scene";
import type { State } from "../state";
import type { Store } from "../store";
import { Dots } from "./Dots";
import { LineShape, TopicHexagon, Traces, TypeBox } from "./shapes";

const MIN_SCALE = 0.62;
const MAX_SCALE = 1.25;

/** The picture: who is there, who subscribes to what, and what moves. */
export function Graph({ store }: { store: Store }) {
  const state = store.read();
  const frame = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 500, height: 330 });
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width > 0)
        setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const layout = useMemo(
    () => layoutOf(state.places, Math.max(MIN_WIDTH, size.width)),
    [state.places.length, size.width],
  );
  const scale = scaleFor(layout, size);
  const left = Math.max(0, (size.width - layout.width * scale) / 2);
  const top = useSteadyTop(size.height, layout.height * scale, state.moves.length === 0);
  return (
    <section class="sb-pane sb-stage" aria-label="Graph">
      <div ref={frame} class="sb-stage-frame">
        <div class="sb-stage-paper" style={{ margin: `${top}px 0 0 ${left}px` }}>
          <Picture store={store} state={state} layout={layout} scale={scale} />
          <Dots state={state} layout={layout} scale={scale} />
        </div>
        {state.places.length === 0 && (
          <p class="sb-empty sb-stage-empty">
            No agents yet. Register one, for example
            <code>await Worker.register(runtime, "worker", Worker)</code>
            and it appears here.
          </p>
        )}
      </div>
    </section>
  );
}

function scaleFor(layout: Layout, size: { width: number; height: number }): number {
  const whole = Math.min(size.width / layout.width, (size.height - 4) / layout.height);
  return Math.min(MAX_SCALE, Math.max(MIN_SCALE, whole));
}

/** Centres the picture before the first step; from then on it stays where it is while it fits. */
function useSteadyTop(room: number, height: number, free: boolean): number {
  const kept = useRef({ room: 0, top: 0 });
  const fits = kept.current.top + height <= room;
  if (free || !fits || kept.current.room !== room)
    kept.current = { room, top: Math.max(0, Math.round((room - height) / 2)) };
  return kept.current.top;
}

interface PictureProps {
  store: Store;
  state: State;
  layout: Layout;
  scale: number;
}

function Picture({ store, state, layout, scale }: PictureProps) {
  const scene = sceneOf(state, layout);
  const selection = store.selection.value;
  return (
    <svg
      data-testid="graph"
      width={layout.width * scale}
      height={layout.height * scale}
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      role="group"
      aria-label="Agents, topics and subscriptions"
    >
      <Headings layout={layout} scene={scene} />
      {scene.lines.map((line) => (
        <LineShape key={line.id} line={line} store={store} selection={selection} />
      ))}
      <Traces state={state} layout={layout} selection={selection} />
      {scene.outside.map(({ box, label, shown }) => (
        <g key={box.id} class="sb-outside" data-testid="outside" data-id={label}>
          <title>{`Sent from ${label === "outside" ? "outside any agent" : `the cell ${label}`}`}</title>
          <rect x={box.x} y={box.y} width={box.width} height={box.height} rx="3" />
          <text x={box.x + box.width / 2} y={box.y + 17} text-anchor="middle">
            {shown}
          </text>
        </g>
      ))}
      {scene.topics.map((topic) => (
        <TopicHexagon key={topic.id} topic={topic} store={store} selection={selection} />
      ))}
      {scene.types.map((shape) => (
        <TypeBox key={shape.type.type} shape={shape} store={store} selection={selection} />
      ))}
    </svg>
  );
}

function Headings({ layout, scene }: { layout: Layout; scene: Scene }) {
  const { columns } = layout;
  const heading = (column: keyof Layout["columns"], words: string) => (
    <text
      class="sb-heading"
      x={columns[column].x + columns[column].width / 2}
      y="17"
      text-anchor="middle"
    >
      {words}
    </text>
  );
  return (
    <g aria-hidden="true">
      {scene.outside.length > 0 && heading("outside", "outside")}
      {scene.topics.length > 0 && heading("topic", "topics")}
      {scene.types.length > 0 && heading("type", "agents")}
    </g>
  );
}

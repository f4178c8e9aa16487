import { computed, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { RefObject, VNode } from "preact";
import { useEffect, useId, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { pathData, reversed, type Way } from "../geometry";
import { type Layout, layout as layoutOf, type Rect } from "../layout";
import { newShapes, type Scene, scene as sceneOf } from "../scene";
import { drawnWindow } from "../stage/camera";
import { type Detail, detailFor, TEXT } from "../stage/detail";
import { dragsOf } from "../stage/drags";
import { agentRect, journey, type Thread, threads as threadsOf } from "../stage/journey";
import type { Line } from "../stage/lines";
import { neighbourhood, nodesOf, stopKey } from "../stage/neighbours";
import { Recall } from "../stage/recall";
import { Stops } from "../stage/stops";
import { NO_TROUBLES, type Troubles } from "../stage/troubles";
import { watchedFields } from "../stage/watched";
import type { Agent, Delivery, State, Subscription } from "../state";
import { isSelected, type Selection, type Store } from "../store";
import { LineMesh, LineShape, Threads, Trace } from "./Lines";
import { later } from "./later";
import { OutsideTag, TopicHexagon, TypeBox } from "./shapes";
import type { Camera } from "./useCamera";
import { useGestures } from "./useGestures";

const Caption = later("Caption", null);
const Dots = later("Dots", null);

/** A role of the WAI-ARIA Graphics Module, which preact's types do not list. */
const GRAPHICS_DOCUMENT = "graphics-document" as "document";

/** What of the picture is to be marked: the nodes ask for themselves. */
export interface Marks {
  state: State;
  detail: Detail;
  troubles: Troubles;
  /** The stop that the keyboard rests on, as its key. */
  active: string | null;
  /** The agent that the selected delivery goes to. */
  aim: string | null;
  isSelected(what: string, id: string): boolean;
  isHovered(what: string, id: string): boolean;
  /** Whether a subscription, or one of its ends, is selected. */
  isChosen(subscription: Subscription): boolean;
  /** Whether a node has nothing to do with the selection, among many. */
  isDim(node: string): boolean;
  isThreaded(end: string): boolean;
  /** All that marks a topic or a type: while it and the shape are the same, nothing is redrawn. */
  sign(what: "topic" | "type", id: string, node: string): string;
  /** The agents of a type that are drawn as more than a cell. */
  shown(type: string): Agent[];
}

/** The picture: who is there, who subscribes to what, and what moves. */
export function Graph({ store, camera }: { store: Store; camera: Camera }) {
  const frame = useRef<HTMLDivElement>(null);
  const paper = useRef<HTMLDivElement>(null);
  const words = useId();
  useSize(frame, camera);
  const state = store.read();
  const { places, moves } = store.now;
  const drags = dragsOf(store);
  const width = camera.size.value.width;
  const layout = useMemo(
    () => layoutOf(places, width, drags.value),
    [places.length, width, drags.value],
  );
  const { bounds } = layout;
  const scale = useComputed(() => camera.view.value.scale).value;
  const window = useWindow(camera);
  const detail = detailFor(scale);
  const shapes = useMemo(newShapes, []);
  const drawn = useMemo(() => new Recall<VNode>(), []);
  const troubles = store.more.panes.value?.problemsOf(store).troubles.value ?? NO_TROUBLES;
  const wish = { detail, window, fields: watchedFields(store, state), troubles, shapes };
  const scene = sceneOf(state, layout, wish);
  const selection = store.selection.value;
  const about = store.hover.value ?? selection;
  const near = useNeighbourhood(state, scene, about);
  const single = scene.busy ? near.lines : scene.lines;
  const threads = threadsOf(state, scene, about);
  const stops = new Stops(scene, single);
  const active = useSignal<string | null>(null);
  const resting = active.value;
  const marks = marksOf({ store, state, detail, troubles, scene, stops, threads, active: resting });
  const { handlers } = useGestures({ store, camera, drags, paper, layout, scene, stops, active });

  useLayoutEffect(() => camera.see(layout, moves.length > 0), [layout]);
  useLayoutEffect(() => place(paper, camera, bounds), [bounds, scale]);
  useSignalEffect(() => place(paper, camera, bounds));
  useReveal(store, camera, scene, layout);
  const traced = tracedDelivery(state, selection);
  const trodden = new Set(traced === null ? [] : pathsOf(journey(state, layout, traced)));
  return (
    <div ref={frame} class="sb-stage-frame" {...handlers}>
      <div ref={paper} class="sb-stage-paper">
        <svg
          data-testid="graph"
          class={`sb-${detail}`}
          style={{ "--sb-grow": TEXT[detail] }}
          width={bounds.width * scale}
          height={bounds.height * scale}
          viewBox={`${bounds.x} ${bounds.y} ${bounds.width} ${bounds.height}`}
          tabindex={marks.active === null ? 0 : -1}
          role={GRAPHICS_DOCUMENT}
          aria-roledescription="graph"
          aria-label="Agents, topics and subscriptions"
          aria-describedby={words}
        >
          {scene.busy && <LineMesh lines={scene.lines} />}
          {single.map((line) => (
            <LineShape
              key={line.id}
              line={line}
              layout={layout}
              marks={marks}
              quiet={trodden.has(pathData(line.way))}
            />
          ))}
          {traced !== null && <Trace marks={marks} layout={layout} delivery={traced} />}
          <Headings layout={layout} detail={detail} />
          {scene.outside.map((tag) => (
            <OutsideTag key={tag.box.id} tag={tag} marks={marks} />
          ))}
          {scene.topics.map((topic) =>
            drawn.recall(topic.id, marks.sign("topic", topic.name, topic.id), topic, () => (
              <TopicHexagon key={topic.id} topic={topic} marks={marks} />
            )),
          )}
          {scene.types.map((shape) =>
            drawn.recall(
              shape.box.id,
              marks.sign("type", shape.type.type, shape.box.id),
              shape,
              () => <TypeBox key={shape.box.id} shape={shape} marks={marks} />,
            ),
          )}
          <Threads threads={threads} />
        </svg>
      </div>
      <Dots store={store} state={state} layout={layout} camera={camera} />
      <p id={words} class="sb-unseen">
        {graphWords(state)}
      </p>
      <Caption
        store={store}
        state={state}
        about={about}
        threads={threads}
        camera={camera}
        layout={layout}
      />
    </div>
  );
}

/** Ways as they are drawn, there and back. */
function pathsOf(ways: readonly Way[]): string[] {
  return ways.flatMap((way) => [pathData(way), pathData(reversed(way))]);
}

function useSize(frame: RefObject<HTMLDivElement | null>, camera: Camera): void {
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width > 0 && height > 0) camera.resize({ width, height });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
}

/** What has to be drawn; another one only when what is in sight leaves it. */
function useWindow(camera: Camera): Rect {
  const kept = useMemo(() => {
    let last: Rect | null = null;
    return computed(() => {
      last = drawnWindow(camera.view.value, camera.size.value, last);
      return last;
    });
  }, [camera]);
  return kept.value;
}

function useNeighbourhood(state: State, scene: Scene, about: Selection | null) {
  if (!scene.busy || about === null) return { lines: [] as Line[], nodes: new Set<string>() };
  return neighbourhood(scene.lines, nodesOf(state, about));
}

function place(paper: RefObject<HTMLDivElement | null>, camera: Camera, bounds: Rect): void {
  const { x, y, scale } = camera.view.value;
  const left = Math.round(x + bounds.x * scale);
  const top = Math.round(y + bounds.y * scale);
  if (paper.current !== null) paper.current.style.transform = `translate(${left}px, ${top}px)`;
}

/** Brings what was selected elsewhere into sight, and where it happens, if one follows that. */
function useReveal(store: Store, camera: Camera, scene: Scene, layout: Layout): void {
  const selection = store.selection.value;
  const chosen = selection === null ? "" : `${selection.what} ${selection.id}`;
  const first = useRef(true);
  const { moves } = store.now;
  useEffect(() => {
    // What is selected when the view opens is no reason to move it.
    if (first.current) first.current = false;
    else if (selection !== null && selection.what !== "delivery")
      revealNodes(camera, layout, scene, nodesOf(store.now, selection), selection);
  }, [chosen]);
  useEffect(() => {
    const last = moves.at(-1);
    if (!camera.follow.value || last === undefined) return;
    const happening: Selection = { what: "delivery", id: String(last) };
    revealNodes(camera, layout, scene, nodesOf(store.now, happening).slice(-1), happening);
  }, [moves.length]);
}

function revealNodes(
  camera: Camera,
  layout: Layout,
  scene: Scene,
  nodes: readonly string[],
  { what, id }: Selection,
): void {
  const rect = what === "agent" ? agentRect(scene, id) : null;
  for (const node of nodes) {
    const box = rect ?? layout.boxes.get(node);
    // Among many, what one looks for is shown large enough to read.
    if (box !== undefined) camera.reveal(box, scene.busy ? 0.5 : 0);
  }
}

/** The delivery whose way is drawn: the selected one, else the last that moved. */
function tracedDelivery(state: State, selection: Selection | null): Delivery | null {
  const number = selection?.what === "delivery" ? Number(selection.id) : state.moves.at(-1);
  return (number === undefined ? undefined : state.deliveries.get(number)) ?? null;
}

interface Known {
  store: Store;
  state: State;
  detail: Detail;
  troubles: Troubles;
  scene: Scene;
  stops: Stops;
  threads: readonly Thread[];
  active: string | null;
}

function marksOf(known: Known): Marks {
  const { store, state, detail, troubles, scene, stops, threads, active } = known;
  const selection = store.selection.value;
  const hover = store.hover.value;
  const aimed = selection?.what === "delivery" ? state.deliveries.get(Number(selection.id)) : null;
  const aim = aimed?.recipient ?? null;
  const chosen = selection === null ? null : stopKey(selection);
  const resting = [active, chosen].find((key) => key !== null && stops.has(key)) ?? stops.first;
  const ends = new Set(threads.flatMap(({ agent, tab }) => [agent, tab]));
  const dimmed = scene.busy && selection !== null;
  const near = dimmed ? neighbourhood(scene.lines, nodesOf(state, selection)).nodes : null;
  const rested = resting?.startsWith("agent ") ? resting.slice("agent ".length) : null;
  const picked = selection?.what === "agent" ? selection.id : null;
  const special = [...new Set([rested, picked, aim])].flatMap(
    (id) => (id === null ? undefined : state.agents.get(id)) ?? [],
  );
  const isOf = (id: string | null, what: string, name: string) =>
    id !== null && (what === "type" ? id.startsWith(`${name}/`) : id === name);
  const isDim = (node: string) => near !== null && near.size > 0 && !near.has(node);
  return {
    state,
    detail,
    troubles,
    active: resting,
    aim,
    isSelected: (what, id) => selection !== null && selection.what === what && selection.id === id,
    isHovered: (what, id) => hover !== null && hover.what === what && hover.id === id,
    isChosen: ({ id, topicType, agentType }) =>
      isSelected(selection, "subscription", id) ||
      (topicType !== null && isSelected(selection, "topic", topicType)) ||
      (agentType !== null && isSelected(selection, "type", agentType)),
    isDim,
    sign: (what, id, node) => {
      const here = [
        resting === `${what} ${id}` || resting === `more ${id}` ? "rest" : "",
        isSelected(selection, what, id) ? "chosen" : "",
        isDim(node) ? "dim" : "",
        ...[rested, picked, aim].map((agent) => (isOf(agent, what, id) ? agent : "")),
        ...[...ends].filter((end) => end.startsWith(`${id}/`)),
      ];
      return here.join(" ");
    },
    isThreaded: (end) => ends.has(end),
    shown: (type) => special.filter((agent) => agent.type === type),
  };
}

function Headings({ layout, detail }: { layout: Layout; detail: Detail }) {
  const words = { outside: "outside", topic: "topics", type: "agents" };
  if (detail !== "near") return null;
  return (
    <g aria-hidden="true">
      {layout.headings.map(({ column, x, y }) => (
        <text key={column} class="sb-heading" x={x} y={y} text-anchor="middle">
          {words[column]}
        </text>
      ))}
    </g>
  );
}

/** The picture in a sentence, for those who do not see it. */
function graphWords(state: State): string {
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;
  const parts = [
    count(state.types.size, "agent type"),
    count(state.agents.size, "agent"),
    count(state.topics.size, "topic"),
    count(state.subscriptions.size, "subscription"),
  ];
  return `${parts.join(", ")}. Arrow keys go from one to the next; G shows them as a table.`;
}

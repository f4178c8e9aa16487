/** What the picture shows, as plain data: worked out from state and layout, drawn elsewhere. */

import { shorten, squeeze, textWidth, touches } from "./geometry";
import { type Box, type Layout, type Rect, SIZES } from "./layout";
import {
  type Contents,
  contents,
  crowdOf,
  type Drawing,
  isTroubled,
  type Look,
  lookOf,
  lookWords,
  SOME,
} from "./stage/contents";
import { type Detail, TEXT } from "./stage/detail";
import { type Line, linesOf, outsideTags, type PatternSource, sourceNode } from "./stage/lines";
import { Recall } from "./stage/recall";
import { NO_TROUBLES, type Troubles } from "./stage/troubles";
import {
  type Agent,
  type AgentType,
  foreseenDelivery,
  type State,
  topicNode,
  typeNode,
} from "./state";

export interface TypeShape {
  box: Box;
  type: AgentType;
  title: string;
  className: string;
  handles: string;
  contents: Contents;
  /** How many agents there are, where they are not drawn one by one with their keys. */
  count: string;
  /** Deliveries waiting for all agents of the type. */
  pending: number;
  /** How full its queue is, compared with the fullest: 0 to 1. Null while agents have badges. */
  bar: number | null;
  troubled: boolean;
}

export interface Tab extends Rect {
  source: string;
  label: string;
}

export interface TopicShape {
  id: string;
  name: string;
  label: string;
  box: Box;
  /** Its sources, where there is room to name them. */
  tabs: Tab[];
  /** How many sources have no tab. */
  hidden: number;
  /** A prefix or a foreign subscription: not one topic but a pattern. */
  pattern: boolean;
}

export interface Tag {
  box: Box;
  label: string;
  shown: string;
}

export interface Scene {
  types: TypeShape[];
  topics: TopicShape[];
  outside: Tag[];
  lines: Line[];
  /** So many nodes that lines are drawn together, and singly only around what is selected. */
  busy: boolean;
}

/** Shapes of an earlier drawing, used again where nothing has changed. */
export interface Shapes {
  types: Recall<TypeShape>;
  topics: Recall<TopicShape>;
}

export interface Wish {
  detail: Detail;
  /** Only what touches this is drawn; null draws everything. */
  window: Rect | null;
  /** What the user watches on an agent, as texts. */
  fields?: (agent: Agent) => string[];
  troubles?: Troubles;
  shapes?: Shapes;
}

export function newShapes(): Shapes {
  return { types: new Recall(), topics: new Recall() };
}

/** More nodes than this are better seen in the matrix. */
export const MANY_NODES = 20;
const EVERYTHING: Wish = { detail: "near", window: null };

export function scene(state: State, layout: Layout, wish: Wish = EVERYTHING): Scene {
  const drawing: Drawing = {
    state,
    detail: wish.detail,
    next: foreseenDelivery(state)?.recipient ?? null,
    fields: wish.fields ?? (() => []),
    troubles: wish.troubles ?? NO_TROUBLES,
  };
  const isSeen = (box: Box) => wish.window === null || touches(box, wish.window);
  const { types, topics } = wish.shapes ?? newShapes();
  return {
    types: typeShapes(drawing, layout, isSeen, types),
    topics: topicShapes(drawing, layout, isSeen, topics),
    outside: tags(state, layout, wish.detail),
    lines: linesOf(state, layout, wish.detail),
    busy: isBusy(state),
  };
}

export function isBusy(state: State): boolean {
  return state.types.size + state.topics.size > MANY_NODES;
}

// ------------------------------------------------------------------ agent types

function typeShapes(
  drawing: Drawing,
  layout: Layout,
  isSeen: (box: Box) => boolean,
  known: Recall<TypeShape>,
): TypeShape[] {
  const { state, detail } = drawing;
  const signs = [...state.types.values()].map((type) => typeSign(drawing, type));
  // In powers of two, so that the bars of all do not change whenever one does.
  const most = Math.max(4, ...signs.map(({ pending }) => pending));
  const fullest = 2 ** Math.ceil(Math.log2(most));
  const around = `${detail} ${crowdOf(state)} ${fullest} `;
  return signs.flatMap(({ type, sign, pending }) => {
    const box = layout.boxes.get(typeNode(type.type));
    if (box === undefined || !isSeen(box)) return [];
    const make = () => typeShape(drawing, type, box, pending, fullest);
    return [known.recall(type.type, around + sign, box, make)];
  });
}

/** Everything about a type and its agents that shows in its box, and how much waits for them. */
function typeSign({ state, next, fields, troubles }: Drawing, type: AgentType) {
  const { className, registered, handles, agents } = type;
  const here = next?.startsWith(`${type.type}/`) ? next : "";
  let sign = `${className} ${registered} ${handles.length} ${agents.length} ${here}`;
  let pending = 0;
  for (const id of agents) {
    const agent = state.agents.get(id);
    if (agent === undefined) continue;
    pending += agent.pending;
    const trouble = isTroubled(agent, troubles) ? `!${troubles.version}` : "";
    sign += `,${LETTER[lookOf(state, agent)]}${agent.pending}${trouble}`;
    if (agents.length <= 2) sign += cardSign(state, agent, fields(agent));
  }
  return { type, sign, pending };
}

const LETTER: Record<Look, string> = { ghost: "g", idle: "", handling: "h", waiting: "w" };

function cardSign(state: State, agent: Agent, fields: readonly string[]): string {
  return [lookWords(state, agent), agent.received.length - agent.pending, ...fields].join(" ");
}

function typeShape(
  drawing: Drawing,
  type: AgentType,
  box: Box,
  pending: number,
  fullest: number,
): TypeShape {
  const { detail, state, troubles } = drawing;
  const held = contents(drawing, type, box);
  const crowd = held.cells !== null || (detail === "specks" && type.agents.length > 0);
  // Bold letters are a little wider.
  const size = 13.5 * TEXT[detail];
  const count = crowd && detail !== "specks" ? `×${type.agents.length}` : "";
  const countRoom = count === "" ? 0 : textWidth(count, 11 * Math.min(1.5, TEXT[detail])) + 16;
  const title = detail === "specks" ? "" : squeeze(type.type, box.width - 16 - countRoom, size);
  const rest = box.width - 26 - textWidth(title, 13.5);
  const quiet = detail !== "near" || state.agents.size > SOME;
  return {
    box,
    type,
    title,
    className: quiet || rest < 32 ? "" : shorten(type.className ?? "", rest, 11),
    handles: quiet ? "" : shorten(handlesLabel(type), box.width - 16, 11),
    contents: held,
    count,
    pending,
    bar: crowd ? Math.sqrt(pending / fullest) : null,
    troubled: type.agents.some((id) => {
      const agent = state.agents.get(id);
      return agent !== undefined && isTroubled(agent, troubles);
    }),
  };
}

export function handlesLabel(type: AgentType): string {
  if (!type.registered) return type.className === null ? "not registered" : "no longer registered";
  if (type.handles.length === 0) return type.type;
  const messages = type.handles.map(
    (one) => `${one.by === "message" ? "" : `@${one.by} `}${one.message}`,
  );
  return messages.join(", ");
}

// ------------------------------------------------------------------ topics

function topicShapes(
  { state, detail }: Drawing,
  layout: Layout,
  isSeen: (box: Box) => boolean,
  known: Recall<TopicShape>,
): TopicShape[] {
  const shapes: TopicShape[] = [];
  const add = (id: string, name: string, sources: ReadonlySet<string>, pattern: boolean) => {
    const box = layout.boxes.get(id);
    if (box === undefined || !isSeen(box)) return;
    const sign = `${detail} ${sources.size} ${[...sources].at(-1)}`;
    shapes.push(
      known.recall(id, sign, box, () => {
        const room = box.width - (detail === "near" ? 22 : 14);
        const label = detail === "specks" ? "" : squeeze(name, room, 12 * TEXT[detail]);
        return { id, name, label, box, pattern, ...tabsOf(box, [...sources], detail) };
      }),
    );
  };
  for (const { type, sources } of state.topics.values()) add(topicNode(type), type, sources, false);
  for (const { id, name } of patterns(state)) add(id, name, new Set(), true);
  return shapes;
}

/** Subscriptions to more than one topic get a hexagon of their own, as `orders*`. */
function patterns(state: State): PatternSource[] {
  const found = new Map<string, PatternSource>();
  for (const subscription of state.subscriptions.values()) {
    const id = subscription.topicType === null ? sourceNode(subscription) : null;
    if (id === null) continue;
    const name = subscription.prefix === null ? subscription.label : `${subscription.prefix}*`;
    found.set(id, { id, name });
  }
  return [...found.values()];
}

const TAB = { height: 15, gap: 3, pad: 8, size: 10 };

function tabsOf(box: Box, sources: readonly string[], detail: Detail) {
  if (detail !== "near") return { tabs: [], hidden: sources.length };
  const tabs: Tab[] = [];
  const end = box.x + box.width + 8;
  let x = box.x;
  for (const [index, source] of sources.entries()) {
    const rest = sources.length - index - 1;
    // What comes after the last tab that fits is told as a number.
    const room = end - x - (rest === 0 ? 0 : 26);
    const label = squeeze(source || "(none)", Math.min(84, room - TAB.pad), TAB.size);
    const width = textWidth(label, TAB.size) + TAB.pad;
    if (width > room || (label === "…" && index > 0)) break;
    tabs.push({ source, label, x, y: box.y + box.height + 2, width, height: TAB.height });
    x += width + TAB.gap;
  }
  return { tabs, hidden: sources.length - tabs.length };
}

// ------------------------------------------------------------------ outside

function tags(state: State, layout: Layout, detail: Detail): Tag[] {
  return outsideTags(state).flatMap((id) => {
    const box = layout.boxes.get(id);
    const label = id.slice("outside:".length);
    const size = 11 * Math.min(1.5, TEXT[detail]);
    const shown = detail === "specks" ? "" : squeeze(label, SIZES.outside.width - 10, size);
    return box === undefined ? [] : [{ box, label, shown }];
  });
}

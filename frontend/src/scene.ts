/** What the picture shows, as plain data: worked out from state and layout, drawn elsewhere. */

import { type Curve, curveBetween, reversed, shorten, textWidth } from "./geometry";
import { type Box, CHIP_ROW, type Layout, OUTSIDE_SLOTS, SIZES } from "./layout";
import {
  type Agent,
  type AgentType,
  type Delivery,
  foreignNode,
  isMailboxPrefix,
  nextDelivery,
  outsideId,
  outsideLabel,
  prefixNode,
  type State,
  type Subscription,
  splitAgentId,
  topicNode,
  typeNode,
} from "./state";
import { LETTERS, subscriptionWords } from "./words";

export interface Chip {
  agent: Agent;
  label: string;
  x: number;
  y: number;
  width: number;
  look: "ghost" | "idle" | "handling" | "waiting";
  /** The next step would deliver here. */
  next: boolean;
}

export interface TypeShape {
  box: Box;
  type: AgentType;
  title: string;
  className: string;
  handles: string;
  chips: Chip[];
  /** Agents beyond the chips, and what is pending for them together. */
  more: { x: number; y: number; width: number; agents: number; pending: number } | null;
}

export interface TopicShape {
  id: string;
  name: string;
  label: string;
  sources: string;
  box: Box;
  /** A prefix or a foreign subscription: not one topic but a pattern. */
  pattern: boolean;
}

export interface Line {
  id: string;
  curve: Curve;
  kind: "subscription" | "request" | "event";
  label: string;
  title: string;
  subscription: Subscription | null;
}

export interface Scene {
  types: TypeShape[];
  topics: TopicShape[];
  outside: { box: Box; label: string; shown: string }[];
  lines: Line[];
}

const CHIPS_PER_ROW = 3;
const CHIP = { width: 58, gap: 3, inset: 5, top: 39 };

export function scene(state: State, layout: Layout): Scene {
  const result: Scene = { types: [], topics: [], outside: [], lines: [] };
  const next = nextDelivery(state)?.recipient ?? null;
  for (const type of state.types.values()) {
    const box = layout.boxes.get(typeNode(type.type));
    if (box !== undefined) result.types.push(typeShape(state, type, box, next));
  }
  for (const topic of state.topics.values()) {
    const box = layout.boxes.get(topicNode(topic.type));
    if (box !== undefined)
      result.topics.push(topicShape(box, topic.type, sourcesLabel(topic.sources), false));
  }
  patterns(state, layout, result.topics);
  const tags = state.places.filter((place) => place.column === "outside").slice(-OUTSIDE_SLOTS);
  for (const { id } of tags) {
    const box = layout.boxes.get(id);
    const label = id.slice("outside:".length);
    if (box !== undefined)
      result.outside.push({ box, label, shown: shorten(label, box.width - 16, 11) });
  }
  result.lines = [...subscriptionLines(state, layout), ...routeLines(state, layout, tags)];
  return result;
}

function typeShape(state: State, type: AgentType, box: Box, next: string | null): TypeShape {
  const slots = box.rows * CHIPS_PER_ROW;
  const shown = type.agents.length > slots ? type.agents.slice(0, slots - 1) : type.agents;
  const rows = Math.min(box.rows, Math.max(1, Math.ceil(type.agents.length / CHIPS_PER_ROW)));
  const hidden = type.agents.slice(shown.length);
  const title = shorten(type.type, box.width - 18, 13.5);
  const rest = box.width - 26 - textWidth(title, 13.5);
  const agents = shown.flatMap((id) => state.agents.get(id) ?? []);
  return {
    box: { ...box, height: box.height + (rows - 1) * CHIP_ROW },
    type,
    title,
    className: roomy(type.className ?? "", rest),
    handles: shorten(handlesLabel(type), box.width - 16, 11),
    chips: agents.map((agent, index) => ({
      agent,
      label: shorten(agent.key || "(no key)", CHIP.width - (agent.open.length > 0 ? 18 : 10), 11),
      ...chipAt(box, index),
      look: chipLook(state, agent),
      next: agent.id === next,
    })),
    more:
      hidden.length === 0
        ? null
        : {
            ...chipAt(box, shown.length),
            agents: hidden.length,
            pending: pendingOf(state, hidden),
          },
  };
}

/** The text if a good part of it fits, else nothing. */
function roomy(text: string, room: number): string {
  return room < 32 ? "" : shorten(text, room, 11);
}

function chipAt(box: Box, index: number): { x: number; y: number; width: number } {
  const column = index % CHIPS_PER_ROW;
  const row = Math.floor(index / CHIPS_PER_ROW);
  return {
    x: box.x + CHIP.inset + column * (CHIP.width + CHIP.gap),
    y: box.y + CHIP.top + row * CHIP_ROW,
    width: CHIP.width,
  };
}

function chipLook(state: State, agent: Agent): Chip["look"] {
  const turns = agent.open.map((number) => state.deliveries.get(number)?.state);
  if (turns.includes("handling")) return "handling";
  if (turns.includes("waiting")) return "waiting";
  return agent.created ? "idle" : "ghost";
}

function pendingOf(state: State, ids: readonly string[]): number {
  return ids.reduce((sum, id) => sum + (state.agents.get(id)?.pending ?? 0), 0);
}

export function handlesLabel(type: AgentType): string {
  if (!type.registered) return type.className === null ? "not registered" : "no longer registered";
  if (type.handles.length === 0) return type.type;
  const messages = type.handles.map(
    (one) => `${one.by === "message" ? "" : `@${one.by} `}${one.message}`,
  );
  return messages.join(", ");
}

function topicShape(box: Box, name: string, sources: string, pattern: boolean): TopicShape {
  return { id: box.id, name, label: shorten(name, box.width - 22, 12), sources, box, pattern };
}

function sourcesLabel(sources: ReadonlySet<string>): string {
  if (sources.size === 0) return "";
  const first = [...sources].slice(0, 8);
  return shorten(`source ${first.join(" · ")}`, SIZES.topic.width + 24, 10.5);
}

/** Subscriptions to more than one topic get a hexagon of their own, as `orders*`. */
function patterns(state: State, layout: Layout, topics: TopicShape[]): void {
  const drawn = new Set<string>();
  for (const subscription of state.subscriptions.values()) {
    const id = sourceNode(subscription);
    const box = id === null || drawn.has(id) ? undefined : layout.boxes.get(id);
    if (id === null || box === undefined || subscription.topicType !== null) continue;
    drawn.add(id);
    const name = subscription.prefix === null ? subscription.label : `${subscription.prefix}*`;
    topics.push(topicShape(box, name, "", true));
  }
}

function sourceNode(subscription: Subscription): string | null {
  if (subscription.topicType !== null) return topicNode(subscription.topicType);
  if (subscription.prefix === null) return foreignNode(subscription.id);
  return isMailboxPrefix(subscription.prefix, subscription.agentType)
    ? null
    : prefixNode(subscription.prefix);
}

function subscriptionLines(state: State, layout: Layout): Line[] {
  const lines: Line[] = [];
  for (const subscription of state.subscriptions.values()) {
    if (subscription.agentType === null) continue;
    const to = typeNode(subscription.agentType);
    for (const from of [sourceNode(subscription), ...matchedTopics(state, subscription)]) {
      const curve = from === null ? null : curveBetween(layout, from, to);
      if (curve === null) continue;
      lines.push({
        id: `${subscription.id} ${from}`,
        curve,
        kind: "subscription",
        label: "",
        title: `Subscription ${subscriptionWords(subscription)}`,
        subscription,
      });
    }
  }
  return lines;
}

/** Topics that were published to and that a prefix subscription covers. */
function matchedTopics(state: State, { prefix }: Subscription): string[] {
  if (prefix === null) return [];
  return [...state.topics.keys()].filter((type) => type.startsWith(prefix)).map(topicNode);
}

function routeLines(state: State, layout: Layout, tags: readonly { id: string }[]): Line[] {
  const lines: Line[] = [];
  const shown = new Set(tags.map((tag) => tag.id));
  for (const route of state.routes.values()) {
    if (route.from.startsWith("outside:") && !shown.has(route.from)) continue;
    const curve = curveBetween(layout, route.from, route.to);
    if (curve === null) continue;
    const what = route.kind === "request" ? "requests" : "publications";
    lines.push({
      id: `${route.from} ${route.to}`,
      curve,
      kind: route.kind,
      label: "",
      title: `${route.count} ${what} (${LETTERS[route.kind]})`,
      subscription: null,
    });
  }
  return lines;
}

/** The curves a delivery travels, in order: one for requests and responses, two through a topic. */
export function journey(state: State, layout: Layout, delivery: Delivery): Curve[] {
  if (delivery.kind === "response") {
    const asked = delivery.request === null ? undefined : state.deliveries.get(delivery.request);
    // Drawn back along its request.
    if (asked !== undefined) return journey(state, layout, asked).map(reversed).reverse();
    const curve = between(layout, senderNode(state, delivery), recipientNode(delivery));
    return curve;
  }
  if (delivery.kind === "request" || delivery.topic === null)
    return between(layout, senderNode(state, delivery), recipientNode(delivery));
  const through = topicNode(delivery.topic.type);
  return [
    ...between(layout, senderNode(state, delivery), through),
    ...between(layout, through, recipientNode(delivery)),
  ];
}

function between(layout: Layout, from: string, to: string | null): Curve[] {
  const curve = to === null ? null : curveBetween(layout, from, to);
  return curve === null ? [] : [curve];
}

function senderNode(state: State, delivery: Delivery): string {
  return delivery.sender === null
    ? outsideId(outsideLabel(state, delivery))
    : typeNode(splitAgentId(delivery.sender).type);
}

function recipientNode(delivery: Delivery): string | null {
  return delivery.recipient === null ? null : typeNode(splitAgentId(delivery.recipient).type);
}

/** The ways that messages take through the picture, and the thread from a source to a key. */

import { type Point, reversed, type Way, wayBetween } from "../geometry";
import type { Layout, Rect } from "../layout";
import type { Scene } from "../scene";
import {
  type Delivery,
  outsideId,
  outsideLabel,
  type State,
  type Subscription,
  splitAgentId,
  topicNode,
  typeNode,
} from "../state";
import type { Selection } from "../store";
import { cellRect } from "./contents";
import { matchedTopics } from "./lines";

/** The way a delivery takes: one leg for requests and responses, two through a topic. */
export function journey(state: State, layout: Layout, delivery: Delivery): Way[] {
  if (delivery.kind === "response") {
    const asked = delivery.request === null ? undefined : state.deliveries.get(delivery.request);
    // Drawn back along its request.
    if (asked !== undefined) return journey(state, layout, asked).map(reversed).reverse();
  }
  const from = senderNode(state, delivery);
  const to = recipientNode(state, delivery);
  if (delivery.kind !== "event" || delivery.topic === null) return leg(layout, from, to);
  const through = topicNode(delivery.topic.type);
  return [...leg(layout, from, through), ...leg(layout, through, to)];
}

function leg(layout: Layout, from: string, to: string | null): Way[] {
  const way = to === null ? null : wayBetween(layout, from, to);
  return way === null ? [] : [way];
}

export function senderNode(state: State, delivery: Delivery): string {
  return delivery.sender === null
    ? outsideId(outsideLabel(state, delivery))
    : typeNode(splitAgentId(delivery.sender).type);
}

function recipientNode(state: State, delivery: Delivery): string | null {
  if (delivery.recipient !== null) return typeNode(splitAgentId(delivery.recipient).type);
  return delivery.kind === "response" ? outsideId(outsideLabel(state, delivery)) : null;
}

// ------------------------------------------------------------------ threads

export interface Thread {
  source: string;
  key: string;
  agent: string;
  /** The topic and source it comes from, as `orders/s1`. */
  tab: string;
  way: Way;
}

/** More threads at once would be a tangle; the words below the picture name the rest. */
export const MAX_THREADS = 12;

/**
 * From sources to keys: of a subscription all of them, of an event its own. This is how a
 * subscription turns the source of a topic into the key of an agent.
 */
export function threads(state: State, scene: Scene, about: Selection | null): Thread[] {
  if (about?.what === "delivery") return eventThread(state, scene, Number(about.id));
  if (about?.what !== "subscription") return [];
  const subscription = state.subscriptions.get(about.id);
  return subscription === undefined ? [] : subscriptionThreads(state, scene, subscription);
}

function eventThread(state: State, scene: Scene, number: number): Thread[] {
  const delivery = state.deliveries.get(number);
  if (delivery?.kind !== "event" || delivery.topic === null || delivery.recipient === null)
    return [];
  const { type, source } = delivery.topic;
  return thread(scene, type, source, delivery.recipient);
}

function subscriptionThreads(state: State, scene: Scene, subscription: Subscription): Thread[] {
  const { agentType, topicType } = subscription;
  if (agentType === null) return [];
  const nodes = topicType === null ? matchedTopics(state, subscription) : [topicNode(topicType)];
  return nodes.flatMap((node) => {
    const topic = state.topics.get(node.slice("topic:".length));
    if (topic === undefined) return [];
    return [...topic.sources].flatMap((source) => {
      const agent = `${agentType}/${source}`;
      return state.agents.has(agent) ? thread(scene, topic.type, source, agent) : [];
    });
  });
}

function thread(scene: Scene, topic: string, source: string, agent: string): Thread[] {
  const { type, key } = splitAgentId(agent);
  const from = tabPoint(scene, topic, source);
  const to = agentPoint(scene, agent);
  const box = scene.types.find((one) => one.type.type === type)?.box;
  if (from === null || to === null || box === undefined) return [];
  // Into the box on the level of its end, and there straight on, below the texts of other agents.
  const edge = { x: box.x, y: to.y };
  const reach = Math.max(24, Math.abs(edge.x - from.x) * 0.45);
  const way: Way = [
    [from, { x: from.x + reach, y: from.y }, { x: edge.x - reach, y: edge.y }, edge],
    [edge, edge, to, to],
  ];
  return [{ source, key, agent, tab: `${topic}/${source}`, way }];
}

function tabPoint(scene: Scene, topic: string, source: string): Point | null {
  const shape = scene.topics.find((one) => one.id === topicNode(topic));
  if (shape === undefined) return null;
  const tab = shape.tabs.find((one) => one.source === source);
  if (tab !== undefined) return { x: tab.x + tab.width / 2, y: tab.y + tab.height };
  const { x, y, width, height } = shape.box;
  return { x: x + width, y: y + height + (shape.tabs.length > 0 ? 9 : 0) };
}

function agentPoint(scene: Scene, agent: string): Point | null {
  const rect = agentRect(scene, agent);
  return rect === null ? null : { x: rect.x + 7, y: rect.y + rect.height - 4 };
}

/** Where an agent is drawn: as card, chip or cell, else among the rest of its type. */
export function agentRect(scene: Scene, agent: string): Rect | null {
  const { type } = splitAgentId(agent);
  const shape = scene.types.find((one) => one.type.type === type);
  if (shape === undefined) return null;
  const { chips, more, cells } = shape.contents;
  const chip = chips.find((one) => one.agent.id === agent);
  if (chip !== undefined) return chip;
  const cell = cells === null ? null : cellRect(cells, agent);
  return cell ?? more ?? shape.box;
}

/** Lines between nodes: subscriptions, and the ways that messages have taken. */

import { type Point, pointAt, textWidth, type Way, wayBetween } from "../geometry";
import { type Layout, OUTSIDE_SLOTS, type Rect } from "../layout";
import {
  foreignNode,
  isMailboxPrefix,
  prefixNode,
  type Route,
  type State,
  type Subscription,
  topicNode,
  typeNode,
} from "../state";
import { LETTERS, subscriptionWords } from "../words";
import { FEW } from "./contents";
import type { Detail } from "./detail";

export interface Line {
  id: string;
  from: string;
  to: string;
  way: Way;
  kind: "subscription" | "request" | "event";
  /** Text beside the line, where it fits; else empty. */
  label: string;
  subscription: Subscription | null;
  /** The way messages have taken, where it is one; its count grows. */
  route: Route | null;
}

export interface PatternSource {
  id: string;
  name: string;
}

export const LABEL_SIZE = 10;
/** The labels of more routes would lie on each other. */
const FEW_ROUTES = 8;

const KNOWN = new WeakMap<Layout, { sign: string; lines: Line[] }>();

/** All lines of a picture; the same list again while there are no others. */
export function linesOf(state: State, layout: Layout, detail: Detail): Line[] {
  const labelled = detail === "near" && state.agents.size <= FEW && state.routes.size <= FEW_ROUTES;
  const sign = linesSign(state, labelled);
  const known = KNOWN.get(layout);
  if (known?.sign === sign) return known.lines;
  const lines = [...subscriptionLines(state, layout), ...routeLines(state, layout, labelled)];
  KNOWN.set(layout, { sign, lines });
  return lines;
}

function linesSign({ subscriptions, routes, topics }: State, labelled: boolean): string {
  const counts = labelled ? [...routes.values()].map((route) => route.count) : [];
  const ids = [...subscriptions.keys()].join(" ");
  const newest = [...routes.keys()].at(-1);
  return [labelled, topics.size, ids, routes.size, newest, ...counts].join(" ");
}

/** The node a subscription's line begins at; null where it is not worth a line. */
export function sourceNode(subscription: Subscription): string | null {
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
      const way = from === null ? null : wayBetween(layout, from, to);
      if (from === null || way === null) continue;
      const id = `${subscription.id} ${from}`;
      lines.push({ id, from, to, way, kind: "subscription", label: "", subscription, route: null });
    }
  }
  return lines;
}

/** Topics that were published to and that a prefix subscription covers. */
export function matchedTopics(state: State, { prefix, agentType }: Subscription): string[] {
  if (prefix === null || isMailboxPrefix(prefix, agentType)) return [];
  return [...state.topics.keys()].filter((type) => type.startsWith(prefix)).map(topicNode);
}

function routeLines(state: State, layout: Layout, labelled: boolean): Line[] {
  const lines: Line[] = [];
  const shown = new Set(outsideTags(state));
  for (const route of state.routes.values()) {
    if (route.from.startsWith("outside:") && !shown.has(route.from)) continue;
    const way = wayBetween(layout, route.from, route.to);
    if (way === null) continue;
    lines.push({
      id: `${route.from} ${route.to}`,
      from: route.from,
      to: route.to,
      way,
      kind: route.kind,
      label: labelled ? fitting(routeLabels(route), way) : "",
      route,
      subscription: null,
    });
  }
  return lines;
}

/** The newest senders outside; older ones gave their places to them. */
export function outsideTags(state: State): string[] {
  const all = state.places.filter((place) => place.column === "outside");
  return all.slice(-OUTSIDE_SLOTS).map((place) => place.id);
}

/** What a line stands for, in words. */
export function lineTitle({ subscription, route }: Line): string {
  if (subscription !== null) return `Subscription ${subscriptionWords(subscription)}`;
  if (route === null) return "";
  const { kind, count, from, to } = route;
  const what = kind === "request" ? "request" : "publication";
  return `${count} ${what}${count === 1 ? "" : "s"}: ${nodeName(from)} → ${nodeName(to)}`;
}

function routeLabels({ kind, count }: Route): string[] {
  const what = kind === "request" ? "request" : "publication";
  return [`${count} ${what}${count === 1 ? "" : "s"}`, `${LETTERS[kind]} ×${count}`];
}

/** The first text that has room along the way. */
export function fitting(texts: readonly string[], way: Way): string {
  const middle = way[Math.floor((way.length - 1) / 2)];
  if (middle === undefined) return "";
  const room = Math.abs(middle[3].x - middle[0].x) - 6;
  return texts.find((text) => textWidth(text, LABEL_SIZE) <= room) ?? "";
}

/**
 * Where a label lies on nothing else: in the middle of a way, else near one of its ends, else on
 * another leg of it; null where there is no such place.
 */
export function labelPoint(layout: Layout, way: Way, width: number): Point | null {
  const middle = Math.floor((way.length - 1) / 2);
  const legs = [...way.slice(middle), ...way.slice(0, middle)];
  const points = legs.flatMap((leg) =>
    [0.5, 0.25, 0.75, 0.15, 0.85].map((part) => pointAt(leg, part)),
  );
  return points.find((point) => isFree(layout, point, width)) ?? null;
}

function isFree({ outlines, headings }: Layout, { x, y }: Point, width: number): boolean {
  const [left, right] = [x - width / 2, x + width / 2];
  const isOff = (rect: Rect) =>
    right < rect.x || left > rect.x + rect.width || y + 7 < rect.y || y - 7 > rect.y + rect.height;
  const words = headings.map((one) => ({ x: one.x - 24, y: one.y - 9, width: 48, height: 12 }));
  return [...outlines, ...words].every(isOff);
}

/** The name of a node without its kind: `topic:orders` is `orders`. */
export function nodeName(id: string): string {
  const name = id.slice(id.indexOf(":") + 1);
  return id.startsWith("prefix:") ? `${name}*` : name;
}

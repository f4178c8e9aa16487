/** What stands one step away from what is selected, and the way from key to key in the picture. */

import type { Point } from "../geometry";
import { outsideLabel, type State, splitAgentId, topicNode, typeNode } from "../state";
import type { Selection } from "../store";
import { senderNode } from "./journey";
import { type Line, sourceNode } from "./lines";

/** The nodes that a selection is about. */
export function nodesOf(state: State, selection: Selection | null): string[] {
  if (selection === null) return [];
  const { what, id } = selection;
  if (what === "type") return [typeNode(id)];
  if (what === "agent") return [typeNode(splitAgentId(id).type)];
  if (what === "topic") return [topicNode(id), `prefix:${id.replace(/\*$/, "")}`];
  if (what === "subscription") {
    const subscription = state.subscriptions.get(id);
    if (subscription === undefined) return [];
    const { agentType } = subscription;
    const ends = [sourceNode(subscription), agentType === null ? null : typeNode(agentType)];
    return ends.flatMap((end) => end ?? []);
  }
  const delivery = state.deliveries.get(Number(id));
  if (delivery === undefined) return [];
  const { topic, recipient } = delivery;
  return [
    senderNode(state, delivery),
    ...(topic === null ? [] : [topicNode(topic.type)]),
    ...(recipient === null ? [] : [typeNode(splitAgentId(recipient).type)]),
  ];
}

/** The lines that touch a node, and the nodes at their other ends. */
export function neighbourhood(lines: readonly Line[], nodes: readonly string[]) {
  const near = lines.filter(({ from, to }) => nodes.includes(from) || nodes.includes(to));
  return { lines: near, nodes: new Set([...nodes, ...near.flatMap(({ from, to }) => [from, to])]) };
}

/** What selecting a stop selects: for a cell that sent messages, the newest of them. */
export function selectionOf(
  state: State,
  { what, id }: Pick<Stop, "what" | "id">,
): Selection | null {
  if (what === "more") return { what: "type", id };
  if (what !== "outside") return { what, id };
  const newest = [...state.deliveries.values()]
    .reverse()
    .find((delivery) => delivery.sender === null && outsideLabel(state, delivery) === id);
  return newest === undefined ? null : { what: "delivery", id: String(newest.number) };
}

/** Something the keyboard can rest on. */
export interface Stop extends Point {
  what: Selection["what"] | "outside" | "more";
  id: string;
}

export function stopKey({ what, id }: Pick<Stop, "what" | "id">): string {
  return `${what} ${id}`;
}

type Direction = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

export function isDirection(key: string): key is Direction {
  return /^Arrow(Left|Right|Up|Down)$/.test(key);
}

/** The stop that lies nearest in a direction; straight ahead counts as nearer than aside. */
export function nearestStop(stops: readonly Stop[], from: Point, towards: Direction): Stop | null {
  let best: Stop | null = null;
  let least = Infinity;
  for (const stop of stops) {
    const [dx, dy] = [stop.x - from.x, stop.y - from.y];
    const sign = towards === "ArrowLeft" || towards === "ArrowUp" ? -1 : 1;
    const sideways = towards === "ArrowLeft" || towards === "ArrowRight";
    const ahead = sign * (sideways ? dx : dy);
    if (ahead < 1) continue;
    const far = ahead + 2.5 * Math.abs(sideways ? dy : dx);
    if (far < least) [best, least] = [stop, far];
  }
  return best;
}

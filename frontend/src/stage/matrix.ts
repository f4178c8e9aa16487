/** The same run as a table: topics in rows, agent types in columns, what passed in the cells. */

import {
  type Delivery,
  type State,
  type Subscription,
  splitAgentId,
  topicNode,
  typeNode,
} from "../state";
import { matchedTopics, sourceNode } from "./lines";

export interface MatrixRow {
  /** The node in the picture; null for messages sent directly. */
  node: string | null;
  name: string;
  /** The topic to select, where the row is one. */
  topic: string | null;
  sources: number;
}

export interface MatrixColumn {
  type: string;
  agents: number;
  pending: number;
  failed: boolean;
}

export interface MatrixCell {
  subscription: Subscription | null;
  /** Deliveries that were ever on this way, and those that still wait. */
  count: number;
  pending: number;
}

export interface Matrix {
  rows: MatrixRow[];
  columns: MatrixColumn[];
  cell(row: MatrixRow, column: MatrixColumn): MatrixCell;
}

const DIRECT = "direct";

export function matrixOf(state: State): Matrix {
  const counts = countsOf(state);
  const pending = new Map<string, number>();
  for (const number of state.queue) {
    const key = wayKey(state.deliveries.get(number));
    if (key !== null) pending.set(key, (pending.get(key) ?? 0) + 1);
  }
  const subscribed = subscriptionsByCell(state);
  return {
    rows: rowsOf(state),
    columns: columnsOf(state),
    cell(row, { type }) {
      const key = cellKey(row.node ?? DIRECT, type);
      return {
        subscription: subscribed.get(key) ?? null,
        count: counts.get(key) ?? 0,
        pending: pending.get(key) ?? 0,
      };
    },
  };
}

function rowsOf(state: State): MatrixRow[] {
  const rows: MatrixRow[] = [{ node: null, name: "sent directly", topic: null, sources: 0 }];
  for (const { type, sources } of state.topics.values())
    rows.push({ node: topicNode(type), name: type, topic: type, sources: sources.size });
  const seen = new Set<string>();
  for (const subscription of state.subscriptions.values()) {
    const node = subscription.topicType === null ? sourceNode(subscription) : null;
    if (node === null || seen.has(node)) continue;
    seen.add(node);
    const { prefix, label } = subscription;
    rows.push({ node, name: prefix === null ? label : `${prefix}*`, topic: null, sources: 0 });
  }
  return rows;
}

function columnsOf(state: State): MatrixColumn[] {
  return [...state.types.values()].map(({ type, agents }) => {
    const known = agents.flatMap((id) => state.agents.get(id) ?? []);
    return {
      type,
      agents: known.length,
      pending: known.reduce((sum, agent) => sum + agent.pending, 0),
      failed: known.some((agent) => agent.failed > 0),
    };
  });
}

function subscriptionsByCell(state: State): Map<string, Subscription> {
  const found = new Map<string, Subscription>();
  for (const subscription of state.subscriptions.values()) {
    const { agentType } = subscription;
    if (agentType === null) continue;
    for (const node of [sourceNode(subscription), ...matchedTopics(state, subscription)])
      if (node !== null) found.set(cellKey(node, agentType), subscription);
  }
  return found;
}

function cellKey(node: string, type: string): string {
  return `${node} > ${typeNode(type)}`;
}

function wayKey(delivery: Delivery | undefined): string | null {
  if (delivery === undefined || delivery.recipient === null || delivery.kind === "response")
    return null;
  const { type } = splitAgentId(delivery.recipient);
  const from =
    delivery.kind === "event" && delivery.topic !== null ? topicNode(delivery.topic.type) : DIRECT;
  return cellKey(from, type);
}

interface Tally {
  counts: Map<string, number>;
  last: number;
}

const TALLIES = new WeakMap<State["deliveries"], Tally>();

/** Counts what is new since the last time: a run has many deliveries, a drawing little time. */
function countsOf({ deliveries }: State): ReadonlyMap<string, number> {
  let tally = TALLIES.get(deliveries);
  if (tally === undefined) {
    tally = { counts: new Map(), last: 0 };
    TALLIES.set(deliveries, tally);
    for (const delivery of deliveries.values()) count(tally, delivery);
    return tally.counts;
  }
  while (deliveries.has(tally.last + 1)) count(tally, deliveries.get(tally.last + 1));
  return tally.counts;
}

function count(tally: Tally, delivery: Delivery | undefined): void {
  if (delivery === undefined) return;
  tally.last = Math.max(tally.last, delivery.number);
  const key = wayKey(delivery);
  if (key !== null) tally.counts.set(key, (tally.counts.get(key) ?? 0) + 1);
}

/** The state of a runtime after some records: everything the views show is read from here. */

import type { Memory } from "./memory";
import type { ErrorText, Handles, Kind, Mode, Snapshot, TopicId, Verdict } from "./records";
import { type Fixed, Shelf } from "./shelf";

export type DeliveryState = "queued" | "held" | "handling" | "waiting" | "settled";

export interface Printed {
  stream: string;
  text: string;
}

export interface Interception {
  handler: string;
  outcome: string;
  message: Snapshot | null;
}

/** The message is not what it was when it was sent. */
export interface Mutation {
  /** Found before its `delivery`, or in a `turn`. */
  when: string;
  before: Snapshot | null;
  after: Snapshot | null;
  /** The delivery in whose turn it was changed, if that is known. */
  by: number | null;
  /** The other deliveries under way of the same object. */
  shared: number[];
}

/** What stopped the run. */
export interface Stop {
  number: number | null;
  by: string;
  reason: string;
  /** How many steps had been made. */
  step: number;
}

export interface DeliveryDraft {
  number: number;
  kind: Kind;
  messageType: string;
  message: Snapshot | null;
  /** What was sent, where the message was edited since. */
  original: Snapshot | null;
  /** The fields that were edited. */
  edited: string[];
  /** The delivery that this one duplicates. */
  copyOf: number | null;
  /** How the message was changed after it was sent. */
  mutations: Mutation[];
  messageId: string;
  sender: string | null;
  recipient: string | null;
  topic: TopicId | null;
  isRpc: boolean;
  cause: number | null;
  publication: string | null;
  request: number | null;
  subscriptions: string[];
  cell: string | null;
  state: DeliveryState;
  waitsOn: number[];
  verdict: Verdict | null;
  result: Snapshot | null;
  error: ErrorText | null;
  reason: string | null;
  interceptions: Interception[];
  printed: Printed[];
  /** Numbers of the deliveries that were sent in this one's turn. */
  sent: number[];
  /** The response to this request, once it is on its way. */
  response: number | null;
  /** Which step delivered it: 1, 2, … in the order in which deliveries left the queue. */
  step: number | null;
  /** How many steps had been made when it was sent. */
  sentAt: number;
  /** The last step made when it got its verdict; null before. */
  endedAt: number | null;
  /** When its turn was parked on answers: after which step, and until which; null while it is. */
  parked: [from: number, until: number | null][];
  queuedAt: number;
  settledAt: number | null;
}
export type Delivery = Fixed<DeliveryDraft>;

export interface AgentTypeDraft {
  type: string;
  className: string | null;
  handles: Handles[];
  mailbox: string | null;
  registered: boolean;
  /** Ids of its agents, in the order in which they were first heard of. */
  agents: string[];
}
export type AgentType = Fixed<AgentTypeDraft>;

export interface AgentDraft {
  id: string;
  type: string;
  key: string;
  className: string | null;
  /** False while only deliveries to it exist: the instance is not built yet. */
  created: boolean;
  cause: number | null;
  /** Deliveries waiting in the queue for it. */
  pending: number;
  /** Numbers of the deliveries whose turns are open. */
  open: number[];
  /** Numbers of all deliveries addressed to it, oldest first. */
  received: number[];
  failed: number;
  /** Deliveries to it are passed over. */
  paused: boolean;
  /** What it remembers; null while nothing is known of that. */
  memory: Memory | null;
}
export type Agent = Fixed<AgentDraft>;

export interface TopicDraft {
  type: string;
  sources: Set<string>;
}
export type Topic = Fixed<TopicDraft>;

export interface Subscription {
  id: string;
  label: string;
  topicType: string | null;
  prefix: string | null;
  agentType: string | null;
}

/** Something that has a place in the picture, with the node it would like to be level with. */
export interface Place {
  id: string;
  column: "outside" | "topic" | "type";
  near: string | null;
}

/** A way that messages have taken between two places. */
export interface RouteDraft {
  from: string;
  to: string;
  kind: "request" | "event";
  count: number;
}
export type Route = Fixed<RouteDraft>;

export interface State {
  seq: number;
  time: number;
  mode: Mode;
  started: boolean;
  /** What decides which delivery goes next. */
  policy: string;
  /** What stopped the run last; null if nothing did, or it was resumed since. */
  stopped: Stop | null;
  types: Shelf<string, AgentTypeDraft>;
  agents: Shelf<string, AgentDraft>;
  topics: Shelf<string, TopicDraft>;
  subscriptions: Map<string, Subscription>;
  deliveries: Shelf<number, DeliveryDraft>;
  /** Pending deliveries, in the order in which they would go. */
  queue: Set<number>;
  /** Deliveries whose turns are open. */
  open: Set<number>;
  /** Deliveries in the order in which they left the queue. */
  log: number[];
  /** Deliveries that were handed over, in order: step n is moves[n - 1]. */
  moves: number[];
  verdicts: Map<Verdict, number>;
  /** Deliveries that no handler worked on, oldest first. */
  dead: number[];
  /** Duplicates, and what they are duplicates of. */
  copied: number[];
  /** For each publish_message call, the numbers of its deliveries. */
  publications: Shelf<string, number[]>;
  /** In order of appearance; only ever appended to, so a drawing never has to move anything. */
  places: Place[];
  routes: Shelf<string, RouteDraft>;
  /** Kinds of records this page does not know, and how many of each came. */
  unknown: Map<string, number>;
  /** Records of a known kind that lacked what they need. */
  malformed: number;
}

export function emptyState(): State {
  return {
    seq: 0,
    time: 0,
    mode: "running",
    started: false,
    policy: "fifo",
    stopped: null,
    types: new Shelf(),
    agents: new Shelf(),
    topics: new Shelf(),
    subscriptions: new Map(),
    deliveries: new Shelf(),
    queue: new Set(),
    open: new Set(),
    log: [],
    moves: [],
    verdicts: new Map(),
    dead: [],
    copied: [],
    publications: new Shelf(),
    places: [],
    routes: new Shelf(),
    unknown: new Map(),
    malformed: 0,
  };
}

export type StateWord = "idle" | "waiting" | "paused" | "running";

export function stateWord(state: State): StateWord {
  if (state.queue.size > 0) return state.mode === "paused" ? "paused" : "running";
  return state.open.size > 0 ? "waiting" : "idle";
}

/** The delivery a plain step would make: the first one that is neither held nor blocked. */
export function nextDelivery(state: State): Delivery | null {
  const queue = state.policy === "lifo" ? [...state.queue].reverse() : state.queue;
  for (const number of queue) {
    const delivery = state.deliveries.get(number);
    if (delivery?.state !== "queued" || isPassedOver(state, delivery)) continue;
    if (!isBlocked(state, delivery)) return delivery;
  }
  return null;
}

/** The delivery that a plain step makes; null where chance or other code has a part in it. */
export function foreseenDelivery(state: State): Delivery | null {
  return state.policy === "fifo" || state.policy === "lifo" ? nextDelivery(state) : null;
}

/** Whether a delivery waits because the mailbox of its agent is paused. */
export function isPassedOver(state: State, delivery: Delivery): boolean {
  return delivery.recipient !== null && state.agents.get(delivery.recipient)?.paused === true;
}

/** Whether a delivery waits because its agent takes one at a time and has a turn open. */
export function isBlocked(state: State, delivery: Delivery): boolean {
  if (delivery.kind === "response" || delivery.recipient === null) return false;
  const agent = state.agents.get(delivery.recipient);
  if (agent === undefined || agent.open.length === 0) return false;
  return state.types.get(agent.type)?.mailbox === "serial";
}

export function splitAgentId(id: string): { type: string; key: string } {
  const slash = id.indexOf("/");
  return slash < 0 ? { type: id, key: "" } : { type: id.slice(0, slash), key: id.slice(slash + 1) };
}

/** Where a delivery without a sender came from, in the words of the picture. */
export function outsideLabel(state: State, delivery: Delivery): string {
  if (delivery.cell !== null) return delivery.cell;
  // A response to the outside goes back to the cell that asked.
  const request = delivery.request === null ? null : state.deliveries.get(delivery.request);
  return request?.cell ?? "outside";
}

export const outsideId = (label: string): string => `outside:${label}`;
export const topicNode = (type: string): string => `topic:${type}`;
export const prefixNode = (prefix: string): string => `prefix:${prefix}`;
export const foreignNode = (subscription: string): string => `foreign:${subscription}`;
export const typeNode = (type: string): string => `type:${type}`;

/** The subscriptions to topics of this type, as far as they say so. */
export function subscribersOf(state: State, topic: string): Subscription[] {
  return [...state.subscriptions.values()].filter(
    (one) => one.topicType === topic || (one.prefix !== null && topic.startsWith(one.prefix)),
  );
}

/** Every agent type listens to `type:` for direct messages; that is not worth a line. */
export function isMailboxPrefix(prefix: string, agentType: string | null): boolean {
  return agentType !== null && prefix === `${agentType}:`;
}

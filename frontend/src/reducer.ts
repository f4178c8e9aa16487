/**
 * From records to state. `stateAfter(records)` is a pure function of the records; `advance` is the
 * same one record at a time, changing only the state that it is given. Equal records give equal
 * states, whatever the batches they came in.
 */

import { agent, agentType, draw, place, topic } from "./cast";
import {
  errorText,
  finite,
  handles,
  identifier,
  identifiers,
  integer,
  integers,
  kindOf,
  name,
  readdressed,
  snapshot,
  text,
  topicId,
} from "./read";
import type { Kind, RawRecord, Verdict } from "./records";
import {
  type Delivery,
  type DeliveryDraft,
  emptyState,
  foreignNode,
  isMailboxPrefix,
  prefixNode,
  type State,
  typeNode,
} from "./state";
import { address, close, depart, enterQueue, isPending, open, reroute, turnOf } from "./transit";

export function stateAfter(records: Iterable<RawRecord>): State {
  const state = emptyState();
  for (const record of records) advance(state, record);
  return state;
}

export function advance(state: State, record: RawRecord): void {
  state.seq = integer(record.seq) ?? state.seq + 1;
  state.time = Math.max(state.time, finite(record.time));
  const kind = kindOf(record);
  const rule = Object.hasOwn(RULES, kind) ? RULES[kind] : undefined;
  if (rule === undefined) {
    state.unknown.set(kind, (state.unknown.get(kind) ?? 0) + 1);
  } else if (!rule(state, record)) {
    state.malformed += 1;
  }
}

/** Applies one record; false when the record lacks what it needs. */
type Rule = (state: State, record: RawRecord) => boolean;

const RULES: { [kind: string]: Rule } = {
  registered(state, record) {
    const type = name(record.type);
    if (type === null) return false;
    Object.assign(agentType(state, type), {
      className: name(record.class),
      handles: handles(record.handles),
      mailbox: name(record.mailbox),
      registered: true,
    });
    return true;
  },

  unregistered(state, record) {
    const type = name(record.type);
    if (type === null) return false;
    const gone = agentType(state, type);
    gone.registered = false;
    for (const id of gone.agents) agent(state, id).created = false;
    return true;
  },

  created(state, record) {
    const id = name(record.agent);
    if (id === null) return false;
    Object.assign(agent(state, id), {
      className: name(record.class),
      created: true,
      cause: integer(record.cause),
    });
    return true;
  },

  subscribed(state, record) {
    const id = identifier(record.subscription);
    if (id === null) return false;
    const subscription = {
      id,
      label: name(record.label) ?? id,
      topicType: name(record.topic_type),
      prefix: name(record.prefix),
      agentType: name(record.agent_type),
    };
    state.subscriptions.set(id, subscription);
    const near = subscription.agentType;
    if (near !== null) agentType(state, near);
    const level = near === null ? null : typeNode(near);
    if (subscription.topicType !== null) topic(state, subscription.topicType, level);
    else if (subscription.prefix === null) place(state, foreignNode(id), "topic", level);
    else if (!isMailboxPrefix(subscription.prefix, near))
      place(state, prefixNode(subscription.prefix), "topic", level);
    return true;
  },

  unsubscribed(state, record) {
    const id = identifier(record.subscription);
    return id !== null && state.subscriptions.delete(id);
  },

  queued(state, record) {
    const number = integer(record.number);
    if (number === null) return false;
    if (state.deliveries.has(number)) return false;
    const delivery = newDelivery(record, number);
    delivery.sentAt = state.moves.length;
    if (delivery.copyOf !== null) state.copied.push(delivery.copyOf, number);
    state.deliveries.add(number, delivery);
    enterQueue(state, delivery);
    address(state, delivery);
    linkToCause(state, delivery);
    draw(state, delivery);
    return true;
  },

  rerouted(state, record) {
    const publication = identifier(record.publication);
    if (publication === null || !state.publications.has(publication)) return false;
    reroute(state, readdressed(record.events));
    return true;
  },

  held: (state, record) => changePending(state, record, "held"),
  released: (state, record) => changePending(state, record, "queued"),

  handling(state, record) {
    const delivery = find(state, record);
    if (delivery === null) return false;
    depart(state, delivery, true);
    open(state, delivery);
    return true;
  },

  waiting(state, record) {
    const delivery = find(state, record);
    const on = integer(record.on);
    if (delivery === null || on === null) return false;
    if (!delivery.waitsOn.includes(on)) delivery.waitsOn.push(on);
    delivery.state = "waiting";
    if (delivery.parked.at(-1)?.[1] !== null)
      delivery.parked = [...delivery.parked, [state.moves.length, null]];
    return true;
  },

  resumed(state, record) {
    const delivery = find(state, record);
    if (delivery === null) return false;
    delivery.waitsOn = delivery.waitsOn.filter((number) => number !== record.on);
    if (delivery.state === "waiting" && delivery.waitsOn.length === 0) {
      delivery.state = "handling";
      goOn(state, delivery);
    }
    return true;
  },

  settled(state, record) {
    const delivery = find(state, record);
    if (delivery === null || delivery.state === "settled") return false;
    const verdict = VERDICTS.has(record.verdict as Verdict)
      ? (record.verdict as Verdict)
      : "handled";
    // One that had a recipient and lost it with its subscription was never handed over either.
    const withdrawn = verdict === "no_recipient" && delivery.recipient !== null;
    depart(state, delivery, !withdrawn && !UNMOVED.has(verdict));
    close(state, delivery);
    goOn(state, delivery);
    if (isDead(delivery, verdict)) state.dead.push(delivery.number);
    Object.assign(delivery, {
      state: "settled",
      endedAt: state.moves.length,
      waitsOn: [],
      verdict,
      result: snapshot(record.result),
      error: errorText(record.error),
      reason: text(record.reason),
      settledAt: finite(record.time),
    });
    state.verdicts.set(verdict, (state.verdicts.get(verdict) ?? 0) + 1);
    const receiver = turnOf(state, delivery);
    if (receiver !== null && verdict === "failed") receiver.failed += 1;
    return true;
  },

  intercepted(state, record) {
    const delivery = find(state, record);
    if (delivery === null) return false;
    delivery.interceptions.push({
      handler: name(record.handler) ?? "an intervention handler",
      outcome: text(record.outcome) ?? "replaced",
      message: snapshot(record.message),
    });
    return true;
  },

  printed(state, record) {
    const delivery = find(state, record);
    if (delivery === null) return false;
    delivery.printed.push({
      stream: text(record.stream) ?? "stdout",
      text: text(record.text) ?? "",
    });
    return true;
  },

  mode(state, record) {
    const { mode } = record;
    if (mode !== "paused" && mode !== "run" && mode !== "running") return false;
    state.mode = mode;
    if (state.mode !== "paused") state.stopped = null;
    return true;
  },

  lifecycle(state, record) {
    state.started = record.state === "started";
    return true;
  },

  moved(state, record) {
    const delivery = find(state, record);
    if (delivery === null || !state.queue.delete(delivery.number)) return false;
    const order = [...state.queue];
    const before = order.indexOf(integer(record.before) ?? 0);
    order.splice(before < 0 ? order.length : before, 0, delivery.number);
    state.queue = new Set(order);
    return true;
  },

  edited(state, record) {
    const delivery = find(state, record);
    if (delivery === null) return false;
    delivery.original ??= delivery.message;
    delivery.message = snapshot(record.message);
    delivery.edited = [...new Set([...delivery.edited, ...identifiers(record.fields)])];
    return true;
  },

  crashed(state, record) {
    const id = name(record.agent);
    if (id === null) return false;
    agent(state, id).created = false;
    return true;
  },

  changed(state, record) {
    const delivery = find(state, record);
    if (delivery === null) return false;
    delivery.mutations.push({
      when: text(record.when) ?? "turn",
      before: snapshot(record.before),
      after: snapshot(record.after),
      by: integer(record.by),
      shared: integers(record.shared),
    });
    return true;
  },

  statechanged(state, record) {
    const id = name(record.agent);
    if (id === null) return false;
    const one = agent(state, id);
    one.memory = {
      state: snapshot(record.state),
      number: integer(record.number),
      step: state.moves.length,
      before: one.memory,
    };
    return true;
  },

  stopped(state, record) {
    state.stopped = {
      number: integer(record.number),
      by: text(record.by) ?? "",
      reason: text(record.reason) ?? "",
      step: state.moves.length,
    };
    return true;
  },

  policyset(state, record) {
    const policy = name(record.name);
    if (policy === null) return false;
    state.policy = policy;
    return true;
  },

  mailboxpaused(state, record) {
    const id = name(record.agent);
    if (id === null) return false;
    agent(state, id).paused = record.paused === true;
    return true;
  },
};

const VERDICTS: ReadonlySet<Verdict> = new Set([
  "handled",
  "unhandled",
  "failed",
  "dropped",
  "undeliverable",
  "no_recipient",
  "skipped_sender",
  "cancelled",
  "stranded",
]);

/** Verdicts of deliveries that end without having been handed over to anybody. */
const UNMOVED: ReadonlySet<Verdict> = new Set([
  "skipped_sender",
  "dropped",
  "cancelled",
  "stranded",
]);
const DEAD: ReadonlySet<Verdict> = new Set([
  "unhandled",
  "no_recipient",
  "undeliverable",
  "dropped",
  "cancelled",
  "stranded",
]);

function newDelivery(record: RawRecord, number: number): DeliveryDraft {
  return {
    number,
    kind: deliveryKind(record.delivery),
    messageType: name(record.message_type) ?? "?",
    message: snapshot(record.message),
    original: null,
    edited: [],
    copyOf: integer(record.copy_of),
    mutations: [],
    messageId: identifier(record.message_id) ?? "",
    sender: name(record.sender),
    recipient: name(record.recipient),
    topic: topicId(record.topic),
    isRpc: record.is_rpc === true,
    cause: integer(record.cause),
    publication: identifier(record.publication),
    request: integer(record.request),
    subscriptions: identifiers(record.subscriptions),
    cell: name(record.cell),
    state: "queued",
    waitsOn: [],
    verdict: null,
    result: null,
    error: null,
    reason: null,
    interceptions: [],
    printed: [],
    sent: [],
    response: null,
    step: null,
    sentAt: 0,
    endedAt: null,
    parked: [],
    queuedAt: finite(record.time),
    settledAt: null,
  };
}

function deliveryKind(value: unknown): Kind {
  return value === "response" || value === "event" ? value : "request";
}

/** The delivery a record is about, to be changed. */
function find(state: State, record: RawRecord): DeliveryDraft | null {
  const number = integer(record.number);
  return number === null ? null : (state.deliveries.own(number) ?? null);
}

/** A response is listed with its request, all else with the turn that sent it. */
function linkToCause(state: State, { kind, cause, request, number }: Delivery): void {
  if (kind === "response") {
    const answered = state.deliveries.own(request ?? 0);
    if (answered !== undefined) answered.response = number;
  } else if (cause !== null) {
    state.deliveries.own(cause)?.sent.push(number);
  }
}

/** Whether no handler has worked on it; one whose turn was called off has been worked on. */
function isDead({ kind, step }: DeliveryDraft, verdict: Verdict): boolean {
  return DEAD.has(verdict) && (verdict !== "cancelled" || step === null || kind === "response");
}

/** Notes that a parked turn goes on, or has ended. */
function goOn(state: State, delivery: DeliveryDraft): void {
  const last = delivery.parked.at(-1);
  if (last?.[1] === null)
    delivery.parked = [...delivery.parked.slice(0, -1), [last[0], state.moves.length]];
}

function changePending(state: State, record: RawRecord, to: "queued" | "held"): boolean {
  const delivery = find(state, record);
  if (delivery === null || !isPending(delivery)) return false;
  delivery.state = to;
  return true;
}

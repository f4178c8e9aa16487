/** How deliveries come into the queue, leave it, and open and close turns. */

import { agent, publicationOf } from "./cast";
import type { Readdressed } from "./read";
import type { AgentDraft, Delivery, DeliveryDraft, State } from "./state";

/** Tells the recipient that this delivery is on its way to it. */
export function address(state: State, delivery: Delivery): void {
  if (delivery.recipient === null) return;
  const receiver = agent(state, delivery.recipient);
  receiver.pending += 1;
  receiver.received.push(delivery.number);
}

function receiverOf(state: State, delivery: Delivery): AgentDraft | null {
  return delivery.recipient === null ? null : (state.agents.own(delivery.recipient) ?? null);
}

export function isPending(delivery: Delivery): boolean {
  return delivery.state === "queued" || delivery.state === "held";
}

/** Deliveries go in the order of their numbers, but events stand together with their publication. */
export function enterQueue(state: State, delivery: Delivery): void {
  state.queue.add(delivery.number);
  const publication = publicationOf(state, delivery);
  if (publication === null) return;
  publication.push(delivery.number);
  // Numbers without a gap mean that nothing else entered the queue since the publication did.
  const joinsLate = delivery.number - (publication[0] ?? 0) >= publication.length;
  if (joinsLate) state.queue = new Set([...state.queue].sort((a, b) => inOrder(state, a, b)));
}

function inOrder(state: State, a: number, b: number): number {
  return placeOf(state, a) - placeOf(state, b) || a - b;
}

function placeOf(state: State, number: number): number {
  const delivery = state.deliveries.get(number);
  return (delivery && publicationOf(state, delivery)?.at(0)) ?? number;
}

function leaveQueue(state: State, delivery: Delivery): void {
  state.queue.delete(delivery.number);
  const receiver = receiverOf(state, delivery);
  if (receiver !== null) receiver.pending = Math.max(0, receiver.pending - 1);
}

/** Moves a delivery from the queue to the log; later changes of its state leave the log alone. */
export function depart(state: State, delivery: DeliveryDraft, moved: boolean): void {
  if (!isPending(delivery)) return;
  leaveQueue(state, delivery);
  state.log.push(delivery.number);
  if (moved) {
    state.moves.push(delivery.number);
    delivery.step = state.moves.length;
  }
}

export function open(state: State, delivery: DeliveryDraft): void {
  delivery.state = "handling";
  state.open.add(delivery.number);
  const receiver = turnOf(state, delivery);
  if (receiver !== null && !receiver.open.includes(delivery.number))
    receiver.open.push(delivery.number);
}

export function close(state: State, delivery: Delivery): void {
  state.open.delete(delivery.number);
  const receiver = turnOf(state, delivery);
  if (receiver !== null)
    receiver.open = receiver.open.filter((number) => number !== delivery.number);
}

/** The agent whose turn a delivery starts; a response starts none. */
export function turnOf(state: State, delivery: Delivery): AgentDraft | null {
  return delivery.kind === "response" ? null : receiverOf(state, delivery);
}

/** Gives the pending events of a publication their new recipients. */
export function reroute(state: State, events: readonly Readdressed[]): void {
  for (const event of events) {
    const delivery = state.deliveries.own(event.number);
    if (delivery === undefined) continue;
    const pending = isPending(delivery);
    if (pending) release(state, delivery);
    delivery.recipient = event.recipient;
    delivery.subscriptions = event.subscriptions;
    if (pending) address(state, delivery);
  }
}

/** Takes back what `address` told the recipient. */
function release(state: State, delivery: Delivery): void {
  const receiver = receiverOf(state, delivery);
  if (receiver === null) return;
  receiver.pending = Math.max(0, receiver.pending - 1);
  receiver.received = receiver.received.filter((number) => number !== delivery.number);
}

/** What caused what: exactly as recorded, never guessed. */

import type { Delivery, State } from "./state";

/** The delivery in whose turn this one was sent and, for a response, the request that it answers. */
export function parentsOf({ cause, request }: Pick<Delivery, "cause" | "request">): number[] {
  if (request === null || request === cause) return cause === null ? [] : [cause];
  return cause === null ? [request] : [request, cause];
}

/** All that had to be before this delivery could be sent. */
export function pastOf(state: State, number: number): Set<number> {
  const past = new Set<number>();
  const left = [number];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const delivery = state.deliveries.get(next);
    if (delivery === undefined) continue;
    for (const parent of parentsOf(delivery)) {
      if (past.has(parent) || !state.deliveries.has(parent)) continue;
      past.add(parent);
      left.push(parent);
    }
  }
  return past;
}

/** All that this delivery has brought about so far. */
export function futureOf(state: State, number: number): Set<number> {
  const all = new Set([number]);
  const left = [number];
  const add = (child: number) => {
    if (all.has(child) || !state.deliveries.has(child)) return;
    all.add(child);
    left.push(child);
  };
  while (left.length > 0) {
    const delivery = state.deliveries.get(left.pop() ?? 0);
    for (const child of delivery?.sent ?? []) add(child);
    if (delivery?.response != null) add(delivery.response);
    if (left.length > 0) continue;
    // A request knows one response only, and there are more once one of them was duplicated.
    for (const copied of state.copied) {
      const parents = parentsOf(state.deliveries.get(copied) ?? NOTHING);
      if (parents.some((parent) => all.has(parent))) add(copied);
    }
  }
  all.delete(number);
  return all;
}

const NOTHING = { cause: null, request: null };

/** What a delivery brought about first: what was sent in its turn, else its response. */
export function effectOf(state: State, delivery: Delivery): number | null {
  return delivery.sent.find((number) => state.deliveries.has(number)) ?? delivery.response;
}

/** The delivery that reached the same agent a step earlier or later, if there is one. */
export function neighbourAt(state: State, delivery: Delivery, by: 1 | -1): number | null {
  const { recipient } = delivery;
  if (recipient === null) return null;
  let nearest: Delivery | null = null;
  for (const number of state.agents.get(recipient)?.received ?? []) {
    const other = state.deliveries.get(number);
    if (other === undefined || inOrder(other, delivery) * by <= 0) continue;
    if (nearest === null || inOrder(other, nearest) * by < 0) nearest = other;
  }
  return nearest?.number ?? null;
}

/** As they were delivered; then those that wait, by number. */
function inOrder(a: Delivery, b: Delivery): number {
  const [first, second] = [a.step ?? Infinity, b.step ?? Infinity];
  return first === second ? a.number - b.number : first - second;
}

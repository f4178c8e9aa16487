/** What caused what: exactly as recorded, never guessed. */

import type { Delivery, State } from "./state";

/** The delivery in whose turn this one was sent and, for a response, the request that it answers. */
export function parentsOf({ cause, request }: Pick<Delivery, "cause" | "request">): number[] {
  if (request === null || request === cause) return cause === null ? [] : [cause];
  return cause === null ? [request] : [request, cause];
}

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

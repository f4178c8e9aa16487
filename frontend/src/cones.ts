/** The past and the future of a delivery: all that led to it, and all that came of it. */

import { parentsOf } from "./causes";
import type { State } from "./state";

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

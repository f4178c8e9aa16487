/** Where a message goes on: the pending delivery that came of another. */

import { parentsOf } from "./causes";
import type { State } from "./state";

/** The first pending delivery that is this one, or that it brought about; null if there is none. */
export function following(state: State, number: number): number | null {
  for (const pending of state.queue)
    if (state.deliveries.get(pending)?.state !== "held" && comesOf(state, pending, number))
      return pending;
  return null;
}

function comesOf(state: State, number: number, origin: number): boolean {
  const left = [number];
  const seen = new Set(left);
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (next === origin) return true;
    const delivery = state.deliveries.get(next);
    // What came of another has a higher number.
    if (delivery === undefined || next < origin) continue;
    for (const parent of parentsOf(delivery)) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      left.push(parent);
    }
  }
  return false;
}

/** When in a run messages were sent, and which turns stayed open for longer than a step. */

import type { Delivery, State } from "./state";

/** Deliveries that were sent when at least `from`, but fewer than `to`, steps had been made. */
export function sentBetween(state: State, from: number, to: number): Delivery[] {
  const sent: Delivery[] = [];
  const end = firstSentAt(state, to);
  for (let place = firstSentAt(state, from); place < end; place += 1) {
    const delivery = state.deliveries.nth(place);
    if (delivery !== undefined) sent.push(delivery);
  }
  return sent;
}

/** Deliveries come up in the order in which they are sent, so those of a step stand together. */
function firstSentAt(state: State, step: number): number {
  let [low, high] = [0, state.deliveries.size];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((state.deliveries.nth(middle)?.sentAt ?? 0) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Looked {
  /** At how many steps. */
  steps: number;
  /** Deliveries whose turns did not end in the step in which they began. */
  long: number[];
}

/** Kept up to date, since few turns are long, and there may be many to look at. */
const looked = new WeakMap<State["deliveries"], Looked>();

/** Turns that lasted for more than a step and were open in some step from `from`, before `to`. */
export function longTurns(state: State, from: number, to: number): Delivery[] {
  const known = looked.get(state.deliveries) ?? { steps: 0, long: [] };
  looked.set(state.deliveries, known);
  if (known.steps > state.moves.length) Object.assign(known, { steps: 0, long: [] });
  const candidates = known.long.concat(state.moves.slice(known.steps));
  known.steps = state.moves.length;
  const turns = candidates.map((number) => state.deliveries.get(number)).filter(isLong);
  known.long = turns.map(({ number }) => number);
  return turns.filter(
    ({ step, endedAt }) => (step ?? 0) < to && (endedAt === null || endedAt >= from),
  );
}

function isLong(delivery: Delivery | undefined): delivery is Delivery {
  if (delivery === undefined || delivery.kind === "response") return false;
  return delivery.endedAt === null || delivery.endedAt > (delivery.step ?? 0);
}

/** How a run goes that nobody steps: how far, how fast, how much is left. */

import { useEffect, useState } from "preact/hooks";
import { situation } from "./situation";
import type { State } from "./state";
import type { Store } from "./store";
import { whole } from "./words";

const SECONDS = 2;
const QUIET_MS = 1000;
/** Fewer records than this are under way at any moment of a fast run. */
const MANY_RECORDS = 5000;

/** Deliveries a second in the last seconds of the run, by its own clock. */
export function rateOf(state: State): number {
  const since = state.time - SECONDS;
  let [from, to] = [0, state.moves.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const delivery = state.deliveries.get(state.moves[middle] ?? 0);
    if ((delivery?.settledAt ?? state.time) < since) from = middle + 1;
    else to = middle;
  }
  return (state.moves.length - from) / SECONDS;
}

/** Deliveries a second while they go by themselves, else null. */
export function useRate(store: Store): number | null {
  const [, look] = useState(0);
  const { now } = store;
  const rate = store.played || store.quietFor >= QUIET_MS ? 0 : rateOf(now);
  useEffect(() => {
    if (rate === 0) return;
    const timer = setTimeout(() => look((turn) => turn + 1), QUIET_MS);
    return () => clearTimeout(timer);
  });
  return !store.played && situation(store) === "running" ? rate : null;
}

export function progressWords(store: Store, rate: number | null): string {
  const state = store.played ? store.read() : store.now;
  const { behind } = store;
  return [
    `${whole(state.moves.length)} made${rate === null ? "" : `, ${whole(rate)} a second`}`,
    `${whole(state.queue.size)} queued`,
    // While it goes by itself always, so that the words keep their places.
    ...(state.open.size > 0 || rate !== null ? [`${whole(state.open.size)} open`] : []),
    ...(behind > MANY_RECORDS ? [`catching up: ${whole(behind)} records to come`] : []),
  ].join(" · ");
}

/** What the runtime is doing, in one word, as the bar shows it. */

import { standstill } from "./standstill";
import { type State, stateWord } from "./state";
import type { Store } from "./store";

export type Situation =
  | "paused"
  | "pausing"
  | "running"
  | "idle"
  | "waiting"
  | "stuck"
  | "stopped"
  | "past";

export interface Told {
  glyph: string;
  word: string;
  title: string;
}

export const SITUATIONS: { readonly [situation in Situation]: Told } = {
  paused: { glyph: "‖", word: "paused", title: "Deliveries wait for a step" },
  pausing: { glyph: "‖", word: "pausing…", title: "The kernel was asked to pause" },
  running: { glyph: "▶", word: "running", title: "Deliveries go by themselves" },
  idle: { glyph: "○", word: "idle", title: "Nothing is pending and no turn is open" },
  waiting: {
    glyph: "◐",
    word: "waiting",
    title: "The queue is empty, but a turn is still open: it waits for something outside",
  },
  stuck: { glyph: "⊠", word: "stuck", title: "Somebody waits for an answer that never comes" },
  stopped: {
    glyph: "□",
    word: "stopped",
    title:
      "Deliveries wait: the runtime was not started, or was stopped. Step makes one all the same",
  },
  past: {
    glyph: "◷",
    word: "viewing the past",
    title: "You see how things stood after an earlier step; nothing can be changed there",
  },
};

export function situationOf(state: State): Exclude<Situation, "past" | "pausing"> {
  if (standstill(state) !== null) return "stuck";
  const word = stateWord(state);
  return word === "running" && state.mode === "running" && !state.started ? "stopped" : word;
}

/** The situation a view shows. */
export function situation(store: Store): Situation {
  if (store.played) return situationOf(store.read());
  if (store.past.value !== null) return "past";
  const now = situationOf({ ...store.now, mode: store.mode });
  return store.pausing.value && now === "running" ? "pausing" : now;
}

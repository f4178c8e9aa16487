/** The items of the menu of what is shown, and how. */

import { action, keyWord } from "../actions";
import type { BottomTab, StageTab, Store } from "../store";
import type { MenuItem } from "./Menu";

export function viewItems(store: Store): MenuItem[] {
  const { stage, bottom, pane } = store.tab;
  const choice = (id: string, label: string, does: string, on: boolean, run: () => void) => ({
    id,
    glyph: on ? "✓" : "",
    label,
    keys: null,
    title: does,
    off: false,
    run,
  });
  const onStage = (id: StageTab, label: string, does: string) =>
    choice(id, label, does, stage.value === id, () => {
      stage.value = id;
    });
  const below = (id: BottomTab, label: string, does: string) =>
    choice(id, label, does, bottom.value === id, () => {
      bottom.value = id;
      pane.value = "bottom";
    });
  return [
    onStage("graph", "Graph", "Agents, topics and subscriptions as a picture"),
    onStage("matrix", "Matrix", "Topics against agent types, for many of them"),
    below("spacetime", "Space-time", "Who sent what to whom, one column for each step"),
    below("log", "Log", "Every delivery in the order in which it was made"),
    below("problems", "Problems", "What went wrong, or looks wrong"),
    choice("large", "Large text", "For a room full of people", store.large.value, () => {
      store.large.value = !store.large.value;
    }),
    choice("keys", "Single keys", "Whether keys without Ctrl act", store.keys.value, () => {
      store.keys.value = !store.keys.value;
    }),
    { ...ofTable("help"), run: () => action("help").run(store, null) },
  ];
}

function ofTable(id: string): Omit<MenuItem, "run"> {
  const { glyph, label, key, does } = action(id);
  return { id, glyph, label, keys: key === null ? null : keyWord(key), title: does, off: false };
}

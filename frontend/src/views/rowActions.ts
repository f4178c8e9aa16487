/** What one can do with a delivery from its row: the same as by keys, from the same table. */

import { action, keyWord, perform, title } from "../actions";
import type { Coming } from "../coming";
import { placeMoved, type QueueRow } from "../pending";
import type { Selection, Store } from "../store";
import type { MenuItem } from "./Menu";

const IN_MENU = ["deliver", "follow", "hold"] as const;
const AFTER_DROPS = ["duplicate", "edit", "break", "why", "visit"] as const;

function selectionOf(number: number): Selection {
  return { what: "delivery", id: String(number) };
}

/** An action of the table, about this delivery. */
export function actionItem(store: Store, id: string, number: number): MenuItem {
  const one = action(id);
  const selection = selectionOf(number);
  const refusal = one.refusal(store, selection);
  const held = store.read().deliveries.get(number)?.state === "held";
  return {
    id,
    glyph: id === "hold" && held ? "▹" : one.glyph,
    label: id === "hold" && held ? "Release" : one.label,
    keys: one.key === null ? null : keyWord(one.key),
    title: title(one, refusal),
    off: refusal !== null,
    run() {
      // What opens a form or a tab does it for what is selected.
      store.select("delivery", number);
      perform(store, id, selection);
    },
  };
}

/** Two ways to lose a message. */
export function dropItems(store: Store, number: number): MenuItem[] {
  const refusal = store.refusal("drop", number);
  const drop = (id: string, label: string, does: string, error: boolean): MenuItem => ({
    id,
    glyph: "⊘",
    label,
    keys: null,
    title: refusal ?? does,
    off: refusal !== null,
    run: () => void store.run("drop", { number, error }),
  });
  return [
    drop("drop-silent", "Drop silently", "Lose it: whoever waits for it waits for ever", false),
    drop("drop-error", "Drop with an error", "Throw it away and raise it at the sender", true),
  ];
}

/** All that can be done with a pending delivery. */
export function deliveryItems(store: Store, number: number): MenuItem[] {
  return [
    ...IN_MENU.map((id) => actionItem(store, id, number)),
    ...dropItems(store, number),
    ...AFTER_DROPS.map((id) => actionItem(store, id, number)),
  ];
}

/** What is done most: shown in the row itself. */
export function rowButtons(store: Store, row: QueueRow): MenuItem[] {
  if (row.kind === "group") return groupItems(store, row.numbers).slice(0, 2);
  if (row.kind !== "delivery") return [];
  if (row.section === "dead") return ["why"].map((id) => actionItem(store, id, row.number));
  return [
    ...["deliver", "hold"].map((id) => actionItem(store, id, row.number)),
    { ...actionItem(store, "drop", row.number), label: "Drop" },
  ];
}

/** What can be done with a whole fan-out. */
export function groupItems(store: Store, numbers: readonly number[]): MenuItem[] {
  const first = numbers[0] ?? 0;
  const all = (id: string, glyph: string, label: string, name: string, args = {}): MenuItem => {
    const refusal = store.refusal(name, first);
    return {
      id,
      glyph,
      label,
      keys: null,
      title: refusal ?? `${label}: ${numbers.length} deliveries, one after the other`,
      off: refusal !== null,
      async run() {
        for (const number of numbers) await store.run(name, { number, ...args });
      },
    };
  };
  return [
    all("deliver-all", "▸", "Deliver all", "step"),
    all("hold-all", "‖", "Hold all", "hold"),
    all("drop-all", "⊘", "Drop all silently", "drop", { error: false }),
    ...["edit", "break", "why"].map((id) => actionItem(store, id, first)),
  ];
}

/** Moving by menu, for those who neither drag nor press keys. */
export function moveItems(store: Store, coming: Coming, number: number): MenuItem[] {
  const item = (id: string, glyph: string, label: string, by: 1 | -1): MenuItem => {
    const place = placeMoved(coming.order, number, by);
    const refusal =
      coming.moveRefusal ??
      store.refusal("move", number) ??
      (place === null ? "It stands there already" : null);
    return {
      id,
      glyph,
      label,
      keys: by < 0 ? "Alt+↑" : "Alt+↓",
      title: refusal ?? `${label} by one place in the queue`,
      off: refusal !== null,
      run: () => void store.run("move", { number, ...place }),
    };
  };
  return [item("move-earlier", "↑", "Move earlier", -1), item("move-later", "↓", "Move later", 1)];
}

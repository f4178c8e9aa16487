/** What one can do with a delivery from its row: the same as by keys, from the same table. */

import { action, keyWord, perform, title } from "../actions";
import type { QueueRow } from "../pending";
import type { Selection, Store } from "../store";
import { soon } from "./later";
import type { MenuItem } from "./Menu";

/** The delivery that a row is about, or the first of those it is about. */
export function firstOf(row: QueueRow): number {
  if (row.kind === "delivery") return row.number;
  return row.kind === "group" ? (row.numbers[0] ?? 0) : 0;
}

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

/** Taking a delivery away. */
export function copyItem(store: Store, number: number): MenuItem {
  return {
    id: "copy-text",
    glyph: "❐",
    label: "Copy as text",
    keys: "Ctrl+C",
    title: "In one line",
    off: false,
    run: () => soon(store, (panes) => panes.take(store, number)),
  };
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

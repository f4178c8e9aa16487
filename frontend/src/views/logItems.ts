/** Taking deliveries away from the log: to the clipboard, or as a file. */

import { asCsv, asData, asJsonLines, asText, copy, download } from "../copying";
import type { Delivery, State } from "../state";
import type { Store } from "../store";
import { count } from "../words";
import type { MenuItem } from "./Menu";
import { actionItem, copyItem } from "./rowActions";

function item(id: string, glyph: string, label: string, about: string, run: () => void): MenuItem {
  return { id, glyph, label, keys: null, title: about, off: false, run };
}

/** Ways to copy one delivery. */
function copyItems(store: Store, number: number): MenuItem[] {
  const json = (state: State, delivery: Delivery) =>
    JSON.stringify(asData(state, delivery), null, 2);
  return [
    copyItem(store, number),
    item("copy-json", "{}", "Copy as JSON", "With all of its context", () =>
      take(store, number, json),
    ),
  ];
}

/** What can be done with a delivery that was made. */
export function logRowItems(store: Store, number: number): MenuItem[] {
  const table = ["why", "visit", "cause", "effect", "break"];
  return [...copyItems(store, number), ...table.map((id) => actionItem(store, id, number))];
}

/** Ways to take all rows that are shown. */
export function exportItems(store: Store, state: State, numbers: readonly number[]): MenuItem[] {
  const rows = count(numbers.length, "row", "rows");
  const save = (name: string, type: string, write: typeof asCsv) => () =>
    download(`deliveries.${name}`, type, write(state, numbers));
  return [
    item(
      "export-jsonl",
      "{}",
      "Save as JSON lines",
      rows,
      save("jsonl", "application/x-ndjson", asJsonLines),
    ),
    item("export-csv", "▤", "Save as CSV", rows, save("csv", "text/csv", asCsv)),
    item("copy-jsonl", "❐", "Copy as JSON lines", rows, () =>
      tell(store, asJsonLines(state, numbers), rows),
    ),
  ];
}

/** Copies one delivery. */
export function take(store: Store, number: number, write = asText): Promise<void> {
  const state = store.read();
  const delivery = state.deliveries.get(number);
  return delivery === undefined
    ? Promise.resolve()
    : tell(store, write(state, delivery), `#${number}`);
}

async function tell(store: Store, text: string, what: string): Promise<void> {
  const done = await copy(text);
  store.say(
    done
      ? `${what} copied`
      : `The browser does not let this page use the clipboard: save ${what} with Export`,
  );
}

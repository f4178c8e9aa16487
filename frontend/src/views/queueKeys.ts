/** What keys and the pointer do in the queue, and nowhere else. */

import type { Coming } from "../coming";
import { placeMoved, type QueueRow } from "../pending";
import type { Heights } from "../rows";
import type { Store } from "../store";
import type { Move } from "./moving";

/** Arrows stop at deliveries, and at groups that are closed. */
export function mayStop(rows: readonly QueueRow[], position: number): boolean {
  const row = rows[position];
  return row?.kind === "delivery" || (row?.kind === "group" && !row.open);
}

/** The group that a row is, or is in. */
export function groupAround(rows: readonly QueueRow[], position: number): QueueRow | undefined {
  let at = position;
  for (let row = rows[at]; row?.kind === "delivery" && row.inGroup; row = rows[at]) at -= 1;
  return rows[at]?.kind === "group" ? rows[at] : undefined;
}

interface Keyed {
  store: Store;
  coming: Coming;
  chosen: number | null;
  group: QueueRow | undefined;
  toggle(row: QueueRow | undefined, open: boolean): void;
  menu(box: HTMLElement): void;
}

/** Keys that mean something here only: moving by Alt and arrows, opening and closing, the menu. */
export function keyed(event: KeyboardEvent, { store, coming, chosen, ...about }: Keyed): boolean {
  const { key } = event;
  if (event.altKey && (key === "ArrowUp" || key === "ArrowDown")) {
    if (chosen !== null) moveBy(store, coming, chosen, key === "ArrowUp" ? -1 : 1);
    return true;
  }
  if (key === "ContextMenu" || (key === "F10" && event.shiftKey)) {
    about.menu(event.currentTarget as HTMLElement);
    return true;
  }
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  if (key !== "ArrowLeft" && key !== "ArrowRight") return false;
  about.toggle(about.group, key === "ArrowRight");
  return true;
}

function moveBy(store: Store, coming: Coming, number: number, by: 1 | -1): void {
  const place = placeMoved(coming.order, number, by);
  if (coming.moveRefusal !== null) store.say(coming.moveRefusal);
  else if (place !== null) void store.run("move", { number, ...place });
}

/** Moving rows by the pointer, for `useMoving`. */
export function mover(store: Store, coming: Coming, rows: readonly QueueRow[], heights: Heights) {
  return {
    rows,
    heights,
    refusal: (numbers: readonly number[]) =>
      coming.moveRefusal ?? store.refusal("move", numbers[0]),
    onRefused: (words: string) => store.say(words),
    async onMove({ numbers, before }: Move) {
      if (
        before === null ? coming.order.at(-1) === numbers.at(-1) : follows(coming, numbers, before)
      )
        return;
      for (const number of numbers) await store.run("move", { number, before });
    },
  };
}

/** Whether they stand there already. */
function follows({ order }: Coming, numbers: readonly number[], before: number): boolean {
  return order[order.indexOf(before) - 1] === numbers.at(-1);
}

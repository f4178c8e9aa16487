/** The menus, each with what it offers. */

import type { Coming } from "../coming";
import type { QueueRow } from "../pending";
import type { Store } from "../store";
import { exportItems, logRowItems } from "./logItems";
import { Menu, type MenuPlace } from "./Menu";
import { deliveryItems, moveItems } from "./queueItems";
import { firstOf, groupItems } from "./rowActions";
import { viewItems } from "./viewItems";

interface MenuProps {
  store: Store;
  place: MenuPlace;
  onClose(): void;
}

/** What is shown, and how. */
export function ViewMenu({ store, ...menu }: MenuProps) {
  return <Menu label="View" items={viewItems(store)} {...menu} />;
}

/** What can be done with a row of the queue. */
export function QueueMenu({
  store,
  coming,
  row,
  ...menu
}: MenuProps & { coming: Coming; row: QueueRow }) {
  const first = firstOf(row);
  const items =
    row.kind === "group"
      ? groupItems(store, row.numbers)
      : [...deliveryItems(store, first), ...moveItems(store, coming, first)];
  return <Menu label={`What to do with #${first}`} items={items} {...menu} />;
}

/** What can be done with a row of the log or, without a number, with all that are shown. */
export function LogMenu({
  store,
  number,
  shown,
  ...menu
}: MenuProps & { number: number | null; shown: readonly number[] }) {
  return number === null ? (
    <Menu label="Take the rows away" items={exportItems(store, store.read(), shown)} {...menu} />
  ) : (
    <Menu label={`What to do with #${number}`} items={logRowItems(store, number)} {...menu} />
  );
}

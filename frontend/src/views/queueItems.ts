/** All that can be done with what is pending, for its menu. */

import type { Coming } from "../coming";
import { placeMoved } from "../pending";
import type { Store } from "../store";
import type { MenuItem } from "./Menu";
import { actionItem } from "./rowActions";

const IN_MENU = ["deliver", "follow", "hold"] as const;
const AFTER_DROPS = ["duplicate", "edit", "break", "why", "visit"] as const;

/** Two ways to lose a message. */
function dropItems(store: Store, number: number): MenuItem[] {
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

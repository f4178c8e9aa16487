/** Where the user has moved nodes to: shared by all views of a store, kept as long as it lives. */

import { type Signal, signal } from "@preact/signals";
import type { Drags } from "../layout";
import type { Store } from "../store";

const KEPT = new WeakMap<Store, Signal<Drags>>();

export function dragsOf(store: Store): Signal<Drags> {
  let drags = KEPT.get(store);
  if (drags === undefined) {
    drags = signal<Drags>(new Map());
    KEPT.set(store, drags);
  }
  return drags;
}

export function moveNode(drags: Signal<Drags>, id: string, dx: number, dy: number): void {
  const before = drags.value.get(id) ?? { dx: 0, dy: 0 };
  drags.value = new Map(drags.value).set(id, { dx: before.dx + dx, dy: before.dy + dy });
}

/**
 * How a view is looked at, kept by the browser over a reload of the page: what was moved, what is
 * in sight, how large. It is small, and without a storage that works nothing else changes.
 */

import { isObject } from "./read";
import type { Sight } from "./stage/camera";
import { dragsOf } from "./stage/drags";
import type { Store } from "./store";

/** Looks of the models that were seen last, as [model, look] pairs, the newest at the end. */
const PLACE = "agent-sandbox-looks";
const MODELS_AT_MOST = 20;
const DRAGS_AT_MOST = 200;

/** Gives the view of this model the look it had, and keeps its look until the result is called. */
export function keepLook(store: Store, model: unknown): () => void {
  if (typeof model !== "string" || model === "") return () => {};
  const known = looks().find(([id]) => id === model);
  if (known !== undefined) restore(store, known[1]);
  const save = () => {
    const others = looks().filter(([id]) => id !== model);
    const kept = [...others, [model, lookOf(store)]].slice(-MODELS_AT_MOST);
    try {
      sessionStorage.setItem(PLACE, JSON.stringify(kept));
    } catch {
      // Full or forbidden: the next page begins anew.
    }
  };
  // The last moment at which a page that is reloaded is still asked.
  addEventListener("pagehide", save);
  return () => {
    removeEventListener("pagehide", save);
    save();
  };
}

function looks(): [string, unknown][] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(PLACE) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => Array.isArray(one) && one.length === 2) : [];
  } catch {
    return [];
  }
}

function lookOf(store: Store) {
  const moved = [...dragsOf(store).peek()].slice(-DRAGS_AT_MOST);
  return {
    moved: moved.map(([id, { dx, dy }]) => [id, Math.round(dx), Math.round(dy)]),
    sight: store.sight.peek(),
    large: store.large.peek(),
  };
}

function restore(store: Store, look: unknown): void {
  if (!isObject(look)) return;
  const { moved, sight, large } = look;
  if (Array.isArray(moved))
    dragsOf(store).value = new Map(
      moved.filter(isMove).map(([id, dx, dy]) => [id, { dx, dy }] as const),
    );
  if (isSight(sight)) store.sight.value = sight;
  store.large.value = large === true;
}

function isMove(move: unknown): move is [string, number, number] {
  // Anything but two numbers makes no number.
  return Array.isArray(move) && Number.isFinite(move[1] + move[2]);
}

function isSight(sight: unknown): sight is Sight {
  const { x, y, scale } = (isObject(sight) ? sight : {}) as Partial<Sight>;
  return Number.isFinite((x as number) + (y as number)) && (scale as number) > 0;
}

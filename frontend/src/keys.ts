/** From keys to actions: what is pressed anywhere in the view, and is not for the part it is in. */

import { ACTIONS, action, perform, runOrPause } from "./actions";
import type { Store } from "./store";

const BY_KEY = new Map(
  [...ACTIONS.values()].flatMap(({ key, id }) => (key === null ? [] : [[key, id] as const])),
);

/** What works also with keys switched off, and while text is being typed. */
const ALWAYS = new Set(["Escape", "F6"]);
const TYPING =
  "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]";
/** What is pressed by these keys itself. */
const PRESSABLE = "button, summary, a[href], select, input, [role=tab], [role=menuitem]";

/** Does what a key asks for; false where it asks for nothing here. */
export function pressed(store: Store, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const key = keyOf(event);
  const id = key === " " ? runOrPause(store) : BY_KEY.get(key);
  if (id === undefined) return false;
  const target = event.target instanceof Element ? event.target : null;
  if (!ALWAYS.has(key) && (!store.keys.value || target?.closest(TYPING))) return false;
  if ((key === " " || key === "Enter") && target?.closest(PRESSABLE)) return false;
  if (key === "Enter" && action(id).refusal(store, store.selection.value) !== null) return false;
  perform(store, id);
  return true;
}

/** The key as the table of actions names it: letters small, whatever the lock key says. */
function keyOf(event: KeyboardEvent): string {
  const { key, shiftKey } = event;
  if (/^\p{L}$/u.test(key)) return shiftKey ? `Shift+${key.toUpperCase()}` : key.toLowerCase();
  // Signs are what they are, however they are typed; keys with names may have Shift beside them.
  return shiftKey && key.length > 1 ? `Shift+${key}` : key;
}

import { useId, useRef } from "preact/hooks";
import { stateWord } from "../state";
import type { Store } from "../store";
import { sentence } from "../words";
import { Bar } from "./Bar";
import { Detail } from "./Detail";
import { Graph } from "./Graph";
import { Log } from "./Log";
import { Queue } from "./Queue";

/** One view of a model: all panes over one store. */
export function App({ store }: { store: Store }) {
  const root = useRef<HTMLDivElement>(null);
  const viewId = useId();
  const onKey = (event: KeyboardEvent) => {
    if (root.current !== null && pressed(store, event, root.current)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const onClick = () => {
    // A click anywhere in the view gives it the keyboard.
    if (root.current !== null && !root.current.contains(document.activeElement))
      root.current.focus({ preventScroll: true });
  };
  return (
    <div
      ref={root}
      class="sb-inspector"
      data-testid="inspector"
      data-lm-suppress-shortcuts="true"
      tabIndex={-1}
      role="region"
      aria-label="Agent inspector"
      onFocusIn={keepShortcutsOut}
      onKeyDown={onKey}
      onClick={onClick}
    >
      <div class="sb-body">
        <Bar store={store} />
        <Queue store={store} viewId={viewId} />
        <Graph store={store} />
        <Detail store={store} />
        <Log store={store} viewId={viewId} />
        <Status store={store} />
      </div>
    </div>
  );
}

/**
 * JupyterLab takes single keys (X cuts the cell) before they get here, unless the focused element
 * itself has this attribute: most of its selectors end in `:focus`, and so match below the root.
 */
function keepShortcutsOut(event: FocusEvent): void {
  if (event.target instanceof Element)
    event.target.setAttribute("data-lm-suppress-shortcuts", "true");
}

function Status({ store }: { store: Store }) {
  const state = store.read();
  const notice = store.notice.value;
  // While messages flow by themselves, only where they come to rest is worth a sentence.
  const words =
    stateWord(state) === "running" ? "Running: deliveries go by themselves." : sentence(state);
  const ignored = [...state.unknown.values()].reduce(
    (sum, number) => sum + number,
    state.malformed,
  );
  return (
    <footer class="sb-status">
      {notice !== null && (
        <span class="sb-notice" role="alert" data-testid="notice">
          {notice}
        </span>
      )}
      <span class="sb-spoken" aria-live="polite" data-testid="spoken" title={words}>
        {words}
      </span>
      {ignored > 0 && (
        <span class="sb-quiet" title="From a newer version of the package, most likely">
          {ignored} records not understood
        </span>
      )}
      <span class="sb-keys sb-quiet">S step · Space run/pause · ↑↓ in lists · Esc</span>
    </footer>
  );
}

/** Does what a key asks for; false where it asks for nothing here. */
function pressed(store: Store, event: KeyboardEvent, root: HTMLElement): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target instanceof Element ? event.target : null;
  switch (event.key) {
    case "s":
      void store.run("step");
      return true;
    case " ":
      // On a button, the space bar presses that button.
      if (target?.closest("button, summary")) return false;
      void store.run(store.read().mode === "running" ? "pause" : "resume");
      return true;
    case "Escape":
      if (store.selection.value !== null) store.selection.value = null;
      else leave(root);
      return true;
    default:
      return false;
  }
}

/** Gives the keyboard back to the notebook around the view, where there is one. */
function leave(root: HTMLElement): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  root.closest<HTMLElement>(".jp-Notebook")?.focus();
}

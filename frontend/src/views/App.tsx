import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { pressed } from "../keys";
import type { Store } from "../store";
import { Bar } from "./Bar";
import { Bottom } from "./Bottom";
import { Detail } from "./Detail";
import { History } from "./History";
import { later, soon } from "./later";
import { Panes } from "./Panes";
import { Queue } from "./Queue";
import { Stage } from "./Stage";
import { Status } from "./Status";

const Empty = later("Empty", null);
const Help = later("Help");

/** One view of a model: all panes over one store. */
export function App({ store }: { store: Store }) {
  const root = useRef<HTMLDivElement>(null);
  const viewId = useId();
  useWishes(store, root);
  const inPast = store.past.value !== null && !store.played;
  const look = `sb-inspector${inPast ? " sb-in-past" : ""}${store.large.value ? " sb-large" : ""}`;
  const onKey = (event: KeyboardEvent) => {
    if (pressed(store, event)) {
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
      class={look}
      data-testid="inspector"
      data-lm-suppress-shortcuts="true"
      tabIndex={-1}
      role="region"
      aria-label="Agent inspector"
      onFocusIn={keepShortcutsOut}
      onKeyDown={onKey}
      onClick={onClick}
    >
      <MoreStyle store={store} />
      {store.deserted && <Deserted />}
      <div class="sb-body" hidden={store.deserted} data-pane={store.tab.pane.value}>
        <Bar store={store} />
        <Panes store={store} />
        <Queue store={store} viewId={viewId} />
        <Stage store={store} />
        <Empty store={store} />
        <Detail store={store} />
        <Bottom store={store} viewId={viewId} />
        <History store={store} />
        <Status store={store} />
        {store.help.value && <Help store={store} />}
      </div>
    </div>
  );
}

/** The style sheet of the second part, in each view: it may stand in a document of its own. */
function MoreStyle({ store: { more } }: { store: Store }) {
  return more.panes.value !== null && more.style !== "" ? <style>{more.style}</style> : null;
}

/** A saved notebook has the page code and no kernel; its picture stands in the next output. */
function Deserted() {
  return (
    <p class="sb-deserted" data-testid="empty" data-state="no-kernel">
      No kernel answers here, so you see the picture that was saved. Run the cell again for the live
      view; if a cell is running now, the view comes when the kernel is free.
    </p>
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

const SEARCH = '[data-testid="search"]';

/** Takes the keyboard where an action wants it, in the one view that has it. */
function useWishes(store: Store, root: { current: HTMLElement | null }): void {
  const wanted = store.wanted.value;
  useLayoutEffect(() => {
    const element = root.current;
    if (wanted === null || element === null) return;
    if (wanted === "view") {
      store.wanted.value = null;
      element.scrollIntoView({ block: "center" });
      return;
    }
    if (!element.contains(document.activeElement) && document.activeElement !== document.body)
      return;
    store.wanted.value = null;
    if (wanted === "notebook") leave(element);
    else if (wanted === "pane") nextPane(element);
    // What is asked for may be drawn only now, after a change of tab.
    else soon(store, () => requestAnimationFrame(() => focusOn(element, SEARCH)));
  }, [wanted]);
}

function focusOn(root: HTMLElement, selector: string): void {
  root.querySelector<HTMLElement>(selector)?.focus();
}

/** Gives the keyboard back to the notebook around the view, where there is one. */
function leave(root: HTMLElement): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  root.closest<HTMLElement>(".jp-Notebook")?.focus();
}

/** Each has one tab stop, or several where it has several parts; F6 goes to the first. */
const PANES = ".sb-bar, .sb-queue, .sb-stage, .sb-detail, .sb-bottom, .sb-history";
const STOPS = '[tabindex="0"], button:not([tabindex="-1"]), input, select, textarea, summary';

function nextPane(root: HTMLElement): void {
  const panes = [...root.querySelectorAll<HTMLElement>(PANES)].filter(isShown);
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  for (let step = 1; step <= panes.length; step += 1) {
    const pane = panes[(at + step) % panes.length];
    const stop = [...(pane?.querySelectorAll<HTMLElement>(STOPS) ?? [])].find(isShown);
    if (stop === undefined) continue;
    stop.focus();
    return;
  }
}

function isShown(element: HTMLElement): boolean {
  return element.checkVisibility?.() ?? true;
}

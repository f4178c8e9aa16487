/** What pointer, wheel and keys do in the picture. */

import type { Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { enlarged } from "../enlarged";
import type { Drags, Layout } from "../layout";
import type { Scene } from "../scene";
import { cellAt } from "../stage/contents";
import { moveNode } from "../stage/drags";
import { isDirection, nearestStop, type Stop, selectionOf, stopKey } from "../stage/neighbours";
import type { Stops } from "../stage/stops";
import { outsideId, splitAgentId, topicNode, typeNode } from "../state";
import type { Store } from "../store";
import type { Camera } from "./useCamera";

interface Needs {
  store: Store;
  camera: Camera;
  drags: Signal<Drags>;
  paper: RefObject<HTMLDivElement | null>;
  layout: Layout;
  scene: Scene;
  stops: Stops;
  /** The stop that the keyboard rests on. */
  active: Signal<string | null>;
}

interface Grip {
  pointer: number;
  x: number;
  y: number;
  /** The node that is moved; null pans the picture. */
  node: string | null;
  moved: boolean;
}

/** A pointer that moves less than this clicks. */
const SLACK = 4;
const KEY_MOVE = 10;
const KEY_PAN = 48;
const ZOOM_STEP = 1.25;
const SHIFTS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function useGestures(needs: Needs) {
  const grip = useRef<Grip | null>(null);
  const dragged = useRef(false);
  const latest = useRef(needs);
  latest.current = needs;
  const wanted = useRef<string | null>(null);

  useLayoutEffect(() => {
    // A stop that was out of sight exists only after the picture was drawn anew.
    if (wanted.current === null) return;
    if (focusStop(needs.paper.current, wanted.current)) wanted.current = null;
  });

  const goTo = (stop: Stop) => {
    const key = stopKey(stop);
    wanted.current = key;
    needs.active.value = key;
    needs.camera.reveal({ x: stop.x - 12, y: stop.y - 12, width: 24, height: 24 });
    if (focusStop(needs.paper.current, key)) wanted.current = null;
  };

  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0 || !(event.target instanceof Element)) return;
    if (event.target.closest("button, input, .sb-caption")) return;
    const node = event.target.closest("[data-drag]")?.getAttribute("data-drag") ?? null;
    grip.current = {
      pointer: event.pointerId,
      x: event.clientX,
      y: event.clientY,
      node,
      moved: false,
    };
    dragged.current = false;
  };

  const onPointerMove = (event: PointerEvent) => {
    const held = grip.current;
    if (held === null || held.pointer !== event.pointerId) {
      hover(needs, event);
      return;
    }
    const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
    if (!held.moved && Math.hypot(dx, dy) < SLACK) return;
    if (!held.moved && event.currentTarget instanceof Element)
      event.currentTarget.setPointerCapture?.(event.pointerId);
    Object.assign(held, { moved: true, x: event.clientX, y: event.clientY });
    dragged.current = true;
    const { camera, drags, paper } = latest.current;
    const { scale } = camera.view.value;
    const larger = enlarged(paper.current);
    if (held.node === null) camera.pan(dx / larger, dy / larger);
    else moveNode(drags, held.node, dx / larger / scale, dy / larger / scale);
  };

  const release = () => {
    grip.current = null;
  };

  const onClick = (event: MouseEvent) => {
    // The click that ends a drag selects nothing.
    if (dragged.current) {
      dragged.current = false;
      return;
    }
    const found = thingAt(needs, event);
    if (found !== null) select(needs.store, found);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (pressed(latest.current, event, goTo)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  const onFocusIn = (event: FocusEvent) => {
    const key = event.target instanceof Element ? event.target.getAttribute("data-stop") : null;
    if (key !== null) needs.active.value = key;
  };

  const handlers = {
    onPointerDown,
    onPointerMove,
    onPointerUp: release,
    onPointerCancel: release,
    onPointerLeave: () => {
      needs.store.hover.value = null;
    },
    onClick,
    onKeyDown,
    onFocusIn,
  };
  useWheel(needs.paper, latest);
  return { handlers };
}

/** The wheel zooms where it has nothing else to do: not while it scrolls the page around. */
function useWheel(paper: RefObject<HTMLDivElement | null>, latest: RefObject<Needs>): void {
  useLayoutEffect(() => {
    const frame = paper.current?.parentElement;
    if (!frame) return;
    const onWheel = (event: WheelEvent) => {
      const mine = event.ctrlKey || event.metaKey || frame.contains(document.activeElement);
      if (!mine && isScrollable(frame)) return;
      event.preventDefault();
      const factor = Math.exp(-Math.max(-120, Math.min(120, event.deltaY)) * 0.002);
      latest.current?.camera.zoom(factor, within(frame, event));
    };
    // Not passive, or the page would scroll as well.
    frame.addEventListener("wheel", onWheel, { passive: false });
    return () => frame.removeEventListener("wheel", onWheel);
  }, []);
}

function isScrollable(element: Element): boolean {
  for (let at = element.parentElement; at !== null; at = at.parentElement) {
    const scrolls =
      /auto|scroll/.test(getComputedStyle(at).overflowY) || at === document.documentElement;
    if (scrolls && at.scrollHeight > at.clientHeight + 1) return true;
  }
  return false;
}

/** Where a pointer is in an element, in the pixels that it is laid out in. */
function within(element: HTMLElement, { clientX, clientY }: MouseEvent): { x: number; y: number } {
  const { left, top } = element.getBoundingClientRect();
  const larger = enlarged(element);
  return { x: (clientX - left) / larger, y: (clientY - top) / larger };
}

type Thing = Pick<Stop, "what" | "id">;

function select(store: Store, thing: Thing): void {
  const selection = selectionOf(store.read(), thing);
  if (selection !== null) store.select(selection.what, selection.id);
}

/** What a pointer is on: a node, or a cell of a grid. */
function thingAt({ paper, layout, scene, camera }: Needs, event: MouseEvent): Thing | null {
  const target = event.target instanceof Element ? event.target : null;
  const grid = target?.closest("[data-cells]")?.getAttribute("data-cells");
  if (grid !== null && grid !== undefined && paper.current !== null) {
    const cells = scene.types.find((shape) => shape.type.type === grid)?.contents.cells;
    const at = within(paper.current, event);
    const { scale } = camera.view.value;
    const { x, y } = layout.bounds;
    const id = cells ? cellAt(cells, at.x / scale + x, at.y / scale + y) : null;
    return id === null ? { what: "type", id: grid } : { what: "agent", id };
  }
  const node = target?.closest("[data-what]");
  const what = node?.getAttribute("data-what");
  const id = node?.getAttribute("data-id");
  if (!what || id === null || id === undefined) return null;
  return { what: what as Stop["what"], id };
}

function hover(needs: Needs, event: PointerEvent): void {
  const thing = thingAt(needs, event);
  const found =
    thing === null || thing.what === "outside" ? null : selectionOf(needs.store.read(), thing);
  const { hover } = needs.store;
  const known = hover.value;
  if (known?.what !== found?.what || known?.id !== found?.id) hover.value = found;
}

function pressed(needs: Needs, event: KeyboardEvent, goTo: (stop: Stop) => void): boolean {
  const { camera, store, stops } = needs;
  if (event.target instanceof Element && event.target.closest("input")) return false;
  if (isDirection(event.key)) return arrow(needs, event, goTo);
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const key = event.target instanceof Element ? event.target.getAttribute("data-stop") : null;
  const stop = key === null ? undefined : stops.all.get(key);
  switch (event.key) {
    case "Enter":
      if (stop === undefined) return false;
      select(store, stop);
      return true;
    case "+":
    case "=":
      camera.zoom(ZOOM_STEP);
      return true;
    case "-":
      camera.zoom(1 / ZOOM_STEP);
      return true;
    case "Home":
      camera.fit();
      return true;
    default:
      return false;
  }
}

/** Arrows go from stop to stop; with Shift they move the node, with Alt the picture. */
function arrow(needs: Needs, event: KeyboardEvent, goTo: (stop: Stop) => void): boolean {
  const { camera, drags, stops, active } = needs;
  const [dx, dy] = SHIFTS[event.key] ?? [0, 0];
  if (event.ctrlKey || event.metaKey || !isDirection(event.key)) return false;
  if (event.altKey) {
    camera.pan(-dx * KEY_PAN, -dy * KEY_PAN);
    return true;
  }
  const focused = event.target instanceof Element ? event.target.getAttribute("data-stop") : null;
  const here = stops.all.get(focused ?? active.value ?? "") ?? [...stops.all.values()][0];
  if (here === undefined) return false;
  if (event.shiftKey) {
    const node = nodeOf(here);
    if (node !== null) moveNode(drags, node, dx * KEY_MOVE, dy * KEY_MOVE);
    return true;
  }
  const next = focused === null ? here : nearestStop([...stops.all.values()], here, event.key);
  if (next !== null) goTo(next);
  return true;
}

/** The box that a stop belongs to; a line has none. */
function nodeOf({ what, id }: Stop): string | null {
  if (what === "agent") return typeNode(splitAgentId(id).type);
  if (what === "type" || what === "more") return typeNode(id);
  if (what === "outside") return outsideId(id);
  if (what === "topic") return id.endsWith("*") ? `prefix:${id.slice(0, -1)}` : topicNode(id);
  return null;
}

function focusStop(paper: HTMLElement | null, key: string): boolean {
  const found = [...(paper?.querySelectorAll<SVGElement>("[data-stop]") ?? [])].find(
    (one) => one.getAttribute("data-stop") === key,
  );
  found?.focus({ preventScroll: true });
  return found !== undefined;
}

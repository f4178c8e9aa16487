/** Moving rows of the queue with the pointer. */

import { useEffect, useRef, useState } from "preact/hooks";
import { enlarged } from "../enlarged";
import type { QueueRow } from "../pending";
import type { Heights } from "../rows";

export interface Move {
  /** What is moved. */
  numbers: readonly number[];
  /** The delivery they will stand before; null is the end. */
  before: number | null;
  /** Where that is, in the rows. */
  y: number;
}

interface Drag {
  numbers: readonly number[];
  startX: number;
  startY: number;
  box: HTMLElement;
  pointer: number;
}

const FAR_ENOUGH = 5;
const EDGE = 24;

interface Options {
  rows: readonly QueueRow[];
  heights: Heights;
  /** Why these cannot be moved, or null. */
  refusal(numbers: readonly number[]): string | null;
  onRefused(words: string): void;
  onMove(move: Move): void;
}

/** What is being moved, and what starts it. */
export function useMoving(options: Options) {
  const [move, setMove] = useState<Move | null>(null);
  const drag = useRef<Drag | null>(null);
  const latest = useRef(options);
  latest.current = options;

  useEffect(() => {
    const onMove = (event: PointerEvent) => {
      const now = drag.current;
      if (now === null || event.pointerId !== now.pointer) return;
      const far = Math.hypot(event.clientX - now.startX, event.clientY - now.startY);
      setMove((old) => {
        if (old === null && far < FAR_ENOUGH) return null;
        const { refusal, onRefused } = latest.current;
        const words = refusal(now.numbers);
        if (words !== null) {
          drag.current = null;
          onRefused(words);
          return null;
        }
        return goalAt(now, event.clientY, latest.current);
      });
    };
    const end = (done: boolean) => () => {
      if (drag.current === null) return;
      drag.current = null;
      setMove((last) => {
        if (done && last !== null) latest.current.onMove(last);
        return null;
      });
    };
    const drop = end(true);
    const cancel = end(false);
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || drag.current === null) return;
      event.stopPropagation();
      cancel();
    };
    document.addEventListener("pointermove", onMove);
    document.addEventListener("pointerup", drop);
    document.addEventListener("pointercancel", cancel);
    document.addEventListener("keydown", onKey, true);
    return () => {
      document.removeEventListener("pointermove", onMove);
      document.removeEventListener("pointerup", drop);
      document.removeEventListener("pointercancel", cancel);
      document.removeEventListener("keydown", onKey, true);
    };
  }, []);

  const begin = (event: PointerEvent, box: HTMLElement) => {
    // A finger scrolls; moving has its keys and its place in the menu.
    if (event.button !== 0 || event.pointerType === "touch") return;
    const target = event.target instanceof Element ? event.target : null;
    if (target === null || target.closest("button") !== null) return;
    const index = Number(target.closest("[aria-rowindex]")?.getAttribute("aria-rowindex"));
    const numbers = movable(latest.current.rows[index - 1]);
    if (numbers.length === 0) return;
    drag.current = {
      numbers,
      startX: event.clientX,
      startY: event.clientY,
      box,
      pointer: event.pointerId,
    };
  };

  return { move, begin };
}

function movable(row: QueueRow | undefined): readonly number[] {
  if (row?.kind === "group") return row.numbers;
  return row?.kind === "delivery" && row.section === "pending" ? [row.number] : [];
}

/** The gap between two rows that is nearest to the pointer. */
function goalAt(drag: Drag, clientY: number, { rows, heights }: Options): Move {
  const { box, numbers } = drag;
  const within = (clientY - box.getBoundingClientRect().top) / enlarged(box);
  if (within < EDGE) box.scrollTop -= EDGE - within;
  else if (within > box.clientHeight - EDGE) box.scrollTop += within - (box.clientHeight - EDGE);
  const y = within + box.scrollTop;
  let position = heights.at(y);
  if (y > (heights.top(position) + heights.top(position + 1)) / 2) position += 1;
  return { numbers, ...gapFrom(rows, heights, position, new Set(numbers)) };
}

/** The first delivery from a row on that is pending and does not move itself. */
function gapFrom(
  rows: readonly QueueRow[],
  heights: Heights,
  position: number,
  moving: ReadonlySet<number>,
): { before: number | null; y: number } {
  const y = heights.top(Math.min(position, endOfPending(rows)));
  for (const row of rows.slice(position)) {
    const before = movable(row).find((number) => !moving.has(number));
    if (before !== undefined) return { before, y };
    if (row.kind === "heading") break;
  }
  return { before: null, y };
}

function endOfPending(rows: readonly QueueRow[]): number {
  const heading = rows.findIndex((row) => row.kind === "heading");
  return heading < 0 ? rows.length : heading;
}

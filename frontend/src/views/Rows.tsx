import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Heights, keyTarget, scrollFor, shownRows } from "../rows";
import { whole } from "../words";

interface RowsProps {
  testId: string;
  role: "grid" | "treegrid";
  label: string;
  rows: Heights;
  /** Position of the selected row, or -1. */
  selected: number;
  /** Keeps the last row in sight as rows come, until the user scrolls away. */
  tail?: boolean;
  /** What is listed, where that can change: what comes is counted from there. */
  list?: string;
  /** An id for the row at a position, unique in the page and always the same for one thing. */
  rowId(position: number): string;
  row(position: number): ComponentChildren;
  onSelect(position: number): void;
  /** Whether the arrows stop at a row; they do at all by default. */
  mayStop?(position: number): boolean;
  /** Keys of its own, asked first; true for those it has taken. */
  onKey?(event: KeyboardEvent): boolean;
  onPointerDown?(event: PointerEvent, box: HTMLElement): void;
  /** What lies over the rows, at their places. */
  over?: ComponentChildren;
}

const ASSUMED_HEIGHT = 240;

/** A list of any length that keeps only the rows in sight in the page. */
export function Rows(props: RowsProps) {
  const { rows, selected } = props;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 0 });
  const end = useEnd(rows.count, { tail: props.tail === true, list: props.list ?? "" }, box);
  const shown = shownRows(rows, view);

  const measure = () => {
    const element = box.current;
    if (element === null) return;
    const height = element.clientHeight || ASSUMED_HEIGHT;
    const top = element.scrollTop;
    end.look(element);
    setView((old) => (old.top === top && old.height === height ? old : { top, height }));
  };

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      end.keep();
      measure();
    });
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);

  const selectedId = selected < 0 ? undefined : props.rowId(selected);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || selected < 0) return;
    const { scrollTop: top, clientHeight: height } = element;
    const goal = scrollFor(rows, { top, height: height || ASSUMED_HEIGHT }, selected);
    if (goal !== null) element.scrollTop = goal;
  }, [selectedId]);

  const children = [];
  for (let position = shown.from; position < shown.to; position += 1)
    children.push(props.row(position));

  const onKey = (event: KeyboardEvent) => {
    if (!props.onKey?.(event)) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      const page = Math.max(1, shown.to - shown.from - 9);
      const target = keyTarget(event.key, selected, rows.count, page, props.mayStop);
      if (target === null) return;
      if (target >= 0) props.onSelect(target);
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const grid = {
    role: props.role,
    tabIndex: 0,
    "aria-label": props.label,
    "aria-rowcount": rows.count,
    "aria-activedescendant": selected >= shown.from && selected < shown.to ? selectedId : undefined,
    onScroll: measure,
    onKeyDown: onKey,
    onPointerDown(event: PointerEvent) {
      if (box.current !== null) props.onPointerDown?.(event, box.current);
    },
  };

  return (
    <div class="sb-rows-frame">
      <div ref={box} class="sb-rows" data-testid={props.testId} {...grid}>
        <div class="sb-rows-all" role="presentation" style={{ height: `${shown.inside}px` }}>
          <div role="presentation" style={{ transform: `translateY(${shown.shift}px)` }}>
            {children}
          </div>
          {props.over}
        </div>
      </div>
      {end.newer > 0 && (
        <button
          type="button"
          class="sb-newest"
          data-testid="newest"
          title="Go to the newest, and stay there (End)"
          onClick={end.jump}
        >
          <span aria-hidden="true">↓ </span>
          {whole(end.newer)} newer
        </button>
      )}
    </div>
  );
}

interface End {
  /** How many rows have come since the last row was in sight. */
  newer: number;
  /** Finds out whether the last row is in sight. */
  look(element: HTMLElement): void;
  keep(): void;
  jump(): void;
}

/** Stays at the last row while it is in sight, and counts what comes while it is not. */
function useEnd(
  count: number,
  { tail, list }: { tail: boolean; list: string },
  box: { current: HTMLElement | null },
): End {
  const atEnd = useRef(true);
  const latest = useRef(count);
  latest.current = count;
  const [seen, setSeen] = useState(count);
  const keep = () => {
    const element = box.current;
    if (tail && element !== null && atEnd.current) element.scrollTop = element.scrollHeight;
  };
  useLayoutEffect(keep, [count]);
  useLayoutEffect(() => setSeen(latest.current), [list]);
  return {
    newer: tail && !atEnd.current ? Math.max(0, count - seen) : 0,
    keep,
    look(element) {
      const wasAtEnd = atEnd.current;
      atEnd.current = element.scrollTop + element.clientHeight >= element.scrollHeight - 4;
      // Noted only now: while the end is in sight, each row would be a reason to draw anew.
      if (wasAtEnd && !atEnd.current) setSeen(latest.current);
    },
    jump() {
      atEnd.current = true;
      setSeen(latest.current);
      keep();
    },
  };
}

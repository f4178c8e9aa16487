import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface RowsProps {
  testId: string;
  label: string;
  count: number;
  rowHeight: number;
  /** Position of the selected row, or -1. */
  selected: number;
  /** Keeps the last row in sight as rows come, until the user scrolls away. */
  tail?: boolean;
  /** An id for the row at a position, unique in the page. */
  rowId(position: number): string;
  row(position: number): ComponentChildren;
  onSelect(position: number): void;
  onEnter?(): void;
}

const SPARE_ROWS = 8;
const ASSUMED_HEIGHT = 240;
/** Browsers round the offsets of taller elements. */
const MAX_PIXELS = 10_000_000;

/** A list of any length that keeps only the rows in sight in the page. All rows are equally high. */
export function Rows(props: RowsProps) {
  const { count, rowHeight, selected } = props;
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [view, setView] = useState({ top: 0, height: ASSUMED_HEIGHT });
  const first = firstShown(count, rowHeight);

  const measure = () => {
    const element = box.current;
    if (element === null) return;
    const height = element.clientHeight || ASSUMED_HEIGHT;
    const top = element.scrollTop;
    atEnd.current = top + height >= element.scrollHeight - rowHeight;
    setView((old) => (old.top === top && old.height === height ? old : { top, height }));
  };

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    const element = box.current;
    if (element !== null && props.tail && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [count]);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || selected < first) return;
    const top = (selected - first) * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + view.height)
      element.scrollTop = top + rowHeight - view.height;
  }, [selected]);

  const from = first + Math.max(0, Math.floor(view.top / rowHeight) - SPARE_ROWS);
  const to = Math.min(count, from + Math.ceil(view.height / rowHeight) + 2 * SPARE_ROWS);
  const rows = [];
  for (let position = from; position < to; position += 1) rows.push(props.row(position));

  const move = (event: KeyboardEvent) => {
    const target = moved(event.key, selected, count);
    if (target !== null) props.onSelect(target);
    else if (event.key === "Enter" && props.onEnter) props.onEnter();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={box}
      class="sb-rows"
      data-testid={props.testId}
      role="listbox"
      tabIndex={0}
      aria-label={props.label}
      aria-activedescendant={selected >= from && selected < to ? props.rowId(selected) : undefined}
      onScroll={measure}
      onKeyDown={move}
    >
      <div class="sb-rows-all" style={{ height: `${(count - first) * rowHeight}px` }}>
        <div style={{ transform: `translateY(${(from - first) * rowHeight}px)` }}>{rows}</div>
      </div>
    </div>
  );
}

function firstShown(count: number, rowHeight: number): number {
  return Math.max(0, count - Math.floor(MAX_PIXELS / rowHeight));
}

/** The row a key goes to, or null for keys that go nowhere. */
function moved(key: string, selected: number, count: number): number | null {
  if (count === 0) return null;
  const clamp = (position: number) => Math.min(count - 1, Math.max(0, position));
  switch (key) {
    case "ArrowDown":
    case "j":
      return clamp(selected + 1);
    case "ArrowUp":
    case "k":
      return clamp(selected < 0 ? count - 1 : selected - 1);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

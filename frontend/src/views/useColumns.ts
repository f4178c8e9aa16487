/** A box of columns that scrolls sideways and stays at its end while that is in sight. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Heights, scrollAt, scrollFor } from "../rows";
import { COLUMN } from "../spacetime";

export interface ColumnsView {
  left: number;
  /** Of what is beside the names of the lifelines. */
  width: number;
  height: number;
}

const ASSUMED: ColumnsView = { left: 0, width: 720, height: 150 };

export function useColumns(box: { current: HTMLElement | null }, columns: Heights) {
  const [view, setView] = useState(ASSUMED);
  const atEnd = useRef(true);

  const measure = () => {
    const element = box.current;
    if (element === null) return;
    const { scrollLeft: left, clientWidth, clientHeight } = element;
    atEnd.current = left + clientWidth >= element.scrollWidth - COLUMN;
    const width = Math.max(COLUMN, (clientWidth || ASSUMED.width) - namesWidth(element));
    const height = clientHeight || ASSUMED.height;
    setView((old) =>
      old.left === left && old.width === width && old.height === height
        ? old
        : { left, width, height },
    );
  };
  const keepEnd = () => {
    const element = box.current;
    if (element !== null && atEnd.current) element.scrollLeft = element.scrollWidth;
  };

  useLayoutEffect(keepEnd, [columns.count]);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      keepEnd();
      measure();
    });
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);

  return {
    view,
    measure,
    /** Brings a column into sight, with as much before it as after it. */
    show(column: number | null) {
      const element = box.current;
      if (element === null || column === null) return;
      const { width } = view;
      if (scrollFor(columns, { top: element.scrollLeft, height: width }, column) === null) return;
      element.scrollLeft = scrollAt(columns, width, column) - (width - COLUMN) / 2;
    },
  };
}

function namesWidth(element: HTMLElement): number {
  return element.querySelector<HTMLElement>(".sb-lane-names")?.offsetWidth ?? 0;
}

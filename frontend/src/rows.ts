/** Which rows of a long list are in sight, and where they stand. */

export interface Heights {
  readonly count: number;
  /** Height of all rows together, in pixels. */
  readonly total: number;
  /** Where a row begins; for the position after the last row, where that ends. */
  top(position: number): number;
  /** The row at this height, the last one below all. */
  at(y: number): number;
}

/** Rows that are all equally high. */
export function evenRows(count: number, height: number): Heights {
  return {
    count,
    total: count * height,
    top: (position) => position * height,
    at: (y) => clamp(Math.floor(y / height), count),
  };
}

/** Rows of any height. */
export function unevenRows(heights: ArrayLike<number>): Heights {
  const count = heights.length;
  const tops = new Float64Array(count + 1);
  for (let position = 0; position < count; position += 1)
    tops[position + 1] = (tops[position] ?? 0) + (heights[position] ?? 0);
  return {
    count,
    total: tops[count] ?? 0,
    top: (position) => tops[position] ?? 0,
    at(y) {
      let [low, high] = [0, count];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((tops[middle + 1] ?? 0) <= y) low = middle + 1;
        else high = middle;
      }
      return clamp(low, count);
    },
  };
}

function clamp(position: number, count: number): number {
  return Math.min(Math.max(0, position), Math.max(0, count - 1));
}

/** What the browser says of the box that scrolls. */
export interface View {
  top: number;
  /** None while the box has not been measured: no row is drawn only to be drawn anew then. */
  height: number;
}

export interface Shown {
  /** The rows from here up to, but without, `to` are in the page. */
  from: number;
  to: number;
  /** Where the first of them is put, in the box. */
  shift: number;
  /** How high the box is inside. */
  inside: number;
}

/** Browsers round offsets in taller elements, and then rows jitter. */
export const TALLEST = 8_000_000;
const SPARE = 4;

/** The rows to draw. Where all of them would be too tall, one pixel of scrolling is more of them. */
export function shownRows(rows: Heights, view: View): Shown {
  const top = scrolledTo(rows, view);
  const from = Math.max(0, rows.at(top) - SPARE);
  const seen =
    rows.count === 0 || view.height === 0 ? from : rows.at(top + view.height) + 1 + SPARE;
  const to = Math.min(rows.count, seen);
  return { from, to, shift: view.top + rows.top(from) - top, inside: insideOf(rows) };
}

/** How far down the rows stand, when the box is scrolled so far. */
export function scrolledTo(rows: Heights, view: View): number {
  return view.top * stretch(rows, view.height);
}

/** How far the box has to be scrolled for a row to be in sight; null where it is. */
export function scrollFor(rows: Heights, view: View, position: number): number | null {
  const top = scrolledTo(rows, view);
  const [begin, end] = [rows.top(position), rows.top(position + 1)];
  if (begin >= top && end <= top + view.height) return null;
  const wanted = begin < top ? begin : end - view.height;
  return Math.max(0, wanted) / stretch(rows, view.height);
}

/** How far the box has to be scrolled for a row to be the first in sight. */
export function scrollAt(rows: Heights, height: number, position: number): number {
  return rows.top(position) / stretch(rows, height);
}

function insideOf(rows: Heights): number {
  return Math.min(rows.total, TALLEST);
}

function stretch(rows: Heights, height: number): number {
  const inside = insideOf(rows);
  if (inside === rows.total || inside <= height) return 1;
  return (rows.total - height) / (inside - height);
}

/** The row that a key goes to from another; null for keys that go nowhere. */
export function keyTarget(
  key: string,
  from: number,
  count: number,
  perPage: number,
  mayStop: (position: number) => boolean = () => true,
): number | null {
  const seek = (start: number, by: 1 | -1): number => {
    let position = clamp(start, count);
    while (position >= 0 && position < count && !mayStop(position)) position += by;
    return position >= 0 && position < count ? position : from;
  };
  if (count === 0) return null;
  switch (key) {
    case "ArrowDown":
    case "j":
      return seek(from + 1, 1);
    case "ArrowUp":
    case "k":
      return seek(from < 0 ? count - 1 : from - 1, -1);
    case "PageDown":
      return seek(from + perPage, -1);
    case "PageUp":
      return seek(from - perPage, 1);
    case "Home":
      return seek(0, 1);
    case "End":
      return seek(count - 1, -1);
    default:
      return null;
  }
}

import { describe, expect, test } from "vitest";
import {
  evenRows,
  keyTarget,
  scrolledTo,
  scrollFor,
  shownRows,
  TALLEST,
  unevenRows,
} from "../src/rows";

describe("rows", () => {
  test("of any heights know where each begins and which is at a height", () => {
    const rows = unevenRows([40, 26, 26, 28]);
    expect([0, 1, 2, 3, 4].map((position) => rows.top(position))).toEqual([0, 40, 66, 92, 120]);
    expect([0, 39, 40, 65, 66, 91.5, 92, 119, 500].map((y) => rows.at(y))).toEqual([
      0, 0, 1, 1, 2, 2, 3, 3, 3,
    ]);
    expect(unevenRows([]).total).toBe(0);
  });

  test("of one height do the same without a list", () => {
    const [even, uneven] = [evenRows(50, 24), unevenRows(new Array(50).fill(24))];
    for (const y of [-5, 0, 23, 24, 600, 1199, 5000]) expect(even.at(y)).toBe(uneven.at(y));
    for (const position of [0, 1, 49, 50]) expect(even.top(position)).toBe(uneven.top(position));
  });

  test("in sight are in the page, with a few to spare, and no others", () => {
    const rows = evenRows(100_000, 24);
    expect(shownRows(rows, { top: 0, height: 120 })).toEqual({
      from: 0,
      to: 10,
      shift: 0,
      inside: 2_400_000,
    });
    const { from, to, shift } = shownRows(rows, { top: 24_000, height: 120 });
    expect([from, to, shift]).toEqual([996, 1010, 996 * 24]);
    expect(shownRows(evenRows(0, 24), { top: 0, height: 120 }).to).toBe(0);
  });

  test("are not in the page before it is known how many are in sight, but have their room", () => {
    const { from, to, inside } = shownRows(evenRows(100, 24), { top: 0, height: 0 });
    expect([from, to, inside]).toEqual([0, 0, 2400]);
  });

  test("can be too many for a browser: the first and the last can still be reached", () => {
    const rows = evenRows(2_000_000, 24);
    const height = 240;
    const begin = shownRows(rows, { top: 0, height });
    expect(begin.inside).toBe(TALLEST);
    expect(begin.from).toBe(0);
    const bottom = { top: TALLEST - height, height };
    expect(shownRows(rows, bottom).to).toBe(2_000_000);
    // The last row ends where the box ends.
    const { from, shift } = shownRows(rows, bottom);
    expect(Math.round(shift + (2_000_000 - from) * 24)).toBe(TALLEST);
  });

  test("come into sight by the least scrolling, wherever they are", () => {
    for (const rows of [evenRows(1000, 24), evenRows(2_000_000, 24)]) {
      for (const position of [0, 7, 500, rows.count - 1]) {
        for (const top of [0, 4800, 20_000]) {
          const view = { top, height: 240 };
          const goal = scrollFor(rows, view, position) ?? top;
          const begin = scrolledTo(rows, { ...view, top: goal });
          expect(rows.top(position)).toBeGreaterThanOrEqual(begin - 0.5);
          expect(rows.top(position + 1)).toBeLessThanOrEqual(begin + 240.5);
        }
      }
    }
    expect(scrollFor(evenRows(10, 24), { top: 0, height: 240 }, 9)).toBeNull();
  });
});

describe("keys", () => {
  test("go up, down, by pages and to the ends", () => {
    const go = (key: string, from: number) => keyTarget(key, from, 10, 4);
    expect(["ArrowDown", "j", "ArrowUp", "k"].map((key) => go(key, 5))).toEqual([6, 6, 4, 4]);
    expect([go("ArrowDown", -1), go("ArrowUp", -1)]).toEqual([0, 9]);
    expect([go("ArrowDown", 9), go("ArrowUp", 0)]).toEqual([9, 0]);
    expect([go("PageDown", 5), go("PageUp", 5), go("Home", 5), go("End", 5)]).toEqual([9, 1, 0, 9]);
    expect(go("x", 5)).toBeNull();
    expect(keyTarget("ArrowDown", -1, 0, 4)).toBeNull();
  });

  test("pass over rows where nothing can be selected", () => {
    const mayStop = (position: number) => position !== 0 && position !== 3;
    const go = (key: string, from: number) => keyTarget(key, from, 5, 2, mayStop);
    expect([go("ArrowDown", 2), go("ArrowUp", 4), go("Home", 4)]).toEqual([4, 2, 1]);
    expect(go("ArrowUp", 1)).toBe(1);
  });
});

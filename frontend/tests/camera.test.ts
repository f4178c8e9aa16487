import { describe, expect, test } from "vitest";
import {
  drawnWindow,
  fitted,
  isAllSeen,
  MOST_SCALE,
  panned,
  revealing,
  sightOf,
  TOOLS,
  viewOf,
  zoomed,
} from "../src/stage/camera";
import { leastCovering } from "../src/stage/caption";
import { detailFor } from "../src/stage/detail";

const stage = { width: 500, height: 330 };
const bounds = { x: -120, y: -70, width: 540, height: 400 };
const at = (view: { x: number; y: number; scale: number }, x: number, y: number) => ({
  x: x * view.scale + view.x,
  y: y * view.scale + view.y,
});

describe("fit", () => {
  test("shows everything, in the middle, and not larger than drawn", () => {
    const view = fitted(bounds, stage);
    expect(isAllSeen(view, bounds, stage)).toBe(true);
    const small = fitted({ x: 0, y: 0, width: 10, height: 10 }, stage);
    expect(small.scale).toBeLessThanOrEqual(1.25);
    const corner = at(small, 5, 5);
    expect(Math.abs(corner.x - 250)).toBeLessThan(2);
    expect(Math.abs(corner.y - 165)).toBeLessThan(2);
  });

  test("keeps boxes clear of the tools that lie on the picture", () => {
    const box = { x: -120, y: -70, width: 80, height: 26 };
    const low = { x: -120, y: 300, width: 80, height: 26 };
    const view = fitted(bounds, stage, [box, low]);
    expect(at(view, box.x, box.y).y).toBeGreaterThanOrEqual(TOOLS.height);
    expect(at(view, low.x, low.y + low.height).y).toBeLessThanOrEqual(stage.height - TOOLS.height);
    expect(isAllSeen(view, bounds, stage)).toBe(true);
  });
});

test("a zoom leaves the point under the pointer where it is, and has an end", () => {
  const view = { x: 20, y: 10, scale: 0.8 };
  const under = { x: (200 - view.x) / view.scale, y: (100 - view.y) / view.scale };
  const closer = zoomed(view, 1.25, { x: 200, y: 100 });
  expect(closer.scale).toBe(1);
  expect(Math.abs(at(closer, under.x, under.y).x - 200)).toBeLessThan(1);
  expect(Math.abs(at(closer, under.x, under.y).y - 100)).toBeLessThan(1);
  expect(zoomed(view, 1000, { x: 0, y: 0 }).scale).toBe(MOST_SCALE);
});

test("revealing moves as little as it can, and nothing where all is in sight", () => {
  const view = { x: 0, y: 0, scale: 1 };
  expect(revealing(view, { x: 100, y: 100, width: 50, height: 20 }, stage)).toEqual(view);
  const moved = revealing(view, { x: 700, y: 100, width: 50, height: 20 }, stage);
  expect([moved.x, moved.y]).toEqual([500 - 12 - 750, 0]);
  const larger = revealing({ x: 0, y: 0, scale: 0.1 }, bounds, stage, 0.5);
  expect(larger.scale).toBe(0.5);
});

test("what is drawn changes only when a pan leaves it", () => {
  const view = { x: 0, y: 0, scale: 1 };
  const window = drawnWindow(view, stage);
  expect(drawnWindow(panned(view, 40, -30), stage, window)).toBe(window);
  const next = drawnWindow(panned(view, 400, 0), stage, window);
  expect(next).not.toBe(window);
  expect(next.x).toBeLessThanOrEqual(-400);
  expect(next.x + next.width).toBeGreaterThanOrEqual(100);
  expect(drawnWindow({ ...view, scale: 0.5 }, stage, window)).not.toBe(window);
});

test("the smaller the picture, the coarser it is drawn", () => {
  expect([1, 0.7, 0.5, 0.3, 0.1].map(detailFor)).toEqual([
    "near",
    "near",
    "middle",
    "far",
    "specks",
  ]);
});

test("what is in the middle stays there on a stage of another size", () => {
  const view = { x: -40, y: 25, scale: 0.8 };
  const sight = sightOf(view, stage);
  expect(viewOf(sight, stage)).toEqual(view);
  const wider = { width: 900, height: 200 };
  const middle = at(viewOf(sight, wider), sight.x, sight.y);
  expect(Math.abs(middle.x - 450)).toBeLessThan(1);
  expect(Math.abs(middle.y - 100)).toBeLessThan(1);
});

describe("words on the picture", () => {
  const view = { x: 0, y: 0, scale: 0.5 };
  const narrow = { width: 400, height: 234 };
  const words = { width: 150, height: 24 };

  test("lie in the left corner, above the tools that are there", () => {
    expect(leastCovering(view, stage, [], words)).toMatchObject({ x: 4, y: 330 - 24 - 4 - 30 });
    expect(leastCovering(view, narrow, [], words)).toMatchObject({ x: 4, y: 234 - 24 - 4 });
  });

  test("lie where they cover no box, else where they cover fewest", () => {
    const left = { x: 10, y: 400, width: 80, height: 60 };
    expect(leastCovering(view, narrow, [left], words)).toMatchObject({ x: 246, y: 206 });
    const right = { x: 500, y: 400, width: 280, height: 60 };
    expect(leastCovering(view, narrow, [left, right], words)).toMatchObject({ x: 246, y: 32 });
    const above = { x: 300, y: 0, width: 500, height: 300 };
    expect(leastCovering(view, narrow, [left, right, above], words)).toMatchObject({
      x: 4,
      y: 206,
    });
  });
});

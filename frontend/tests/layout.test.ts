import { describe, expect, test } from "vitest";
import { curveBetween, pathData, pointAt, shorten } from "../src/geometry";
import { layout, MIN_WIDTH, OUTSIDE_SLOTS } from "../src/layout";
import { stateAfter } from "../src/reducer";
import type { Place } from "../src/state";
import { RECORDING_NAMES, recording } from "./helpers";

function overlaps(places: readonly Place[]): string[] {
  const boxes = [...layout(places, MIN_WIDTH).boxes.values()];
  const found: string[] = [];
  for (const [index, a] of boxes.entries())
    for (const b of boxes.slice(index + 1))
      if (
        a.x < b.x + b.width &&
        b.x < a.x + a.width &&
        a.y < b.y + b.height &&
        b.y < a.y + a.height
      )
        found.push(`${a.id} on ${b.id}`);
  return found;
}

test.each(RECORDING_NAMES)("in %s, what comes later moves nothing that already stands", (name) => {
  const { places } = stateAfter(recording(name));
  const end = layout(places, 700);
  for (let count = 0; count <= places.length; count += 1) {
    const earlier = layout(places.slice(0, count), 700);
    for (const [id, box] of earlier.boxes) expect(end.boxes.get(id)).toEqual(box);
  }
});

test.each(["rpc", "waiting", "fanout", "failing", "rerouted"] as const)(
  "in %s, no box lies on another",
  (name) => {
    expect(overlaps(stateAfter(recording(name)).places)).toEqual([]);
  },
);

test("outside stands left of topics, topics left of agent types", () => {
  const { boxes } = layout(stateAfter(recording("waiting")).places, 500);
  const lefts = (column: string) =>
    new Set([...boxes.values()].filter((box) => box.column === column).map((box) => box.x));
  const [outside, topic, type] = ["outside", "topic", "type"].map((column) => [...lefts(column)]);
  expect([outside?.length, topic?.length, type?.length]).toEqual([1, 1, 1]);
  expect(Number(outside?.[0])).toBeLessThan(Number(topic?.[0]));
  expect(Number(topic?.[0])).toBeLessThan(Number(type?.[0]));
});

test("many cells share a few tags instead of growing the picture", () => {
  const places: Place[] = Array.from({ length: 50 }, (_, index) => ({
    id: `outside:In [${index}]`,
    column: "outside",
    near: null,
  }));
  const rows = new Set([...layout(places, 500).boxes.values()].map((box) => box.y));
  expect(rows.size).toBe(OUTSIDE_SLOTS);
});

test("a wider stage only spreads the columns", () => {
  const { places } = stateAfter(recording("waiting"));
  const rows = (width: number) => [...layout(places, width).boxes.values()].map((box) => box.y);
  expect(rows(900)).toEqual(rows(500));
  expect(layout(places, 900).width).toBeGreaterThan(layout(places, 500).width);
});

describe("curves", () => {
  const drawn = layout(stateAfter(recording("rpc")).places, 600);

  test("begin and end at the boxes they join", () => {
    const curve = curveBetween(drawn, "topic:task.events", "type:monitor");
    const topic = drawn.boxes.get("topic:task.events");
    const type = drawn.boxes.get("type:monitor");
    expect(curve?.[0].x).toBe(Number(topic?.x) + Number(topic?.width));
    expect(curve?.[3].x).toBe(type?.x);
    expect(curve && pointAt(curve, 0)).toEqual(curve?.[0]);
    expect(curve && pathData(curve)).toMatch(/^M[\d.]+ [\d.]+C/);
  });

  test("to what is not there are not drawn", () => {
    expect(curveBetween(drawn, "topic:none", "type:monitor")).toBeNull();
  });
});

test("texts are shortened to the room they have", () => {
  expect(shorten("short", 100, 12)).toBe("short");
  const cut = shorten("a name that does not fit at all", 80, 12);
  expect(cut.endsWith("…")).toBe(true);
  expect(cut.length).toBeLessThan(16);
  expect(shorten("", 10, 12)).toBe("");
  expect(shorten("日本語の名前はひろい", 50, 12)).toBe("日本語…");
});

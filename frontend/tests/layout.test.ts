import { describe, expect, test } from "vitest";
import {
  isInside,
  pathData,
  pointAt,
  pointOn,
  shorten,
  squeeze,
  type Way,
  wayBetween,
} from "../src/geometry";
import { type Layout, layout, OUTSIDE_SLOTS, outline } from "../src/layout";
import { advance, stateAfter } from "../src/reducer";
import { emptyState, type Place } from "../src/state";
import { RECORDING_NAMES, recording } from "./helpers";

const NARROW = 400;
const WIDE = 700;

function places(column: Place["column"], count: number): Place[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${column}:${index}`,
    column,
    near: column === "type" ? null : `type:${(index * 7) % 200}`,
  }));
}

const crowd = [...places("type", 200), ...places("topic", 200), ...places("outside", 6)];

function overlaps({ boxes }: Layout): string[] {
  const all = [...boxes.values()].map((box) => ({ id: box.id, ...outline(box) }));
  return all.flatMap((a, index) =>
    all
      .slice(index + 1)
      .filter(
        (b) =>
          a.x < b.x + b.width &&
          b.x < a.x + a.width &&
          a.y < b.y + b.height &&
          b.y < a.y + a.height,
      )
      .map((b) => `${a.id} on ${b.id}`),
  );
}

describe.each([NARROW, WIDE])("on a stage %i wide", (width) => {
  test.each(RECORDING_NAMES)("in %s, no record moves a node that already stands", (name) => {
    const state = emptyState();
    let before = layout(state.places, width);
    for (const record of recording(name)) {
      advance(state, record);
      const after = layout(state.places, width);
      for (const [id, box] of before.boxes) expect(after.boxes.get(id)).toEqual(box);
      before = after;
    }
  });

  test("among two hundred types and topics, what comes later moves nothing either", () => {
    const end = layout(crowd, width);
    for (let count = 1; count < crowd.length; count += 37)
      for (const [id, box] of layout(crowd.slice(0, count), width).boxes)
        expect(end.boxes.get(id)).toEqual(box);
  });

  test("no box lies on another", () => {
    for (const name of RECORDING_NAMES) {
      // More senders than slots share them; only the newest are drawn.
      const { places } = stateAfter(recording(name));
      const senders = places.filter((place) => place.column === "outside");
      const shown = places.filter(
        (place) => place.column !== "outside" || senders.indexOf(place) < OUTSIDE_SLOTS,
      );
      expect(overlaps(layout(shown, width))).toEqual([]);
    }
    expect(overlaps(layout(crowd, width))).toEqual([]);
  });

  test("a place depends on the order of appearance and on nothing else", () => {
    expect(layout(crowd, width)).toEqual(layout([...crowd], width));
  });
});

test("many types stand in columns, so that the picture keeps the shape of a page", () => {
  const { bounds } = layout(crowd, WIDE);
  expect(bounds.width / bounds.height).toBeGreaterThan(1);
  expect(bounds.width / bounds.height).toBeLessThan(3);
});

test("outside stands left of topics, topics left of agent types", () => {
  const { boxes } = layout(stateAfter(recording("waiting")).places, 500);
  const lefts = (column: string) =>
    new Set([...boxes.values()].filter((box) => box.column === column).map((box) => box.x));
  const [outside, topic, type] = ["outside", "topic", "type"].map((column) => [...lefts(column)]);
  expect([outside?.length, topic?.length, type?.length]).toEqual([1, 1, 1]);
  expect(Number(outside?.[0])).toBeLessThan(Number(topic?.[0]));
  expect(Number(topic?.[0])).toBeLessThan(Number(type?.[0]));
});

test("on a narrow stage the outside stands above the topics", () => {
  const { boxes } = layout(stateAfter(recording("waiting")).places, NARROW);
  const lowest = Math.max(
    ...[...boxes.values()].filter((box) => box.column === "outside").map((box) => box.y),
  );
  for (const box of boxes.values())
    if (box.column !== "outside") expect(box.y).toBeGreaterThan(lowest);
});

test("many cells share a few tags instead of growing the picture", () => {
  const tags: Place[] = Array.from({ length: 50 }, (_, index) => ({
    id: `outside:In [${index}]`,
    column: "outside",
    near: null,
  }));
  const rows = new Set([...layout(tags, 500).boxes.values()].map((box) => box.y));
  expect(rows.size).toBe(OUTSIDE_SLOTS);
});

test("a wider stage only spreads the columns", () => {
  const { places } = stateAfter(recording("waiting"));
  const rows = (width: number) => [...layout(places, width).boxes.values()].map((box) => box.y);
  expect(rows(900)).toEqual(rows(500));
  expect(layout(places, 900).bounds.width).toBeGreaterThan(layout(places, 500).bounds.width);
});

test("what the user has moved stays where it was put, whatever comes", () => {
  const { places } = stateAfter(recording("waiting"));
  const drags = new Map([["topic:orders", { dx: 30, dy: -200 }]]);
  const home = layout(places, WIDE).boxes.get("topic:orders");
  for (let count = places.findIndex((one) => one.id === "topic:orders") + 1; ; count += 1) {
    const { boxes, bounds } = layout(places.slice(0, count), WIDE, drags);
    const moved = boxes.get("topic:orders");
    expect([moved?.x, moved?.y]).toEqual([Number(home?.x) + 30, Number(home?.y) - 200]);
    expect(bounds.y).toBeLessThan(Number(moved?.y));
    if (count > places.length) break;
  }
});

/** The boxes that a way passes behind, but for those at its ends. */
function behind(drawn: Layout, way: Way, ends: readonly string[]): string[] {
  const boxes = [...drawn.boxes.values()].filter(({ id }) => !ends.includes(id));
  const parts = Array.from({ length: 21 }, (_, index) => index / 20);
  const points = way.flatMap((curve) => parts.map((part) => pointAt(curve, part)));
  return boxes
    .filter((box) => points.some(({ x, y }) => isInside(box, x, y, -1)))
    .map(({ id }) => id);
}

describe("ways", () => {
  const drawn = layout(stateAfter(recording("rpc")).places, 600);

  test("begin and end at the boxes they join", () => {
    const way = wayBetween(drawn, "topic:task.events", "type:monitor");
    const topic = drawn.boxes.get("topic:task.events");
    const type = drawn.boxes.get("type:monitor");
    expect(way?.[0]?.[0].x).toBe(Number(topic?.x) + Number(topic?.width));
    expect(way?.at(-1)?.[3].x).toBe(type?.x);
    expect(way && pointOn(way, 0)).toEqual(way?.[0]?.[0]);
    expect(way && pointOn(way, 1)).toEqual(way?.at(-1)?.[3]);
    expect(way && pathData(way)).toMatch(/^M[-\d.]+ [-\d.]+C/);
  });

  test("to what is not there are not drawn", () => {
    expect(wayBetween(drawn, "topic:none", "type:monitor")).toBeNull();
  });

  test("go around the boxes that stand between", () => {
    const many = layout(crowd, WIDE);
    const boxes = [...many.boxes.values()];
    const far = boxes.filter((box) => box.column === "type" && box.x > 900);
    expect(far.length).toBeGreaterThan(20);
    for (const { id } of far) {
      const way = wayBetween(many, "topic:0", id) ?? [];
      const types = behind(many, way.slice(1, -1), []).filter((one) => one.startsWith("type:"));
      expect(types).toEqual([]);
    }
  });

  test("from above the topics go beside those that stand between", () => {
    const tags = Array.from({ length: OUTSIDE_SLOTS }, (_, index) => `outside:In [${index}]`);
    const topics = Array.from({ length: 9 }, (_, index) => `topic:${index}`);
    const places = [
      ...tags.map((id): Place => ({ id, column: "outside", near: null })),
      ...topics.map((id): Place => ({ id, column: "topic", near: null })),
    ];
    const above = layout(places, NARROW);
    for (const tag of tags)
      for (const topic of topics) {
        const way = wayBetween(above, tag, topic) ?? [];
        expect(behind(above, way, [tag, topic]), `from ${tag} to ${topic}`).toEqual([]);
        for (const { x } of way.flat()) expect(x).toBeGreaterThan(above.bounds.x);
        for (const [index, curve] of way.entries())
          expect(curve[0]).toEqual(way[index - 1]?.[3] ?? curve[0]);
      }
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

test("names that differ at their end are still told apart", () => {
  expect(squeeze("short", 100, 12)).toBe("short");
  const names = ["a_long_name_of_kitchen_17", "a_long_name_of_kitchen_18"].map((name) =>
    squeeze(name, 90, 12),
  );
  expect(new Set(names).size).toBe(2);
  expect(names[0]).toMatch(/^a_lo.*….*17$/);
});

import { describe, expect, test } from "vitest";
import { isInside } from "../src/geometry";
import { layout } from "../src/layout";
import { advance, stateAfter } from "../src/reducer";
import { isBusy, newShapes, scene } from "../src/scene";
import { threadWords } from "../src/stage/caption";
import { type Chip, cellAt, cellPaths, cellRect } from "../src/stage/contents";
import { detailFor } from "../src/stage/detail";
import { agentRect, journey, threads } from "../src/stage/journey";
import { lineTitle } from "../src/stage/lines";
import { neighbourhood, nodesOf } from "../src/stage/neighbours";
import { NO_TROUBLES } from "../src/stage/troubles";
import { emptyState, type State } from "../src/state";
import { crowd, RECORDING_NAMES, type RecordingName, recording, recordsBefore } from "./helpers";

function sceneOf(name: RecordingName, records = recording(name)) {
  return sceneAt(stateAfter(records));
}

function sceneAt(state: State, detail = detailFor(1)) {
  const drawn = layout(state.places, 600);
  return { state, drawn, scene: scene(state, drawn, { detail, window: null }) };
}

const chipsOf = (drawn: ReturnType<typeof sceneAt>["scene"]): Chip[] =>
  drawn.types.flatMap((shape) => shape.contents.chips);

test("an agent that is not built yet is a ghost, the next one is marked", () => {
  const { scene } = sceneOf("rpc", recordsBefore("rpc", "handling", 2));
  expect(
    chipsOf(scene).map((chip) => [chip.agent.id, chip.look, chip.next, chip.agent.pending]),
  ).toEqual([
    ["worker/default", "idle", false, 0],
    ["monitor/123", "ghost", true, 2],
  ]);
});

test("a turn that runs and one that waits look different, and say so", () => {
  const [running] = chipsOf(sceneOf("rpc", recordsBefore("rpc", "queued", 2)).scene);
  expect([running?.look, running?.lines[0]]).toEqual(["handling", "● handling #1"]);
  const [parked] = chipsOf(sceneOf("waiting").scene);
  expect([parked?.look, parked?.lines[0]]).toEqual(["waiting", "◐ waits for till/default"]);
});

test("direct mailboxes are not drawn, prefixes and the topics they cover are", () => {
  const { scene } = sceneOf("waiting");
  expect(scene.topics.map((topic) => [topic.name, topic.pattern])).toEqual([
    ["orders", false],
    ["orders*", true],
  ]);
  const subscriptions = scene.lines.filter((line) => line.kind === "subscription");
  expect(subscriptions.map((line) => line.subscription?.id)).toEqual(["s5", "s6", "s7", "s7"]);
  expect(subscriptions.map(lineTitle)).toEqual([
    "Subscription orders → kitchen",
    "Subscription orders → bar",
    "Subscription orders* → till",
    "Subscription orders* → till",
  ]);
});

test("a topic shows its sources as tabs, and counts those that have no room", () => {
  const [orders] = sceneOf("waiting").scene.topics;
  expect([orders?.tabs.map((tab) => tab.source), orders?.hidden]).toEqual([["s1", "s2"], 0]);
  const jobs = sceneOf("many").scene.topics[0];
  expect(Number(jobs?.tabs.length) + Number(jobs?.hidden)).toBe(9);
  expect(jobs?.hidden).toBeGreaterThan(0);
  const end = Math.max(...(jobs?.tabs.map((tab) => tab.x + tab.width) ?? []));
  expect(end).toBeLessThan(Number(jobs?.box.x) + Number(jobs?.box.width) + 10);
});

describe("how finely agents are drawn", () => {
  test("a few are cards of 150 by 56, with what is watched on them", () => {
    const state = stateAfter(recording("rpc"));
    const { scene: drawn } = sceneAt(state);
    expect(chipsOf(drawn).map(({ width, height }) => [width, height])).toEqual([
      [150, 56],
      [150, 56],
    ]);
    const fields = () => ["count = 2", "total = 3", "unseen = 4"];
    const watched = scene(state, layout(state.places, 600), {
      detail: "near",
      window: null,
      fields,
    });
    expect(chipsOf(watched)[0]?.lines).toEqual(["○ idle", "count = 2 · total = 3"]);
  });

  test("more are chips with keys, three in a row, and a count of the rest", () => {
    const { scene } = sceneOf("many");
    const box = scene.types.find((shape) => shape.type.type === "press");
    const chips = box?.contents.chips ?? [];
    expect(chips.map((chip) => chip.label)).toEqual(["key0", "key1", "key2", "key3", "key4"]);
    expect(new Set(chips.map((chip) => chip.y)).size).toBe(2);
    expect(box?.contents.more).toMatchObject({ agents: 4, pending: 16 });
  });

  test("fifty have chips, five hundred a cell each of 12 pixels, a count and a queue bar", () => {
    const fifty = sceneAt(stateAfter(crowd(8, 50))).scene;
    expect(fifty.types.every(({ contents }) => contents.chips.length > 0)).toBe(true);
    const shapes = sceneAt(stateAfter(crowd(10, 500))).scene.types;
    expect(shapes.map(({ contents }) => contents.cells?.ids.length)).toEqual(Array(10).fill(50));
    expect(shapes.map(({ contents }) => contents.cells?.size)).toEqual(Array(10).fill(12));
    expect(shapes.map(({ count }) => count)).toEqual(Array(10).fill("×50"));
    expect(shapes.every(({ bar }) => bar !== null && bar >= 0 && bar <= 1)).toBe(true);
  });

  test.each([
    [1, 2000],
    [20, 2000],
    [200, 2000],
  ])("of %i types with 2,000 agents, every agent has a cell inside its box", (types, agents) => {
    const { scene } = sceneAt(stateAfter(crowd(types, agents)));
    let cells = 0;
    for (const { box, contents } of scene.types)
      for (const id of contents.cells?.ids ?? []) {
        const rect = contents.cells === null ? null : cellRect(contents.cells, id);
        if (rect === null) continue;
        cells += 1;
        expect(rect.x >= box.x && rect.x + rect.width <= box.x + box.width).toBe(true);
        expect(rect.y >= box.y && rect.y + rect.height <= box.y + box.height).toBe(true);
      }
    expect(cells).toBe(agents);
  });

  test("no chip leaves its box or lies on another, from near and from further away", () => {
    for (const detail of ["near", "middle"] as const)
      for (const records of [...RECORDING_NAMES.map(recording), crowd(8, 50)])
        for (const { box, contents } of sceneAt(stateAfter(records), detail).scene.types) {
          const all = [...contents.chips, ...(contents.more === null ? [] : [contents.more])];
          for (const [index, a] of all.entries()) {
            expect(a.x >= box.x && a.x + a.width <= box.x + box.width).toBe(true);
            expect(a.y >= box.y && a.y + a.height <= box.y + box.height).toBe(true);
            for (const b of all.slice(index + 1))
              expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y).toBe(
                true,
              );
          }
        }
  });

  test.each(RECORDING_NAMES)(
    "in %s, no record moves an agent while all are drawn alike",
    (name) => {
      const state = emptyState();
      let before = new Map<string, Chip>();
      for (const record of recording(name)) {
        advance(state, record);
        const after = new Map(chipsOf(sceneAt(state).scene).map((chip) => [chip.agent.id, chip]));
        for (const [id, chip] of after) {
          const old = before.get(id);
          if (old?.width === chip.width && old.height === chip.height)
            expect([id, chip.x, chip.y]).toEqual([id, old.x, old.y]);
        }
        before = after;
      }
    },
  );

  test("a cell is found by where it is, and shows what its agent does", () => {
    const state = stateAfter(crowd(10, 500));
    const cells = sceneAt(state).scene.types[3]?.contents.cells;
    if (!cells) throw new Error("five hundred agents have cells");
    for (const id of cells.ids) {
      const rect = cellRect(cells, id);
      expect(rect && cellAt(cells, rect.x + 3, rect.y + 3)).toBe(id);
    }
    expect(cellAt(cells, cells.x - 5, cells.y)).toBeNull();
    const paths = cellPaths(state, cells, NO_TROUBLES);
    const squares = paths.shades.reduce((sum, { d }) => sum + d.split("M").length - 1, 0);
    expect(squares).toBe(cells.ids.length);
    expect(paths.shades.map(({ shade }) => shade)).toContain("queue1");
  });
});

describe("what was worked out before", () => {
  test("is used again for what has not changed, and only for that", () => {
    const records = recording("rpc");
    const state = stateAfter(records.slice(0, -4));
    const drawn = layout(state.places, 600);
    const shapes = newShapes();
    const wish = { detail: "near", window: null, shapes } as const;
    const first = scene(state, drawn, wish);
    const again = scene(state, drawn, wish);
    expect(again.types[0]).toBe(first.types[0]);
    expect(again.lines).toBe(first.lines);
    for (const record of records.slice(-4)) advance(state, record);
    const later = scene(state, drawn, wish);
    expect(later.types).toEqual(scene(state, drawn).types);
    expect(later.types).not.toEqual(first.types);
  });

  test.each(RECORDING_NAMES)("in %s, gives the same picture after every record", (name) => {
    const state = emptyState();
    const shapes = newShapes();
    for (const record of recording(name)) {
      advance(state, record);
      const drawn = layout(state.places, 600);
      const fresh = scene(state, drawn);
      expect(scene(state, drawn, { detail: "near", window: null, shapes })).toEqual(fresh);
    }
  });
});

describe("the way of a message", () => {
  test("a response travels back along its request", () => {
    const { state, drawn } = sceneOf("rpc");
    const [request, response] = [1, 4].map((number) => state.deliveries.get(number));
    if (!request || !response) throw new Error("the recording has both");
    const there = journey(state, drawn, request).flat();
    const back = journey(state, drawn, response).flat();
    expect(back[0]?.[0]).toEqual(there.at(-1)?.[3]);
    expect(back.at(-1)?.[3]).toEqual(there[0]?.[0]);
  });

  test("an event travels through its topic, and no further when nobody subscribes", () => {
    const { state, drawn } = sceneOf("failing");
    const legs = (number: number) => {
      const delivery = state.deliveries.get(number);
      return delivery === undefined ? 0 : journey(state, drawn, delivery).length;
    };
    expect(legs(4)).toBe(2);
    expect(legs(3)).toBe(1);
  });
});

describe("threads from source to key", () => {
  const { state, scene } = sceneOf("waiting");

  test("of a subscription, one for each source", () => {
    const found = threads(state, scene, { what: "subscription", id: "s5" });
    expect(threadWords(found)).toEqual(["source s1 → key s1", "source s2 → key s2"]);
    for (const { agent, way } of found) {
      const rect = agentRect(scene, agent);
      const end = way.at(-1)?.[3];
      expect(rect && end && isInside(rect, end.x, end.y)).toBe(true);
    }
    const tab = scene.topics[0]?.tabs[0];
    expect(found[0]?.way[0]?.[0].x).toBe(Number(tab?.x) + Number(tab?.width) / 2);
  });

  test("of a prefix, for every topic it covers", () => {
    const found = threads(state, scene, { what: "subscription", id: "s7" });
    expect(found.map(({ agent }) => agent)).toEqual(["till/s1", "till/s2"]);
  });

  test("of an event, its own; of a request, none", () => {
    expect(threadWords(threads(state, scene, { what: "delivery", id: "4" }))).toEqual([
      "source s1 → key s1",
    ]);
    expect(threads(state, scene, { what: "delivery", id: "1" })).toEqual([]);
    expect(threads(state, scene, null)).toEqual([]);
  });

  test("beyond a dozen are counted", () => {
    const one = threads(state, scene, { what: "delivery", id: "4" })[0];
    if (one === undefined) throw new Error("there is one");
    expect(threadWords(Array(15).fill(one)).at(-1)).toBe("and 4 more");
  });
});

test("among many, a selection shows what is one step away", () => {
  const state = stateAfter(crowd(20, 100));
  expect(isBusy(state)).toBe(true);
  expect(isBusy(stateAfter(crowd(10, 100)))).toBe(false);
  const { scene } = sceneAt(state);
  const near = neighbourhood(scene.lines, nodesOf(state, { what: "agent", id: "kitchen_3/key1" }));
  expect([...near.nodes].sort()).toEqual(["topic:orders_3", "type:kitchen_3"]);
  expect(near.lines.map((line) => line.kind)).toEqual(["subscription"]);
});

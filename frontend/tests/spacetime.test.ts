import { describe, expect, test } from "vitest";
import { effectOf, neighbourAt } from "../src/causes";
import { futureOf, pastOf } from "../src/cones";
import { type Lanes, lanesOf, OUTSIDE, type Span } from "../src/lanes";
import { stateAfter } from "../src/reducer";
import { COLUMN, coneOf, diagram, LANE } from "../src/spacetime";
import type { State } from "../src/state";
import { RECORDING_NAMES, type RecordingName, recording, repeated } from "./helpers";

const run = (name: RecordingName): State => stateAfter(recording(name));
const all = (state: State): Span => ({ from: 0, to: state.moves.length + 1 });
const lanes = (state: State, room = 100): Lanes => lanesOf(state, all(state), room, null);
const drawn = (state: State, number: number | null = null) =>
  diagram(state, lanes(state), all(state), coneOf(state, number));

describe("cones", () => {
  /** What the records alone say came before and after, found in the slowest and plainest way. */
  function closures(name: RecordingName) {
    const edges = recording(name)
      .filter(({ kind }) => kind === "queued")
      .flatMap(({ number, cause, request }) =>
        [cause, request]
          .filter((parent) => typeof parent === "number")
          .map((parent) => [parent as number, number as number] as const),
      );
    const reach = (start: number, step: (edge: readonly [number, number]) => [number, number]) => {
      const found = new Set<number>();
      let grown = true;
      while (grown) {
        grown = false;
        for (const edge of edges) {
          const [from, to] = step(edge);
          if ((from !== start && !found.has(from)) || found.has(to)) continue;
          found.add(to);
          grown = true;
        }
      }
      return [...found].sort((a, b) => a - b);
    };
    return {
      past: (number: number) => reach(number, ([parent, child]) => [child, parent]),
      future: (number: number) => reach(number, ([parent, child]) => [parent, child]),
    };
  }

  test("are exactly what follows from the recorded causes, for every delivery", () => {
    const sorted = (numbers: Set<number>) => [...numbers].sort((a, b) => a - b);
    for (const name of RECORDING_NAMES) {
      const state = run(name);
      const expected = closures(name);
      for (const number of state.deliveries.keys()) {
        expect(sorted(pastOf(state, number)), `past of ${name} #${number}`).toEqual(
          expected.past(number),
        );
        expect(sorted(futureOf(state, number)), `future of ${name} #${number}`).toEqual(
          expected.future(number),
        );
      }
    }
  });

  test("of a request that asks two others hold both, in either direction", () => {
    const state = run("restaurant");
    const order = 1;
    const answer = state.deliveries.get(order)?.response ?? 0;
    expect(pastOf(state, answer)).toEqual(new Set([order]));
    const future = [...futureOf(state, order)].map((number) => state.deliveries.get(number)?.kind);
    expect(future.filter((kind) => kind === "request").length).toBe(2);
    expect(future.filter((kind) => kind === "response").length).toBe(3);
  });
});

test("from a delivery one gets to its effect and to its neighbours at the same agent", () => {
  const state = run("rpc");
  const [request, first] = [1, 2].map((number) => state.deliveries.get(number));
  if (request === undefined || first === undefined) throw new Error("the recording has both");
  expect(effectOf(state, request)).toBe(2);
  expect([neighbourAt(state, first, 1), neighbourAt(state, first, -1)]).toEqual([3, null]);
});

describe("lifelines", () => {
  test("are all shown where there is room, in the order in which they came up", () => {
    expect(lanes(run("rpc"))).toEqual({
      shown: [OUTSIDE, "worker/default", "monitor/123"],
      folded: [],
    });
  });

  test("of which something happens in sight are kept, the rest is folded", () => {
    const state = run("many");
    const span = { from: 1, to: 8 };
    const { shown, folded } = lanesOf(state, span, 6, null);
    expect(shown.length).toBe(5);
    expect(shown).toContain(OUTSIDE);
    expect(shown).toContain("press/key0");
    expect(shown.length + folded.length).toBe(state.agents.size + 1);
    expect(lanesOf(state, span, 6, "press/key8").shown).toContain("press/key8");
  });

  test("are never fewer than five where there are as many", () => {
    expect(lanesOf(run("many"), { from: 1, to: 2 }, 1, null).shown.length).toBe(5);
  });

  test("stay in their order as others come and go", () => {
    const state = run("many");
    const order = ["", ...state.agents.keys()];
    for (const from of [0, 5, 10, 20]) {
      const { shown } = lanesOf(state, { from, to: from + 8 }, 7, null);
      const places = shown.map((lane) => order.indexOf(lane));
      expect(places).toEqual([...places].sort((a, b) => a - b));
    }
  });
});

describe("the diagram", () => {
  test("has a mark for each step, in its column and on the lifeline of the recipient", () => {
    const state = run("rpc");
    const x = (step: number) => (step + 0.5) * COLUMN;
    const y = (lane: number) => (lane + 0.5) * LANE;
    expect(drawn(state).marks.map(({ step, x, y, look }) => [step, x, y, look])).toEqual([
      [1, x(1), y(1), "handled"],
      [2, x(2), y(2), "handled"],
      [3, x(3), y(2), "handled"],
      [4, x(4), y(0), "handled"],
    ]);
  });

  test("has an arrow for each message, from the step in which it was sent", () => {
    const state = run("rpc");
    const at = (step: number, lane: number) => ({
      x: (step + 0.5) * COLUMN,
      y: (lane + 0.5) * LANE,
    });
    expect(drawn(state).arrows.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ["request", at(0, 0), at(1, 1)],
      ["event", at(1, 1), at(2, 2)],
      ["event", at(1, 1), at(3, 2)],
      ["response", at(1, 1), at(4, 0)],
    ]);
  });

  test("marks errors on the request and on the answer that carries them", () => {
    const failed = drawn(run("failing")).arrows.filter((arrow) => arrow.failed);
    expect(failed.map(({ number, kind }) => [number, kind])).toEqual([
      [1, "request"],
      [2, "response"],
    ]);
  });

  test("ends what is published to nobody between two lifelines", () => {
    const mark = drawn(run("failing")).marks.find(({ look }) => look === "no_recipient");
    expect(mark?.y).toBe(LANE);
  });

  test("shows a turn that is parked from its begin to its end, and where it was parked", () => {
    const state = run("restaurant");
    const turn = drawn(state).turns.find(({ number }) => number === 1);
    const delivery = state.deliveries.get(1);
    if (turn === undefined || delivery === undefined || delivery.endedAt === null)
      throw new Error("the turn of the first order lasts for more than a step");
    const x = (step: number) => (step + 0.5) * COLUMN;
    expect([turn.x, turn.x + turn.width]).toEqual([x(1), x(delivery.endedAt)]);
    expect(turn.parked.length).toBe(2);
    expect(turn.open).toBe(false);
    const parked = turn.parked.map(({ x, width }) => [x, x + width]);
    expect(parked[0]?.[0]).toBe(x(1));
    expect(parked[0]?.[1]).toBe(parked[1]?.[0]);
    expect(parked[1]?.[1]).toBe(x(delivery.endedAt));
  });

  test("shows an open turn up to now", () => {
    const state = run("waiting");
    const [turn] = drawn(state).turns;
    expect(turn?.number).toBe(1);
    expect(turn?.open).toBe(true);
    expect(turn?.parked.length).toBe(1);
  });

  test("says how many messages still wait, at the moment they were sent", () => {
    const stubs = drawn(run("waiting")).stubs;
    expect(stubs.map(({ number, count, kind, pending }) => [number, count, kind, pending])).toEqual(
      [
        [2, 1, "request", true],
        [3, 6, "event", true],
      ],
    );
  });

  test("tells past, future and the rest of what is pointed at apart", () => {
    const state = run("restaurant");
    const { arrows } = drawn(state, 2);
    const of = (relation: string) =>
      arrows.filter((arrow) => arrow.relation === relation).map(({ number }) => number);
    expect(of("self")).toEqual([2]);
    expect(of("past")).toEqual([1]);
    expect(of("future")).toEqual([...futureOf(state, 2)]);
    expect(of("other").length).toBe(arrows.length - 3);
    expect(drawn(state).arrows.every(({ relation }) => relation === "none")).toBe(true);
  });

  test("dims nothing for what waits and has no cause, and all but the causes for the rest", () => {
    const found = { alone: 0, caused: 0 };
    for (const records of RECORDING_NAMES.map(recording))
      for (let length = records.length; length > 0; length -= 7) {
        const state = stateAfter(records.slice(0, length));
        for (const number of state.queue) {
          const { arrows, marks, stubs, turns } = drawn(state, number);
          const shown = [...arrows, ...marks, ...stubs, ...turns].map(({ relation }) => relation);
          const past = pastOf(state, number);
          if (past.size === 0) expect(shown).not.toContain("other");
          else expect(shown).toContain("past");
          found[past.size === 0 ? "alone" : "caused"] += 1;
          const others = marks.filter((mark) => mark.relation === "other");
          expect(others.some((mark) => past.has(mark.number))).toBe(false);
          if (past.size > 0) expect(others.length).toBe(marks.length - past.size);
        }
      }
    expect(Math.min(found.alone, found.caused)).toBeGreaterThan(10);
  });

  test("of ten thousand steps draws what is in sight, and no more", () => {
    const state = stateAfter(repeated("restaurant", 700));
    expect(state.moves.length).toBeGreaterThan(10_000);
    const span = { from: 5000, to: 5030 };
    const some = lanesOf(state, span, 6, null);
    const { arrows, marks, stubs, turns } = diagram(state, some, span, null);
    expect(marks.map(({ step }) => step)).toEqual(Array.from({ length: 30 }, (_, at) => 5000 + at));
    expect(arrows.length).toBe(30);
    expect(stubs.length).toBeLessThan(60);
    expect(turns.length).toBeLessThan(1500);
  });

  test("cuts long arrows, but not those of the cone", () => {
    const state = run("many");
    const cut = drawn(state).arrows.filter((arrow) => arrow.cut);
    expect(cut.length).toBeGreaterThan(0);
    const [first] = cut;
    const whole = drawn(state, first?.number).arrows.find(({ number }) => number === first?.number);
    expect(whole?.cut).toBe(false);
    expect(whole?.from.x).toBeLessThan(first?.from.x ?? 0);
  });
});

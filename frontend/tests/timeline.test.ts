import { describe, expect, test } from "vitest";
import type { RawRecord } from "../src/records";
import { stateAfter } from "../src/reducer";
import { Shelf } from "../src/shelf";
import type { State } from "../src/state";
import { Timeline } from "../src/timeline";
import { RECORDING_NAMES, recording, repeated } from "./helpers";

/** A state as plain data that can be compared and kept. */
function plain(state: State): unknown {
  return structuredClone(
    Object.fromEntries(
      Object.entries(state).map(([name, value]) => [
        name,
        value instanceof Shelf || value instanceof Map ? [...value] : value,
      ]),
    ),
  );
}

function timelineOf(records: readonly RawRecord[], section?: number): Timeline {
  const timeline = new Timeline(section);
  timeline.push(records);
  return timeline;
}

describe.each(RECORDING_NAMES)("the recording %s", (name) => {
  const records = recording(name);

  test.each([1, 7, 4096])(
    "is at every step what its records so far make, marked every %i",
    (section) => {
      const timeline = timelineOf(records, section);
      const end = plain(timeline.now);
      for (let step = 0; step <= timeline.steps; step += 1) {
        const before = stateAfter(records.slice(0, timeline.end(step)));
        expect(plain(timeline.at(step))).toEqual(plain(before));
      }
      expect(plain(timeline.now)).toEqual(end);
      expect(end).toEqual(plain(stateAfter(records)));
    },
  );

  test("has the steps that the state counts, each ending before the next begins", () => {
    const timeline = timelineOf(records);
    expect(timeline.steps).toBe(timeline.now.moves.length);
    for (let step = 0; step <= timeline.steps; step += 1)
      expect(timeline.at(step).moves.length).toBe(step);
  });
});

test("what was looked at stays as it was while the run goes on", () => {
  const records = repeated("many", 20);
  const half = Math.floor(records.length / 2);
  const timeline = timelineOf(records.slice(0, half), 50);
  const steps = [0, 1, Math.floor(timeline.steps / 2), timeline.steps - 1];
  const looked = steps.map((step) => timeline.at(step));
  const seen = looked.map(plain);
  timeline.push(records.slice(half));
  expect(looked.map(plain)).toEqual(seen);
  expect(steps.map((step) => plain(timeline.at(step)))).toEqual(seen);
});

test("a long run, at steps all over it, is what its records so far make", () => {
  const records = repeated("control", 60);
  const timeline = timelineOf(records, 100);
  for (let step = 0; step <= timeline.steps; step += 7)
    expect(plain(timeline.at(step))).toEqual(
      plain(stateAfter(records.slice(0, timeline.end(step)))),
    );
});

test.each([10_000, 100_000])(
  "any of %i steps is there",
  (steps) => {
    const timeline = timelineOf(repeated("rpc", steps / 4));
    expect(timeline.steps).toBe(steps);
    for (let look = 0; look < 40; look += 1) {
      const step = Math.floor(((look * 0.618) % 1) * steps);
      expect(timeline.at(step).moves.length).toBe(step);
    }
  },
  60_000,
);

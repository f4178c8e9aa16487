import { describe, expect, test } from "vitest";
import { completions } from "../src/completions";
import { advance, stateAfter } from "../src/reducer";
import { parse, Search, testOf } from "../src/search";
import type { State } from "../src/state";
import { type RecordingName, recording, recordsBefore, repeated } from "./helpers";

const run = (name: RecordingName): State => stateAfter(recording(name));

function found(state: State, text: string): number[] {
  return [...new Search().find(state, text, parse(text))];
}

describe("a search", () => {
  test("of nothing finds all", () => {
    expect(found(run("fanout"), "  ")).toEqual([1, 2, 3, 4, 5]);
  });

  test("finds words in types, names, topics, ids, verdicts, errors and in the message itself", () => {
    const state = run("failing");
    expect(found(state, "charge")).toEqual([1, 3, 4]);
    expect(found(state, "BANK/")).toEqual([1, 2]);
    expect(found(state, "4711")).toEqual([1]);
    expect(found(state, "expired")).toEqual([1, 2]);
    expect(found(state, "unhandled")).toEqual([4]);
    expect(found(state, "#3")).toEqual([3]);
    expect(found(state, '"In [4]"')).toEqual([1, 2]);
    expect(found(state, "no such thing")).toEqual([]);
  });

  test("by type: takes a whole name, or a part of one", () => {
    const state = run("rpc");
    expect(found(state, "type:TaskEvent")).toEqual([2, 3]);
    expect(found(state, "type:task")).toEqual([1, 2, 3, 4]);
    expect(found(state, "type:Request")).toEqual([1]);
  });

  test("by from: and to: takes agents, agent types and cells", () => {
    const state = run("rpc");
    expect(found(state, "from:worker")).toEqual([2, 3, 4]);
    expect(found(state, "to:monitor/123")).toEqual([2, 3]);
    expect(found(state, 'from:"In [5]"')).toEqual([1]);
    expect(found(state, "to:moni")).toEqual([2, 3]);
  });

  test("by a whole agent id does not take ids that only begin with it", () => {
    const state = run("many");
    const receivers = found(state, "to:press/key1").map(
      (number) => state.deliveries.get(number)?.recipient,
    );
    expect(new Set(receivers)).toEqual(new Set(["press/key1"]));
  });

  test("by topic: takes a topic type, or a whole topic", () => {
    const state = run("rpc");
    expect(found(state, "topic:task.events")).toEqual([2, 3]);
    expect(found(state, "topic:task.events/123")).toEqual([2, 3]);
    expect(found(state, "topic:task.events/9")).toEqual([]);
  });

  test("by state: takes verdicts and states", () => {
    expect(found(run("failing"), "state:failed")).toEqual([1]);
    expect(found(run("failing"), "state:no_")).toEqual([3]);
    expect(found(run("waiting"), "state:waiting")).toEqual([1]);
    expect(found(run("dropped"), "state:dropped")).toEqual([1]);
    expect(found(run("failing"), "state:handled")).toEqual([2]);
  });

  test("by before: takes what left the queue earlier, or was sent before a moment", () => {
    expect(found(run("fanout"), "before:#4")).toEqual([1, 2, 3]);
    expect(found(run("fanout"), "before:2")).toEqual([1]);
    expect(found(run("rpc"), "before:0.001s")).toEqual([]);
    expect(found(run("rpc"), "before:60s")).toEqual([1, 2, 3, 4]);
  });

  test("needs every word and filter, but one of those of a kind", () => {
    const state = run("rpc");
    expect(found(state, "type:TaskEvent completed")).toEqual([3]);
    expect(found(state, "type:TaskRequest type:TaskResponse")).toEqual([1, 4]);
    expect(found(state, "type:TaskRequest to:monitor")).toEqual([]);
  });

  test("with letters that mean something in patterns looks for those letters", () => {
    expect(found(run("hostile"), "<img")).toEqual([1]);
    expect(found(run("hostile"), ".*")).toEqual([]);
    expect(found(run("rpc"), "task(")).toEqual([]);
  });
});

describe("what cannot be understood", () => {
  test("is said, with the filter that may have been meant", () => {
    expect(parse("form:worker").trouble).toEqual([
      "There is no filter form:. Did you mean from:? There are: type: from: to: topic: state: before:",
    ]);
    expect(parse("colour:red").trouble[0]).toMatch(
      /^There is no filter colour:\. There are: type:/,
    );
    expect(parse("state:lost").trouble[0]).toMatch(/^There is no state lost\. There are: queued,/);
    expect(parse("before:noon").trouble[0]).toMatch(/^before: takes a delivery or a moment/);
  });

  test("is no trouble while it is being typed", () => {
    for (const text of ["", "type:", "state:fai", 'from:"In [', "before:"])
      expect(parse(text).trouble).toEqual([]);
  });
});

test("a search that goes on while records come finds what one at the end finds", () => {
  for (const name of ["rpc", "failing", "many", "dropped", "waiting"] as const) {
    for (const text of ["state:handled", "state:waiting", "m", "before:#3"]) {
      const search = new Search();
      const records = recording(name);
      const state = stateAfter([]);
      const query = parse(text);
      records.forEach((record, index) => {
        advance(state, record);
        const here = search.find(state, text, query);
        const fits = testOf(state, query);
        const all = state.log.filter((number) => {
          const delivery = state.deliveries.get(number);
          return delivery !== undefined && fits(delivery);
        });
        expect(here, `${name} ${text} after ${index + 1} records`).toEqual(all);
      });
    }
  }
});

test("a hundred thousand rows are searched like a few", () => {
  const few = stateAfter(repeated("rpc", 25));
  const many = stateAfter(repeated("rpc", 25_000));
  expect(many.log.length).toBe(100_000);
  for (const text of ["type:TaskEvent state:failed", "to:worker", "sample", "nowhere"]) {
    const query = parse(text);
    const found = (state: State) => new Search().find(state, text, query).length;
    expect(found(many), text).toBe(1000 * found(few));
  }
}, 60_000);

describe("completions", () => {
  const labels = (state: State, text: string) => completions(state, text).map(({ label }) => label);

  test("begin with the filters that there are", () => {
    expect(labels(run("rpc"), "")).toEqual([
      "type:",
      "from:",
      "to:",
      "topic:",
      "state:",
      "before:",
    ]);
    expect(labels(run("rpc"), "type:TaskEvent t")).toEqual(["type:", "to:", "topic:"]);
  });

  test("go on with names of the run", () => {
    const state = run("rpc");
    expect(labels(state, "type:")).toEqual(["TaskRequest", "TaskEvent", "TaskResponse"]);
    expect(labels(state, "to:mon")).toEqual(["monitor", "monitor/123"]);
    expect(labels(state, "topic:")).toEqual(["task.events", "task.events/123"]);
    expect(labels(state, "before:")).toEqual(["#4", "#3", "#2", "#1"]);
    expect(labels(state, "state:fa")).toEqual(["failed"]);
  });

  test("keep what was typed before, and quote names with spaces", () => {
    const [cell] = completions(run("rpc"), "type:TaskRequest from:in");
    expect(cell?.text).toBe('type:TaskRequest from:"In [5]" ');
    expect(found(run("rpc"), cell?.text ?? "")).toEqual([1]);
  });
});

test("a delivery that is still pending can be where before: ends", () => {
  const state = stateAfter(recordsBefore("fanout", "handling", 3));
  expect(found(state, "before:#3")).toEqual([1, 2]);
});

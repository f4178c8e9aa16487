import { describe, expect, test } from "vitest";
import { aroundTurn, changesBy, differences } from "../src/changes";
import { contentOf, valueAt } from "../src/memory";
import { stateAfter } from "../src/reducer";
import { nextDelivery } from "../src/state";
import answers from "./fixtures/answers.json";
import records from "./fixtures/remembering.json";

const end = stateAfter(records);
const cook = end.agents.get("cook/s1");
if (cook === undefined) throw new Error("no cook");

describe("what agents remember", () => {
  test("is known after each change, the last first", () => {
    expect(contentOf(cook.memory)).toMatchObject({ count: 1, by_size: { SMALL: 1 } });
    expect(cook.memory).toMatchObject({ number: 1, step: 1 });
    expect(contentOf(cook.memory?.before ?? null)).toMatchObject({ count: 0, dishes: [] });
    expect(cook.memory?.before).toMatchObject({ number: null, before: null });
  });

  test("differs by turn as the kernel says it does", () => {
    const diffs = answers.filter((one) => one.name === "diff");
    expect(diffs.length).toBeGreaterThan(1);
    for (const { value } of diffs) {
      const { agent, number, changes } = value as { agent: string; number: number; changes: [] };
      const known = end.agents.get(agent);
      expect(known && changesBy(known, number)).toEqual(changes);
    }
  });

  test("is known before and after a turn", () => {
    const around = aroundTurn(cook, 1);
    expect(around?.map(contentOf)).toMatchObject([{ count: 0 }, { count: 1 }]);
    expect(aroundTurn(cook, 99)).toBeNull();
  });

  test("is found by path", () => {
    const data = contentOf(cook.memory);
    expect(valueAt(data, "dishes[0].price")).toBe(4.5);
    expect(valueAt(data, 'by_size["SMALL"]')).toBe(1);
    for (const path of [
      "nothing",
      "dishes[1]",
      "count.more",
      "constructor",
      "dishes.length",
      "a..b",
    ])
      expect(valueAt(data, path)).toBeUndefined();
  });
});

describe("differences", () => {
  test("go as deep as the data", () => {
    expect(differences({ a: [1, { b: 2 }], "c d": 1 }, { a: [1, { b: 3 }, 4], e: null })).toEqual([
      { path: "a[1].b", old: 2, new: 3 },
      { path: "a[2]", new: 4 },
      { path: '["c d"]', old: 1 },
      { path: "e", new: null },
    ]);
    expect(differences([], {})).toEqual([{ path: "", old: [], new: {} }]);
    expect(differences({ a: [] }, { a: [] })).toEqual([]);
  });
});

describe("the records about control", () => {
  const at = (seq: number) => stateAfter(records.slice(0, seq));
  const seqOf = (kind: string) => records.find((one) => one.kind === kind)?.seq ?? 0;

  test("an edit keeps what was sent", () => {
    const edited = end.deliveries.get(5);
    expect(edited?.edited).toEqual(["price", "note"]);
    expect(edited?.original).toMatchObject({ json: { price: 3, note: "for later" } });
    expect(edited?.message).toMatchObject({ json: { price: 3.5, note: null } });
    expect(end.deliveries.get(6)?.original).toBeNull();
  });

  test("a change after sending says who changed what, and who else has it", () => {
    const [mutation] = end.deliveries.get(1)?.mutations ?? [];
    expect(mutation).toMatchObject({ when: "turn", by: 1, shared: [2] });
    expect(
      mutation?.before && "json" in mutation.before && mutation?.after && "json" in mutation.after
        ? differences(mutation.before.json, mutation.after.json)
        : null,
    ).toEqual([{ path: "extras[0]", new: "salt" }]);
  });

  test("a paused mailbox is passed over", () => {
    expect(end.agents.get("helper/s1")?.paused).toBe(true);
    expect(nextDelivery(end)?.number).toBe(5);
    expect(at(seqOf("mailboxpaused") - 1).agents.get("helper/s1")?.paused).toBe(false);
  });

  test("a policy and a copy are known", () => {
    expect(at(seqOf("policyset")).policy).toBe("random(7)");
    expect(end.policy).toBe("fifo");
    expect(end.deliveries.get(9)?.copyOf).toBe(6);
  });

  test("what stopped the run is known until it is resumed", () => {
    expect(end.stopped).toMatchObject({ number: 5, by: "before, agent cook, message Dish" });
    const seq = end.seq + 1;
    const resumed = stateAfter([...records, { kind: "mode", seq, time: 1, mode: "running" }]);
    expect(resumed.stopped).toBeNull();
  });

  test("records that lack what they need are counted and change nothing", () => {
    const kinds = ["changed", "statechanged", "policyset", "mailboxpaused"];
    const broken = kinds.map((kind, index) => ({ kind, seq: index + 1, time: 0, number: 77 }));
    const state = stateAfter(broken);
    expect(state.malformed).toBe(kinds.length);
    expect(state.agents.size).toBe(0);
  });
});

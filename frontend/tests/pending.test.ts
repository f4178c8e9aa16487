import { describe, expect, test } from "vitest";
import { comingOf } from "../src/coming";
import { deadReason, placeMoved, type QueueRow, queueRows, rowOf } from "../src/pending";
import { stateAfter } from "../src/reducer";
import type { State } from "../src/state";
import { type RecordingName, recording, recordsBefore } from "./helpers";

const run = (name: RecordingName): State => stateAfter(recording(name));
const rowsOf = (state: State, opened: [string, boolean][] = []) =>
  queueRows(state, comingOf(state, null).order, new Map(opened));

/** A row as one would read it. */
function said(row: QueueRow): string {
  if (row.kind === "heading") return `${row.section} ${row.count}`;
  if (row.kind === "group") return `group ${row.numbers.join(" ")}${row.open ? "" : " closed"}`;
  return `${row.inGroup ? "- " : ""}#${row.number}${row.section === "pending" ? "" : ` ${row.section}`}`;
}

describe("the rows of the queue", () => {
  test("have a parent for each fan-out, then what is held", () => {
    expect(rowsOf(run("restaurant")).map(said)).toEqual([
      "group 17 18",
      "- #17",
      "- #18",
      "#19",
      "group 20 21",
      "- #20",
      "- #21",
      "held 1",
      "#22 held",
    ]);
  });

  test("can be closed, and the closed parent stands for its deliveries", () => {
    const state = run("restaurant");
    const [group] = rowsOf(state);
    const rows = rowsOf(state, [
      [group?.key ?? "", false],
      ["held", false],
    ]);
    expect(rows.map(said)).toEqual([
      "group 17 18 closed",
      "#19",
      "group 20 21",
      "- #20",
      "- #21",
      "held 1",
    ]);
    expect([17, 18, 19, 22, 99].map((number) => rowOf(rows, number))).toEqual([0, 0, 1, -1, -1]);
  });

  test("keep a fan-out closed or open while its deliveries go", () => {
    const keys = [17, 18].map((number) => {
      const state = stateAfter([
        ...recording("restaurant"),
        ...(number === 18 ? [{ kind: "settled", number: 17, verdict: "handled" }] : []),
      ]);
      return rowsOf(state).map(({ key }) => key);
    });
    expect(keys[0]?.filter((key) => key.startsWith("p")).length).toBe(2);
    // The last of a fan-out needs no parent any more.
    expect(keys[1]?.filter((key) => key.startsWith("p"))).toEqual([keys[0]?.[4]]);
  });

  test("begin closed for a fan-out that would fill the pane", () => {
    const [first] = recordsBefore("fanout", "handling", 1).filter(({ kind }) => kind === "queued");
    const records = Array.from({ length: 9 }, (_, index) => ({
      ...first,
      number: index + 1,
      recipient: `a${index}/x`,
    }));
    expect(rowsOf(stateAfter(records)).map(said)).toEqual(["group 1 2 3 4 5 6 7 8 9 closed"]);
  });

  test("do not put together what other messages stand between", () => {
    const state = stateAfter([
      ...recordsBefore("fanout", "handling", 1),
      { kind: "queued", number: 6, delivery: "request", recipient: "alpha/x" },
      { kind: "moved", number: 6, before: 3 },
    ]);
    expect(rowsOf(state).map(said)).toEqual([
      "group 1 2",
      "- #1",
      "- #2",
      "#6",
      "group 3 4 5",
      "- #3",
      "- #4",
      "- #5",
    ]);
  });

  test("end with dead letters, the newest first, each with a reason of its own", () => {
    const state = run("dead");
    expect(rowsOf(state).map(said)).toEqual([
      "dead 6",
      "#7 dead",
      "#6 dead",
      "#4 dead",
      "#3 dead",
      "#2 dead",
      "#1 dead",
    ]);
    const reasons = state.dead.map((number) => {
      const delivery = state.deliveries.get(number);
      return delivery === undefined ? "" : deadReason(state, delivery);
    });
    expect(reasons.map((reason) => reason.split(". ")[0])).toEqual([
      "kitchen/s1 (Kitchen) does not handle the event Charged",
      "nobody subscribes to order/s1",
      "OSError: no oven",
      "dropped by you, without a word",
      "In [5] no longer waits for it",
      "the runtime was stopped before it was delivered",
    ]);
  });

  test("of ten thousand pending deliveries are one each, and one for each fan-out", () => {
    const records = Array.from({ length: 10_000 }, (_, index) => ({
      kind: "queued",
      number: index + 1,
      delivery: "event",
      publication: `p${Math.floor(index / 5)}`,
      recipient: `a/k${index % 5}`,
    }));
    const state = stateAfter(records);
    expect(rowsOf(state).length).toBe(12_000);
  });
});

describe("the order in which they would go", () => {
  const policy = (name: string) => ({ kind: "policyset", name });

  test("is that of the queue under fifo, and the first that may go is next", () => {
    const coming = comingOf(run("restaurant"), null);
    expect(coming.order).toEqual([17, 18, 19, 20, 21, 22]);
    expect(coming.next).toBe(17);
    expect([coming.moveRefusal, coming.note]).toEqual([null, null]);
  });

  test("is turned round under lifo, with what may not go last", () => {
    const coming = comingOf(stateAfter([...recording("restaurant"), policy("lifo")]), null);
    expect(coming.order).toEqual([21, 20, 19, 18, 17, 22]);
    expect(coming.next).toBe(21);
    expect(coming.note?.words).toBe("lifo");
    expect(coming.moveRefusal).toContain("choose fifo");
  });

  test("is the kernel's where chance decides, and owned up to where that is not known", () => {
    const state = stateAfter([...recording("restaurant"), policy("random(7)")]);
    const known = comingOf(state, [19, 17, 4, 21, 20, 18]);
    expect(known.order).toEqual([19, 17, 21, 20, 18, 22]);
    expect(known.next).toBe(19);
    const unknown = comingOf(state, null);
    expect([unknown.next, unknown.note?.words]).toEqual([null, "random(7), as sent"]);
  });
});

test("moving by one place says before which delivery", () => {
  const order = [4, 2, 3];
  expect(placeMoved(order, 2, -1)).toEqual({ before: 4 });
  expect(placeMoved(order, 2, 1)).toEqual({ before: null });
  expect(placeMoved(order, 4, 1)).toEqual({ before: 3 });
  expect(placeMoved(order, 4, -1)).toBeNull();
  expect(placeMoved(order, 3, 1)).toBeNull();
  expect(placeMoved(order, 9, 1)).toBeNull();
});

import { describe, expect, test } from "vitest";
import { contextFields } from "../src/context";
import { advance, stateAfter } from "../src/reducer";
import { emptyState, nextDelivery, type State, stateWord } from "../src/state";
import { sentence, sign, tally, whole } from "../src/words";
import { RECORDING_NAMES, recording, recordsBefore } from "./helpers";

function delivery(state: State, number: number) {
  const found = state.deliveries.get(number);
  if (found === undefined) throw new Error(`no delivery ${number}`);
  return found;
}

describe("a request with two events", () => {
  const records = recording("rpc");
  const end = stateAfter(records);

  test("is logged in the order in which deliveries left the queue", () => {
    expect(end.log).toEqual([1, 2, 3, 4]);
    expect(end.moves).toEqual([1, 2, 3, 4]);
    expect(end.log.map((number) => delivery(end, number).kind)).toEqual([
      "request",
      "event",
      "event",
      "response",
    ]);
  });

  test("ends idle with everything handled", () => {
    expect(stateWord(end)).toBe("idle");
    expect([...end.verdicts]).toEqual([["handled", 4]]);
    expect(end.queue.size).toBe(0);
    expect(end.open.size).toBe(0);
  });

  test("links causes, what was sent, and the answer", () => {
    expect(delivery(end, 1).sent).toEqual([2, 3]);
    expect(delivery(end, 1).response).toBe(4);
    expect(delivery(end, 2).cause).toBe(1);
    expect(delivery(end, 4).request).toBe(1);
  });

  test("knows an agent before it is built and who built it", () => {
    const earlier = stateAfter(recordsBefore("rpc", "queued", 3));
    expect(earlier.agents.get("monitor/123")).toMatchObject({ created: false, pending: 1 });
    expect(end.agents.get("monitor/123")).toMatchObject({ created: true, pending: 0, cause: 2 });
  });

  test("explains every field of the MessageContext in the order handlers know", () => {
    const fields = contextFields(end, delivery(end, 1));
    expect(fields.map((field) => [field.name, field.value])).toEqual([
      ["sender", "None"],
      ["topic_id", "None"],
      ["is_rpc", "True"],
      ["cancellation_token", "not cancelled"],
      ["message_id", "m1"],
    ]);
    expect(fields[0]?.meaning).toContain("the cell In [5]");
    expect(fields[1]?.meaning).toContain("sent directly");
  });

  test("says so of a message that was sent from the view", () => {
    const sent = recording("rpc").map((one) => (one.cell ? { ...one, cell: "the view" } : one));
    const state = stateAfter(sent);
    const [sender] = contextFields(state, delivery(state, 1));
    expect(sender?.meaning).toBe("no agent sent it: it came from a form of this view");
    expect(sentence(state)).toBe(
      "Step 4: response TaskResponse from worker/default to the view, handled.",
    );
  });

  test("is told in one sentence per step", () => {
    expect(sentence(end)).toBe(
      "Step 4: response TaskResponse from worker/default to In [5], handled.",
    );
    expect(tally(end)).toBe("4 handled");
  });
});

test("a turn that waits keeps the runtime from being idle", () => {
  const records = recording("waiting");
  const state = stateAfter(records);
  expect(delivery(state, 1)).toMatchObject({ state: "waiting", waitsOn: [2] });
  expect(sign(state, delivery(state, 1)).word).toBe("waits for till/default");
  expect(stateWord(state)).toBe("paused");
  advance(state, { kind: "handling", number: 2 });
  advance(state, { kind: "settled", number: 2, verdict: "handled" });
  advance(state, { kind: "resumed", number: 1, on: 2 });
  expect(delivery(state, 1).state).toBe("handling");
  for (const number of [...state.queue])
    advance(state, { kind: "settled", number, verdict: "dropped" });
  expect(stateWord(state)).toBe("waiting");
});

test("a publication to five takes five steps and is one use of the way to the topic", () => {
  const state = stateAfter(recording("fanout"));
  expect(state.moves).toEqual([1, 2, 3, 4, 5]);
  expect(state.publications.get("p1")).toEqual([1, 2, 3, 4, 5]);
  expect([...state.routes.values()]).toEqual([
    { from: "outside:In [3]", to: "topic:greetings", kind: "event", count: 1 },
  ]);
});

test("each way to fail has a verdict and a reason of its own", () => {
  const state = stateAfter(recording("failing"));
  expect(state.log.map((number) => delivery(state, number).verdict)).toEqual([
    "failed",
    "handled",
    "no_recipient",
    "unhandled",
  ]);
  expect(delivery(state, 1).error?.type).toBe("ValueError");
  expect(sign(state, delivery(state, 2)).word).toBe("handled: raises ValueError");
  expect(delivery(state, 4).reason).toContain("does not handle the event str");
  expect(state.agents.get("bank/default")?.failed).toBe(1);
});

test("a dropped request says who dropped it, and a held one is passed over", () => {
  const state = stateAfter(recording("dropped"));
  expect(sign(state, delivery(state, 1)).word).toBe("dropped by Guard");
  expect(delivery(state, 2).state).toBe("held");
  expect([...state.queue]).toEqual([2]);
  expect(nextDelivery(state)).toBeNull();
  advance(state, { kind: "released", number: 2 });
  expect(nextDelivery(state)?.number).toBe(2);
});

describe("a publication that is routed again", () => {
  const state = stateAfter(recording("rerouted"));

  test("has its new events next to the old ones", () => {
    expect(state.publications.get("p1")).toEqual([1, 3, 4]);
    expect(state.publications.get("p2")).toEqual([2, 5, 6]);
    expect(state.log).toEqual([1, 2, 3]);
    expect([...state.queue]).toEqual([4, 5, 6]);
  });

  test("withdraws the event whose subscription was removed, which is no step", () => {
    expect(sign(state, delivery(state, 1)).word).toBe("subscription removed");
    expect(state.moves).toEqual([3]);
    expect(state.agents.get("a/x")).toMatchObject({ pending: 0, created: false });
  });

  test("may give a pending event another recipient", () => {
    const earlier = stateAfter(recordsBefore("rerouted", "queued", 3));
    const events = [{ number: 1, recipient: "b/x", subscriptions: ["s2"] }];
    advance(earlier, { kind: "rerouted", publication: "p1", events });
    expect([...earlier.queue]).toEqual([1, 2]);
    expect(delivery(earlier, 1)).toMatchObject({ recipient: "b/x", subscriptions: ["s2"] });
    expect(earlier.agents.get("a/x")).toMatchObject({ pending: 1, received: [2] });
    expect(earlier.agents.get("b/x")).toMatchObject({ pending: 1, received: [1] });
  });
});

test("what a handler printed stays with its delivery", () => {
  const state = stateAfter([
    { kind: "queued", number: 1, delivery: "event", recipient: "a/x", message_type: "M" },
    { kind: "handling", number: 1 },
    { kind: "printed", number: 1, stream: "stdout", text: "one\n" },
    { kind: "printed", number: 1, stream: "stderr", text: "two" },
  ]);
  expect(delivery(state, 1).printed).toEqual([
    { stream: "stdout", text: "one\n" },
    { stream: "stderr", text: "two" },
  ]);
});

test("a serial mailbox with an open turn is passed over", () => {
  const queued = { kind: "queued", delivery: "event", message_type: "M" };
  const state = stateAfter([
    { kind: "registered", type: "a", class: "A", handles: [], mailbox: "serial" },
    { ...queued, number: 1, recipient: "a/x" },
    { ...queued, number: 2, recipient: "a/x" },
    { ...queued, number: 3, recipient: "a/y" },
    { kind: "handling", number: 1 },
  ]);
  expect(nextDelivery(state)?.number).toBe(3);
  expect(sign(state, delivery(state, 2)).word).toBe("queued: one turn at a time");
});

test("a skipped sender is in the log but is no step", () => {
  const state = stateAfter([
    { kind: "queued", number: 1, delivery: "event", recipient: "a/x", message_type: "M" },
    { kind: "settled", number: 1, verdict: "skipped_sender" },
  ]);
  expect(state.log).toEqual([1]);
  expect(state.moves).toEqual([]);
  expect(tally(state)).toBe("nothing delivered yet");
});

test("what was moved, edited and crashed by hand is shown so, and every kind is known", () => {
  const end = stateAfter(recording("control"));
  expect([...end.queue]).toEqual([4, 2, 3]);
  expect(JSON.stringify(delivery(end, 3).message)).toContain('"index":33');
  expect(end.agents.get("press/s1")?.created).toBe(false);
  expect([...end.unknown]).toEqual([]);
});

test("unknown kinds are counted, not stumbled over", () => {
  const state = stateAfter([
    { seq: 1, kind: "teleported", number: 4 },
    { seq: 2, kind: "teleported" },
    { seq: 3, kind: "constructor" },
    { seq: 4 },
  ]);
  expect([...state.unknown]).toEqual([
    ["teleported", 2],
    ["constructor", 1],
    ["(no kind)", 1],
  ]);
});

test("records with junk in them are counted and change nothing else", () => {
  const junk = [
    { kind: "queued", number: "one" },
    { kind: "handling", number: 99 },
    { kind: "settled" },
    { kind: "waiting", number: 1, on: null },
    { kind: "registered", type: 5 },
    { kind: "mode", mode: "sideways" },
    { kind: "unsubscribed", subscription: "never seen" },
  ];
  const state = stateAfter(junk);
  expect(state.malformed).toBe(junk.length);
  expect({ ...state, malformed: 0, seq: 0 }).toEqual(emptyState());
});

test("names with invisible controls are spelt out", () => {
  const state = stateAfter(recording("hostile"));
  const id = [...state.agents.keys()][0];
  expect(id).toContain("\\u202e");
  expect(id).not.toContain("\u202e");
});

test.each(RECORDING_NAMES)(
  "recording %s gives one state, however it is cut into batches",
  (name) => {
    const records = recording(name);
    const whole = stateAfter(records);
    const pieces = emptyState();
    for (const record of records) advance(pieces, record);
    expect(pieces).toEqual(whole);
  },
);

test.each(RECORDING_NAMES)("recording %s is consistent after every record", (name) => {
  const state = emptyState();
  for (const record of recording(name)) {
    advance(state, record);
    const pending = [...state.deliveries.values()].filter(
      (one) => one.state === "queued" || one.state === "held",
    );
    expect(state.queue).toEqual(new Set(pending.map((one) => one.number)));
    for (const agent of state.agents.values())
      expect(agent.pending).toBe(pending.filter((one) => one.recipient === agent.id).length);
    expect(new Set(state.log).size).toBe(state.log.length);
  }
  expect(state.malformed).toBe(0);
  expect(state.unknown.size).toBe(0);
});

test("a hundred thousand pending deliveries are all taken in and let go", () => {
  const state = emptyState();
  for (let number = 1; number <= 100_000; number += 1)
    advance(state, { kind: "queued", number, delivery: "event", recipient: `a/${number % 50}` });
  for (let number = 1; number <= 100_000; number += 1) {
    advance(state, { kind: "handling", number });
    advance(state, { kind: "settled", number, verdict: "handled" });
  }
  expect(state.log.length).toBe(100_000);
  expect(stateWord(state)).toBe("idle");
});

test("numbers have a comma before each three digits", () => {
  const numbers = [0, 7, 999, 1000, 12_345.6, 1_234_567];
  expect(numbers.map(whole)).toEqual(["0", "7", "999", "1,000", "12,346", "1,234,567"]);
});

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import inspector from "../src/index";
import type { RawRecord } from "../src/records";
import { stateAfter } from "../src/reducer";
import { Store } from "../src/store";
import { countBefore, FakeModel, pausedBefore, recording, recordsBefore } from "./helpers";

let model: FakeModel;
let el: HTMLElement;
let closers: (() => void)[];

beforeEach(() => {
  model = new FakeModel();
  el = document.createElement("div");
  document.body.append(el);
  closers = [];
});

afterEach(() => {
  for (const close of closers.reverse()) close();
  document.body.replaceChildren();
});

async function open(records: readonly RawRecord[]) {
  const widget = inspector();
  closers.push(widget.initialize({ model }), widget.render({ model, el }));
  model.batch(1, records);
  await settled();
  return widget;
}

/** Until signals and frames have been worked off. */
async function settled() {
  for (let turn = 0; turn < 4; turn += 1)
    await new Promise((resolve) => requestAnimationFrame(() => resolve(null)));
}

const all = (id: string, root: ParentNode = el) => [
  ...root.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`),
];
const one = (id: string) => {
  const found = all(id)[0];
  if (found === undefined) throw new Error(`nothing has the test id ${id}`);
  return found;
};
/** What the page asks by itself, to show it. */
const QUESTIONS = new Set(["breakpoints", "watches", "invariants", "problems", "queue", "why"]);
const commands = () =>
  model
    .sentOfType("command")
    .filter((sent) => !QUESTIONS.has(sent.name as string))
    .map((sent) => [sent.name, sent.args]);

async function press(key: string, target: HTMLElement = one("inspector")) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  target.dispatchEvent(event);
  await settled();
  return event;
}

describe("the whole view", () => {
  test("shows each delivery's context in the log", async () => {
    await open(recording("rpc"));
    const rows = all("log-row").map((row) =>
      [...row.querySelectorAll("[data-column]")].map((cell) => cell.textContent),
    );
    expect(rows).toEqual([
      ["TaskRequest", "In [5]", "worker/default", "–", "True", "m1"],
      ["TaskEvent", "worker/default", "monitor/123", "task.events/123", "False", "m2"],
      ["TaskEvent", "worker/default", "monitor/123", "task.events/123", "False", "m3"],
      ["TaskResponse", "worker/default", "In [5]", "–", "True", "m1"],
    ]);
    expect(all("log-row").map((row) => [row.dataset.delivery, row.dataset.kind])).toEqual([
      ["1", "request"],
      ["2", "event"],
      ["3", "event"],
      ["4", "response"],
    ]);
    expect(one("state-word").textContent).toBe("idle");
  });

  test("shows the queue in order, with ghosts and subscriptions in the graph", async () => {
    await open(recordsBefore("rpc", "handling", 2));
    expect(all("queue-item").map((item) => item.dataset.delivery)).toEqual(["2", "3", "4"]);
    expect(one("state-word").dataset.state).toBe("running");
    expect(all("agent").map((agent) => [agent.dataset.id, agent.dataset.state])).toEqual([
      ["worker/default", "idle"],
      ["monitor/123", "ghost"],
    ]);
    expect(all("subscription").map((line) => line.dataset.id)).toEqual(["s3"]);
    expect(all("agent-type").map((box) => box.dataset.id)).toEqual(["worker", "monitor"]);
    expect(all("topic").map((topic) => topic.dataset.id)).toEqual(["task.events"]);
  });

  test("shows what came at once in its first drawing, and needs no second one", async () => {
    const records = recording("rpc");
    model.send = (content) => {
      if ((content as { type: string }).type === "resync") model.batch(1, records);
    };
    const store = new Store(model);
    const first = store.now;
    expect(first).toEqual(stateAfter(records));
    await settled();
    expect(store.now).toBe(first);
    store.close();
  });

  test("goes on when more records come", async () => {
    const records = recording("rpc");
    await open(recordsBefore("rpc", "handling", 2));
    const shown = countBefore("rpc", "handling", 2);
    model.batch(shown + 1, records.slice(shown));
    await settled();
    expect(all("queue-item")).toEqual([]);
    expect(all("log-row").length).toBe(4);
    // Told at a pace that can be read.
    await expect.poll(() => one("spoken").textContent).toContain("Step 4: response TaskResponse");
  });

  test("writes the next step where the last one stood", async () => {
    const cut = countBefore("rpc", "handling", 2);
    await open(recording("rpc").slice(0, cut));
    const detail = () => one("detail").querySelector<HTMLElement>("[data-delivery]");
    const place = detail();
    expect(place?.dataset.delivery).toBe("1");
    model.batch(cut + 1, recording("rpc").slice(cut));
    await settled();
    expect(detail()?.dataset.delivery).toBe("4");
    expect(detail()).toBe(place);
  });

  test("says what to do when there is nothing yet", async () => {
    await open([]);
    expect(el.textContent).toContain("No agents yet");
    expect(one("state-word").textContent).toBe("idle");
  });

  test("explains every field of the context of what is selected", async () => {
    await open(recording("rpc"));
    all("log-row")[1]?.click();
    await settled();
    all("tab")
      .find((tab) => tab.dataset.tab === "context")
      ?.click();
    await settled();
    expect(all("context-field").map((field) => field.dataset.id)).toEqual([
      "sender",
      "topic_id",
      "is_rpc",
      "cancellation_token",
      "message_id",
    ]);
    expect(one("detail").textContent).toContain("shared by every delivery of this publication");
  });
});

describe("one selection", () => {
  test("of a delivery shows in queue, detail and graph", async () => {
    await open(recording("waiting"));
    all("queue-item")[2]?.click();
    await settled();
    expect(all("queue-item")[2]?.getAttribute("aria-selected")).toBe("true");
    expect(one("detail").querySelector("[data-delivery]")?.getAttribute("data-delivery")).toBe("4");
    const marked = all("agent").filter((agent) => agent.classList.contains("sb-selected"));
    expect(marked.map((agent) => agent.dataset.id)).toEqual(["bar/s1"]);
  });

  test("of an agent marks its deliveries and shows its handlers", async () => {
    await open(recording("rpc"));
    const chip = all("agent").find((agent) => agent.dataset.id === "monitor/123");
    chip?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    await settled();
    expect(one("detail").textContent).toContain("Agent monitor/123");
    const marked = all("log-row").filter((row) => row.classList.contains("sb-related"));
    expect(marked.map((row) => row.dataset.delivery)).toEqual(["2", "3"]);
  });

  test("is shared by all views of the model", async () => {
    const widget = await open(recording("rpc"));
    const other = document.createElement("div");
    document.body.append(other);
    closers.push(widget.render({ model, el: other }));
    all("log-row")[0]?.click();
    await settled();
    expect(all("log-row", other)[0]?.getAttribute("aria-selected")).toBe("true");
    expect(model.sentOfType("resync").length).toBe(1);
  });
});

describe("verbs and keys", () => {
  test("Step, Run and Pause send their commands", async () => {
    await open(pausedBefore("rpc", "handling", 2));
    one("step").click();
    one("run").click();
    expect(commands()).toEqual([
      ["step", {}],
      ["resume", {}],
    ]);
    model.batch(countBefore("rpc", "handling", 2) + 2, [{ kind: "mode", mode: "running" }]);
    await settled();
    one("pause").click();
    expect(commands().at(-1)).toEqual(["pause", {}]);
  });

  test.each(["running", "run"])("Step pauses first when the mode is %s", async (mode) => {
    await open([...recordsBefore("rpc", "handling", 2), { kind: "mode", mode }]);
    one("step").click();
    expect(commands()).toEqual([["pause", {}]]);
    model.answer("pause");
    await settled();
    expect(commands()).toEqual([
      ["pause", {}],
      ["step", {}],
    ]);
  });

  test("a verb that makes no sense now says why and sends nothing", async () => {
    await open(recording("rpc"));
    expect(one("step").getAttribute("aria-disabled")).toBe("true");
    expect(one("step").title).toBe("Nothing to step: the queue is empty (S)");
    one("step").click();
    await settled();
    expect(commands()).toEqual([]);
    expect(one("notice").textContent).toBe("Nothing to step: the queue is empty.");
  });

  test("S steps, the space bar runs, arrows choose, Enter delivers, Escape lets go", async () => {
    await open(recording("waiting"));
    expect((await press("s")).defaultPrevented).toBe(true);
    await press(" ");
    const queue = one("queue");
    await press("ArrowDown", queue);
    await press("ArrowDown", queue);
    await press("Enter", queue);
    expect(commands()).toEqual([
      ["step", {}],
      ["resume", {}],
      ["step", { number: 3 }],
    ]);
    await press("Escape");
    expect(all("queue-item").some((item) => item.getAttribute("aria-selected") === "true")).toBe(
      false,
    );
  });

  test("keys with modifiers and unknown keys stay with the page around", async () => {
    await open(recording("waiting"));
    const event = new KeyboardEvent("keydown", {
      key: "s",
      ctrlKey: true,
      bubbles: true,
      cancelable: true,
    });
    one("inspector").dispatchEvent(event);
    expect(event.defaultPrevented).toBe(false);
    expect((await press("x")).defaultPrevented).toBe(false);
    expect(commands()).toEqual([]);
  });

  test("the notebook's own shortcuts are kept out, wherever in the view the focus is", async () => {
    await open(recording("waiting"));
    expect(one("inspector").dataset.lmSuppressShortcuts).toBe("true");
    for (const part of ["queue", "step", "log"]) {
      one(part).focus();
      expect(one(part).dataset.lmSuppressShortcuts).toBe("true");
    }
  });

  test("after the connection is lost, every verb says so", async () => {
    await open(recording("rpc"));
    model.fire("comm_live_update");
    one("step").click();
    await settled();
    expect(one("notice").textContent).toContain("The connection to the kernel is closed.");
    expect(commands()).toEqual([]);
  });

  test("what the kernel refuses is said in its words", async () => {
    await open(recording("waiting"));
    one("step").click();
    model.push({
      type: "answer",
      id: model.sentOfType("command").at(-1)?.id,
      ok: false,
      error: "This runtime was closed.",
    });
    await settled();
    expect(one("notice").textContent).toBe("This runtime was closed.");
  });
});

test("names that look like markup stay text", async () => {
  await open(recording("hostile"));
  all("log-row")[0]?.click();
  await settled();
  expect(el.querySelector("img, script, b > script")).toBeNull();
  expect(el.textContent).toContain('<img src=x onerror="window.hacked=1">');
  expect(Reflect.get(window, "hacked")).toBeUndefined();
});

test("a hundred thousand rows make a few dozen nodes", async () => {
  const records: RawRecord[] = [];
  for (let number = 1; number <= 100_000; number += 1) {
    records.push({
      kind: "queued",
      number,
      delivery: "event",
      recipient: "a/x",
      message_type: "M",
    });
    records.push({ kind: "settled", number, verdict: "handled" });
  }
  await open(records);
  expect(all("log-row").length).toBeLessThan(60);
  await press("End", one("log"));
  expect(one("detail").textContent).toContain("#100000");
});

test("records that the page does not understand are owned up to", async () => {
  await open([{ kind: "teleported" }, { kind: "queued" }]);
  expect(el.textContent).toContain("2 records not understood");
});

test("closing view and model leaves no node and no listener", async () => {
  const widget = inspector();
  const close = widget.initialize({ model });
  const remove = widget.render({ model, el });
  model.batch(1, recording("rpc"));
  await settled();
  remove();
  expect(el.childNodes.length).toBe(0);
  close();
  expect(model.listeners).toEqual([]);
});

test("no dot travels where motion is to be reduced", async () => {
  vi.spyOn(window, "matchMedia").mockReturnValue({ matches: true } as MediaQueryList);
  const draw = vi.spyOn(HTMLCanvasElement.prototype, "getContext");
  const records = recording("rpc");
  await open(recordsBefore("rpc", "handling", 2));
  const shown = countBefore("rpc", "handling", 2);
  model.batch(shown + 1, records.slice(shown));
  await settled();
  expect(draw).not.toHaveBeenCalled();
});

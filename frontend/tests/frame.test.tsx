import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ACTIONS, keyWord } from "../src/actions";
import inspector from "../src/index";
import type { RawRecord } from "../src/records";
import {
  FakeModel,
  pausedBefore,
  type RecordingName,
  recording,
  recordsBefore,
  repeated,
} from "./helpers";

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
  vi.restoreAllMocks();
});

async function open(records: readonly RawRecord[]) {
  const widget = inspector();
  closers.push(widget.initialize({ model }), widget.render({ model, el }));
  if (records.length > 0) model.batch(1, records);
  await settled();
  return widget;
}

/** Until signals, effects and frames have been worked off. */
async function settled() {
  for (let turn = 0; turn < 4; turn += 1)
    await new Promise((resolve) => requestAnimationFrame(() => resolve(null)));
}

const all = (id: string) => [...el.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`)];
const one = (id: string) => {
  const found = all(id)[0];
  if (found === undefined) throw new Error(`nothing has the test id ${id}`);
  return found;
};
const word = () => one("state-word").dataset.state;
const QUESTIONS = new Set(["breakpoints", "watches", "invariants", "problems", "queue", "why"]);
const commands = () =>
  model
    .sentOfType("command")
    .filter((sent) => !QUESTIONS.has(sent.name as string))
    .map((sent) => [sent.name, sent.args]);

async function press(key: string, more: KeyboardEventInit = {}, target = one("inspector")) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  await settled();
  return event;
}

async function click(id: string, place = 0) {
  all(id)[place]?.click();
  await settled();
}

const logged = () => all("log-row").map((row) => row.dataset.delivery);
const queued = () => all("queue-item").map((row) => row.dataset.delivery);

describe("the past", () => {
  test("is shown step by step, marked, and left by one key", async () => {
    await open(recording("rpc"));
    expect(one("slider").getAttribute("aria-valuenow")).toBe("4");
    await click("back");
    expect(word()).toBe("past");
    expect(one("state-word").textContent).toBe("viewing the past");
    expect(one("history").textContent).toContain("step 3 of 4");
    expect(el.querySelector(".sb-in-past")).not.toBeNull();
    expect([logged(), queued()]).toEqual([["1", "2", "3"], ["4"]]);
    await press("S", { shiftKey: true });
    expect([logged(), queued()]).toEqual([
      ["1", "2"],
      ["3", "4"],
    ]);
    await press("s");
    expect(logged()).toEqual(["1", "2", "3"]);
    await press("Escape");
    expect(word()).toBe("idle");
    expect(logged()).toEqual(["1", "2", "3", "4"]);
    expect(commands()).toEqual([]);
  });

  test("can be crossed by the keys of a slider", async () => {
    await open(repeated("rpc", 10));
    const slider = one("slider");
    const at = () => Number(slider.getAttribute("aria-valuenow"));
    const seen = [];
    for (const key of ["ArrowLeft", "PageDown", "Home", "ArrowRight", "k", "k", "PageUp", "End"]) {
      await press(key, {}, slider);
      seen.push(at());
    }
    expect(seen).toEqual([39, 35, 0, 1, 0, 0, 4, 40]);
    expect(word()).toBe("idle");
    expect(slider.getAttribute("aria-valuetext")).toBe("step 40 of 40, now");
  });

  test("changes nothing: every verb says what to do instead", async () => {
    await open(recordsBefore("rpc", "handling", 4));
    await click("back");
    for (const id of ["over", "run", "pause"]) {
      expect(one(id).getAttribute("aria-disabled")).toBe("true");
      expect(one(id).title).toContain("You are viewing step 2: press Esc for now");
      await click(id);
      expect(one("notice").textContent).toBe("You are viewing step 2: press Esc for now.");
    }
    expect(commands()).toEqual([]);
    await click("now");
    await click("over");
    expect(commands()).toEqual([["step_over", {}]]);
  });

  test("stays as it was while new records come, and now goes on", async () => {
    const records = recording("rpc");
    const half = records.findIndex((each) => each.kind === "handling" && each.number === 3);
    await open(records.slice(0, half));
    await click("back");
    const before = [logged(), queued()];
    expect(before).toEqual([["1"], ["2", "3", "4"]]);
    model.batch(half + 1, records.slice(half));
    await settled();
    expect([logged(), queued()]).toEqual(before);
    expect(one("history").textContent).toContain("step 1 of 4");
    await press("N", { shiftKey: true });
    expect(logged()).toEqual(["1", "2", "3", "4"]);
  });

  test("shows the step of the delivery that is selected", async () => {
    await open(recording("rpc"));
    all("log-row")[1]?.click();
    await press("v");
    expect(one("history").textContent).toContain("step 2 of 4");
    expect(logged()).toEqual(["1", "2"]);
  });

  test("is shared by all views of the model", async () => {
    const widget = await open(recording("rpc"));
    const other = document.createElement("div");
    document.body.append(other);
    closers.push(widget.render({ model, el: other }));
    await click("back");
    expect(other.querySelector('[data-testid="state-word"]')?.textContent).toBe("viewing the past");
  });
});

describe("the history strip", () => {
  test("has a mark for each step, and the ones that went wrong stand out", async () => {
    await open(recording("failing"));
    const marks = all("history-step").map((mark) => [mark.dataset.step, mark.dataset.state]);
    expect(marks).toEqual([
      ["1", "trouble"],
      ["2", "trouble"],
      ["3", "trouble"],
      ["4", "trouble"],
    ]);
    expect(all("history-step")[0]?.title).toContain("Step 1: #1");
  });

  test("has few marks for many steps, and none of them hides a problem", async () => {
    const records = repeated("rpc", 2500).map((each) =>
      each.kind === "settled" && each.number === 4321 ? { ...each, verdict: "failed" } : each,
    );
    await open(records);
    const marks = all("history-step");
    expect(marks.length).toBeLessThanOrEqual(100);
    const wrong = marks.filter((mark) => mark.dataset.state === "trouble");
    expect(wrong.length).toBe(1);
    expect(wrong[0]?.title).toContain("1 went wrong: #4321");
  });
});

describe("the table of actions", () => {
  test("gives every action a label, a key of its own and what it does", () => {
    const keys = [...ACTIONS.values()].map(({ key }) => key).filter((key) => key !== " ");
    expect(keys).not.toContain(null);
    expect(new Set(keys).size).toBe(keys.length);
    for (const each of ACTIONS.values())
      expect([each.id, each.label !== "" && each.does.length > 8]).toEqual([each.id, true]);
  });

  test("uses no key that means something grave in a notebook", () => {
    for (const { key } of ACTIONS.values()) expect("xdi0").not.toContain(key ?? "");
  });

  test("is listed whole by ?, and each action can be done from the list", async () => {
    await open(pausedBefore("rpc", "handling", 2));
    await press("?", { shiftKey: true });
    const rows = [...one("help").querySelectorAll<HTMLElement>("[data-action]")];
    expect(rows.map((row) => row.dataset.action)).toEqual([...ACTIONS.keys()]);
    for (const row of rows) {
      const { key, does } = ACTIONS.get(row.dataset.action ?? "") ?? {};
      expect(row.textContent).toContain(keyWord(key ?? ""));
      expect(row.textContent).toContain(does);
    }
    rows.find((row) => row.dataset.action === "step")?.click();
    await settled();
    expect(commands()).toEqual([["step", {}]]);
    expect(all("help")).toEqual([]);
  });

  test("works by keys on what is selected", async () => {
    await open(recordsBefore("waiting", "handling", 3).concat());
    const records = recording("waiting");
    expect(records.length).toBeGreaterThan(0);
    all("queue-item")[1]?.click();
    await settled();
    for (const key of ["h", "2", "o", "u", "n"]) await press(key);
    await press("Delete", { shiftKey: true });
    expect(commands()).toEqual([
      ["hold", { number: 3 }],
      ["duplicate", { number: 3 }],
      ["step_over", {}],
      ["run_conversation", { number: 3 }],
      ["step_to", { agent: "kitchen/s1" }],
      ["drop", { number: 3, error: true }],
    ]);
  });

  test("follows a message through what it causes", async () => {
    await open(pausedBefore("rpc", "handling", 2));
    all("log-row")[0]?.click();
    await press("f");
    expect(commands()).toEqual([["step", { number: 2 }]]);
  });

  test("goes from a delivery to its cause and to its effect", async () => {
    await open(recording("rpc"));
    all("log-row")[1]?.click();
    await press(",");
    const chosen = () => el.querySelector('[data-testid="log-row"][aria-selected="true"]');
    expect(chosen()?.getAttribute("data-delivery")).toBe("1");
    await press(".");
    expect(chosen()?.getAttribute("data-delivery")).toBe("2");
    await press("]");
    expect(chosen()?.getAttribute("data-delivery")).toBe("3");
  });
});

describe("keys", () => {
  test("are left alone while text is typed, but for Escape and F6", async () => {
    await open(recordsBefore("rpc", "handling", 2));
    const field = document.createElement("textarea");
    one("inspector").append(field);
    expect((await press("s", {}, field)).defaultPrevented).toBe(false);
    expect((await press("F6", {}, field)).defaultPrevented).toBe(true);
    expect(commands()).toEqual([]);
  });

  test("can be switched off, all but the way out", async () => {
    await open(recordsBefore("rpc", "handling", 2));
    await press("?");
    one("help").querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
    await settled();
    await press("Escape");
    expect(all("help")).toEqual([]);
    expect((await press("s")).defaultPrevented).toBe(false);
    expect(commands()).toEqual([]);
    await click("help");
    expect(all("action").length).toBeGreaterThan(0);
  });

  test("F6 goes from pane to pane, each with a tab stop of its own", async () => {
    await open(recording("waiting"));
    one("inspector").focus();
    const seen: string[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      await press("F6");
      const pane = document.activeElement?.closest(
        ".sb-bar, .sb-queue, .sb-stage, .sb-detail, .sb-bottom, .sb-history",
      );
      seen.push(pane?.className.replace("sb-pane ", "").split(" ")[0] ?? "none");
    }
    expect(seen).toEqual([
      "sb-bar",
      "sb-queue",
      "sb-stage",
      "sb-detail",
      "sb-bottom",
      "sb-history",
    ]);
  });

  test("Escape gives the keyboard back when nothing is open", async () => {
    await open(recording("rpc"));
    one("inspector").focus();
    await press("Escape");
    expect(document.activeElement).toBe(document.body);
  });
});

describe("the state word", () => {
  const words: [RecordingName, string][] = [
    ["rpc", "idle"],
    ["waiting", "paused"],
    ["hostile", "paused"],
  ];
  test.each(words)("of the recording %s is %s", async (name, expected) => {
    await open(recording(name));
    expect(word()).toBe(expected);
  });

  test("is stuck when a turn waits for a request that was dropped, and a sentence says so", async () => {
    const records = recording("waiting");
    const dropped = [2, 3, 4, 5, 6, 7, 8].map((number, index) => ({
      kind: "settled",
      seq: records.length + 1 + index,
      number,
      verdict: "dropped",
    }));
    await open([...records, ...dropped]);
    expect(word()).toBe("stuck");
    expect(one("stuck").textContent).toContain(
      "shop/s1 waits for till/default (#2), which was dropped",
    );
    expect(one("spoken").textContent).toContain("Stuck: shop/s1");
  });

  test("is running while a run goes on, which Pause ends, though nothing was started", async () => {
    const records = recordsBefore("rpc", "handling", 4);
    const seq = records.length + 1;
    const stopped = { kind: "lifecycle", seq, time: seq, state: "stopped" };
    const run = { kind: "mode", seq: seq + 1, time: seq + 1, mode: "run" };
    await open([...records, stopped, run]);
    expect(word()).toBe("running");
    await click("pause");
    expect(commands().at(-1)).toEqual(["pause", {}]);
    model.batch(seq + 2, [{ kind: "mode", mode: "paused" }]);
    await settled();
    expect(word()).toBe("paused");
  });

  describe("of a page that is behind", () => {
    const records = recordsBefore("rpc", "handling", 4);
    const next = records.length + 1;
    const mode = (mode: string, seq: number) => ({ kind: "mode", mode, seq, time: seq });
    const answer = (name: string, last: number) => {
      model.answer(name, last);
      return settled();
    };

    beforeEach(() => open([...records, mode("running", next)]));

    test("is pausing at once, and paused when the kernel says so, not before", async () => {
      await click("pause");
      expect(word()).toBe("pausing");
      await answer("pause", next + 1);
      expect(word()).toBe("paused");
      expect(one("run").getAttribute("aria-disabled")).toBe("false");
      await expect.poll(() => one("spoken").textContent).toContain("still on their way here");
      model.batch(next + 1, [mode("paused", next + 1), mode("running", next + 2)]);
      await settled();
      expect(word()).toBe("running");
    });

    test("is running when the kernel says so, also while records of a pause come in", async () => {
      await click("pause");
      await answer("pause", next + 1);
      await click("run");
      await answer("resume", next + 2);
      expect(word()).toBe("running");
      model.batch(next + 1, [mode("paused", next + 1)]);
      await settled();
      expect(word()).toBe("running");
      expect(one("pause").getAttribute("aria-disabled")).toBe("false");
      model.batch(next + 2, [mode("running", next + 2), mode("paused", next + 3)]);
      await expect.poll(word).toBe("paused");
    });

    test("tells by how many records", async () => {
      const last = next + 9_000;
      model.push({ type: "batch", first: next + 1, records: [mode("running", next + 1)], last });
      await settled();
      await expect.poll(() => one("progress").textContent).toContain("8,999 records to come");
      model.batch(
        next + 2,
        [...Array(8_999)].map((_, index) => mode("running", next + 2 + index)),
      );
      await expect.poll(() => one("progress").textContent).not.toContain("to come");
    });
  });

  test("is frozen in words when the kernel is gone", async () => {
    await open(recordsBefore("rpc", "handling", 2));
    model.fire("comm_live_update");
    await settled();
    expect(one("frozen").textContent).toContain("frozen");
    expect(one("notice").textContent).toContain("run the cell again");
    expect(one("step").getAttribute("aria-disabled")).toBe("true");
    await click("back");
    expect(word()).toBe("past");
  });
});

describe("where there is nothing yet", () => {
  test("no agents: an example of six lines", async () => {
    await open([]);
    expect(one("empty").dataset.state).toBe("no-agents");
    expect(one("empty").querySelector("pre")?.textContent?.split("\n").filter(Boolean).length).toBe(
      6,
    );
  });

  test("agents and no messages: a way to send one", async () => {
    await open(recording("rpc").filter((each) => each.kind === "registered"));
    expect(one("empty").dataset.state).toBe("no-messages");
    one("empty").querySelector<HTMLElement>('[data-action="send"]')?.click();
    await settled();
    expect(all("notice")).toEqual([]);
  });

  test("done: how it ended", async () => {
    await open(recording("rpc"));
    expect(el.textContent).toContain("4 handled");
    expect(all("empty")).toEqual([]);
  });
});

test("progress is shown on long runs: made, how fast, and how many wait", async () => {
  const records = repeated("rpc", 1000);
  await open([{ kind: "mode", mode: "running" }]);
  let sent = 1;
  for (let turn = 0; turn < 4; turn += 1) {
    const batch = records.slice(turn * 3000, turn * 3000 + 3000);
    model.batch(sent + 1, batch);
    sent += batch.length;
    await vi.waitFor(() => expect(one("progress").textContent).toMatch(/[1-9][\d,]* made/));
  }
  await vi.waitFor(() => expect(one("progress").textContent).toMatch(/queued/));
});

test("a policy is chosen in the bar, and its seed", async () => {
  await open([...recordsBefore("rpc", "handling", 2), { kind: "policyset", name: "random(7)" }]);
  const select = one("policy") as HTMLSelectElement;
  expect(select.value).toBe("random");
  expect((one("seed") as HTMLInputElement).value).toBe("7");
  select.value = "lifo";
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await settled();
  expect(commands()).toEqual([["policy", { name: "lifo" }]]);
});

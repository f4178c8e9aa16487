import { render } from "preact";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Store } from "../src/store";
import { KINDS } from "../src/views/Breakpoints";
import { Detail } from "../src/views/Detail";
import answers from "./fixtures/answers.json";
import hostile from "./fixtures/hostile.json";
import records from "./fixtures/remembering.json";
import rpc from "./fixtures/rpc.json";
import { FakeModel } from "./helpers";

/** A kernel that answers as the real one did when the answers were recorded. */
class AnsweringModel extends FakeModel {
  override send(content: unknown): void {
    super.send(content);
    const { type, id, name, args } = content as { [field: string]: unknown };
    if (type !== "command") return;
    const found = answers.find(
      (one) => one.name === name && JSON.stringify(one.args) === JSON.stringify(args),
    );
    const { ok, value, error } = (found ?? { ok: true, value: null }) as {
      [field: string]: unknown;
    };
    queueMicrotask(() => this.push({ type: "answer", id, ok, value, error }));
  }

  asked(name: string) {
    return this.sentOfType("command")
      .filter((one) => one.name === name)
      .map((one) => one.args);
  }
}

let model: AnsweringModel;
let store: Store;
let el: HTMLElement;

beforeEach(() => {
  model = new AnsweringModel();
  el = document.createElement("div");
  document.body.append(el);
});

afterEach(() => {
  render(null, el);
  store.close();
  document.body.replaceChildren();
});

/** Until effects have run, questions are answered, and the answers are drawn. */
async function settled() {
  for (let turn = 0; turn < 4; turn += 1) {
    await new Promise((resolve) => requestAnimationFrame(() => resolve(null)));
    await new Promise((resolve) => setTimeout(resolve));
  }
}

async function open(recording: readonly { kind: string }[] = records) {
  store = new Store(model);
  render(<Detail store={store} />, el);
  model.batch(1, recording);
  await settled();
}

async function see(
  what: "delivery" | "agent" | "type" | "topic",
  id: string | number,
  tab: string,
) {
  store.select(what, id);
  store.tab.detail.value = tab;
  await settled();
}

const all = (id: string, root: ParentNode = el) => [
  ...root.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`),
];
const one = (id: string) => {
  const found = all(id)[0];
  if (found === undefined) throw new Error(`nothing has the test id ${id}`);
  return found;
};
const words = (id: string) => all(id).map((each) => each.textContent?.replace(/\s+/g, " ").trim());
const input = (label: string) => {
  const found = [...el.querySelectorAll("label")].find((each) =>
    each.textContent?.startsWith(label),
  );
  const field = el.querySelector<HTMLInputElement>(`[id="${found?.htmlFor}"]`);
  if (field === null) throw new Error(`no field ${label}`);
  return field;
};
async function type(label: string, value: string) {
  const field = input(label);
  field.value = value;
  field.dispatchEvent(
    new Event(field.tagName === "SELECT" ? "change" : "input", { bubbles: true }),
  );
  await settled();
}
async function submit(id: string) {
  one(id).dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await settled();
}
async function click(element: HTMLElement | undefined) {
  element?.click();
  await settled();
}
const button = (action: string) => all("action").find((each) => each.dataset.action === action);

describe("the tabs", () => {
  test("show one side of a delivery at a time, and are known to assistive technology", async () => {
    await open();
    await see("delivery", 1, "message");
    const tabs = all("tab");
    expect(tabs.map((tab) => tab.dataset.tab)).toEqual([
      "message",
      "context",
      "state",
      "why",
      "code",
      "printed",
      "breakpoints",
      "watches",
    ]);
    for (const tab of tabs) {
      expect(tab.getAttribute("role")).toBe("tab");
      expect(tab.title).not.toBe("");
      const panel = el.querySelector(`[id="${tab.getAttribute("aria-controls")}"]`);
      expect(panel?.getAttribute("role")).toBe("tabpanel");
    }
    await click(tabs[1]);
    expect(store.tab.detail.value).toBe("context");
    expect(all("context-field").map((field) => field.dataset.id)).toEqual([
      "sender",
      "topic_id",
      "is_rpc",
      "cancellation_token",
      "message_id",
    ]);
  });

  test("fall back to the first where the chosen one makes no sense", async () => {
    await open();
    await see("agent", "cook/s1", "printed");
    const chosen = all("tab").filter((tab) => tab.getAttribute("aria-selected") === "true");
    expect(chosen.map((tab) => tab.dataset.tab)).toEqual(["about"]);
  });
});

describe("the message", () => {
  test("says its size, who else sees it, and who changed it after it was sent", async () => {
    await open();
    await see("delivery", 2, "message");
    expect(el.textContent).toContain("characters as JSON");
    expect(words("seen-by")[0]).toContain("#1 cook/s1");
    const mutation = words("mutation")[0];
    expect(mutation).toContain("Changed after it was sent in the turn of #2");
    expect(mutation).toContain('extras[1] nothing →became "salt"');
    await see("delivery", 1, "message");
    expect(words("mutation")[0]).toContain("The same object is on its way as #2");
  });

  test("shows what was sent where it was edited, and what an intervention made of it", async () => {
    await open();
    await see("delivery", 5, "message");
    expect(el.textContent).toContain("Edited price, note; it was sent as");
    expect(one("original").textContent).toContain('note: "for later"'.replace(": ", " "));
    await see("delivery", 3, "message");
    expect(words("interception")[0]).toContain('Polite replaced it"salt?, please"');
  });

  test("has a tree of causes that can be walked", async () => {
    await open();
    await see("delivery", 3, "message");
    const lines = () =>
      [...one("message-tree").querySelectorAll<HTMLElement>("[data-delivery]")].map(
        (line) => line.dataset.delivery,
      );
    expect(lines()).toEqual(["3", "4", "10"]);
    await click(
      one("message-tree").querySelector<HTMLElement>('[data-delivery="10"]') ?? undefined,
    );
    expect(store.selection.value).toEqual({ what: "delivery", id: "10" });
    expect(lines()).toEqual(["3", "4", "10"]);
    expect(
      one("message-tree").querySelector('[aria-current="true"]')?.getAttribute("data-delivery"),
    ).toBe("10");
  });

  test("and everything else a program says is text", async () => {
    await open(hostile);
    for (const number of [1, 2])
      for (const tab of ["message", "context", "state", "why", "code", "printed"]) {
        await see("delivery", number, tab);
        expect(el.querySelector("img, script, style")).toBeNull();
      }
  });
});

describe("the state", () => {
  test("shows what the turn has changed, field by field, and what the agent remembers", async () => {
    await open();
    await see("delivery", 1, "state");
    expect(words("change")).toEqual([
      "count 0 →became 1◉",
      'dishes[0] nothing →became {"name":"soup","price":4.5}◉',
      "by_size.SMALL nothing →became 1◉",
    ]);
    expect(one("agent-state").textContent).toContain("count 1");
  });

  test("of a response is that of the turn it lets go on", async () => {
    await open();
    await see("delivery", 10, "state");
    expect(el.textContent).toContain("A response lets the turn of #3 go on.");
    expect(el.textContent).toContain("was not changed in this turn so far");
  });

  test("of an agent is that of the step that is viewed", async () => {
    await open();
    await see("agent", "cook/s1", "state");
    expect(words("state-history")[0]).toContain("#1");
    store.travel(0);
    await settled();
    expect(el.textContent).toContain("as it was at step 0It is not built yet.");
  });

  test("is watched with one click", async () => {
    await open();
    await see("delivery", 1, "state");
    await click(all("change")[0]?.querySelector("button") ?? undefined);
    expect(model.asked("watch")).toEqual([{ agent: "cook/s1", path: "count" }]);
  });
});

describe("why", () => {
  test("shows the decisions in order, the first failing one marked, and what to do", async () => {
    await open();
    await see("delivery", 7, "why");
    const marked = all("decision").filter((step) => step.getAttribute("aria-current") === "true");
    expect(marked.map((step) => step.dataset.state)).toEqual(["failed"]);
    expect(one("verdict").textContent).toContain("cook/s2 has not handled #7");
    expect(one("advice").textContent).toContain("Use send_message");
  });

  test("is asked of another agent", async () => {
    await open();
    await see("delivery", 1, "why");
    const field = el.querySelector<HTMLInputElement>('[data-testid="why"] input');
    if (field === null) throw new Error("nothing to type into");
    field.value = "store/s1";
    field.dispatchEvent(new Event("change", { bubbles: true }));
    await settled();
    expect(model.asked("why").at(-1)).toEqual({ number: 1, agent: "store/s1" });
    expect(one("verdict").textContent).toContain("store/s1 did not get #1");
  });
});

describe("the code", () => {
  test("is shown with the line where the turn is parked", async () => {
    await open();
    await see("delivery", 3, "code");
    expect(el.textContent).toContain("Cook.ask In [2], line 3");
    expect(words("parked")).toEqual([
      'answer: int = await self.send_message(message, AgentId("store", "default")) (the turn is parked here)',
    ]);
  });
});

test("what was printed is shown as text", async () => {
  await open();
  await see("delivery", 1, "printed");
  expect(one("printed").textContent).toBe("cooking soup <b>now</b>\n");
});

describe("the form of a message", () => {
  async function edit() {
    await open();
    await see("delivery", 5, "message");
    await click(button("edit"));
  }

  test("has an input for each field, by its type, and shows what was sent", async () => {
    await edit();
    const kinds = [...el.querySelectorAll<HTMLElement>("[data-field]")].map((field) => {
      const own = field.querySelector<HTMLInputElement>("input, select, textarea");
      return [field.dataset.field, own?.tagName.toLowerCase(), own?.type];
    });
    expect(kinds).toEqual([
      ["name", "input", "text"],
      ["price", "input", "text"],
      ["count", "input", "text"],
      ["size", "select", "select-one"],
      ["spicy", "input", "checkbox"],
      ["note", "input", "text"],
      ["extras", "textarea", "textarea"],
    ]);
    expect(input("price").value).toBe("3.5");
    expect(input("note").disabled).toBe(true);
    expect(one("edit-form").textContent).toContain("Original");
  });

  test("sends what was changed, and ties what is wrong to its field", async () => {
    await edit();
    await type("price", "dear");
    await type("count", "1.5");
    await submit("edit-form");
    expect(model.asked("edit")).toEqual([{ number: 5, fields: { price: "dear", count: "1.5" } }]);
    const price = input("price");
    expect(price.getAttribute("aria-invalid")).toBe("true");
    expect(el.querySelector(`[id="${price.getAttribute("aria-describedby")}"]`)?.textContent).toBe(
      "price is a number, not 'dear'.",
    );
    expect(input("name").getAttribute("aria-invalid")).toBe("false");
    await type("price", "4");
    await type("count", "2");
    await submit("edit-form");
    expect(model.asked("edit").at(-1)).toEqual({ number: 5, fields: { price: "4" } });
    expect(all("edit-form")).toEqual([]);
  });

  test("sends None where that is ticked, and nothing where nothing was changed", async () => {
    await edit();
    await submit("edit-form");
    expect(one("edit-form").textContent).toContain("Nothing was changed.");
    await click(el.querySelector<HTMLElement>('[data-field="note"] .sb-check input') ?? undefined);
    await submit("edit-form");
    expect(model.asked("edit")).toEqual([{ number: 5, fields: { note: "" } }]);
  });

  test("sends a new message to a topic", async () => {
    await open();
    await see("topic", "dishes", "about");
    await click(button("send"));
    expect(input("message class").value).toBe("Dish");
    await type("name", "tea");
    await type("price", "2");
    await type("source", "s9");
    await submit("send-form");
    expect(model.asked("send")).toEqual([
      { topic: "dishes/s9", message: "Dish", fields: { name: "tea", price: "2" } },
    ]);
  });
});

describe("what is done to an agent", () => {
  test("is crash, and pausing its mailbox or letting it go on", async () => {
    await open();
    await see("agent", "cook/s1", "about");
    await click(button("pause-mailbox"));
    await click(button("crash"));
    expect(model.asked("pause_mailbox")).toEqual([{ agent: "cook/s1" }]);
    expect(model.asked("crash")).toEqual([{ agent: "cook/s1" }]);
    await see("agent", "helper/s1", "about");
    expect(words("mailbox")[0]).toContain("paused");
    await click(button("resume-mailbox"));
    expect(model.asked("resume_mailbox")).toEqual([{ agent: "helper/s1" }]);
  });

  test("is refused in words while the past is viewed", async () => {
    await open();
    store.travel(1);
    await see("agent", "cook/s1", "about");
    await click(button("crash"));
    expect(model.asked("crash")).toEqual([]);
    expect(store.notice.value).toContain("You are viewing step 1");
  });
});

describe("breakpoints", () => {
  test("are listed with their hits, and what stopped the run is said", async () => {
    await open();
    store.tab.detail.value = "breakpoints";
    await settled();
    expect(words("breakpoint")).toEqual([
      "before, agent cook, message Dishstops before a message is delivered; met 1 time✕",
      "failed, oncestops after a turn that raised, or an agent that could not be built; never met✕",
    ]);
    expect(words("stopped")[0]).toContain("Paused by before, agent cook, message Dish at #5");
    await click(all("breakpoint")[0]?.querySelector("button") ?? undefined);
    expect(model.asked("clear_breakpoint")).toEqual([{ id: 1 }]);
  });

  test("are asked for after the last news, however soon that comes after an answer", async () => {
    await open();
    store.tab.detail.value = "breakpoints";
    await settled();
    const asked = model.asked("breakpoints").length;
    model.batch(records.length + 1, [{ kind: "mode", mode: "running" }]);
    await expect.poll(() => model.asked("breakpoints").length).toBeGreaterThan(asked);
  });

  test("say at the delivery that they stopped there, and show it by themselves", async () => {
    await open();
    expect(el.textContent).toContain("Paused at: #5");
    expect(words("stopped")).toEqual(["Paused by before, agent cook, message Dish"]);
    await see("delivery", 6, "message");
    expect(all("stopped")).toEqual([]);
  });

  test("are made of any kind, with filters and a condition, and a wrong one says why", async () => {
    await open();
    store.tab.detail.value = "breakpoints";
    await settled();
    expect(KINDS.length).toBe(12);
    await type("Condition", "message.price >");
    await submit("break-form");
    const said = input("Condition").getAttribute("aria-describedby");
    expect(el.querySelector(`[id="${said}"]`)?.textContent).toContain(
      "message.price > is no expression",
    );
    await type("Stop", "failed");
    await type("Agent", "cook");
    await type("Condition", "message.price > 3");
    await type("From hit", "2");
    await submit("break-form");
    expect(model.asked("break_on").at(-1)).toEqual({
      kind: "failed",
      agent: "cook",
      when: "message.price > 3",
      hits: 2,
    });
  });

  test("are made from a delivery", async () => {
    await open();
    await see("delivery", 6, "message");
    await click(button("break"));
    expect(input("Agent").value).toBe("helper/s1");
    expect(input("Message class").value).toBe("Dish");
    expect(input("Topic").value).toBe("dishes");
  });
});

describe("watches", () => {
  test("show the value at the step that is viewed", async () => {
    await open();
    store.tab.detail.value = "watches";
    await settled();
    expect(words("watch")).toEqual(["cook/s1count = 1✕"]);
    expect(words("invariant")[0]).toContain("✕ broken agents['cook/s1'].count < 1");
    store.travel(0);
    await settled();
    expect(words("watch")[0]).toContain("the agent is not built yet");
  });
});

describe("what a cell or a page lists", () => {
  test("is asked for again at once when the kernel says that it has changed", async () => {
    await open();
    const asked = model.asked("watches").length;
    model.push({ type: "lists" });
    await settled();
    expect(model.asked("watches").length).toBe(asked + 1);
    model.push({ type: "lists" });
    await settled();
    expect(model.asked("invariants").length).toBe(asked + 2);
  });

  test("can be taken off: an invariant by its number", async () => {
    await open();
    store.tab.detail.value = "watches";
    await settled();
    const [invariant] = all("invariant");
    await click(invariant?.querySelector("button[aria-label^='Stop checking']") as HTMLElement);
    expect(model.asked("clear_invariant")).toEqual([{ id: 4 }]);
  });
});

describe("without a kernel", () => {
  test("each tab says so, and shows what was recorded", async () => {
    await open(rpc);
    model.fire("comm:close");
    await settled();
    expect(store.live.value).toBe(false);
    await see("delivery", 1, "why");
    expect(words("no-kernel")[0]).toContain("while a kernel is connected");
    expect(el.textContent).toContain("It was sent to one agent.");
    await see("delivery", 1, "code");
    expect(el.textContent).toContain("Handled by Worker.");
    await see("delivery", 1, "breakpoints");
    expect(all("no-kernel").length).toBe(1);
    await see("delivery", 1, "state");
    expect(all("agent-state").length).toBe(1);
  });
});

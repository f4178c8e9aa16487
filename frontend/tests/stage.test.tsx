import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import inspector from "../src/index";
import type { RawRecord } from "../src/records";
import { stateAfter } from "../src/reducer";
import { findNodes } from "../src/stage/find";
import { matrixOf } from "../src/stage/matrix";
import { nearestStop, type Stop } from "../src/stage/neighbours";
import { countBefore, crowd, FakeModel, recording, recordsBefore } from "./helpers";

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

async function settled() {
  for (let turn = 0; turn < 4; turn += 1)
    await new Promise((resolve) => requestAnimationFrame(() => resolve(null)));
}

const all = (id: string) => [...el.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`)];

function one(id: string, name?: string): HTMLElement {
  const found = all(id).find((element) => name === undefined || element.dataset.id === name);
  if (found === undefined) throw new Error(`nothing has the test id ${id} and the name ${name}`);
  return found;
}

async function press(key: string, wish: KeyboardEventInit = {}) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...wish });
  (document.activeElement ?? document.body).dispatchEvent(event);
  await settled();
  return event;
}

async function click(element: Element) {
  element.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  await settled();
}

async function point(type: string, element: Element, x = 0, y = 0) {
  const at = { bubbles: true, button: 0, pointerId: 1, clientX: x, clientY: y };
  element.dispatchEvent(new PointerEvent(type, at));
  await settled();
}

const focused = () => (document.activeElement as HTMLElement | null)?.dataset.stop;
const frame = () => el.querySelector(".sb-stage-frame") as HTMLElement;
/** Where a node is drawn, as its box says. */
const corner = (node: HTMLElement) => {
  const rect = node.querySelector("rect");
  return [Number(rect?.getAttribute("x")), Number(rect?.getAttribute("y"))];
};

describe("the picture", () => {
  test("is a graphics document with a sentence for those who do not see it", async () => {
    await open(recording("waiting"));
    const graph = one("graph");
    expect(graph.getAttribute("role")).toBe("graphics-document");
    const words = el.querySelector(`#${CSS.escape(graph.getAttribute("aria-describedby") ?? "")}`);
    expect(words?.textContent).toBe(
      "4 agent types, 8 agents, 1 topic, 7 subscriptions. Arrow keys go from one to the next; G shows them as a table.",
    );
  });

  test("has one tab stop; arrows go to what lies in their direction, Enter selects it", async () => {
    await open(recording("waiting"));
    expect(frame().querySelectorAll('[tabindex="0"]').length).toBe(1);
    const kitchen = one("agent-type", "kitchen");
    kitchen.focus();
    await settled();
    await press("ArrowDown");
    expect(focused()).toMatch(/^agent kitchen\//);
    await press("ArrowLeft");
    await press("ArrowLeft");
    expect(focused()).toMatch(/^(subscription|topic) /);
    expect(frame().querySelectorAll('[tabindex="0"]').length).toBe(1);
    one("agent", "bar/s2").focus();
    await settled();
    await press("Enter");
    expect(one("detail").textContent).toContain("bar/s2");
    expect(one("agent", "bar/s2").getAttribute("aria-pressed")).toBe("true");
  });

  test("every node has words for its state", async () => {
    await open(recording("failing"));
    expect(one("agent", "bank/default").getAttribute("aria-label")).toBe(
      "bank/default: idle, 0 pending, 1 failed\n⚠ bank/default raised ValueError: card expired on 2024-01-31 on Charge.",
    );
    expect(one("agent-type", "bank").getAttribute("aria-label")).toBe(
      "Agent type bank (Bank): 1 agent, nothing waiting",
    );
    const marked = all("trouble").map((mark) => mark.closest<HTMLElement>("[data-what]"));
    expect(marked.map((node) => node?.dataset.id)).toEqual(["bank/default", "audit/s1"]);
  });

  test("every problem that names an agent, or a delivery to it, marks the agent with its words", async () => {
    await open(recording("rpc"));
    expect(all("trouble").length).toBe(0);
    const said = (kind: string, agents: string[], deliveries: number[]) => ({
      kind,
      sentence: `${kind} it is.`,
      advice: "",
      agents,
      deliveries,
      is_note: kind === "not_portable",
    });
    const [first, second] = all("agent").map((agent) => agent.dataset.id ?? "");
    const problems = [
      said("stuck", [first ?? ""], []),
      said("held", [first ?? ""], []),
      said("not_portable", [second ?? ""], []),
    ];
    const marked = async (list: unknown) => {
      const asked = () => model.sentOfType("command").find(({ name }) => name === "problems");
      await expect.poll(asked).toBeDefined();
      const { id } = asked() ?? {};
      model.push({ type: "answer", id, ok: true, value: list });
      await settled();
      return all("trouble").map((mark) => mark.closest<HTMLElement>("[data-what]")?.dataset.id);
    };
    expect(await marked(problems)).toEqual([first]);
    expect(one("agent", first).querySelector("title")?.textContent).toContain(
      "⚠ stuck it is.\nheld it is.",
    );
  });

  test("a cell that sent messages selects the newest of them", async () => {
    await open(recording("waiting"));
    await click(one("outside", "In [8]"));
    expect(one("agent", "till/s1").classList.contains("sb-selected")).toBe(true);
  });
});

describe("threads", () => {
  test("show how a subscription turns sources into keys, when it is selected or pointed at", async () => {
    await open(recording("waiting"));
    const line = one("subscription", "s5");
    await point("pointermove", line.querySelector("path") as Element);
    expect(all("thread").map((thread) => thread.dataset.id)).toEqual(["kitchen/s1", "kitchen/s2"]);
    await point("pointerleave", frame());
    expect(all("thread")).toEqual([]);
    await click(line);
    expect(one("thread-words").textContent).toContain("orders → kitchen");
    expect(one("thread-words").title).toBe("source s1 → key s1 · source s2 → key s2");
  });

  test("show the way of the selected event", async () => {
    await open(recording("waiting"));
    await click(all("queue-item").find((row) => row.dataset.delivery === "4") as Element);
    expect(all("thread").map((thread) => thread.dataset.id)).toEqual(["bar/s1"]);
  });
});

describe("moving about", () => {
  test("a drag moves a node, a step leaves it there, tidy puts it back", async () => {
    const shown = countBefore("rpc", "handling", 2);
    await open(recordsBefore("rpc", "handling", 2));
    const home = corner(one("agent-type", "monitor"));
    const others = corner(one("agent-type", "worker"));
    expect(one("tidy").getAttribute("aria-disabled")).toBe("true");
    await point("pointerdown", one("agent-type", "monitor"), 100, 100);
    await point("pointermove", frame(), 130, 180);
    await point("pointerup", frame(), 130, 180);
    const moved = corner(one("agent-type", "monitor"));
    expect(moved[0]).toBeGreaterThan(Number(home[0]));
    expect(moved[1]).toBeGreaterThan(Number(home[1]));
    model.batch(shown + 1, recording("rpc").slice(shown));
    await settled();
    expect(corner(one("agent-type", "monitor"))).toEqual(moved);
    expect(corner(one("agent-type", "worker"))).toEqual(others);
    await click(one("tidy"));
    expect(corner(one("agent-type", "monitor"))).toEqual(home);
  });

  test("the click that ends a drag selects nothing", async () => {
    await open(recording("rpc"));
    const box = one("agent-type", "monitor");
    await point("pointerdown", box, 100, 100);
    await point("pointermove", frame(), 130, 180);
    await point("pointerup", frame(), 130, 180);
    await click(box);
    expect(box.getAttribute("aria-pressed")).toBe("false");
    await click(box);
    expect(box.getAttribute("aria-pressed")).toBe("true");
  });

  test("Shift and arrows move the node, and the drag is kept when the table was shown", async () => {
    await open(recording("rpc"));
    const [x, y] = corner(one("agent-type", "worker"));
    one("agent-type", "worker").focus();
    await settled();
    await press("ArrowRight", { shiftKey: true });
    await press("ArrowDown", { shiftKey: true });
    expect(corner(one("agent-type", "worker"))).toEqual([Number(x) + 10, Number(y) + 10]);
    await press("g");
    expect(all("graph")).toEqual([]);
    await press("g");
    expect(corner(one("agent-type", "worker"))).toEqual([Number(x) + 10, Number(y) + 10]);
  });

  test("drag, wheel, keys and buttons pan and zoom; fit shows everything again", async () => {
    await open(recording("rpc"));
    const look = () => [
      (el.querySelector(".sb-stage-paper") as HTMLElement).style.transform,
      one("graph").getAttribute("width"),
    ];
    const fitted = look();
    const changes = [
      () => click(one("zoom-in")),
      () => click(one("zoom-out")),
      async () => {
        const wheel = new WheelEvent("wheel", { deltaY: -100, ctrlKey: true });
        frame().dispatchEvent(Object.assign(wheel, { clientX: 90, clientY: 50 }));
        await settled();
      },
      async () => {
        await point("pointerdown", frame(), 10, 10);
        await point("pointermove", frame(), 60, 40);
        await point("pointerup", frame(), 60, 40);
      },
    ];
    for (const change of changes) {
      const before = look();
      await change();
      expect(look()).not.toEqual(before);
    }
    one("agent-type", "worker").focus();
    for (const [key, wish] of [
      ["+", {}],
      ["-", {}],
      ["ArrowLeft", { altKey: true }],
    ] as const) {
      const before = look();
      await press(key, wish);
      expect(look()).not.toEqual(before);
    }
    await click(one("fit"));
    expect(look()).toEqual(fitted);
    await press("+");
    await press("Home");
    expect(look()).toEqual(fitted);
  });

  test("find selects a node by a part of its name, and says when there is none", async () => {
    await open(recording("waiting"));
    const find = one("find") as HTMLInputElement;
    const enter = async (text: string) => {
      find.value = text;
      find.dispatchEvent(new Event("input", { bubbles: true }));
      await settled();
      find.focus();
      await press("Enter");
    };
    await enter("bar/s2");
    expect(one("agent", "bar/s2").getAttribute("aria-pressed")).toBe("true");
    await enter("nowhere");
    expect(one("notice").textContent).toContain('"nowhere"');
  });
});

test("a message that is handed over travels; what happened before the view was there does not", async () => {
  const draw = vi.spyOn(HTMLCanvasElement.prototype, "getContext");
  const shown = countBefore("rpc", "handling", 2);
  await open(recordsBefore("rpc", "handling", 2));
  expect(draw).not.toHaveBeenCalled();
  model.batch(shown + 1, recording("rpc").slice(shown));
  await settled();
  expect(draw).toHaveBeenCalled();
});

test("nodes are found by how their names begin, then by what they contain", () => {
  const state = stateAfter(recording("waiting"));
  expect(findNodes(state, "ki").map(({ id }) => id)).toEqual([
    "kitchen",
    "kitchen/s1",
    "kitchen/s2",
  ]);
  expect(findNodes(state, "S2")[0]?.id).toBe("kitchen/s2");
  expect(findNodes(state, " ")).toEqual([]);
  expect(findNodes(stateAfter(crowd(20, 2000)), "key").length).toBe(12);
});

test("what lies straight ahead is nearer than what lies aside", () => {
  const stop = (id: string, x: number, y: number): Stop => ({ what: "type", id, x, y });
  const stops = [stop("ahead", 120, 5), stop("aside", 90, 60), stop("behind", -50, 0)];
  expect(nearestStop(stops, { x: 0, y: 0 }, "ArrowRight")?.id).toBe("ahead");
  expect(nearestStop(stops, { x: 0, y: 0 }, "ArrowLeft")?.id).toBe("behind");
  expect(nearestStop(stops, { x: 0, y: 0 }, "ArrowUp")).toBeNull();
});

describe("the table", () => {
  test("has topics in rows, types in columns, and in the cells what passed", () => {
    const table = matrixOf(stateAfter(recording("waiting")));
    expect(table.columns.map(({ type }) => type)).toEqual(["shop", "kitchen", "bar", "till"]);
    const cells = table.rows.map((row) => [
      row.name,
      ...table.columns.map((column) => {
        const { subscription, count, pending } = table.cell(row, column);
        return `${subscription?.id ?? "-"} ${count} ${pending}`;
      }),
    ]);
    expect(cells).toEqual([
      ["sent directly", "- 1 0", "- 0 0", "- 0 0", "- 1 1"],
      ["orders", "- 0 0", "s5 2 2", "s6 2 2", "s7 2 2"],
      ["orders*", "- 0 0", "- 0 0", "- 0 0", "s7 0 0"],
    ]);
  });

  test("counts go on from where they were", () => {
    const records = crowd(3, 30);
    const half = stateAfter(records.slice(0, 60));
    const [row, column] = [1, 0];
    const count = (state: typeof half) => {
      const table = matrixOf(state);
      const [topic, type] = [table.rows[row], table.columns[column]];
      return topic && type ? table.cell(topic, type).count : 0;
    };
    const first = count(half);
    expect(first).toBeGreaterThan(0);
    expect(count(half)).toBe(first);
    expect(count(stateAfter(records))).toBe(10);
  });

  test("is shown by G and by its button, and selects as the picture does", async () => {
    await open(recording("waiting"));
    one("inspector").focus();
    await press("g");
    expect(all("graph")).toEqual([]);
    expect(one("matrix").getAttribute("aria-colcount")).toBe("5");
    await click(one("subscription", "s5"));
    expect(one("detail").textContent).toContain("orders");
    await click(one("topic", "orders"));
    expect(one("topic", "orders").getAttribute("aria-pressed")).toBe("true");
    await click(el.querySelector('[data-testid="tab"][data-tab="graph"]') as Element);
    expect(one("topic", "orders").getAttribute("aria-pressed")).toBe("true");
    expect(one("graph")).toBeDefined();
  });

  test("is one tab stop; arrows go through heads and cells", async () => {
    await open(recording("waiting"));
    one("inspector").focus();
    await press("g");
    const matrix = one("matrix");
    expect(matrix.querySelectorAll('[tabindex="0"]').length).toBe(1);
    (matrix.querySelector('[tabindex="0"]') as HTMLElement).focus();
    await press("ArrowDown");
    await press("ArrowRight");
    expect(document.activeElement?.getAttribute("aria-label")).toBe(
      "orders → kitchen: subscribed, 2 deliveries, 2 waiting",
    );
    await press("ArrowUp");
    await press("ArrowUp");
    expect((document.activeElement as HTMLElement).dataset.id).toBe("kitchen");
    await press("Home");
    await press("ArrowDown");
    expect((document.activeElement as HTMLElement).dataset.id).toBe("sent directly");
  });

  test("comes by itself above twenty types and topics, once", async () => {
    const records = crowd(11, 22);
    await open(records);
    expect(all("graph")).toEqual([]);
    expect(all("matrix").length).toBe(1);
    await click(el.querySelector('[data-testid="tab"][data-tab="graph"]') as Element);
    model.batch(records.length + 1, [{ kind: "mode", mode: "running" }]);
    await settled();
    expect(all("graph").length).toBe(1);
  });

  test("of two hundred by two hundred draws only what is in sight", async () => {
    await open(crowd(200, 400));
    expect(one("matrix").querySelectorAll("td").length).toBeLessThan(1000);
    expect(one("matrix").getAttribute("aria-rowcount")).toBe("202");
  });
});

test("among thousands of agents, few nodes are drawn, and any agent can be reached", async () => {
  await open(crowd(10, 2000));
  expect(all("agent-type").length).toBe(10);
  expect(frame().querySelectorAll("*").length).toBeLessThan(600);
  const find = one("find") as HTMLInputElement;
  find.value = "kitchen_7/key150";
  find.dispatchEvent(new Event("input", { bubbles: true }));
  find.focus();
  await settled();
  await press("Enter");
  expect(one("agent", "kitchen_7/key150").getAttribute("aria-pressed")).toBe("true");
  one("agent", "kitchen_7/key150").focus();
  await settled();
  await press("ArrowRight");
  expect(focused()).toBe("agent kitchen_7/key151");
  await press("Enter");
  expect(one("detail").textContent).toContain("kitchen_7/key151");
});

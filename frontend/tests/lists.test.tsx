import type { ComponentChildren } from "preact";
import { render } from "preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { RawRecord } from "../src/records";
import { Store } from "../src/store";
import { Log } from "../src/views/Log";
import { ProblemCount, Problems } from "../src/views/Problems";
import { Queue } from "../src/views/Queue";
import { SpaceTime } from "../src/views/SpaceTime";
import { FakeModel, recording, recordsBefore, repeated } from "./helpers";

let model: FakeModel;
let store: Store;
let el: HTMLElement;

beforeEach(() => {
  model = new FakeModel();
  store = new Store(model);
  el = document.createElement("div");
  document.body.append(el);
});

afterEach(() => {
  render(null, el);
  store.close();
  document.body.replaceChildren();
  vi.useRealTimers();
});

/** Until effects have run and signals and frames have been worked off. */
async function settled() {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => requestAnimationFrame(() => resolve(null)));
    await new Promise((resolve) => setTimeout(resolve));
  }
}

async function open(records: readonly RawRecord[], view: ComponentChildren) {
  render(view, el);
  model.batch(1, records);
  await settled();
}

const all = (id: string) => [...el.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`)];
const one = (id: string) => {
  const found = all(id)[0];
  if (found === undefined) throw new Error(`nothing has the test id ${id}`);
  return found;
};
const row = (number: number) => {
  const found = el.querySelector<HTMLElement>(`[role="row"][data-delivery="${number}"]`);
  if (found === null) throw new Error(`no row shows #${number}`);
  return found;
};
const asked = (name: string) =>
  model.sentOfType("command").filter((command) => command.name === name);
const commands = () => model.sentOfType("command").map(({ name, args }) => [name, args]);

/** The kernel's answer to the last command of a name. */
async function answer(name: string, value: unknown) {
  model.push({ type: "answer", id: asked(name).at(-1)?.id, ok: true, value });
  await settled();
}

async function click(element: Element) {
  element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  await settled();
}

async function press(key: string, target: HTMLElement, held: KeyboardEventInit = {}) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...held });
  target.dispatchEvent(event);
  await settled();
  return event;
}

async function type(text: string) {
  const field = one("search") as HTMLInputElement;
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await settled();
}

/** A box of 240 pixels whose content is as high as its style says. */
function withHeights() {
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(240);
  vi.spyOn(HTMLElement.prototype, "scrollHeight", "get").mockImplementation(function (
    this: HTMLElement,
  ) {
    return Number.parseFloat(this.querySelector<HTMLElement>(".sb-rows-all")?.style.height ?? "0");
  });
}

describe("the queue", () => {
  const queue = () => <Queue store={store} viewId="v" />;

  test("shows fan-outs with their deliveries, held ones below, and what goes next", async () => {
    await open(recording("restaurant"), queue());
    expect(all("queue-group").map((group) => group.getAttribute("aria-expanded"))).toEqual([
      "true",
      "true",
    ]);
    expect(one("queue-group").textContent).toContain("×2 of 3");
    expect(all("queue-item").map((item) => item.dataset.delivery)).toEqual([
      "17",
      "18",
      "19",
      "20",
      "21",
    ]);
    expect(all("held").map((item) => item.dataset.delivery)).toEqual(["22"]);
    expect(row(17).textContent).toContain("▸ next");
    expect(row(19).textContent).toContain("In [12] → shop/s1");
    expect(row(19).querySelector(".sb-age")?.textContent).toBe("1 step");
    expect(row(22).querySelector(".sb-age")?.textContent).toBe("new");
  });

  test("shows dead letters with their reasons", async () => {
    await open(recording("dead"), queue());
    expect(all("dead-letter").map((item) => [item.dataset.delivery, item.dataset.state])).toEqual([
      ["7", "stranded"],
      ["6", "cancelled"],
      ["4", "dropped"],
      ["3", "undeliverable"],
      ["2", "no_recipient"],
      ["1", "unhandled"],
    ]);
    expect(row(2).textContent).toContain("nobody subscribes to order/s1");
  });

  test("closes and opens a fan-out, by its button and by arrows", async () => {
    await open(recording("restaurant"), queue());
    await click(el.querySelector(".sb-twisty") as Element);
    expect(all("queue-item").map((item) => item.dataset.delivery)).toEqual(["19", "20", "21"]);
    store.select("delivery", 18);
    await settled();
    expect(one("queue-group").getAttribute("aria-selected")).toBe("true");
    await press("ArrowRight", one("queue"));
    expect(row(18).getAttribute("aria-selected")).toBe("true");
    await press("ArrowLeft", one("queue"));
    expect(all("queue-item").length).toBe(3);
  });

  test("is one stop for the keyboard, and names its active row", async () => {
    await open(recording("restaurant"), queue());
    const grid = one("queue");
    expect(el.querySelectorAll('[tabindex="0"]').length).toBe(1);
    await press("ArrowDown", grid);
    await press("ArrowDown", grid);
    await press("ArrowDown", grid);
    expect(store.selection.value).toEqual({ what: "delivery", id: "19" });
    expect(grid.getAttribute("aria-activedescendant")).toBe(row(19).id);
    await press("End", grid);
    expect(store.selection.value?.id).toBe("22");
  });

  test("delivers, holds and releases by the buttons of a row", async () => {
    await open(recording("restaurant"), queue());
    await click(row(19));
    const button = (id: string) => el.querySelector(`.sb-row-buttons [data-action="${id}"]`);
    await click(button("deliver") as Element);
    await click(button("hold") as Element);
    await click(row(22));
    await click(button("hold") as Element);
    expect(commands()).toEqual([
      ["step", { number: 19 }],
      ["hold", { number: 19 }],
      ["release", { number: 22 }],
    ]);
  });

  test("does all that can be done with a delivery by its menu", async () => {
    await open(recording("restaurant"), queue());
    const grid = one("queue");
    await press("ArrowDown", grid);
    const menu = async (id: string) => {
      await press("F10", grid, { shiftKey: true });
      await click(one("menu").querySelector(`[data-action="${id}"]`) as Element);
    };
    await press("F10", grid, { shiftKey: true });
    const offered = [...one("menu").querySelectorAll<HTMLElement>("[role=menuitem]")];
    expect(offered.map((item) => item.dataset.action)).toEqual([
      "deliver",
      "follow",
      "hold",
      "drop-silent",
      "drop-error",
      "duplicate",
      "edit",
      "break",
      "why",
      "visit",
      "move-earlier",
      "move-later",
    ]);
    await press("Escape", one("menu"));
    expect(all("menu")).toEqual([]);
    for (const id of ["drop-silent", "drop-error", "duplicate", "move-later"]) await menu(id);
    expect(commands()).toEqual([
      ["drop", { number: 17, error: false }],
      ["drop", { number: 17, error: true }],
      ["duplicate", { number: 17 }],
      ["move", { number: 17, before: 19 }],
    ]);
    await menu("edit");
    expect(store.form.value).toEqual({ what: "edit", id: "17" });
    await menu("why");
    expect(store.tab.detail.value).toBe("why");
  });

  test("moves by Alt and arrows, and says why not under another policy", async () => {
    await open(recording("restaurant"), queue());
    await click(row(19));
    await press("ArrowUp", one("queue"), { altKey: true });
    await press("ArrowDown", one("queue"), { altKey: true });
    expect(commands()).toEqual([
      ["move", { number: 19, before: 18 }],
      ["move", { number: 19, before: 21 }],
    ]);
    model.batch(recording("restaurant").length + 1, [{ kind: "policyset", name: "lifo" }]);
    await settled();
    await press("ArrowUp", one("queue"), { altKey: true });
    expect(commands().length).toBe(2);
    expect(store.notice.value).toContain("choose fifo to move deliveries");
  });

  test("moves by drag and drop, and shows where it would go", async () => {
    withHeights();
    await open(recording("restaurant"), queue());
    const point = (kind: string, target: EventTarget, y: number) =>
      target.dispatchEvent(
        new PointerEvent(kind, { bubbles: true, button: 0, pointerId: 1, clientY: y }),
      );
    const dragged = async (number: number, y: number) => {
      point("pointerdown", row(number), 100);
      point("pointermove", document, 110);
      point("pointermove", document, y);
      await settled();
    };
    // The rows: 40 for the fan-out, 26 for each of its deliveries, then 40 for #19.
    await dragged(19, 38);
    expect(el.querySelector<HTMLElement>(".sb-gap")?.style.top).toBe("40px");
    point("pointerup", document, 38);
    await settled();
    await dragged(17, 130);
    point("pointerup", document, 130);
    await settled();
    await dragged(17, 400);
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    point("pointerup", document, 400);
    await settled();
    expect(commands()).toEqual([
      ["move", { number: 19, before: 17 }],
      ["move", { number: 17, before: 20 }],
    ]);
    expect(el.querySelector(".sb-gap")).toBeNull();
  });

  test("asks for the order where chance decides, and shows it", async () => {
    await open([...recording("restaurant"), { kind: "policyset", name: "random(7)" }], queue());
    expect(el.textContent).toContain("random(7), as sent");
    await answer("queue", [21, 17, 18, 20, 19]);
    expect(all("queue-item").map((item) => item.dataset.delivery)).toEqual([
      "21",
      "17",
      "18",
      "20",
      "19",
    ]);
    expect(row(21).textContent).toContain("▸ next");
  });

  test("of ten thousand pending deliveries keeps a few in the page", async () => {
    const first = recordsBefore("fanout", "handling", 1);
    const records = [...Array(2_000).keys()].flatMap((turn) =>
      first
        .filter(({ kind }) => kind === "queued")
        .map((record) => ({
          ...record,
          number: (record.number as number) + turn * 5,
          publication: `p${turn}`,
        })),
    );
    await open(records, queue());
    expect(one("queue").getAttribute("aria-rowcount")).toBe("12000");
    expect(el.querySelectorAll("*").length).toBeLessThan(400);
  });
});

describe("the log", () => {
  const log = () => <Log store={store} viewId="v" />;
  const shown = () => all("log-row").map((item) => item.dataset.delivery);

  test("shows what is searched for, and how many of all that is", async () => {
    await open(recording("restaurant"), log());
    expect(one("found").textContent).toBe("16 rows");
    await type("to:till type:PriceQuestion");
    expect(one("found").textContent).toBe("3 of 16");
    expect(shown()).toEqual(["2", "10", "11"]);
    await type("state:failed");
    expect(shown()).toEqual(["6"]);
    await press("Escape", one("search"));
    await press("Escape", one("search"));
    expect(one("found").textContent).toBe("16 rows");
  });

  test("says of a filter that there is none, and shows the rest", async () => {
    await open(recording("restaurant"), log());
    await type("form:shop type:Charge");
    expect(one("search-trouble").textContent).toContain("Did you mean from:?");
    expect(one("search").getAttribute("aria-invalid")).toBe("true");
    expect(shown()).toEqual(["6"]);
  });

  test("offers filters and names, taken by arrows and Enter or by a click", async () => {
    await open(recording("restaurant"), log());
    await type("st");
    expect(all("offer").map((offer) => offer.textContent)).toEqual([
      expect.stringContaining("state:"),
    ]);
    await press("ArrowDown", one("search"));
    expect(one("search").getAttribute("aria-activedescendant")).toBe(one("offer").id);
    await press("Enter", one("search"));
    expect(store.search.value).toBe("state:");
    await type("state:fai");
    await click(one("offer"));
    expect(store.search.value).toBe("state:failed ");
    expect(shown()).toEqual(["6"]);
  });

  test("keeps what is typed from the keys of the view", async () => {
    await open(recording("restaurant"), log());
    const heard = vi.fn();
    el.addEventListener("keydown", heard);
    for (const key of ["s", " ", "h", "Enter"]) await press(key, one("search"));
    expect(heard).not.toHaveBeenCalled();
  });

  test("copies a row as text and as JSON", async () => {
    const write = vi.fn(() => Promise.resolve());
    vi.stubGlobal("navigator", { clipboard: { writeText: write } });
    await open(recording("restaurant"), log());
    await click(row(2));
    await press("c", one("log"), { ctrlKey: true });
    expect(write).toHaveBeenLastCalledWith(
      '#2 request PriceQuestion shop/s1 → till/default (m2): handled {"item":"soup"}',
    );
    await press("ContextMenu", one("log"));
    await click(one("menu").querySelector('[data-action="copy-json"]') as Element);
    const [text] = write.mock.lastCall as unknown as [string];
    expect(JSON.parse(text)).toMatchObject({
      number: 2,
      message: { item: "soup" },
      sender: "shop/s1",
      topic_id: null,
      is_rpc: true,
      cause: 1,
      result: 6,
    });
    expect(store.notice.value).toBe("#2 copied.");
    vi.unstubAllGlobals();
  });

  test("says so where the page may not use the clipboard", async () => {
    vi.stubGlobal("navigator", {});
    await open(recording("restaurant"), log());
    await click(row(2));
    await press("c", one("log"), { ctrlKey: true });
    expect(store.notice.value).toContain("does not let this page use the clipboard");
    vi.unstubAllGlobals();
  });

  test("saves the rows that are shown, as JSON lines and as a table", async () => {
    const blobs: Blob[] = [];
    vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
      blobs.push(blob as Blob);
      return "blob:here";
    });
    const names: string[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
      this: HTMLAnchorElement,
    ) {
      names.push(this.download);
    });
    await open(recording("restaurant"), log());
    await type("type:PriceQuestion");
    for (const id of ["export-jsonl", "export-csv"]) {
      await click(one("export"));
      await click(one("menu").querySelector(`[data-action="${id}"]`) as Element);
    }
    const [lines, table] = await Promise.all(blobs.map((blob) => blob.text()));
    expect(names).toEqual(["deliveries.jsonl", "deliveries.csv"]);
    const numbers = (lines ?? "")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).number);
    expect(numbers).toEqual([2, 10, 11]);
    expect(table?.split("\r\n").slice(0, 2)).toEqual([
      "number,step,kind,message_type,message,sender,recipient,topic_id,is_rpc,message_id,cause,state,result,error,reason",
      '2,2,request,PriceQuestion,"{""item"":""soup""}",shop/s1,till/default,,true,m2,1,handled,6,,',
    ]);
  });

  test("of a hundred thousand rows keeps fewer than four hundred nodes in the page", async () => {
    await open(repeated("rpc", 25_000), log());
    expect(one("found").textContent).toBe("100,000 rows");
    expect(el.querySelectorAll("*").length).toBeLessThan(400);
    store.select("delivery", 50_000);
    await settled();
    // A browser says so by itself.
    one("log").dispatchEvent(new Event("scroll"));
    await settled();
    expect(row(50_000).getAttribute("aria-selected")).toBe("true");
    expect(el.querySelectorAll("*").length).toBeLessThan(400);
  }, 60_000);
});

describe("the log's end", () => {
  test("stays in sight until one scrolls up, and a button goes back to it", async () => {
    withHeights();
    const records = repeated("rpc", 10);
    await open(records.slice(0, 160), <Log store={store} viewId="v" />);
    const box = one("log");
    expect(box.scrollTop).toBe(box.scrollHeight);
    expect(all("newest")).toEqual([]);
    box.scrollTop = 24;
    box.dispatchEvent(new Event("scroll"));
    model.batch(161, records.slice(160));
    await settled();
    expect(box.scrollTop).toBe(24);
    const newer = store.now.log.length;
    expect(one("newest").textContent).toMatch(/^↓ \d+ newer$/);
    await click(one("newest"));
    expect(box.scrollTop).toBe(box.scrollHeight);
    expect(all("newest")).toEqual([]);
    expect(newer).toBeGreaterThan(30);
  });

  test("at its end, what comes is not counted as newer, not even for a moment", async () => {
    const records = repeated("rpc", 10);
    await open(records.slice(0, 160), <Log store={store} viewId="v" />);
    const added: Node[] = [];
    const observer = new MutationObserver((changes) => {
      for (const { addedNodes } of changes) added.push(...addedNodes);
    });
    observer.observe(el, { childList: true, subtree: true });
    model.batch(161, records.slice(160));
    await settled();
    await settled();
    observer.disconnect();
    expect(one("log").getAttribute("aria-rowcount")).toBe(String(store.now.log.length));
    expect(added.filter((node) => (node as HTMLElement).dataset?.testid === "newest")).toEqual([]);
  });
});

describe("the space-time diagram", () => {
  const diagram = () => <SpaceTime store={store} viewId="v" />;

  test("has a column for each step, which selects its delivery everywhere", async () => {
    await open(recording("restaurant"), diagram());
    const columns = [...el.querySelectorAll<SVGElement>("[data-step]")];
    expect(columns.map((column) => column.dataset.delivery)).toEqual(store.now.moves.map(String));
    await click(columns[6]?.querySelector(".sb-column-hit") as Element);
    expect(store.selection.value).toEqual({ what: "delivery", id: "7" });
    expect(el.querySelector(".sb-column.sb-selected")?.getAttribute("data-step")).toBe("7");
    await click(el.querySelector('[data-id="shop/s2"]') as Element);
    expect(store.selection.value).toEqual({ what: "agent", id: "shop/s2" });
  });

  test("shows the cones of what the pointer rests on, else of what is selected", async () => {
    await open(recording("restaurant"), diagram());
    const kinds = (kind: string) =>
      [...el.querySelectorAll<SVGElement>(`.sb-arrow.sb-cone-${kind}`)].map(
        (arrow) => arrow.dataset.delivery,
      );
    store.select("delivery", 2);
    await settled();
    expect([kinds("past"), kinds("self"), kinds("future")]).toEqual([["1"], ["2"], ["8"]]);
    el.querySelector('[data-step="7"] rect')?.dispatchEvent(
      new PointerEvent("pointerover", { bubbles: true }),
    );
    await settled();
    expect(store.hover.value).toEqual({ what: "delivery", id: "7" });
    expect(kinds("self")).toEqual(["7"]);
    expect(el.querySelector(".sb-readout")?.textContent).toContain("past 0 · future 3");
  });

  test("goes along the steps by arrows, and says each in words", async () => {
    await open(recording("rpc"), diagram());
    const box = one("space-time");
    const words = [...box.querySelectorAll("[role=option]")].map((option) => option.textContent);
    expect(words).toEqual([
      "Step 1: #1 request TaskRequest from In [5] to worker/default, handled (2 sent)",
      "Step 2: #2 event TaskEvent from worker/default to monitor/123, handled, caused by #1",
      "Step 3: #3 event TaskEvent from worker/default to monitor/123, handled, caused by #1",
      "Step 4: #4 response TaskResponse from worker/default to In [5], handled, caused by #1",
    ]);
    await press("Home", box);
    await press("ArrowRight", box);
    expect(store.selection.value?.id).toBe("2");
    expect(box.querySelector("[role=listbox]")?.getAttribute("aria-activedescendant")).toBe(
      "v-step-2",
    );
    await press("End", box);
    expect(store.selection.value?.id).toBe("4");
  });

  test("shows the whole run while the past is viewed, with what came later faint", async () => {
    await open(recording("restaurant"), diagram());
    await click(el.querySelector('[data-travel="5"]') as Element);
    expect(store.past.value).toBe(5);
    expect(el.querySelectorAll("[data-step]").length).toBe(16);
    expect(el.querySelector(".sb-later")).not.toBeNull();
    expect(el.querySelector(".sb-step-now")?.getAttribute("data-travel")).toBe("5");
  });

  test("folds lifelines it has no room for, and shows them when asked to", async () => {
    await open(recording("many"), diagram());
    const names = () => el.querySelectorAll("button.sb-lane-name:not(.sb-lane-others)").length;
    const before = names();
    expect(one("others").textContent).toMatch(/^others \(\d+\)/);
    await click(one("others"));
    expect(all("others")).toEqual([]);
    expect(names()).toBe(store.now.agents.size);
    await click(el.querySelector(".sb-lane-fold") as Element);
    expect(names()).toBe(before);
  });

  test("of ten thousand steps keeps those in sight in the page", async () => {
    await open(repeated("rpc", 2_500), diagram());
    expect(el.querySelectorAll("[data-step]").length).toBeLessThan(40);
  });
});

describe("problems", () => {
  const view = () => (
    <>
      <ProblemCount store={store} />
      <Problems store={store} />
    </>
  );
  const problem = {
    kind: "stuck",
    sentence: "In [4] waits for an answer of bank/default that never comes.",
    deliveries: [1, 2],
    advice: "Drop it with an error.",
    agents: ["bank/default"],
    count: 2,
    is_note: false,
  };

  test("are the kernel's, with links to their deliveries and what to do", async () => {
    await open(recording("failing"), view());
    await answer("problems", [problem, { ...problem, kind: "not_portable", is_note: true }]);
    expect(all("problem").map((item) => item.dataset.kind)).toEqual(["stuck", "not_portable"]);
    expect(one("problem").textContent).toContain("To do: Drop it with an error.");
    expect(el.querySelector(".sb-count")?.textContent).toBe("1");
    await click(one("problem").querySelector('[data-delivery="2"]') as Element);
    expect(store.selection.value).toEqual({ what: "delivery", id: "2" });
    expect(one("problem").classList).toContain("sb-related");
  });

  test("select their first delivery or agent, wherever the line is clicked", async () => {
    await open(recording("failing"), view());
    const ofAgent = { ...problem, deliveries: [], agents: ["bank/default"] };
    const ofNothing = { ...ofAgent, agents: [] };
    await answer("problems", [problem, ofAgent, ofNothing]);
    const sentences = [...el.querySelectorAll(".sb-sentence")];
    await click(sentences[0] as Element);
    expect(store.selection.value).toEqual({ what: "delivery", id: "1" });
    await click(all("problem")[1]?.querySelector("button.sb-pick") as Element);
    expect(store.selection.value).toEqual({ what: "agent", id: "bank/default" });
    await click(sentences[2] as Element);
    expect(store.selection.value).toEqual({ what: "agent", id: "bank/default" });
    expect(all("problem")[2]?.querySelector("button")).toBeNull();
  });

  test("are asked for again when records come, but not more than once a second", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const records = repeated("rpc", 40);
    render(view(), el);
    const frames = async () => {
      for (let turn = 0; turn < 6; turn += 1)
        await new Promise((resolve) => requestAnimationFrame(() => resolve(null)));
    };
    for (let turn = 0; turn < 30; turn += 1) {
      model.batch(turn * 10 + 1, records.slice(turn * 10, turn * 10 + 10));
      await frames();
      await vi.advanceTimersByTimeAsync(100);
      const last = asked("problems").at(-1);
      if (last !== undefined) model.push({ type: "answer", id: last.id, ok: true, value: [] });
    }
    expect(asked("problems").length).toBeGreaterThanOrEqual(2);
    expect(asked("problems").length).toBeLessThanOrEqual(4);
  });

  test("are found in the records where no kernel answers, and the pane says so", async () => {
    await open(recording("dead"), view());
    model.push({ type: "answer", id: asked("problems").at(-1)?.id, ok: false, error: "No." });
    await settled();
    expect(all("problem").map((item) => item.dataset.kind)).toEqual([
      "unhandled",
      "no_recipient",
      "undeliverable",
      "stranded",
    ]);
    expect(el.textContent).toContain("Found in the records alone.");
    expect(el.querySelector(".sb-count")?.textContent).toBe("4");
  });

  test("are none where all went well", async () => {
    await open(recording("rpc"), view());
    await answer("problems", []);
    expect(el.textContent).toContain("No problems in 4 deliveries.");
    expect(el.querySelector(".sb-count")).toBeNull();
  });
});

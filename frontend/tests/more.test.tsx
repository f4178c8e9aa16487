import { afterEach, beforeEach, expect, test, vi } from "vitest";
import inspector from "../src/index";
import { GONE, LATE } from "../src/more";
import { FakeModel, recording, recordsBefore } from "./helpers";

/** A kernel that has the second part, and sends it when the test says so. */
class SparingModel extends FakeModel {
  override readonly panes = null;

  asked(): number {
    return this.sentOfType("page_code").length;
  }

  /** As it is built, the second part is handed what it needs; here that is all of it. */
  deliver(script = "export default (all) => all"): void {
    this.push({ type: "page_code", script, style: ".from-more{}" });
  }
}

let model: SparingModel;
let el: HTMLElement;
let closers: (() => void)[];

beforeEach(() => {
  model = new SparingModel();
  el = document.createElement("div");
  document.body.append(el);
  closers = [];
  // Node imports no blobs.
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => addresses.get(blob) ?? "");
  vi.stubGlobal("Blob", TextBlob);
});

afterEach(() => {
  for (const close of closers.reverse()) close();
  document.body.replaceChildren();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const addresses = new WeakMap<object, string>();

class TextBlob {
  constructor([text]: string[]) {
    addresses.set(this, `data:text/javascript,${encodeURIComponent(text ?? "")}`);
  }
}

async function open(records = recording("restaurant")) {
  const widget = inspector();
  closers.push(widget.initialize({ model }), widget.render({ model, el }));
  model.batch(1, records);
  await settled();
  return widget;
}

async function settled() {
  for (let turn = 0; turn < 4; turn += 1) {
    await new Promise((resolve) => requestAnimationFrame(() => resolve(null)));
    await new Promise((resolve) => setTimeout(resolve));
  }
}

const all = (id: string) => [...el.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`)];
const one = (id: string) => {
  const found = all(id)[0];
  if (found === undefined) throw new Error(`nothing has the test id ${id}`);
  return found;
};
/** What stands in the place of a pane that is not there yet. */
const coming = (pane: string) =>
  [...el.querySelectorAll(`${pane} [data-testid="coming"]`)].map((words) =>
    words.textContent?.trim(),
  );
const come = (id: string) => vi.waitFor(() => one(id));

async function tab(name: string) {
  all("tab")
    .find((each) => each.dataset.tab === name)
    ?.click();
  await settled();
}

async function press(key: string) {
  const target = document.activeElement ?? document.body;
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  await settled();
}

test("is asked for once, with the first records, for all views of the model", async () => {
  const widget = inspector();
  closers.push(widget.initialize({ model }), widget.render({ model, el }));
  const second = document.createElement("div");
  el.append(second);
  closers.push(widget.render({ model, el: second }));
  await settled();
  expect(model.asked()).toBe(0);
  model.batch(1, recording("restaurant"));
  await settled();
  expect(model.asked()).toBe(1);
  await tab("spacetime");
  expect(coming(".sb-bottom")).toEqual(["One moment…", "One moment…"]);
  model.deliver();
  await come("space-time");
  expect(all("space-time")).toHaveLength(2);
  expect(all("coming")).toEqual([]);
  expect(el.querySelectorAll(".sb-inspector > style")).toHaveLength(2);
  expect(model.asked()).toBe(1);
});

test.each([
  ["Delete", "drop-form"],
  ["?", "help"],
  ["g", "matrix"],
])("what the key %s asks for comes later, and is left by keys", async (key, id) => {
  await open(recordsBefore("restaurant", "handling", 3));
  all("queue-item")[0]?.click();
  one("inspector").focus();
  await press(key);
  expect(all(id)).toEqual([]);
  model.deliver();
  const pane = await come(id);
  await settled();
  if (key !== "g") expect(pane.contains(document.activeElement)).toBe(true);
  await press(key === "g" ? "g" : "Escape");
  expect(all(id)).toEqual([]);
});

test("the table that was asked for in the picture has the keyboard when it comes", async () => {
  await open();
  el.querySelector<HTMLElement>('[data-testid="graph"] [tabindex="0"]')?.focus();
  await press("g");
  expect(document.activeElement).toBe(one("inspector"));
  model.deliver();
  const table = await come("matrix");
  await vi.waitFor(() => expect(table.contains(document.activeElement)).toBe(true));
});

test("the search field that was asked for by its key has the keyboard when it comes", async () => {
  await open();
  one("inspector").focus();
  await press("/");
  expect(all("search")).toEqual([]);
  model.deliver();
  const field = await come("search");
  await vi.waitFor(() => expect(document.activeElement).toBe(field));
});

test("a menu that was asked for before it was there opens when it comes", async () => {
  await open();
  one("view-menu").click();
  await settled();
  expect(all("menu")).toEqual([]);
  model.deliver();
  await come("menu");
});

test("a kernel that does not answer is told, and can be asked again", async () => {
  vi.useFakeTimers();
  const widget = inspector();
  closers.push(widget.initialize({ model }), widget.render({ model, el }));
  model.batch(1, recording("restaurant"));
  await vi.advanceTimersByTimeAsync(100);
  all("tab")
    .find((each) => each.dataset.tab === "problems")
    ?.click();
  await vi.advanceTimersByTimeAsync(100);
  expect(coming(".sb-bottom")).toEqual(["One moment…"]);
  await vi.advanceTimersByTimeAsync(4000);
  expect(coming(".sb-bottom")).toEqual([`${LATE} Try again`]);
  expect(model.asked()).toBe(1);
  el.querySelector<HTMLElement>('.sb-bottom [data-testid="try-again"]')?.click();
  await vi.advanceTimersByTimeAsync(100);
  expect(coming(".sb-bottom")).toEqual(["One moment…"]);
  expect(model.asked()).toBe(2);
  vi.useRealTimers();
  model.deliver();
  await vi.waitFor(() => expect(el.querySelector(".sb-problems-list")).toBeTruthy());
});

test("an answer that comes twice changes nothing that is shown", async () => {
  await open();
  await tab("spacetime");
  model.deliver("export default (all) => ({ ...all })");
  model.deliver("export default (all) => ({ ...all, SpaceTime: () => null })");
  const pane = await come("space-time");
  await settled();
  expect(one("space-time")).toBe(pane);
});

test("what cannot be loaded is told in a sentence, and the view goes on", async () => {
  await open();
  await tab("spacetime");
  model.deliver("this is no script");
  await vi.waitFor(() => expect(coming(".sb-bottom")[0]).toContain("could not be loaded"));
  one("try-again").click();
  model.deliver();
  await come("space-time");
});

test("without a kernel it does not come, and what has come goes on", async () => {
  await open();
  await tab("spacetime");
  model.fire("comm:close");
  await settled();
  expect(coming(".sb-bottom")).toEqual([`${GONE} Try again`]);
  const asked = model.asked();
  el.querySelector<HTMLElement>('.sb-bottom [data-testid="try-again"]')?.click();
  await settled();
  expect(coming(".sb-bottom")).toEqual([`${GONE} Try again`]);
  expect(model.asked()).toBe(asked);
  model.deliver();
  await come("space-time");
  model.fire("comm:close");
  await tab("problems");
  expect(el.querySelector(".sb-problems-list")).toBeTruthy();
});

test("a menu that cannot come says why in the last line", async () => {
  await open();
  one("view-menu").click();
  model.fire("comm:close");
  await settled();
  expect(one("notice").textContent).toContain(GONE);
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepLook } from "../src/keeping";
import { dragsOf, moveNode } from "../src/stage/drags";
import { Store } from "../src/store";
import { FakeModel } from "./helpers";

let closers: (() => void)[];

beforeEach(() => {
  sessionStorage.clear();
  closers = [];
});

afterEach(() => {
  vi.unstubAllGlobals();
  for (const close of closers.reverse()) close();
});

/** What a page has of a model after it was loaded. */
function loaded(model: unknown = "sb-still-1") {
  const store = new Store(new FakeModel());
  const close = keepLook(store, model);
  closers.push(() => store.close(), close);
  return { store, close };
}

function arranged(store: Store) {
  moveNode(dragsOf(store), "type:kitchen", 31.4, -8);
  store.sight.value = { x: 120, y: 80, scale: 1.5 };
  store.large.value = true;
}

const looks = (store: Store) => [[...dragsOf(store).value], store.sight.value, store.large.value];
const NOTHING = [[], null, false];
const ARRANGED = [[["type:kitchen", { dx: 31, dy: -8 }]], { x: 120, y: 80, scale: 1.5 }, true];

test("a page that is loaded again shows a model as it was, and others anew", () => {
  arranged(loaded().store);
  dispatchEvent(new Event("pagehide"));
  expect(looks(loaded().store)).toEqual(ARRANGED);
  expect(looks(loaded("sb-still-2").store)).toEqual(NOTHING);
});

test("a model that is closed and opened again in one page shows as it was", () => {
  const { store, close } = loaded();
  arranged(store);
  close();
  expect(looks(loaded().store)).toEqual(ARRANGED);
});

test("what is put back is forgotten", () => {
  const { store, close } = loaded();
  arranged(store);
  close();
  const again = loaded();
  dragsOf(again.store).value = new Map();
  again.store.sight.value = null;
  again.store.large.value = false;
  again.close();
  expect(looks(loaded().store)).toEqual(NOTHING);
});

test("models without a name keep nothing", () => {
  for (const name of ["", null, 3]) {
    const { store, close } = loaded(name);
    arranged(store);
    close();
    expect(looks(loaded(name).store)).toEqual(NOTHING);
  }
  expect(sessionStorage.length).toBe(0);
});

test("a storage that is missing, full or forbidden changes nothing else", () => {
  const refuse = () => {
    throw new DOMException("The quota is used up.", "QuotaExceededError");
  };
  vi.stubGlobal("sessionStorage", { getItem: refuse, setItem: refuse });
  const { store, close } = loaded();
  arranged(store);
  close();
  expect(looks(loaded().store)).toEqual(NOTHING);
});

test.each([
  "{",
  "3",
  "null",
  '[["sb-still-1"]]',
  '[["sb-still-1", 3]]',
  '[["sb-still-1", {"moved": [3, ["a"], ["a", "b", 1]], "sight": {"x": 1}, "large": 1}]]',
  '[["sb-still-1", {"sight": {"x": 1, "y": 1, "scale": 0}, "moved": {}}]]',
])("what somebody else has written there is no look: %s", (text) => {
  sessionStorage.setItem("agent-sandbox-looks", text);
  expect(looks(loaded().store)).toEqual(NOTHING);
});

test("it stays small: the models seen last, and so many nodes of each", () => {
  for (let model = 0; model < 40; model += 1) {
    const { store, close } = loaded(`sb-still-${model}`);
    const nodes = Array.from({ length: 1000 }, (_, node) => `type:worker_${node}`);
    dragsOf(store).value = new Map(nodes.map((id) => [id, { dx: 1234.5678, dy: -1234.5678 }]));
    close();
  }
  expect(sessionStorage.length).toBe(1);
  expect(sessionStorage.getItem("agent-sandbox-looks")?.length).toBeLessThan(150_000);
  expect(dragsOf(loaded("sb-still-39").store).value.size).toBe(200);
  expect(looks(loaded("sb-still-0").store)).toEqual(NOTHING);
});

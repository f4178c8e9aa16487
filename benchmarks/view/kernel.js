// A stand-in for the kernel, and the measuring: what `view.py` runs in the page.

const BATCH = 1000;
const MESSAGE_MS = 1000 / 30;

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const frame = () => new Promise(requestAnimationFrame);
// A task after the next frame begins when that frame has been painted.
const painted = async () => {
  await frame();
  await later(0);
};
const part = (name) => document.querySelector(`[data-testid="${name}"]`);

/** A widget model: keeps records, sends them in batches, and steps when it is told to. */
class Kernel {
  #listeners = new Set();
  records = [];
  /** Records that the coming steps will make, one list for each. */
  steps = [];

  on(event, callback) {
    if (event === "msg:custom") this.#listeners.add(callback);
  }

  off(_event, callback) {
    this.#listeners.delete(callback);
  }

  send({ type, id, name }) {
    if (type === "resync") this.#batches(0);
    if (type === "page_code")
      queueMicrotask(() => this.#emit({ type: "page_code", ...window.more }));
    if (type !== "command") return;
    queueMicrotask(() => {
      if (name === "step") this.push(this.steps.shift() ?? []);
      this.#emit({ type: "answer", id, ok: true, value: null });
    });
  }

  push(records) {
    const from = this.records.length;
    for (const record of records) this.records.push({ ...record, seq: this.records.length + 1 });
    this.#batches(from);
  }

  #batches(from) {
    for (let at = from; at < this.records.length; at += BATCH)
      this.#emit({ type: "batch", first: at + 1, records: this.records.slice(at, at + BATCH) });
  }

  #emit(content) {
    for (const listener of this.#listeners) listener(content);
  }
}

let kernel;

/** A run so many times as long: its deliveries again and again, with numbers that go on. */
function prolonged(records, times) {
  const deliveries = records.filter((one) => one.number !== undefined);
  const last = Math.max(...deliveries.map((one) => one.number));
  const longer = [...records];
  for (let turn = 1; turn < times; turn += 1)
    for (const one of deliveries) {
      const copy = { ...one, number: one.number + turn * last };
      if (one.kind === "queued") copy.publication = copy.message_id = `m${copy.number}`;
      longer.push(copy);
    }
  return longer.map((one, index) => ({ ...one, seq: index + 1 }));
}

/** Opens the view on these records; milliseconds until it was painted. */
async function open(records, times) {
  kernel = new Kernel();
  kernel.records = prolonged(records, times);
  await painted();
  const began = performance.now();
  const widget = window.inspector();
  widget.initialize({ model: kernel });
  widget.render({ model: kernel, el: document.querySelector("#view") });
  await painted();
  // Records are shown in the frame after they came.
  while (document.querySelectorAll('[data-testid="agent-type"]').length === 0) await painted();
  return performance.now() - began;
}

/** One message to an agent of those that are known, from its way into the queue to its end. */
function* messages() {
  const events = kernel.records.filter((one) => one.kind === "queued" && one.recipient !== null);
  let number = Math.max(...events.map((one) => one.number));
  for (let turn = 0; ; turn += 1) {
    number += 1;
    const like = events[(turn * 37) % events.length];
    yield [
      { ...like, number, message_id: `m${number}`, publication: `m${number}`, cause: null },
      { kind: "handling", time: like.time, number },
      { kind: "settled", time: like.time, number, verdict: "handled", result: null, error: null },
    ];
  }
}

/** Calls `move` before each frame for so long; frames a second, and the longest frames. */
async function framesOf(seconds, move) {
  const gaps = [];
  let last = await frame();
  const end = last + seconds * 1000;
  for (let turn = 0; last < end; turn += 1) {
    move(turn, last);
    const now = await frame();
    gaps.push(now - last);
    last = now;
  }
  gaps.sort((a, b) => a - b);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  return { fps: 1000 / mean, p95: gaps[Math.floor(gaps.length * 0.95)] };
}

function pointer(type, element, x, y) {
  const at = { bubbles: true, button: 0, pointerId: 1, clientX: x, clientY: y };
  element.dispatchEvent(new PointerEvent(type, at));
}

/** Frames a second while the picture is dragged about and 30 messages a second travel. */
async function panning(seconds, zoomIns) {
  const box = part("graph").closest(".sb-stage-frame");
  for (let turn = 0; turn < zoomIns; turn += 1) part("zoom-in").click();
  await painted();
  const { left, top, width, height } = box.getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height / 2];
  const source = messages();
  let due = performance.now();
  pointer("pointerdown", box, x, y);
  const result = await framesOf(seconds, (turn, now) => {
    pointer("pointermove", box, x + 120 * Math.sin(turn / 20), y + 60 * Math.sin(turn / 13));
    for (; due < now; due += MESSAGE_MS) kernel.push(source.next().value);
  });
  pointer("pointerup", box, x, y);
  return { ...result, nodes: box.querySelectorAll("*").length };
}

/** Frames a second while the log is scrolled, or while rows come in at its end. */
async function scrolling(seconds, rowsPerFrame) {
  const log = part("log");
  const box = [log, ...log.querySelectorAll("*")].find((one) => one.scrollHeight > 100_000);
  const source = messages();
  const result = await framesOf(seconds, (turn) => {
    if (rowsPerFrame === 0) box.scrollTop = (turn * 977) % (box.scrollHeight - box.clientHeight);
    for (let row = 0; row < rowsPerFrame; row += 1) kernel.push(source.next().value);
  });
  return { ...result, nodes: log.querySelectorAll("*").length + 1 };
}

/** Milliseconds from each click on Step until what it did was painted. */
async function stepping(count) {
  const source = messages();
  const shown = () => part("spoken")?.textContent;
  const times = [];
  for (let turn = 0; turn < count; turn += 1) {
    const [queued, ...rest] = source.next().value;
    kernel.push([queued]);
    kernel.steps.push(rest);
    await painted();
    await painted();
    const before = shown();
    const began = performance.now();
    part("step").click();
    do await painted();
    while (shown() === before);
    times.push(performance.now() - began);
  }
  return times;
}

/** Milliseconds from each click on the slider until the state of that step was painted. */
async function travelling(count) {
  const slider = part("slider");
  const { left, top, width } = slider.getBoundingClientRect();
  const times = [];
  for (let turn = 0; turn < count; turn += 1) {
    const x = left + ((turn * 0.618 + 0.3) % 1) * (width - 2);
    const began = performance.now();
    pointer("pointerdown", slider, x, top + 4);
    await painted();
    times.push(performance.now() - began);
    pointer("pointerup", slider, x, top + 4);
    await painted();
  }
  return times;
}

window.measure = { open, panning, scrolling, stepping, travelling };

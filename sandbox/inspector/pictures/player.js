"use strict";
const data = JSON.parse(document.getElementById("recording").textContent);
const { records, steps, about } = data;
const LOG_ROWS = 200;
const LIST_ITEMS = 200;
const part = (id) => document.getElementById(id);
const PENDING = new Set(["queued", "held"]);

/** What each kind of record changes; kinds that are not here only tell. */
const changes = {
  registered: (run, record) => run.types.set(record.type, record),
  unregistered: (run, record) => {
    run.types.delete(record.type);
    for (const agent of run.agents.keys()) {
      if (agent.slice(0, agent.indexOf("/")) === record.type) run.agents.delete(agent);
    }
  },
  created: (run, record) => run.agents.set(record.agent, record.class),
  crashed: (run, record) => run.agents.delete(record.agent),
  subscribed: (run, record) => run.subscriptions.set(record.subscription, record),
  unsubscribed: (run, record) => run.subscriptions.delete(record.subscription),
  mode: (run, record) => { run.mode = record.mode; },
  lifecycle: (run, record) => { run.started = record.state === "started"; },
  queued: (run, record) => {
    const publication = record.publication === null ? record.number : Number(record.publication.slice(1));
    run.deliveries.set(record.number, { ...record, state: "queued", waits: [], place: [publication, record.number] });
    run.pending.add(record.number);
  },
  rerouted: (run, record) => {
    for (const event of record.events) Object.assign(run.deliveries.get(event.number) ?? {}, event);
  },
  held: (run, record, delivery) => { delivery.state = "held"; },
  released: (run, record, delivery) => { delivery.state = "queued"; },
  moved: (run, record, delivery) => { delivery.place = record.place; },
  edited: (run, record, delivery) => { delivery.message = record.message; },
  handling: (run, record, delivery) => {
    run.pending.delete(record.number);
    delivery.state = "handling";
  },
  waiting: (run, record, delivery) => {
    delivery.waits.push(record.on);
    delivery.state = "waiting";
  },
  resumed: (run, record, delivery) => {
    delivery.waits = delivery.waits.filter((on) => on !== record.on);
    if (delivery.waits.length === 0 && !delivery.verdict) delivery.state = "handling";
  },
  intercepted: (run, record, delivery) => {
    if (record.message !== null) delivery.message = record.message;
  },
  settled: (run, record, delivery) => {
    run.pending.delete(record.number);
    if (record.verdict === "no_recipient") delivery.recipient = null;
    Object.assign(delivery, { state: null, verdict: record.verdict, result: record.result, error: record.error, reason: record.reason });
  },
  printed: (run, record, delivery) => { delivery.printed = (delivery.printed ?? "") + record.text; },
};
const ABOUT_THE_RUN = new Set(["registered", "unregistered", "created", "crashed", "subscribed", "unsubscribed", "mode", "lifecycle", "queued", "rerouted"]);

function beginning() {
  return {
    types: new Map(), agents: new Map(), subscriptions: new Map(), deliveries: new Map(),
    pending: new Set(), mode: "running", started: false, seen: 0,
  };
}

/** The run after so many records; going back begins anew. */
function runAfter(run, count) {
  const now = run.seen <= count ? run : beginning();
  for (; now.seen < count; now.seen += 1) {
    const record = records[now.seen];
    const change = Object.hasOwn(changes, record.kind) ? changes[record.kind] : null;
    if (change === null) continue;
    if (ABOUT_THE_RUN.has(record.kind)) change(now, record);
    else if (now.deliveries.has(record.number)) change(now, record, now.deliveries.get(record.number));
  }
  return now;
}

function comparePlaces(a, b) {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

function queueOf(run) {
  return [...run.pending].map((number) => run.deliveries.get(number)).sort((a, b) => comparePlaces(a.place, b.place));
}

function wordOf(run) {
  if (run.pending.size > 0) return run.mode === "paused" ? "paused" : run.started ? "running" : "stopped";
  for (const delivery of run.deliveries.values()) if (!delivery.verdict) return "waiting";
  return "idle";
}

const from = (d) => d.sender ?? d.cell ?? "outside";
const to = (d) => d.recipient ?? (d.delivery === "event" ? "nobody" : "outside");
const topic = (d) => (d.topic ? `${d.topic.type}/${d.topic.source}` : "");
const ended = (d) => d.verdict ?? (d.state === "waiting" ? `waiting for ${d.waits.map((n) => `#${n}`).join(", ")}` : d.state);
const line = (d) => `#${d.number} ${d.delivery} ${d.message_type} ${from(d)} → ${to(d)}`;
const content = (shot) => shot === null || shot === undefined ? null
  : ("json" in shot ? JSON.stringify(shot.json, null, 1) : shot.repr) + (shot.cut ? " (cut)" : "");

/** All text goes through here: text nodes only, so nothing that a program named is markup. */
function make(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  if (text !== null && text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function fill(id, items, total, nothing) {
  const list = items.map((item) => make("li", item));
  if (total > items.length) list.push(make("li", `… and ${total - items.length} more`));
  part(id).replaceChildren(...(list.length > 0 ? list : [make("li", nothing, { class: "quiet" })]));
}

function showDetail(delivery) {
  const rows = delivery ? {
    delivery: line(delivery), "how it stands": ended(delivery), message: content(delivery.message),
    message_id: delivery.message_id, sender: delivery.sender ?? `None (${from(delivery)})`,
    topic_id: topic(delivery) || "None (sent directly)", is_rpc: String(delivery.is_rpc),
    cause: delivery.cause === null ? "None (no delivery caused it)" : `#${delivery.cause}`,
    result: content(delivery.result), printed: delivery.printed, reason: delivery.reason,
    error: delivery.error && `${delivery.error.type}: ${delivery.error.text}\n${delivery.error.traceback}`,
  } : { delivery: "None yet: this is how it stood before the first step." };
  part("detail").replaceChildren(...Object.entries(rows)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => {
      const row = make("tr", null);
      row.append(make("th", name, { scope: "row" }), make("td", value));
      return row;
    }));
}

function showLog(run, current) {
  const all = [...run.deliveries.values()];
  const shown = all.slice(-LOG_ROWS);
  part("hidden").textContent = all.length > shown.length ? `${all.length - shown.length} earlier deliveries are not shown; step back to see them.` : "";
  part("log").replaceChildren(...shown.map((d) => {
    const row = make("tr", null, { "data-delivery": d.number, "data-testid": "log-row" });
    if (d === current) row.setAttribute("aria-current", "step");
    const cells = [d.number, d.delivery, d.message_type, from(d), to(d), topic(d), ended(d)];
    row.append(...cells.map((cell) => make("td", String(cell))));
    return row;
  }));
}

let run = beginning();
let step = 0;

function made(number) {
  return number > 0 ? records[steps[number - 1]]?.number : undefined;
}

function go(wanted) {
  step = Math.max(0, Math.min(wanted, steps.length - 1));
  run = runAfter(run, steps[step]);
  const delivery = run.deliveries.get(made(step));
  const queue = queueOf(run);
  part("position").textContent = `step ${step} of ${steps.length - 1}`;
  part("slider").value = step;
  part("word").textContent = wordOf(run);
  part("says").textContent = delivery ? `Step ${step}: ${line(delivery)}, ${ended(delivery)}` : "Before the first step";
  part("first").disabled = part("back").disabled = step === 0;
  part("end").disabled = part("step").disabled = step === steps.length - 1;
  showDetail(delivery);
  fill("queue", queue.slice(0, LIST_ITEMS).map((d) => `${line(d)}${d.state === "held" ? " (held)" : ""}`), queue.length, "empty");
  const agents = [...run.agents].map(([agent, name]) => `${agent} (${name})`);
  fill("agents", agents.slice(0, LIST_ITEMS), agents.length, "none yet");
  const subscriptions = [...run.subscriptions.values()]
    .map((s) => `${s.topic_type ?? (s.prefix === null ? s.label : `${s.prefix}*`)} → ${s.agent_type ?? "?"}`);
  fill("subscriptions", subscriptions.slice(0, LIST_ITEMS), subscriptions.length, "none");
  showLog(run, delivery);
}

part("about").textContent = about;
part("slider").max = steps.length - 1;
part("slider").addEventListener("input", (event) => go(Number(event.target.value)));
const moves = { first: () => go(0), back: () => go(step - 1), step: () => go(step + 1), end: () => go(steps.length - 1) };
for (const [id, move] of Object.entries(moves)) part(id).addEventListener("click", move);
const keys = { ArrowLeft: moves.back, ArrowRight: moves.step, Home: moves.first, End: moves.end };
document.addEventListener("keydown", (event) => {
  if (!Object.hasOwn(keys, event.key) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  event.preventDefault();
  keys[event.key]();
});
go(0);

/** What went wrong in a run: as the kernel sees it or, without one, as far as the records say. */

import {
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
  untracked,
} from "@preact/signals";
import { deadReason } from "./pending";
import { identifiers, integer, isObject, name, text } from "./read";
import type { Verdict } from "./records";
import { NO_TROUBLES, type Troubles } from "./stage/troubles";
import type { Delivery, State } from "./state";
import type { Store } from "./store";
import { count } from "./words";

export interface Problem {
  kind: string;
  sentence: string;
  /** The first of the deliveries it is about. */
  deliveries: number[];
  /** How many deliveries it is about in all. */
  count: number;
  advice: string;
  agents: string[];
  /** It does no harm here. */
  note: boolean;
}

/** What the kernel answered, without trusting it; null where that is no list. */
export function problemsFrom(answer: unknown): Problem[] | null {
  if (!Array.isArray(answer)) return null;
  return answer.filter(isObject).map((item) => {
    const deliveries = Array.isArray(item.deliveries)
      ? item.deliveries.map(integer).filter((number) => number !== null)
      : [];
    return {
      kind: name(item.kind) ?? "problem",
      sentence: text(item.sentence) ?? "",
      deliveries,
      count: integer(item.count) ?? deliveries.length,
      advice: text(item.advice) ?? "",
      agents: identifiers(item.agents),
      note: item.is_note === true || item.kind === "not_portable",
    };
  });
}

const ADVICE: { [verdict in Verdict]?: string } = {
  unhandled: "Ask why: the first decision that failed says what to mend.",
  failed: "The traceback is with the delivery.",
  undeliverable: "Register the agent type, or mend what builds the agent.",
  no_recipient: "Subscribe an agent type to this topic, or publish to another.",
  dropped: "Whoever waits for its answer waits for ever.",
  stranded: "Await runtime.stop_when_idle() in place of stop().",
};

const LISTED_AT_MOST = 100;

/** What the records alone say: deliveries that ended badly, like ones together. */
export function problemsIn(state: State): Problem[] {
  const groups = new Map<string, Problem>();
  for (const delivery of suspects(state)) {
    const verdict = delivery.verdict ?? "handled";
    const advice = ADVICE[verdict];
    if (advice === undefined || isSaid(verdict, delivery)) continue;
    const receiver = (delivery.recipient ?? delivery.topic?.type ?? "").split("/")[0];
    const key = `${verdict} ${receiver} ${delivery.messageType}`;
    const known = groups.get(key);
    if (known === undefined) {
      const sentence = sentenceOf(state, delivery);
      const { number, recipient } = delivery;
      const agents = recipient === null ? [] : [recipient];
      groups.set(key, {
        kind: verdict,
        sentence,
        deliveries: [number],
        count: 1,
        advice,
        agents,
        note: false,
      });
    } else {
      known.count += 1;
      if (known.deliveries.length === LISTED_AT_MOST) continue;
      known.deliveries.push(delivery.number);
      if (delivery.recipient !== null && !known.agents.includes(delivery.recipient))
        known.agents.push(delivery.recipient);
    }
  }
  return [...groups.values()]
    .sort((a, b) => (a.deliveries[0] ?? 0) - (b.deliveries[0] ?? 0))
    .map(counted);
}

/** Deliveries that ended badly; all of them are looked at only if some failed. */
function* suspects(state: State): Generator<Delivery> {
  for (const number of state.dead) {
    const delivery = state.deliveries.get(number);
    if (delivery !== undefined) yield delivery;
  }
  if (!state.verdicts.has("failed")) return;
  for (const delivery of state.deliveries.values())
    if (delivery.verdict === "failed" && delivery.kind !== "response") yield delivery;
}

/** Whether the one who sent it was told, so that nobody waits. */
function isSaid(verdict: Verdict, delivery: Delivery): boolean {
  return verdict === "dropped" && (delivery.error !== null || !delivery.isRpc);
}

function sentenceOf(state: State, delivery: Delivery): string {
  const { messageType, recipient, error } = delivery;
  if (delivery.verdict === "failed" && error !== null)
    return `${recipient ?? "Its recipient"} raised ${error.type}: ${error.text} on ${messageType}.`;
  if (delivery.verdict === "unhandled" && delivery.reason !== null) return delivery.reason;
  return `${messageType} (#${delivery.number}): ${deadReason(state, delivery)}.`;
}

function counted(problem: Problem): Problem {
  if (problem.count === 1) return problem;
  const times = `${count(problem.count, "time", "times")}, first with #${problem.deliveries[0]}`;
  return { ...problem, sentence: `${problem.sentence} (${times})` };
}

/** The agents that problems name or, where they name none, those that their deliveries go to. */
export function troublesOf(
  state: State,
  problems: readonly Problem[],
  last: Troubles = NO_TROUBLES,
): Troubles {
  const words = new Map<string, string>();
  for (const { sentence, deliveries, agents, note } of problems) {
    if (note) continue;
    const reached = () => deliveries.map((number) => state.deliveries.get(number)?.recipient);
    for (const id of agents.length > 0 ? agents : reached()) {
      if (id == null) continue;
      const known = words.get(id);
      if (known === undefined) words.set(id, sentence);
      else if (!known.includes(sentence)) words.set(id, `${known}\n${sentence}`);
    }
  }
  const same = words.size === last.words.size && [...words].every(isIn(last.words));
  return same ? last : { version: last.version + 1, words };
}

const isIn =
  (words: ReadonlyMap<string, string>) =>
  ([id, said]: readonly [string, string]) =>
    words.get(id) === said;

const AT_MOST_EVERY_MS = 1000;
/** To find those of a fast run takes its time, of which that run gets the other parts. */
const SHARE = 5;

/** The problems of a store's run, asked for again as records come, but not more than once a second. */
export class Problems {
  readonly #store: Store;
  readonly #answer: Signal<Problem[] | null> = signal(null);
  #due = -Infinity;
  #askedSeq = -1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  #users = 0;
  #stop: (() => void) | null = null;

  /** As the kernel says, else as the records say. */
  readonly list: ReadonlySignal<Problem[]>;
  /** Those that do harm. */
  readonly count: ReadonlySignal<number>;
  /** Whether they are the kernel's, which sees more than the records say. */
  readonly complete: ReadonlySignal<boolean>;
  /** What they say of agents. */
  readonly troubles: ReadonlySignal<Troubles>;

  constructor(store: Store) {
    this.#store = store;
    this.list = computed(() => this.#answer.value ?? problemsIn(store.now));
    this.count = computed(() => this.list.value.filter(({ note }) => !note).length);
    this.complete = computed(() => this.#answer.value !== null);
    let last = NO_TROUBLES;
    this.troubles = computed(() => {
      // The kernel tells no problems of the past.
      const past = store.past.value === null ? null : store.read();
      const list = past === null ? this.list.value : problemsIn(past);
      last = troublesOf(past ?? untracked(() => store.now), list, last);
      return last;
    });
  }

  /** Keeps them up to date until the function it returns is called. */
  use(): () => void {
    this.#users += 1;
    this.#stop ??= effect(() => {
      void this.#store.live.value;
      if (this.#store.now.seq !== this.#askedSeq) this.#askSoon();
    });
    return () => {
      this.#users -= 1;
      if (this.#users > 0) return;
      this.#stop?.();
      this.#stop = null;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  #askSoon(): void {
    if (this.#timer !== undefined || this.#busy) return;
    const wait = Math.max(0, this.#due - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#ask();
    }, wait);
  }

  async #ask(): Promise<void> {
    const asked = performance.now();
    this.#askedSeq = this.#store.now.seq;
    this.#busy = true;
    try {
      this.#answer.value = problemsFrom(await this.#store.ask("problems"));
    } catch {
      this.#answer.value = null;
    }
    this.#due = asked + Math.max(AT_MOST_EVERY_MS, SHARE * (performance.now() - asked));
    this.#busy = false;
    if (this.#stop !== null && this.#store.now.seq !== this.#askedSeq) this.#askSoon();
  }
}

const known = new WeakMap<Store, Problems>();

export function problemsOf(store: Store): Problems {
  let problems = known.get(store);
  if (problems === undefined) {
    problems = new Problems(store);
    known.set(store, problems);
  }
  return problems;
}

/**
 * Searching deliveries: free words and filters such as `to:kitchen state:failed`.
 *
 * The whole name of something means just that; a part of a name means all that have it. Every
 * filter and every word has to fit; of two filters of one kind, one has to.
 */

import type { Json, Snapshot } from "./records";
import type { Delivery, State } from "./state";
import { recipientWords, senderWords, topicWords } from "./words";

export const FILTERS = {
  type: "the message type, as in type:Order",
  from: "who sent it: an agent, an agent type or a cell, as in from:kitchen/s1",
  to: "who gets it: an agent or an agent type, as in to:kitchen",
  topic: "the topic it was published to, as in topic:orders or topic:orders/s1",
  state: "how it stands or ended, as in state:failed",
  before: "what left the queue before a delivery or a moment, as in before:#12 or before:1.5s",
} as const;

export type FilterName = keyof typeof FILTERS;

export const NAMES = Object.keys(FILTERS) as FilterName[];

export const STATES = [
  "queued",
  "held",
  "handling",
  "waiting",
  "handled",
  "unhandled",
  "failed",
  "dropped",
  "undeliverable",
  "no_recipient",
  "skipped_sender",
  "cancelled",
  "stranded",
] as const;

export interface Term {
  /** A filter's name; null for a free word. */
  filter: FilterName | null;
  value: string;
  /** As it was written. */
  text: string;
}

export interface Query {
  terms: Term[];
  /** What cannot be understood, in words. */
  trouble: string[];
}

/** Words and filters; values with spaces stand in double quotes. */
export function parse(text: string): Query {
  const query: Query = { terms: [], trouble: [] };
  for (const [written] of text.matchAll(/(?:"[^"]*"?|[^\s"])+/g)) {
    const term = termOf(written);
    if (typeof term === "string") query.trouble.push(term);
    else if (term.value !== "") query.terms.push(term);
  }
  return query;
}

function termOf(written: string): Term | string {
  const parts = /^([a-z_]+):(.*)$/is.exec(written);
  if (parts === null) return { filter: null, value: bare(written), text: written };
  const filter = (parts[1] ?? "").toLowerCase();
  const value = bare(parts[2] ?? "");
  if (!isFilter(filter)) return unknownFilter(filter);
  if (filter === "state" && value !== "" && !STATES.some((state) => state.startsWith(low(value))))
    return `There is no state ${value}. There are: ${STATES.join(", ")}.`;
  if (filter === "before" && value !== "" && !/^#?\d+$|^\d+(\.\d*)?s$/.test(value))
    return `before: takes a delivery or a moment, as in before:#12 or before:1.5s, not ${value}.`;
  return { filter, value, text: written };
}

/** A value without its quotes. */
export const bare = (text: string): string => text.replaceAll('"', "");
const low = (text: string): string => text.toLowerCase();

export function isFilter(name: string): name is FilterName {
  return Object.hasOwn(FILTERS, name);
}

function unknownFilter(name: string): string {
  const near = NAMES.map((known) => ({ known, far: distance(name, known) })).sort(
    (a, b) => a.far - b.far,
  )[0];
  const hint = near !== undefined && near.far <= 2 ? ` Did you mean ${near.known}:?` : "";
  return `There is no filter ${name}:.${hint} There are: ${NAMES.map((one) => `${one}:`).join(" ")}`;
}

/** How many letters have to be changed to get from one word to another. */
function distance(a: string, b: string): number {
  let row = [...b, ""].map((_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

export type Test = (delivery: Delivery) => boolean;

/** Whether a delivery is what a query asks for, as a function that is fast. */
export function testOf(state: State, query: Query): Test {
  const tests = query.terms
    .filter(({ filter }) => filter === null)
    .map((term) => wordTest(state, term.value));
  for (const name of NAMES) {
    const wanted = query.terms.filter(({ filter }) => filter === name);
    if (wanted.length === 0) continue;
    const any = wanted.map(({ value }) => TESTS[name](state, value));
    const [only] = any;
    tests.push(any.length === 1 && only ? only : (delivery) => any.some((test) => test(delivery)));
  }
  return (delivery) => tests.every((test) => test(delivery));
}

const TESTS: Record<FilterName, (state: State, value: string) => Test> = {
  type(state, value) {
    const fits = nameTest(value, () => some(state.deliveries, (one) => one.messageType === value));
    return (delivery) => fits(delivery.messageType);
  },
  from(state, value) {
    const fits = agentTest(state, value);
    return (delivery) => fits(senderWords(state, delivery));
  },
  to(state, value) {
    const fits = agentTest(state, value);
    return (delivery) => fits(recipientWords(state, delivery));
  },
  topic(state, value) {
    const known = state.topics.has(value);
    const fits = matcher(value);
    return ({ topic }) =>
      topic !== null && (known ? topic.type === value : fits(`${topic.type}/${topic.source}`));
  },
  state(_state, value) {
    const wanted = low(value);
    const whole = STATES.some((state) => state === wanted);
    return (delivery) => {
      const stands = standing(delivery);
      return whole ? stands === wanted : stands.startsWith(wanted);
    };
  },
  before(state, value) {
    if (value.endsWith("s")) {
      const moment = Number.parseFloat(value);
      return (delivery) => delivery.queuedAt < moment;
    }
    const pivot = state.deliveries.get(Number(value.replace("#", "")));
    const place = pivot === undefined ? -1 : state.log.indexOf(pivot.number);
    if (place < 0) {
      const number = Number(value.replace("#", ""));
      return (delivery) => delivery.number < number;
    }
    const earlier = new Set(state.log.slice(0, place));
    return (delivery) => earlier.has(delivery.number);
  },
};

/** The word for how a delivery stands, as `state:` takes it. */
export function standing(delivery: Delivery): string {
  return delivery.state === "settled" ? (delivery.verdict ?? "handled") : delivery.state;
}

function agentTest(state: State, value: string): (id: string) => boolean {
  if (state.agents.has(value)) return (id) => id === value;
  if (state.types.has(value)) return (id) => id.startsWith(`${value}/`);
  return matcher(value);
}

function nameTest(value: string, isWhole: () => boolean): (name: string) => boolean {
  return isWhole() ? (name) => name === value : matcher(value);
}

/** Whether a text has these letters in it, in either case: faster than to change the case. */
function matcher(part: string): (text: string) => boolean {
  const pattern = new RegExp(part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "i");
  return (text) => pattern.test(text);
}

function wordTest(state: State, word: string): Test {
  const number = /^#(\d+)$/.exec(word);
  if (number !== null) return (delivery) => delivery.number === Number(number[1]);
  const fits = matcher(word);
  const named = remembered(fits);
  return (delivery) =>
    named(delivery.messageType) ||
    named(senderWords(state, delivery)) ||
    named(recipientWords(state, delivery)) ||
    (delivery.topic !== null && (named(delivery.topic.type) || fits(topicWords(delivery)))) ||
    fits(delivery.messageId) ||
    named(standing(delivery)) ||
    (delivery.error !== null && (fits(delivery.error.type) || fits(delivery.error.text))) ||
    (delivery.reason !== null && fits(delivery.reason)) ||
    inSnapshot(delivery.message, fits, named) ||
    inSnapshot(delivery.result, fits, named);
}

/** Names come up again and again: each is looked at once. */
function remembered(fits: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    let answer = known.get(name);
    if (answer === undefined) {
      answer = fits(name);
      known.set(name, answer);
    }
    return answer;
  };
}

type Fits = (text: string) => boolean;

function inSnapshot(snapshot: Snapshot | null, fits: Fits, named: Fits): boolean {
  if (snapshot === null) return false;
  return "repr" in snapshot ? fits(snapshot.repr) : inJson(snapshot.json, fits, named);
}

function inJson(json: Json, fits: Fits, named: Fits): boolean {
  if (typeof json === "string") return fits(json);
  if (json === null || typeof json !== "object") return fits(String(json));
  if (Array.isArray(json)) return json.some((item) => inJson(item, fits, named));
  for (const name in json)
    if (Object.hasOwn(json, name) && (named(name) || inJson(json[name] ?? null, fits, named)))
      return true;
  return false;
}

function some(deliveries: State["deliveries"], test: Test): boolean {
  for (const delivery of deliveries.values()) if (test(delivery)) return true;
  return false;
}

/** Deliveries of the log that fit, found anew only where something may have changed. */
export class Search {
  #log: readonly number[] = [];
  #text = "";
  #fits: Test = () => true;
  #seen = 0;
  /** Places in the log, rising. */
  #hits: number[] = [];
  /** Places of deliveries that were not settled when they were looked at. */
  #unsettled: number[] = [];

  /** Numbers of the deliveries in the log that fit, in its order. */
  find(state: State, text: string, query: Query): readonly number[] {
    if (query.terms.length === 0) return state.log;
    if (state.log !== this.#log || text !== this.#text || state.log.length < this.#seen) {
      this.#log = state.log;
      this.#text = text;
      this.#seen = 0;
      this.#hits = [];
      this.#unsettled = [];
    }
    this.#fits = testOf(state, query);
    this.#lookAgain(state);
    for (; this.#seen < state.log.length; this.#seen += 1) this.#look(state, this.#seen);
    return this.#hits.map((place) => state.log[place] ?? 0);
  }

  #look(state: State, place: number): void {
    const delivery = state.deliveries.get(state.log[place] ?? 0);
    if (delivery === undefined) return;
    if (delivery.state !== "settled") this.#unsettled.push(place);
    if (this.#fits(delivery)) this.#hits.push(place);
  }

  /** How a delivery ends may change whether it fits. */
  #lookAgain(state: State): void {
    if (this.#unsettled.length === 0) return;
    const again = new Set(this.#unsettled);
    const hits = this.#hits.filter((place) => !again.has(place));
    const kept = hits.length;
    this.#unsettled = [];
    this.#hits = hits;
    for (const place of again) this.#look(state, place);
    if (hits.length > kept) hits.sort((a, b) => a - b);
  }
}

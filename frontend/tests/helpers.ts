import type { RawRecord } from "../src/records";
import * as panes from "../src/views/more";
import control from "./fixtures/control.json";
import dead from "./fixtures/dead.json";
import dropped from "./fixtures/dropped.json";
import duplicated from "./fixtures/duplicated.json";
import failing from "./fixtures/failing.json";
import fanout from "./fixtures/fanout.json";
import hostile from "./fixtures/hostile.json";
import many from "./fixtures/many.json";
import remembering from "./fixtures/remembering.json";
import rerouted from "./fixtures/rerouted.json";
import restaurant from "./fixtures/restaurant.json";
import rpc from "./fixtures/rpc.json";
import waiting from "./fixtures/waiting.json";

/** Recordings of real runs, by name: arrays of records as the kernel sends them. */
export const RECORDINGS = {
  control,
  dead,
  dropped,
  duplicated,
  failing,
  fanout,
  hostile,
  many,
  remembering,
  rerouted,
  restaurant,
  rpc,
  waiting,
};

export type RecordingName = keyof typeof RECORDINGS;

export const RECORDING_NAMES = Object.keys(RECORDINGS) as RecordingName[];

export function recording(name: RecordingName): RawRecord[] {
  return RECORDINGS[name];
}

const ABOUT_THE_CAST = new Set(["registered", "created", "subscribed"]);

/** The deliveries of a recording many times over: numbers and names go on where they ended. */
export function repeated(name: RecordingName, times: number): RawRecord[] {
  const records = recording(name);
  const numbers = Math.max(...records.map((one) => (one.number as number | undefined) ?? 0));
  const last = records.at(-1)?.time as number;
  const later = records.filter((one) => !ABOUT_THE_CAST.has(one.kind as string));
  return Array.from({ length: times }, (_, turn) =>
    (turn === 0 ? records : later).map((one) => {
      const copy: { [field: string]: unknown } = { ...one };
      copy.time = turn * last + (one.time as number);
      for (const field of ["number", "on", "cause", "request", "before", "copy_of"])
        if (typeof one[field] === "number") copy[field] = one[field] + turn * numbers;
      for (const field of ["publication", "message_id", "subscription"])
        if (typeof one[field] === "string") copy[field] = `${one[field]}.${turn}`;
      if (Array.isArray(one.events))
        copy.events = one.events.map((event) => ({
          ...event,
          number: event.number + turn * numbers,
        }));
      return copy;
    }),
  )
    .flat()
    .map((one, index) => ({ ...one, seq: index + 1 }));
}

/**
 * A run as large as one likes, made of the records of a small one: so many types, each with a topic
 * of its own, and agents that were sent one message each. Every fifth message is still pending.
 */
export function crowd(types: number, agents: number): RawRecord[] {
  const like = (kind: string) => {
    const found = recording("many").find((one) => one.kind === kind && one.prefix == null);
    if (found === undefined) throw new Error(`no ${kind} to go by`);
    return found;
  };
  const cast = Array.from({ length: types }, (_, index) => [
    { ...like("registered"), type: `kitchen_${index}` },
    {
      ...like("subscribed"),
      subscription: `c${index}`,
      topic_type: `orders_${index}`,
      agent_type: `kitchen_${index}`,
    },
  ]);
  const messages = Array.from({ length: agents }, (_, index) => {
    const [type, source, number] = [index % types, `key${Math.floor(index / types)}`, index + 1];
    const recipient = `kitchen_${type}/${source}`;
    const topic = { type: `orders_${type}`, source };
    const publication = `m${number}`;
    return [
      { ...like("queued"), number, recipient, topic, publication, message_id: publication },
      ...(index < agents * 0.8
        ? [
            { ...like("handling"), number },
            { ...like("created"), agent: recipient, cause: number },
            { ...like("settled"), number },
          ]
        : []),
    ];
  });
  return [...cast, ...messages].flat().map((one, index) => ({ ...one, seq: index + 1 }));
}

/** How many records come before the first of this kind about this delivery. */
export function countBefore(name: RecordingName, kind: string, number: number): number {
  return recording(name).findIndex((one) => one.kind === kind && one.number === number);
}

/** The records before that one. */
export function recordsBefore(name: RecordingName, kind: string, number: number): RawRecord[] {
  return recording(name).slice(0, countBefore(name, kind, number));
}

/** The records before that one, and then a pause. */
export function pausedBefore(name: RecordingName, kind: string, number: number): RawRecord[] {
  return [...recordsBefore(name, kind, number), { kind: "mode", mode: "paused" }];
}

/** A widget model whose kernel is the test: what the page sends is kept, what it gets is pushed. */
export class FakeModel {
  /** The second part of the page code is there from the beginning. */
  readonly panes: typeof panes | null = panes;
  readonly sent: { type: string; [field: string]: unknown }[] = [];
  readonly listeners: { event: string; callback: (...args: never[]) => void }[] = [];

  send(content: unknown): void {
    this.sent.push(content as { type: string });
  }

  on(event: string, callback: (...args: never[]) => void): void {
    this.listeners.push({ event, callback });
  }

  off(event: string, callback?: (...args: never[]) => void): void {
    const kept = this.listeners.filter(
      (one) => one.event !== event || (callback !== undefined && one.callback !== callback),
    );
    this.listeners.splice(0, this.listeners.length, ...kept);
  }

  push(content: unknown): void {
    this.fire("msg:custom", content);
  }

  fire(event: string, ...args: unknown[]): void {
    for (const one of [...this.listeners])
      if (one.event === event) (one.callback as (...args: unknown[]) => void)(...args);
  }

  batch(first: number, records: readonly RawRecord[]): void {
    this.push({ type: "batch", first, records });
  }

  /** Answers the last command of this name; `last` is the number of the kernel's last record. */
  answer(name: string, last?: number): void {
    const { id } = this.sentOfType("command").findLast((one) => one.name === name) ?? {};
    this.push({ type: "answer", id, ok: true, value: null, ...(last !== undefined && { last }) });
  }

  sentOfType(type: string): { [field: string]: unknown }[] {
    return this.sent.filter((one) => one.type === type);
  }
}

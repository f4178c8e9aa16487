import type { RawRecord } from "../src/records";
import control from "./fixtures/control.json";
import dropped from "./fixtures/dropped.json";
import failing from "./fixtures/failing.json";
import fanout from "./fixtures/fanout.json";
import hostile from "./fixtures/hostile.json";
import many from "./fixtures/many.json";
import rerouted from "./fixtures/rerouted.json";
import rpc from "./fixtures/rpc.json";
import waiting from "./fixtures/waiting.json";

/** Recordings of real runs, by name: arrays of records as the kernel sends them. */
export const RECORDINGS = {
  control,
  dropped,
  failing,
  fanout,
  hostile,
  many,
  rerouted,
  rpc,
  waiting,
};

export type RecordingName = keyof typeof RECORDINGS;

export const RECORDING_NAMES = Object.keys(RECORDINGS) as RecordingName[];

export function recording(name: RecordingName): RawRecord[] {
  return RECORDINGS[name];
}

/** How many records come before the first of this kind about this delivery. */
export function countBefore(name: RecordingName, kind: string, number: number): number {
  return recording(name).findIndex((one) => one.kind === kind && one.number === number);
}

/** The records before that one. */
export function recordsBefore(name: RecordingName, kind: string, number: number): RawRecord[] {
  return recording(name).slice(0, countBefore(name, kind, number));
}

/** A widget model whose kernel is the test: what the page sends is kept, what it gets is pushed. */
export class FakeModel {
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

  sentOfType(type: string): { [field: string]: unknown }[] {
    return this.sent.filter((one) => one.type === type);
  }
}

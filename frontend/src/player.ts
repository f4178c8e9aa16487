/** A stand-in for the kernel: plays a recording through the same line that a kernel would use. */

import type { Model } from "./link";
import { isObject } from "./read";
import type { RawRecord } from "./records";
import * as panes from "./views/more";

type Listener = (...args: never[]) => void;

export class Player implements Model {
  readonly panes = panes;
  readonly #records: readonly RawRecord[];
  readonly #listeners = new Set<Listener>();
  #position: number;

  /** Plays `records`; the first `shown` of them have happened already. */
  constructor(records: readonly RawRecord[], shown: number) {
    this.#records = records;
    this.#position = Math.min(shown, records.length);
  }

  on(event: string, callback: Listener): void {
    if (event === "msg:custom") this.#listeners.add(callback);
  }

  off(_event: string, callback?: Listener): void {
    if (callback !== undefined) this.#listeners.delete(callback);
  }

  send(content: unknown): void {
    if (!isObject(content)) return;
    if (content.type === "resync") this.#emitBatch(Number(content.from) - 1, this.#position);
    if (content.type === "command") this.#obey(content);
  }

  #obey(command: Record<string, unknown>): void {
    const from = this.#position;
    if (command.name === "step") this.#position = this.#endOfStep(from);
    else if (command.name === "resume") this.#position = this.#records.length;
    this.#emitBatch(from, this.#position);
    this.#emit({ type: "answer", id: command.id, ok: true, value: null });
  }

  /** Up to where the delivery after the coming one leaves the queue. */
  #endOfStep(from: number): number {
    const waiting = new Set<unknown>();
    let departures = 0;
    for (const [position, record] of this.#records.entries()) {
      if (record.kind === "queued") waiting.add(record.number);
      const leaves = record.kind === "handling" || record.kind === "settled";
      if (!leaves || !waiting.delete(record.number) || position < from) continue;
      if (record.verdict === "skipped_sender") continue;
      departures += 1;
      if (departures === 2) return position;
    }
    return this.#records.length;
  }

  #emitBatch(from: number, to: number): void {
    if (to > from)
      this.#emit({ type: "batch", first: from + 1, records: this.#records.slice(from, to) });
  }

  #emit(content: unknown): void {
    // Like a kernel, answers arrive later than the call that asked for them.
    queueMicrotask(() => {
      for (const listener of this.#listeners) (listener as (content: unknown) => void)(content);
    });
  }
}

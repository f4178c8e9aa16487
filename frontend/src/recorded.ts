/** A recording in the place of a kernel: all of it is there, and nothing can be changed. */

import type { Model } from "./link";
import { integer, isObject, text } from "./read";
import type { RawRecord } from "./records";
import * as panes from "./views/more";

type Listener = (...args: never[]) => void;

const BATCH = 10_000;
export const NO_KERNEL = "This is a recording: there is no kernel to ask";

export class Recorded implements Model {
  readonly recorded = true;
  readonly panes = panes;
  /** What there is to say about the recording as a whole. */
  readonly about: string;
  readonly #records: readonly RawRecord[];
  /** What a kernel answered when the recording was saved, by the name of the question. */
  readonly #answers: { readonly [name: string]: unknown };
  readonly #listeners = new Set<Listener>();

  constructor(content: unknown) {
    const { records, answers, about } = isObject(content) ? content : {};
    this.#records = Array.isArray(records) ? records.filter(isObject) : [];
    this.#answers = isObject(answers) ? answers : {};
    this.about = text(about) ?? "";
  }

  get length(): number {
    return this.#records.length;
  }

  on(event: string, callback: Listener): void {
    if (event === "msg:custom") this.#listeners.add(callback);
  }

  off(_event: string, callback?: Listener): void {
    if (callback !== undefined) this.#listeners.delete(callback);
  }

  send(content: unknown): void {
    if (!isObject(content)) return;
    if (content.type === "resync") this.#tell((integer(content.from) ?? 1) - 1);
    else if (content.type === "command") this.#emit(this.#answer(content));
  }

  #tell(from: number): void {
    for (let first = from; first < this.#records.length; first += BATCH)
      this.#emit({
        type: "batch",
        first: first + 1,
        records: this.#records.slice(first, first + BATCH),
      });
  }

  #answer({ id, name }: Record<string, unknown>): unknown {
    const known = typeof name === "string" && Object.hasOwn(this.#answers, name);
    if (known) return { type: "answer", id, ok: true, value: this.#answers[name] };
    return { type: "answer", id, ok: false, error: `${NO_KERNEL}.` };
  }

  #emit(content: unknown): void {
    // Like a kernel, it answers after the call that asked.
    queueMicrotask(() => {
      for (const listener of this.#listeners) (listener as (content: unknown) => void)(content);
    });
  }
}

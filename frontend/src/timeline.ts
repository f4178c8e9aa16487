/** The records of a run, and how it stood after each of its steps. */

import type { RawRecord } from "./records";
import { advance } from "./reducer";
import { copyOf, Shelf } from "./shelf";
import { emptyState, type State } from "./state";

/** How a run stood after so many records. */
interface Mark {
  records: number;
  /** The state at that moment, new each time: it may be changed. */
  state(): State;
}

/** So many records are gone through, at most, to show a step of a run of middling length. */
const SECTION = 4096;

/**
 * Goes through the records once and remembers now and then how things stood. What did not change
 * in between is kept once, so all the marks together take little more room than the last state.
 */
export class Timeline {
  readonly #records: RawRecord[] = [];
  /** Where each step begins: so many records came before step n + 1. */
  readonly #starts: number[] = [];
  readonly #marks: Mark[] = [{ records: 0, state: emptyState }];
  readonly #section: number;
  /** The newest state; it grows with the records. */
  readonly now: State = emptyState();

  constructor(section = SECTION) {
    this.#section = section;
  }

  /** How many steps were made. */
  get steps(): number {
    return this.#starts.length;
  }

  push(records: readonly RawRecord[]): void {
    for (const record of records) {
      const made = this.now.moves.length;
      advance(this.now, record);
      if (this.now.moves.length > made) this.#starts.push(this.#records.length);
      this.#records.push(record);
      this.#mark();
    }
  }

  /** How many records there are up to the end of a step; step 0 is what came before the first. */
  end(step: number): number {
    return this.#starts[step] ?? this.#records.length;
  }

  /** How things stood after step `step`, before the next one began. */
  at(step: number): State {
    const end = this.end(step);
    const mark = this.#marks.findLast(({ records }) => records <= end);
    const state = mark?.state() ?? emptyState();
    for (let index = mark?.records ?? 0; index < end; index += 1)
      advance(state, this.#records[index] ?? {});
    return state;
  }

  #mark(): void {
    const records = this.#records.length;
    // A long run has longer sections, so that what each mark costs stays small beside them.
    const section = Math.max(this.#section, this.now.deliveries.size / 8);
    if (records - (this.#marks.at(-1)?.records ?? 0) >= section)
      this.#marks.push({ records, state: keep(this.now) });
  }
}

/** Lists that only ever grow: of these, a length says all. */
const GROWING: ReadonlySet<string> = new Set(["log", "moves", "dead", "places"]);

/** Keeps how a state is at this moment; the function makes it anew. */
function keep(state: State): () => State {
  const fields = Object.entries(state).map(([name, value]) => [name, kept(name, value)] as const);
  return () => Object.fromEntries(fields.map(([name, make]) => [name, make()])) as unknown as State;
}

function kept(name: string, value: unknown): () => unknown {
  if (value instanceof Shelf) {
    const copy = value.copy();
    return () => new Shelf(copy);
  }
  if (value instanceof Set) {
    const items = [...value];
    return () => new Set(items);
  }
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => [key, apart(item)] as const);
    return () => new Map(entries.map(([key, item]) => [key, apart(item)]));
  }
  if (Array.isArray(value) && GROWING.has(name)) {
    const { length } = value;
    return () => value.slice(0, length);
  }
  const copy = apart(value);
  return () => apart(copy);
}

function apart(value: unknown): unknown {
  return typeof value === "object" && value !== null ? copyOf(value) : value;
}

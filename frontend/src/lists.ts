/** Breakpoints, watches and invariants: the kernel has them, all views of a model show them. */

import { type Signal, signal } from "@preact/signals";
import { wordsOf } from "./answers";
import type { CommandArgs } from "./link";
import { contentOf, valueAt } from "./memory";
import type { Json } from "./records";
import type { Agent, State } from "./state";
import type { Store } from "./store";

export interface Breakpoint {
  id: number;
  kind: string;
  words: string;
  hits: number;
  from_hit: number;
  once: boolean;
  hold_only: boolean;
  error: string | null;
}

export interface Watch {
  id: number;
  agent: string;
  path: string;
}

export interface Invariant {
  id: number;
  condition: string;
  holds: boolean;
  pause: boolean;
  times: number;
  broken: { number: number | null; text: string }[];
}

const NAMES = ["breakpoints", "watches", "invariants"] as const;
type Name = (typeof NAMES)[number];

/** Milliseconds from one question for a list to the next. */
const PAUSE = 250;

export class Lists {
  readonly breakpoints: Signal<readonly Breakpoint[]> = signal([]);
  readonly watches: Signal<readonly Watch[]> = signal([]);
  readonly invariants: Signal<readonly Invariant[]> = signal([]);
  readonly #store: Store;
  readonly #asked = new Map<string, number>();
  readonly #due = new Map<string, ReturnType<typeof setTimeout>>();
  #last = 0;
  #relisted = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Asks for all of them; a little later if that was done just now, unless a cell has ended. */
  refresh(relisted = this.#relisted): void {
    const now = relisted !== this.#relisted;
    this.#relisted = relisted;
    for (const name of NAMES) {
      const wait = now ? 0 : (this.#asked.get(name) ?? 0) + PAUSE - Date.now();
      if (wait <= 0) void this.#fetch(name);
      else if (!this.#due.has(name))
        this.#due.set(
          name,
          setTimeout(() => void this.#fetch(name), wait),
        );
    }
  }

  /** Gives a command that changes one of the lists; resolves with why it was refused, or null. */
  async change(list: Name, name: string, args: CommandArgs): Promise<string | null> {
    try {
      await this.#store.ask(name, args);
    } catch (error) {
      return wordsOf(error);
    }
    await this.#fetch(list);
    return null;
  }

  /** Follows an attribute; the records tell its value, so this needs no kernel. */
  async watch(agent: string, path: string): Promise<string | null> {
    if (this.#store.live.value) return this.change("watches", "watch", { agent, path });
    this.#last -= 1;
    this.watches.value = [...this.watches.value, { id: this.#last, agent, path }];
    return null;
  }

  async unwatch(id: number): Promise<string | null> {
    if (id > 0) return this.change("watches", "unwatch", { id });
    this.watches.value = this.watches.value.filter((one) => one.id !== id);
    return null;
  }

  async #fetch(name: Name): Promise<void> {
    clearTimeout(this.#due.get(name));
    this.#due.delete(name);
    if (!this.#store.live.value) return;
    this.#asked.set(name, Date.now());
    try {
      const list = await this.#store.ask(name);
      if (Array.isArray(list)) (this[name] as Signal<readonly unknown[]>).value = list;
    } catch {
      // The list stays as it was; what is wrong with the connection is said elsewhere.
    }
  }
}

const known = new WeakMap<Store, Lists>();

/** The lists of a model, the same for all its views. */
export function listsOf(store: Store): Lists {
  let lists = known.get(store);
  if (lists === undefined) {
    lists = new Lists(store);
    known.set(store, lists);
  }
  return lists;
}

export function watchedValue(state: State, agent: string, path: string): Json | undefined {
  const memory = state.agents.get(agent)?.memory ?? null;
  return memory === null ? undefined : valueAt(contentOf(memory), path);
}

/** A value in one short line. */
export function inLine(value: Json | undefined, limit = 60): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

/** What is watched on an agent, as short texts. */
export function fieldsOf(store: Store, state: State): (agent: Agent) => string[] {
  const watches = listsOf(store).watches.value;
  return ({ id }) =>
    watches
      .filter(({ agent }) => agent === id)
      .map(({ path }) => `${path} = ${inLine(watchedValue(state, id, path))}`);
}

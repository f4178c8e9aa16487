/** One store per widget model: the records' state and the view's own, as signals. */

import { type Signal, signal } from "@preact/signals";
import { type CommandName, Link, type Model } from "./link";
import type { RawRecord } from "./records";
import { advance } from "./reducer";
import { emptyState, nextDelivery, type State, stateWord } from "./state";

export interface Selection {
  what: "delivery" | "agent" | "type" | "topic" | "subscription";
  /** A delivery's number, or the name of the other things, as text. */
  id: string;
}

export class Store {
  /** Grows with the records. */
  readonly #state: State = emptyState();
  /** What the views show: a new object for every drawing, so that each of them sees a change. */
  readonly #shown: Signal<State> = signal({ ...this.#state });
  readonly #link: Link;
  #drawing = false;

  /** The one selection that all panes of all views of this model share. */
  readonly selection: Signal<Selection | null> = signal(null);
  /** What the user should know: trouble with the connection, or a refused command. */
  readonly notice: Signal<string | null> = signal(null);

  constructor(model: Model) {
    this.#link = new Link(model, {
      records: (records) => this.#take(records),
      notice: (words) => {
        this.notice.value = words;
      },
    });
  }

  /** The state now; a view that reads it is drawn again when records come. */
  read(): State {
    return this.#shown.value;
  }

  /** Why a verb cannot be used now, or null when it can. */
  refusal(name: CommandName): string | null {
    const state = this.#state;
    if (name === "step") {
      if (state.queue.size === 0)
        return stateWord(state) === "waiting"
          ? "Nothing to step: the queue is empty, and an open turn waits for something outside"
          : "Nothing to step: the queue is empty";
      return nextDelivery(state) === null
        ? "Nothing to step: every pending delivery is held, or its agent has a turn open"
        : null;
    }
    if (name === "resume") return state.mode === "running" ? "Already running" : null;
    return state.mode === "paused" ? "Already paused" : null;
  }

  /** Sends a command unless it makes no sense now; what goes wrong becomes the notice. */
  async run(name: CommandName, number?: number): Promise<void> {
    const refusal = this.#link.lost ? null : this.refusal(name);
    if (refusal !== null) {
      this.notice.value = `${refusal}.`;
      return;
    }
    this.notice.value = null;
    try {
      // A step while running means: stop here, then go one further.
      if (name === "step" && this.#state.mode === "running") await this.#link.command("pause");
      await this.#link.command(name, number === undefined ? {} : { number });
    } catch (error) {
      this.notice.value = error instanceof Error ? error.message : String(error);
    }
  }

  select(what: Selection["what"], id: string | number): void {
    this.selection.value = { what, id: String(id) };
  }

  close(): void {
    this.#link.close();
  }

  #take(records: RawRecord[]): void {
    for (const record of records) advance(this.#state, record);
    if (this.#drawing) return;
    this.#drawing = true;
    // One drawing per frame, however many batches came in between.
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#shown.value = { ...this.#state };
    });
  }
}

export function isSelected(
  selection: Selection | null,
  what: Selection["what"],
  id: string | number,
): boolean {
  return selection !== null && selection.what === what && selection.id === String(id);
}

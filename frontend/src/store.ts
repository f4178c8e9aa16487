/** One store per widget model: the records' state and the view's own, as signals. */

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type CommandArgs, Link, LOST, type Model } from "./link";
import { More } from "./more";
import { Pace } from "./pace";
import type { Mode, RawRecord } from "./records";
import { busyWords, refusalFor } from "./refusals";
import type { Sight } from "./stage/camera";
import type { State } from "./state";
import { replaceStill } from "./still";
import { Timeline } from "./timeline";
import { whole } from "./words";

export interface Selection {
  what: "delivery" | "agent" | "type" | "topic" | "subscription";
  /** A delivery's number, or the name of the other things, as text. */
  id: string;
}

/** A form that is open, and what it is about; null fields where it is about nothing yet. */
export interface OpenForm {
  what: "edit" | "drop" | "break" | "send" | "watch";
  id: string | null;
}

export type BottomTab = "spacetime" | "log" | "problems";
export type StageTab = "graph" | "matrix";
/** Which pane is shown where there is room for one. */
export type Pane = "queue" | "detail" | "bottom";

/** So long a kernel that is there may take for its first word. */
const FIRST_WORD_MS = 6000;

/** The commands that are answered when the runtime runs, or runs no more. */
const MODES: { readonly [command: string]: Mode } = { pause: "paused", resume: "running" };

/** Milliseconds between two drawings while messages keep coming. */
const DRAWN_EVERY = 50;
/** While the page is behind, drawing takes one part in so many of the time. */
const DRAWING_SHARE = 3;
const DRAWN_AT_LEAST_EVERY = 300;

export class Store {
  readonly #timeline = new Timeline();
  /** What the views show of now: a new object for every drawing, so that each sees a change. */
  readonly #shown: Signal<State>;
  readonly #read: ReadonlySignal<State>;
  readonly #link: Link;
  readonly #listening = setTimeout(() => {
    this.heard.value ??= false;
  }, FIRST_WORD_MS);
  /** Whether a drawing is under way: in the constructor, the first one. */
  #drawing = true;
  readonly #pace = new Pace(DRAWN_EVERY);
  /** When the last drawing began, and the milliseconds that it took. */
  #drawn = 0;
  #cost = 0;
  /** Whether anything was shown yet. */
  #opened = false;
  /** When the last records came. */
  #heard = performance.now();

  /** The one selection that all panes of all views of this model share. */
  readonly selection: Signal<Selection | null> = signal(null);
  /** What the pointer or the keyboard rests on; cones and threads follow it. */
  readonly hover: Signal<Selection | null> = signal(null);
  /** The step that is viewed; null is now. */
  readonly past: Signal<number | null> = signal(null);
  /** What the user should know: trouble with the connection, or a refused command. */
  readonly notice: Signal<string | null> = signal(null);
  /** The second part of the page code. */
  readonly more: More;
  /** Whether this is a recording that is played: then every step is looked at as it was. */
  readonly played: boolean;
  /** What there is to say about the recording as a whole. */
  readonly about: string;
  /** False where no kernel answers: a recording that is played, or a connection that was lost. */
  readonly live: Signal<boolean>;
  /** Whether anything has come from a kernel; null while that may still happen. */
  readonly heard: Signal<boolean | null> = signal(null);
  /** Whether the kernel was asked to pause and has not answered yet. */
  readonly pausing: Signal<boolean> = signal(false);
  /** What the kernel has answered, until the records up to then are here. */
  readonly #told: Signal<{ mode: Mode; last: number } | null> = signal(null);
  /** Shared, so that keys can set them. `detail`: message, context, state, why, code, printed. */
  readonly tab = {
    detail: signal("message"),
    bottom: signal<BottomTab>("log"),
    stage: signal<StageTab>("graph"),
    pane: signal<Pane>("queue"),
  };
  /** The form that is open, in the detail pane. */
  readonly form: Signal<OpenForm | null> = signal(null);
  /** What is searched for: the text of the search field in the bar, applied by the log. */
  readonly search: Signal<string> = signal("");
  /** The part of the picture that was chosen last in any view; null is all of it. */
  readonly sight: Signal<Sight | null> = signal(null);
  /** Whether everything is larger, for a room full of people. */
  readonly large: Signal<boolean> = signal(false);
  /** Whether keys do anything but move about. */
  readonly keys: Signal<boolean> = signal(true);
  /** How often a cell has changed what is watched, checked or stopped at. */
  readonly relisted: Signal<number> = signal(0);
  /** Whether the list of keys and buttons is open. */
  readonly help: Signal<boolean> = signal(false);
  /** Where the keyboard should go; the view that has it takes it there. `view`: only in sight. */
  readonly wanted: Signal<"search" | "pane" | "notebook" | "view" | null> = signal(null);

  constructor(model: Model) {
    this.played = model.recorded === true;
    this.about = model.about ?? "";
    this.live = signal(!this.played);
    this.#shown = signal({ ...this.#timeline.now });
    this.#read = computed(() => {
      const step = this.past.value;
      return step === null ? this.#shown.value : this.#timeline.at(step);
    });
    this.more = new More(model);
    this.#link = new Link(model, {
      records: (records) => this.#take(records),
      notice: (words) => {
        this.notice.value = words;
        this.live.value = !this.played && !this.#link.lost;
      },
      heard: () => {
        this.heard.value = true;
      },
      busy: () => busyWords(this.#timeline.now, this.quietFor / 1000),
      show: (delivery) => {
        this.select("delivery", delivery);
        this.wanted.value = "view";
      },
      still: (data) => replaceStill(model, data),
      lists: () => {
        this.relisted.value += 1;
      },
    });
    // What came at once is there before the first view is, which need not be drawn twice.
    if (this.#timeline.now.seq > 0) this.#draw();
    this.#drawing = false;
  }

  /** Whether this is the page of a saved notebook, where nobody answers. */
  get deserted(): boolean {
    return this.heard.value === false;
  }

  /** What is shown: the state now, or at the step being viewed. A view that reads it is redrawn. */
  read(): State {
    return this.#read.value;
  }

  /** The newest state, also while the past is viewed; a view that reads it is redrawn. */
  get now(): State {
    return this.#shown.value;
  }

  /** Whether deliveries go by themselves now: the kernel's own word, also while records come in. */
  get mode(): Mode {
    return this.#told.value?.mode ?? this.#timeline.now.mode;
  }

  /** Whether what is shown is from before the kernel's word. */
  get late(): boolean {
    return this.#told.value !== null;
  }

  /** Milliseconds since the last records came. */
  get quietFor(): number {
    return performance.now() - this.#heard;
  }

  /** How many records the kernel has that are not here yet, as far as it said. */
  get behind(): number {
    return Math.max(0, this.#link.last - this.#link.seq);
  }

  /** Shows how things stood after step `step`; null or a step that is not over yet shows now. */
  travel(step: number | null): void {
    const last = this.#timeline.steps;
    this.past.value = step === null || step >= last ? null : Math.max(0, step);
  }

  /** Why a command cannot be given now, or null when it can. */
  refusal(name: string, number?: number): string | null {
    // Read, so that a button is drawn again when the answer may have changed.
    void this.#shown.value;
    void this.live.value;
    if (this.played) return "This is a recording: nothing can be changed in it";
    if (this.past.value !== null)
      return `You are viewing step ${whole(this.past.value)}: press Esc for now`;
    if (this.#link.lost) return LOST;
    return refusalFor({ ...this.#timeline.now, mode: this.mode }, name, number);
  }

  /** Gives a command; what goes wrong becomes the notice. Resolves with the answer, or null. */
  async run(name: string, args: CommandArgs = {}): Promise<unknown> {
    const number = typeof args.number === "number" ? args.number : undefined;
    const refusal = this.refusal(name, number);
    if (refusal !== null) {
      this.say(refusal);
      return null;
    }
    this.notice.value = null;
    try {
      // A step while running means: stop here, then go one further.
      if (name === "step" && this.mode !== "paused") await this.#command("pause");
      return await this.#command(name, args);
    } catch (error) {
      this.notice.value = error instanceof Error ? error.message : String(error);
      return null;
    }
  }

  async #command(name: string, args: CommandArgs = {}): Promise<unknown> {
    if (name === "pause") this.pausing.value = true;
    const answer = await this.#link.command(name, args).finally(() => {
      if (name === "pause") this.pausing.value = false;
    });
    const mode = MODES[name];
    const late = this.#drawing || this.behind > 0;
    if (mode !== undefined && late) this.#told.value = { mode, last: this.#link.last };
    return answer;
  }

  /** Tells the user why something was not done. */
  say(words: string): void {
    this.notice.value = /[.!?]$/.test(words) ? words : `${words}.`;
  }

  /** Asks the kernel; rejects with its words, which are shown where the answer would be. */
  ask(name: string, args: CommandArgs = {}): Promise<unknown> {
    return this.#link.command(name, args);
  }

  select(what: Selection["what"], id: string | number): void {
    this.selection.value = { what, id: String(id) };
  }

  close(): void {
    clearTimeout(this.#listening);
    this.#link.close();
    this.more.close();
  }

  #take(records: RawRecord[]): void {
    this.#heard = performance.now();
    this.#timeline.push(records);
    // Its way takes about as long as the first drawing, and does not hold that up.
    if (!this.#opened) this.more.ask();
    if (this.#drawing) return;
    this.#drawing = true;
    // One drawing per frame, however many batches came in between; fewer while they keep coming.
    const wait = this.#wait(performance.now());
    if (wait === 0) requestAnimationFrame(this.#draw);
    else setTimeout(() => requestAnimationFrame(this.#draw), wait);
  }

  /** Shows what the records that have come so far tell, unless that is shown already. */
  readonly #draw = (): void => {
    if (!this.#drawing) return;
    this.#drawing = false;
    this.#drawn = performance.now();
    // A task after this frame begins when it has been laid out and painted.
    setTimeout(() => {
      this.#cost = performance.now() - this.#drawn;
    });
    this.#shown.value = { ...this.#timeline.now };
    if (this.#link.seq >= (this.#told.value?.last ?? 0)) this.#told.value = null;
    if (this.played && !this.#opened) this.travel(0);
    this.#opened = true;
  };

  /** Milliseconds to wait before the next drawing. */
  #wait(now: number): number {
    const even = this.#pace.wait(now);
    // What is shown while more is under way is soon out of date, and drawing it delays the rest.
    const rest = this.behind > 0 ? this.#drawn + DRAWING_SHARE * this.#cost - now : 0;
    return Math.max(even, Math.min(rest, DRAWN_AT_LEAST_EVERY));
  }
}

export function isSelected(
  selection: Selection | null,
  what: Selection["what"],
  id: string | number,
): boolean {
  return selection !== null && selection.what === what && selection.id === String(id);
}

/**
 * The page's end of the line to the kernel: batches in, commands and receipts out.
 *
 * Batches carry the sequence number of their first record, so that a lost one is noticed and asked
 * for again. Every command is settled exactly once; what goes wrong is said in words.
 */

import type { Panes } from "./more";
import { integer, isObject, text } from "./read";
import type { RawRecord } from "./records";

/** The part of a widget model that the page uses. */
export interface Model {
  /** All of it has happened: there is no kernel, and nothing can be changed. */
  readonly recorded?: boolean;
  /** What there is to say about it as a whole. */
  readonly about?: string;
  /** Where the widget is shown: in a notebook of JupyterLab it knows the document. */
  readonly widget_manager?: unknown;
  /** The second part of the page code, where all of it is at hand. */
  readonly panes?: Panes | null;
  /** What the kernel has set. */
  get?(name: string): unknown;
  send(content: unknown): void;
  on(event: string, callback: (...args: never[]) => void): void;
  off(event: string, callback?: (...args: never[]) => void): void;
}

export interface LinkEvents {
  records(records: RawRecord[]): void;
  /** What the user should know about the connection; null when all is well again. */
  notice(words: string | null): void;
  /** Something came from the kernel. */
  heard?(): void;
  /** What the kernel is at, as far as the page knows; asked when an answer is late. */
  busy?(): string;
  /** The kernel asks to have a delivery looked at. */
  show?(delivery: number): void;
  /** The newest still picture, for the saved notebook. */
  still?(data: unknown): void;
  /** A cell has changed what is watched, checked or stopped at. */
  lists?(): void;
}

/** What a command says besides its name. */
export type CommandArgs = { readonly [name: string]: unknown };

interface Pending {
  name: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
  late: ReturnType<typeof setTimeout>;
}

const ACK_MS = 250;
/** More than this is acknowledged at once: the kernel sends no more than 2,000 ahead. */
const ACK_RECORDS = 1000;
const RESYNC_MS = 2000;
const LATE_MS = 4000;

export const LOST =
  "The connection to the kernel is closed. You see the last state; run the cell again for a live view.";

export class Link {
  /** Sequence number of the last record that was passed on. */
  seq = 0;
  /** Sequence number of the newest record that the kernel spoke of. */
  last = 0;
  /** Whether the connection to the kernel is closed. */
  lost = false;
  /** Answers to commands that nobody here asked, or that were already answered. */
  strayAnswers = 0;
  /** Records that the kernel no longer had when they were asked for. */
  missing = 0;

  readonly #model: Model;
  readonly #events: LinkEvents;
  readonly #commands = new Map<string, Pending>();
  // Answers reach every page of a widget, so two pages must not give the same id.
  readonly #page = Math.random().toString(36).slice(2, 10);
  #lastCommand = 0;
  /** Commands of which the user was told that the answer is late. */
  readonly #late = new Set<string>();
  #acknowledged = 0;
  #askedFrom: number | null = null;
  #gapTimer: ReturnType<typeof setTimeout> | undefined;
  #ackTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(model: Model, events: LinkEvents) {
    this.#model = model;
    this.#events = events;
    model.on("msg:custom", this.#receive);
    // Widget managers fire these when the kernel restarts or the comm is closed.
    model.on("comm_live_update", this.#lose);
    model.on("comm:close", this.#lose);
    this.#resync();
  }

  /** Sends a command; resolves with the answer's value, rejects with the kernel's words. */
  command(name: string, args: CommandArgs = {}): Promise<unknown> {
    if (this.lost) return Promise.reject(new Error(LOST));
    this.#lastCommand += 1;
    const id = `${this.#page}-${this.#lastCommand}`;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.#warn(id, name), LATE_MS);
      this.#commands.set(id, { name, resolve, reject, late });
      this.#send({ type: "command", id, name, args });
    });
  }

  close(): void {
    this.#model.off("msg:custom", this.#receive);
    this.#model.off("comm_live_update", this.#lose);
    this.#model.off("comm:close", this.#lose);
    clearTimeout(this.#ackTimer);
    clearTimeout(this.#gapTimer);
    this.#rejectAll("The view was closed before the kernel answered.");
  }

  readonly #receive = (content: unknown): void => {
    if (!isObject(content)) return;
    this.#events.heard?.();
    this.last = Math.max(this.last, integer(content.last) ?? 0);
    if (this.lost) {
      this.lost = false;
      this.#events.notice(null);
    }
    if (content.type === "batch") this.#batch(content);
    else if (content.type === "answer") this.#answer(content);
    else if (content.type === "show") {
      const delivery = integer(content.delivery);
      if (delivery !== null) this.#events.show?.(delivery);
    } else if (content.type === "still") this.#events.still?.(content.data);
    else if (content.type === "lists") this.#events.lists?.();
  };

  #batch(content: Record<string, unknown>): void {
    const first = integer(content.first);
    if (first === null || !Array.isArray(content.records)) return;
    const expected = this.seq + 1;
    const last = first + content.records.length - 1;
    // Sent again, so the kernel has not heard that it arrived.
    if (last < expected) {
      this.#ackSoon();
      return;
    }
    if (first > expected) {
      // Only the kernel knows whether they are lost on the way, or no longer kept.
      if (integer(content.let_go) !== first - 1) {
        if (this.#askedFrom !== expected) this.#resync();
        this.#waitForGap();
        return;
      }
      this.missing += first - expected;
      this.#events.notice(`${this.missing} records are no longer kept by the recording.`);
    }
    clearTimeout(this.#gapTimer);
    this.#gapTimer = undefined;
    this.seq = last;
    this.#ackSoon();
    this.#events.records(content.records.slice(Math.max(0, expected - first)).filter(isObject));
  }

  /** Asks for everything after what is here; again after a while, for as long as a gap is open. */
  #resync(): void {
    const from = this.seq + 1;
    this.#askedFrom = from;
    this.#send({ type: "resync", from });
  }

  /** Batches that were under way before the kernel heard of the gap are no reason to ask again. */
  #waitForGap(): void {
    this.#gapTimer ??= setTimeout(() => {
      this.#gapTimer = undefined;
      this.#resync();
      this.#waitForGap();
    }, RESYNC_MS);
  }

  #ackSoon(): void {
    if (this.seq - this.#acknowledged >= ACK_RECORDS) this.#ack();
    else this.#ackTimer ??= setTimeout(() => this.#ack(), ACK_MS);
  }

  #ack(): void {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    this.#acknowledged = this.seq;
    this.#send({ type: "ack", seq: this.seq });
  }

  #answer(content: Record<string, unknown>): void {
    const id = text(content.id);
    const command = id === null ? undefined : this.#commands.get(id);
    if (id === null || command === undefined) {
      this.strayAnswers += 1;
      return;
    }
    this.#commands.delete(id);
    clearTimeout(command.late);
    if (this.#late.delete(id) && this.#late.size === 0) this.#events.notice(null);
    if (content.ok === true) command.resolve(content.value ?? null);
    else command.reject(new Error(text(content.error) ?? `The kernel refused to ${command.name}.`));
  }

  #warn(id: string, name: string): void {
    this.#late.add(id);
    const why = this.#events.busy?.() ?? "a handler is still running, or the kernel is busy";
    this.#events.notice(
      `The kernel has not answered "${name}" for ${LATE_MS / 1000} s: ${why}. If it was restarted, run the cell again.`,
    );
  }

  readonly #lose = (): void => {
    this.lost = true;
    this.#rejectAll(LOST);
    this.#events.notice(LOST);
  };

  #rejectAll(words: string): void {
    for (const command of this.#commands.values()) {
      clearTimeout(command.late);
      command.reject(new Error(words));
    }
    this.#commands.clear();
    this.#late.clear();
  }

  #send(content: unknown): void {
    try {
      this.#model.send(content);
    } catch {
      this.#lose();
    }
  }
}

/** The second part of the page code: asked for with the first records, and shared by all views. */

import { type Signal, signal } from "@preact/signals";
import type { Model } from "./link";
import { isObject, text } from "./read";

/** What the second part has. */
export type Panes = typeof import("./views/more");

/** As it is built, it is handed what it needs of the first part. */
type Part = { default(first: unknown): Panes };

interface Waiting {
  resolve(panes: Panes): void;
  reject(error: Error): void;
}

const LATE_MS = 4000;

export const LATE =
  "The kernel has not sent this part of the view yet: it may be busy, and then this comes later.";
export const GONE =
  "This part of the view had not come when the connection to the kernel was closed.";

export class More {
  /** Null until they are here. */
  readonly panes: Signal<Panes | null>;
  /** Their style sheet. */
  style = "";
  /** Why they are not here; null as long as that is nothing unusual. */
  readonly trouble: Signal<string | null> = signal(null);

  readonly #model: Model;
  readonly #waiting: Waiting[] = [];
  #gone = false;
  #asking: ReturnType<typeof setTimeout> | undefined;

  constructor(model: Model) {
    this.#model = model;
    this.panes = signal(model.panes ?? null);
    model.on("msg:custom", this.#receive);
    model.on("comm_live_update", this.#lose);
    model.on("comm:close", this.#lose);
  }

  /** Asks for them, unless they are here or on their way. */
  ask(): void {
    if (this.panes.peek() !== null || this.#asking !== undefined) return;
    if (this.#gone) {
      this.#fail(GONE);
      return;
    }
    this.trouble.value = null;
    this.#asking = setTimeout(() => this.#fail(LATE), LATE_MS);
    try {
      this.#model.send({ type: "page_code" });
    } catch {
      this.#lose();
    }
  }

  /** Asks for them; resolves when they are here, rejects when that is not soon. */
  need(): Promise<Panes> {
    const panes = this.panes.peek();
    if (panes !== null) return Promise.resolve(panes);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.ask();
    });
  }

  close(): void {
    clearTimeout(this.#asking);
    this.#model.off("msg:custom", this.#receive);
    this.#model.off("comm_live_update", this.#lose);
    this.#model.off("comm:close", this.#lose);
  }

  readonly #receive = (content: unknown): void => {
    this.#gone = false;
    // Answers reach all pages that show the model, also those that have them.
    if (!isObject(content) || content.type !== "page_code" || this.panes.peek() !== null) return;
    const { script, style } = content;
    partFrom(text(script) ?? "").then(
      (panes) => this.#take(panes, text(style) ?? ""),
      (failure) => this.#fail(`This part of the view could not be loaded: ${failure}.`),
    );
  };

  #take(panes: Panes, style: string): void {
    // Who asks again may be answered twice, and what is shown must not become another.
    if (this.panes.peek() !== null) return;
    clearTimeout(this.#asking);
    this.style = style;
    this.trouble.value = null;
    this.panes.value = panes;
    for (const { resolve } of this.#waiting.splice(0)) resolve(panes);
  }

  readonly #lose = (): void => {
    this.#gone = true;
    if (this.#asking !== undefined || this.trouble.peek() !== null) this.#fail(GONE);
  };

  #fail(words: string): void {
    if (this.panes.peek() !== null) return;
    clearTimeout(this.#asking);
    this.#asking = undefined;
    this.trouble.value = words;
    for (const { reject } of this.#waiting.splice(0)) reject(new Error(words));
  }
}

/** In the built widget this is no import, but what the second part needs of the first: `build.mjs`. */
const first = (): unknown => import("./views/more");

async function partFrom(script: string): Promise<Panes> {
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  try {
    const part = (await import(/* @vite-ignore */ address)) as Part;
    return part.default(await first());
  } finally {
    URL.revokeObjectURL(address);
  }
}

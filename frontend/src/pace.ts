/** How often something may be done: at once after a rest, at an even pace while it goes on. */

const AT_ONCE = 4;

export class Pace {
  readonly #every: number;
  #credit = AT_ONCE;
  #asked = Number.NEGATIVE_INFINITY;

  /** Once in so many milliseconds; after a rest, a few times at once. */
  constructor(every: number) {
    this.#every = every;
  }

  /** Milliseconds to wait before doing it once more; whoever asks is expected to do it then. */
  wait(now: number): number {
    this.#credit = Math.min(AT_ONCE, this.#credit + (now - this.#asked) / this.#every) - 1;
    this.#asked = now;
    return this.#credit >= 0 ? 0 : -this.#credit * this.#every;
  }
}

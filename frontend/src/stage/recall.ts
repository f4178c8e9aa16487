/**
 * Remembers what was worked out for a thing until a sign of it changes: a run moves a few things
 * at a time, and a picture of thousands is drawn many times a second.
 */

export class Recall<Value> {
  readonly #known = new Map<string, { sign: string; about: unknown; value: Value }>();

  /** What `make` gave for this id, made anew when its sign is another or it is about another. */
  recall(id: string, sign: string, about: unknown, make: () => Value): Value {
    const known = this.#known.get(id);
    if (known !== undefined && known.sign === sign && known.about === about) return known.value;
    const value = make();
    this.#known.set(id, { sign, about, value });
    return value;
  }
}

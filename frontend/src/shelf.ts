/** Maps of many things that change little, of which one can keep how they were at many moments. */

/** A thing as it is read: what changes it has to own it first. */
export type Fixed<T> = T extends readonly (infer Item)[]
  ? readonly Item[]
  : { readonly [K in keyof T]: FixedValue<T[K]> };
type FixedValue<T> = T extends readonly (infer Item)[]
  ? readonly Item[]
  : T extends Set<infer Item>
    ? ReadonlySet<Item>
    : T;

interface Chunk<T> {
  owner: object;
  things: T[];
}

/** How a shelf was at one moment. */
export interface ShelfCopy<K, T> {
  readonly places: Map<K, number>;
  readonly chunks: readonly Chunk<T>[];
  readonly size: number;
}

const CHUNK = 256;

/**
 * A map in order of insertion that can be copied at any moment for next to nothing: copies share
 * all that was not changed since. Nothing can be taken off it.
 *
 * All copies share one index of places, so they must come from one history: a copy that grows
 * gets the same keys in the same order as the original did.
 */
export class Shelf<K, T extends object> {
  readonly #places: Map<K, number>;
  #chunks: Chunk<T>[];
  #size: number;
  /** Whoever holds this may change a chunk in place. */
  #owner = {};
  /** Places of the things that may be changed in place. */
  #owned = new Set<number>();

  constructor(copy?: ShelfCopy<K, T>) {
    this.#places = copy?.places ?? new Map();
    this.#chunks = [...(copy?.chunks ?? [])];
    this.#size = copy?.size ?? 0;
  }

  get size(): number {
    return this.#size;
  }

  has(key: K): boolean {
    return this.#place(key) >= 0;
  }

  get(key: K): Fixed<T> | undefined {
    const place = this.#place(key);
    return place < 0 ? undefined : (this.#at(place) as Fixed<T>);
  }

  /** The thing that was added after `place` others. */
  nth(place: number): Fixed<T> | undefined {
    return place < 0 || place >= this.#size ? undefined : (this.#at(place) as Fixed<T>);
  }

  /** The thing with this key, to be changed: no copy of the shelf will see it. */
  own(key: K): T | undefined {
    const place = this.#place(key);
    if (place < 0) return undefined;
    if (!this.#owned.has(place)) {
      const own = copyOf(this.#at(place));
      this.#ownChunk(place).things[place % CHUNK] = own;
      this.#owned.add(place);
      return own;
    }
    return this.#at(place);
  }

  /** Puts a new thing at the end; it may be changed by whoever put it there. */
  add(key: K, thing: T): T {
    const place = this.#size;
    const known = this.#places.get(key);
    if (known !== undefined && known !== place) throw new Error(`${String(key)} is there already`);
    this.#places.set(key, place);
    this.#ownChunk(place).things[place % CHUNK] = thing;
    this.#owned.add(place);
    this.#size += 1;
    return thing;
  }

  /** How it is at this moment. */
  copy(): ShelfCopy<K, T> {
    this.#owner = {};
    this.#owned = new Set();
    return { places: this.#places, chunks: this.#chunks.slice(), size: this.#size };
  }

  *keys(): Generator<K> {
    for (const [key, place] of this.#places) {
      if (place >= this.#size) return;
      yield key;
    }
  }

  *values(): Generator<Fixed<T>> {
    for (let place = 0; place < this.#size; place += 1) yield this.#at(place) as Fixed<T>;
  }

  *[Symbol.iterator](): Generator<[K, Fixed<T>]> {
    for (const [key, place] of this.#places) {
      if (place >= this.#size) return;
      yield [key, this.#at(place) as Fixed<T>];
    }
  }

  #place(key: K): number {
    const place = this.#places.get(key);
    return place === undefined || place >= this.#size ? -1 : place;
  }

  #at(place: number): T {
    return this.#chunks[Math.floor(place / CHUNK)]?.things[place % CHUNK] as T;
  }

  #ownChunk(place: number): Chunk<T> {
    const index = Math.floor(place / CHUNK);
    let chunk = this.#chunks[index];
    if (chunk?.owner !== this.#owner) {
      chunk = { owner: this.#owner, things: chunk?.things.slice() ?? [] };
      this.#chunks[index] = chunk;
    }
    return chunk;
  }
}

/** A copy of a thing and of the lists and sets in it; what those hold is never changed in place. */
export function copyOf<T extends object>(thing: T): T {
  if (Array.isArray(thing)) return thing.slice() as unknown as T;
  const copy: T = { ...thing };
  for (const key in copy) {
    const value = copy[key];
    if (Array.isArray(value)) copy[key] = value.slice() as typeof value;
    else if (value instanceof Set) copy[key] = new Set(value) as typeof value;
  }
  return copy;
}

/**
 * Where things stand: outside senders left, topics in the middle, agent types right.
 *
 * A pure function of the places in order of appearance. Each place is put down knowing only those
 * before it, so whatever comes later moves nothing that already stands. How many agents a type has
 * plays no part: its box keeps its size, and what is in the box is drawn as finely as it fits.
 */

import type { Place } from "./state";

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Box extends Rect {
  id: string;
  column: Place["column"];
}

export interface Layout {
  boxes: Map<string, Box>;
  /** The boxes with what belongs to them: lines keep out of these. */
  outlines: Rect[];
  /** Around all boxes, with room for what is drawn beside them. */
  bounds: Rect;
  /** Where the three columns are headed; nothing when the outside stands above the topics. */
  headings: { column: Place["column"]; x: number; y: number }[];
}

/** By how much the user has moved places, by their ids. */
export type Drags = ReadonlyMap<string, { dx: number; dy: number }>;

export const SIZES = {
  outside: { width: 74, height: 26 },
  topic: { width: 122, height: 30 },
  type: { width: 216, height: 94 },
} as const;

/** The sources of a topic stand below its hexagon. */
export const TABS = 17;
/** Outside tags share this many slots: a notebook has more cells than a picture has room. */
export const OUTSIDE_SLOTS = 6;
/** From the middle of one agent type to that of the next; topics stand twice as close. */
export const PITCH = { type: 102, slot: 51 };
const TYPE_COLUMN = SIZES.type.width + 30;
const TOPIC_COLUMN = SIZES.topic.width + 24;
/** A stage narrower than this has the outside above the topics instead of beside them. */
export const NARROW = 430;
const GAP = { least: 52, most: 130 };
/** Right of the agents, where calls between them bend around. */
const RIGHT = 24;
/** Left of the topics, where lines from above go down. */
export const LANE = 10;
const MARGIN = 8;
const NOBODY: Drags = new Map();

export function layout(places: readonly Place[], width: number, drags: Drags = NOBODY): Layout {
  const put = new Placing(width);
  for (const place of places) put.down(place);
  for (const [id, { dx, dy }] of drags) {
    const box = put.boxes.get(id);
    if (box !== undefined) put.boxes.set(id, { ...box, x: box.x + dx, y: box.y + dy });
  }
  const headings = put.narrow ? [] : put.headings();
  const outlines = [...put.boxes.values()].map(outline);
  return { boxes: put.boxes, outlines, bounds: boundsOf(outlines, put.narrow), headings };
}

class Placing {
  readonly boxes = new Map<string, Box>();
  readonly narrow: boolean;
  readonly #gap: number;
  readonly #topics: Set<number>[] = [];
  readonly #outside: number[] = [];
  readonly #typeSlots: ReturnType<typeof typeSlots>;
  #topicCount = 0;

  constructor(width: number) {
    this.narrow = width < NARROW;
    this.#typeSlots = typeSlots(this.narrow ? 2 : 4);
    const columns = this.narrow ? 0 : SIZES.outside.width;
    const taken = columns + SIZES.topic.width + SIZES.type.width + RIGHT + 2 * MARGIN;
    const gaps = this.narrow ? 1 : 2;
    this.#gap = Math.round(Math.min(GAP.most, Math.max(GAP.least, (width - taken) / gaps)));
  }

  down({ id, column, near }: Place): void {
    const level = near === null ? undefined : this.boxes.get(near);
    const wish = level === undefined ? 0 : Math.round(middle(level) / PITCH.slot);
    const corner =
      column === "type"
        ? this.#type()
        : column === "topic"
          ? this.#topic(Math.max(0, wish))
          : this.#tag(Math.max(0, wish));
    this.boxes.set(id, { id, column, ...corner, ...SIZES[column] });
  }

  headings(): Layout["headings"] {
    const lefts = { outside: this.#outsideX(), topic: 0, type: this.#typeX() };
    const columns = new Set([...this.boxes.values()].map((box) => box.column));
    return [...columns].map((column) => ({
      column,
      x: lefts[column] + SIZES[column].width / 2,
      y: -SIZES[column].height / 2 - 9,
    }));
  }

  #outsideX(): number {
    return -this.#gap - SIZES.outside.width;
  }

  #typeX(): number {
    return SIZES.topic.width + this.#gap;
  }

  #type() {
    const { column, row } = this.#typeSlots.next().value;
    const y = row * PITCH.type - SIZES.type.height / 2;
    return { x: this.#typeX() + column * TYPE_COLUMN, y };
  }

  /** The free slot nearest to the wish, in the first column that has one. */
  #topic(wish: number) {
    const rows = 2 * rowsFor(Math.ceil(Math.sqrt(this.#topicCount / 1.5)), 4);
    this.#topicCount += 1;
    for (let column = 0; ; column += 1) {
      const taken = this.#topics[column] ?? new Set();
      this.#topics[column] = taken;
      // Left of the first column the outside has the upper slots.
      const slot = nearestFree(wish, taken, column === 0 ? 0 : OUTSIDE_SLOTS + 1, rows);
      if (slot === null) continue;
      taken.add(slot);
      return { x: -column * TOPIC_COLUMN, y: slot * PITCH.slot - SIZES.topic.height / 2 };
    }
  }

  #tag(wish: number) {
    const count = this.#outside.length;
    const free = nearestFree(wish, new Set(this.#outside), 0, OUTSIDE_SLOTS);
    const slot = free ?? this.#outside[count % OUTSIDE_SLOTS] ?? 0;
    this.#outside.push(slot);
    if (!this.narrow)
      return { x: this.#outsideX(), y: slot * PITCH.slot - SIZES.outside.height / 2 };
    const turn = count % OUTSIDE_SLOTS;
    const row = Math.floor(turn / 3);
    // The lines of the upper row come down between the tags of the lower one.
    return {
      x: ((turn % 3) + row / 2) * (SIZES.outside.width + 24),
      y: -SIZES.type.height / 2 - 46 - 36 * row,
    };
  }
}

/** Slots of agent types: columns and rows grow together, so the picture keeps a page's shape. */
function* typeSlots(least: number): Generator<{ column: number; row: number }, never> {
  for (let columns = 1; ; columns += 1) {
    const before = columns === 1 ? 0 : rowsFor(columns - 1, least);
    const rows = rowsFor(columns, least);
    for (let row = 0; row < rows; row += 1) yield { column: columns - 1, row };
    for (let row = before; row < rows; row += 1)
      for (let column = 0; column < columns - 1; column += 1) yield { column, row };
  }
}

function rowsFor(columns: number, least: number): number {
  return Math.max(least, Math.round(least / 2 - 0.1 + 1.4 * columns * (least / 4)));
}

function nearestFree(wish: number, taken: Set<number>, from: number, to: number): number | null {
  for (let far = 0; far < to + wish; far += 1)
    for (const slot of [wish + far, wish - far])
      if (slot >= from && slot < to && !taken.has(slot)) return slot;
  return null;
}

function boundsOf(outlines: readonly Rect[], narrow: boolean): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of outlines) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  if (outlines.length === 0) return { x: 0, y: 0, width: 1, height: 1 };
  const headings = narrow ? 0 : 18;
  const lane = narrow ? LANE : 0;
  return {
    x: left - MARGIN - lane,
    y: top - MARGIN - headings,
    width: right - left + 2 * MARGIN + lane + RIGHT,
    height: bottom - top + 2 * MARGIN + headings,
  };
}

/** A box with what belongs to it: the tabs of a topic. */
export function outline({ x, y, width, height, column }: Box): Rect {
  return { x, y, width, height: height + (column === "topic" ? TABS : 0) };
}

export function middle(box: Rect): number {
  return box.y + box.height / 2;
}

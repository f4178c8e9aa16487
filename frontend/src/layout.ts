/**
 * Where things stand: outside senders left, topics in the middle, agent types right.
 *
 * A pure function of the places in order of appearance. Each place is put down knowing only those
 * before it, so whatever comes later moves nothing that already stands.
 */

import type { Place } from "./state";

export interface Box {
  id: string;
  column: Place["column"];
  x: number;
  y: number;
  width: number;
  height: number;
  /** How many rows of agents there is room for, in the box of a type. */
  rows: number;
}

export interface Layout {
  width: number;
  height: number;
  boxes: Map<string, Box>;
  /** Left edge of each column, for its heading. */
  columns: Record<Place["column"], { x: number; width: number }>;
}

/** Sizes per column; `pitch` is the room a box takes, with its gap. */
export const SIZES = {
  outside: { width: 78, height: 26, pitch: 40 },
  topic: { width: 122, height: 38, pitch: 70 },
  type: { width: 190, height: 64, pitch: 76 },
} as const;

/** The first types have room for a second row of agents; many types are better than many rows. */
const ROOMY_TYPES = 3;
export const CHIP_ROW = 22;
const TOP = 26;
const EDGE = 12;
/** Room right of the agents, where calls between them bend around. */
const RIGHT = 34;
const MIN_GAP = 30;
const MAX_GAP = 120;
/** Outside tags share this many slots: a notebook has more cells than a picture has room. */
export const OUTSIDE_SLOTS = 6;

export const MIN_WIDTH =
  2 * MIN_GAP + SIZES.outside.width + SIZES.topic.width + SIZES.type.width + EDGE + RIGHT;

export function layout(places: readonly Place[], width: number): Layout {
  const columns = columnsFor(width);
  const boxes = new Map<string, Box>();
  const rows: Record<Place["column"], number[]> = { outside: [], topic: [], type: [] };
  for (const place of places) {
    const size = SIZES[place.column];
    const roomy = place.column === "type" && rows.type.length < ROOMY_TYPES;
    const y = rowFor(place, rows[place.column], boxes);
    boxes.set(place.id, {
      id: place.id,
      column: place.column,
      x: columns[place.column].x,
      y,
      width: size.width,
      height: size.height,
      rows: roomy ? 2 : 1,
    });
  }
  const bottoms = [...boxes.values()].map((box) => box.y + roomOf(box));
  const right = columns.type.x + columns.type.width + RIGHT;
  return { width: right, height: Math.max(TOP + SIZES.type.pitch, ...bottoms), boxes, columns };
}

function roomOf(box: Box): number {
  return SIZES[box.column].pitch + (box.rows - 1) * CHIP_ROW;
}

function columnsFor(width: number): Layout["columns"] {
  const free = (width - (MIN_WIDTH - 2 * MIN_GAP)) / 2;
  const gap = Math.round(Math.min(MAX_GAP, Math.max(MIN_GAP, free)));
  const topic = EDGE + SIZES.outside.width + gap;
  const type = topic + SIZES.topic.width + gap;
  return {
    outside: { x: EDGE, width: SIZES.outside.width },
    topic: { x: topic, width: SIZES.topic.width },
    type: { x: type, width: SIZES.type.width },
  };
}

/** The top of the free row nearest to where the place would like to be. */
function rowFor(place: Place, taken: number[], boxes: Map<string, Box>): number {
  const { height, pitch } = SIZES[place.column];
  if (place.column === "outside" && taken.length >= OUTSIDE_SLOTS) {
    const reused = taken[taken.length % OUTSIDE_SLOTS] ?? TOP;
    taken.push(reused);
    return reused;
  }
  const near = place.near === null ? undefined : boxes.get(place.near);
  const wish = near === undefined ? TOP : near.y + (near.height - height) / 2;
  const y = place.column === "type" ? typeRow(taken.length) : nearestFree(wish, taken, pitch);
  taken.push(y);
  return y;
}

function typeRow(before: number): number {
  return TOP + before * SIZES.type.pitch + Math.min(before, ROOMY_TYPES) * CHIP_ROW;
}

function nearestFree(wish: number, taken: readonly number[], pitch: number): number {
  const free = (y: number) => y >= TOP && taken.every((other) => Math.abs(other - y) >= pitch);
  // Candidates are the wish itself and the rows just below or above what already stands.
  const candidates = [wish, TOP, ...taken.flatMap((other) => [other + pitch, other - pitch])];
  const open = candidates.filter(free);
  return open.reduce(
    (best, y) => (Math.abs(y - wish) < Math.abs(best - wish) ? y : best),
    open[0] ?? TOP,
  );
}

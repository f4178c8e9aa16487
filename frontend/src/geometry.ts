/** Lines between boxes, as cubic curves that can be drawn and travelled; and room for texts. */

import { type Box, LANE, type Layout, middle, PITCH, type Rect, SIZES, TABS } from "./layout";

export interface Point {
  x: number;
  y: number;
}

export type Curve = readonly [Point, Point, Point, Point];

/** One curve after the other, each beginning where the one before ends. */
export type Way = readonly Curve[];

const WAYS = new WeakMap<Layout, Map<string, Way | null>>();

/** The way from one box to another, around what stands between them. */
export function wayBetween(layout: Layout, from: string, to: string): Way | null {
  let known = WAYS.get(layout);
  if (known === undefined) {
    known = new Map();
    WAYS.set(layout, known);
  }
  const key = `${from}\n${to}`;
  let way = known.get(key);
  if (way === undefined) {
    way = findWay(layout, from, to);
    known.set(key, way);
  }
  return way;
}

function findWay(layout: Layout, from: string, to: string): Way | null {
  const start = layout.boxes.get(from);
  const end = layout.boxes.get(to);
  if (start === undefined || end === undefined) return null;
  if (start.x + start.width < end.x) return forward(layout, start, end);
  if (start.column === "outside" && end.column === "topic") return down(layout, start, end);
  if (end.x + end.width < start.x) return backward(layout, start, end);
  return [
    start.column === "type" && end.column === "type" ? around(start, end) : along(start, end),
  ];
}

function forward(layout: Layout, start: Box, end: Box): Way {
  const a = { x: start.x + start.width, y: middle(start) };
  // What comes from outside enters high, clear of the subscriptions.
  const b = {
    x: end.x,
    y: start.column === "outside" && end.column === "type" ? end.y + 12 : middle(end),
  };
  return direct(layout, [start, end], a, b) ?? through(layout, a, b, end.y - 6);
}

/** From above the topics into one of them: beside those that stand between. */
function down(layout: Layout, start: Box, end: Box): Way {
  const ends = [start, end];
  const straight = along(start, end);
  if (isClear(layout, ends, straight)) return [straight];
  const [a, , , top] = straight;
  const boxes = [...layout.boxes.values()];
  const topics = boxes.filter(({ column, x }) => column === "topic" && x === end.x);
  const tags = boxes.filter(({ column, y }) => column === "outside" && y < end.y);
  const below = { x: a.x, y: Math.max(a.y, ...tags.map(({ y, height }) => y + height)) };
  const first = below.y > a.y ? [upright(a, below)] : [];
  const over = swung(below, top);
  if (isClear(layout, ends, over)) return [...first, over];
  const lane = end.x - LANE;
  const beside = { x: lane, y: Math.min(...topics.map(({ y }) => y)) };
  const level = { x: lane, y: middle(end) - 10 };
  const turn = { x: lane, y: middle(end) };
  return [
    ...first,
    swung(below, beside),
    upright(beside, level),
    [level, turn, turn, { x: end.x, y: middle(end) }],
  ];
}

/** Level with where it begins, and then down. */
function swung(a: Point, b: Point): Curve {
  const y = a.y + 10;
  return [a, { x: a.x, y }, { x: b.x, y }, b];
}

/** From an agent type back to a topic: lower on both boxes, to keep clear of the subscription. */
function backward(layout: Layout, start: Box, end: Box): Way {
  const a = { x: start.x, y: middle(start) + start.height / 4 };
  const b = { x: end.x + end.width - 4, y: middle(end) + 8 };
  return direct(layout, [start, end], a, b) ?? through(layout, a, b, start.y + start.height + 6);
}

/** A single curve, unless a box is in its way. */
function direct(layout: Layout, ends: readonly Box[], a: Point, b: Point): Way | null {
  const curve = sideways(a, b);
  return isClear(layout, ends, curve) ? [curve] : null;
}

/** Whether a curve passes behind no box but those at its ends. */
function isClear(layout: Layout, ends: readonly Box[], curve: Curve): boolean {
  const [a, , , b] = curve;
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
  const [top, bottom] = [Math.min(a.y, b.y), Math.max(a.y, b.y)];
  const between = layout.outlines.filter(
    ({ x, y, width, height }) =>
      x < right && x + width > left && y < bottom + 3 && y + height > top - 3,
  );
  // The boxes at both ends touch the curve, but are not in its way.
  const obstacles = between.filter(({ x, y }) => !ends.some((end) => end.x === x && end.y === y));
  for (let t = 0.08; t < 0.95 && obstacles.length > 0; t += 0.06) {
    const { x, y } = pointAt(curve, t);
    if (obstacles.some((rect) => isInside(rect, x, y, 2))) return false;
  }
  return true;
}

/** Through the gap between rows: across the topics below their slot, then level with the types. */
function through(layout: Layout, a: Point, b: Point, level: number): Way {
  const between = [...layout.boxes.values()].filter(
    ({ x, width }) => x + width > Math.min(a.x, b.x) && x < Math.max(a.x, b.x),
  );
  const lane = (column: Box["column"], y: number): Point[] => {
    const inside = between.filter((box) => box.column === column);
    if (inside.length === 0) return [];
    const left = Math.min(...inside.map((box) => box.x)) - 8;
    const right = Math.max(...inside.map((box) => box.x + box.width)) + 8;
    const ends = [left, right].map((x) => ({
      x: Math.max(Math.min(a.x, b.x), Math.min(Math.max(a.x, b.x), x)),
      y,
    }));
    return a.x < b.x ? ends : ends.reverse();
  };
  const topics = lane("topic", belowTopic((a.y + b.y) / 2));
  const types = lane("type", level);
  const stops = a.x < b.x ? [a, ...topics, ...types, b] : [a, ...types, ...topics, b];
  return stops.slice(1).map((stop, index) => sideways(stops[index] ?? a, stop));
}

/** The gap below the tabs of the topic slot that is nearest to this height. */
function belowTopic(y: number): number {
  const gap = SIZES.topic.height / 2 + TABS + 2;
  // Above the first slot there are the headings.
  return Math.max(0, Math.round((y - gap) / PITCH.slot)) * PITCH.slot + gap;
}

function sideways(a: Point, b: Point): Curve {
  const reach = (b.x - a.x) * 0.45;
  return [a, { x: a.x + reach, y: a.y }, { x: b.x - reach, y: b.y }, b];
}

/** Between two boxes that stand above each other. */
function along(start: Box, end: Box): Curve {
  const down = middle(end) >= middle(start);
  const a = { x: start.x + start.width / 2, y: down ? start.y + start.height : start.y };
  return upright(a, { x: end.x + end.width / 2, y: down ? end.y : end.y + end.height });
}

function upright(a: Point, b: Point): Curve {
  const reach = (b.y - a.y) * 0.45;
  return [a, { x: a.x, y: a.y + reach }, { x: b.x, y: b.y - reach }, b];
}

/** Between two agent types above each other, or from one to itself: around their right. */
function around(start: Box, end: Box): Curve {
  const down = end.y >= start.y;
  const a = { x: start.x + start.width, y: middle(start) + (down ? 12 : -12) };
  const b = { x: end.x + end.width, y: middle(end) + (down ? -12 : 12) };
  const [first, second] = start === end ? [b, a] : [a, b];
  const bend = Math.max(first.x, second.x) + 28;
  return [first, { x: bend, y: first.y }, { x: bend, y: second.y }, second];
}

export function isInside(rect: Rect, x: number, y: number, by = 0): boolean {
  return (
    x >= rect.x - by &&
    x <= rect.x + rect.width + by &&
    y >= rect.y - by &&
    y <= rect.y + rect.height + by
  );
}

export function reversed(way: Way): Way {
  return way.map(([a, b, c, d]): Curve => [d, c, b, a]).reverse();
}

export function pathData(way: Way): string {
  const first = way[0]?.[0];
  if (first === undefined) return "";
  const legs = way.map(([, b, c, d]) => `C${at(b)} ${at(c)} ${at(d)}`);
  return `M${at(first)}${legs.join("")}`;
}

function at({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`;
}

export function pointAt([a, b, c, d]: Curve, t: number): Point {
  const u = 1 - t;
  const mix = (p: number, q: number, r: number, s: number) =>
    u * u * u * p + 3 * u * u * t * q + 3 * u * t * t * r + t * t * t * s;
  return { x: mix(a.x, b.x, c.x, d.x), y: mix(a.y, b.y, c.y, d.y) };
}

/** Where one is after this part (0 to 1) of a way, at an even pace. */
export function pointOn(way: Way, part: number): Point | null {
  const spans = way.map(([a, , , d]) => Math.hypot(d.x - a.x, d.y - a.y) + 1);
  let left = part * spans.reduce((sum, span) => sum + span, 0);
  for (const [index, curve] of way.entries()) {
    const span = spans[index] ?? 1;
    if (left <= span || index === way.length - 1) return pointAt(curve, Math.min(1, left / span));
    left -= span;
  }
  return null;
}

/** Arrow head at the end of a way, as points of a triangle. */
export function headPoints(way: Way, size: number): string {
  const last = way.at(-1);
  if (last === undefined) return "";
  const tip = last[3];
  const before = pointAt(last, 0.92);
  const angle = Math.atan2(tip.y - before.y, tip.x - before.x);
  const corner = (turn: number) =>
    `${round(tip.x + size * Math.cos(angle + turn))},${round(tip.y + size * Math.sin(angle + turn))}`;
  return `${round(tip.x)},${round(tip.y)} ${corner(Math.PI - 0.45)} ${corner(Math.PI + 0.45)}`;
}

/** The diamond where a publication meets its topic. */
export function diamondPoints(way: Way, size: number): string {
  const tip = way.at(-1)?.[3];
  if (tip === undefined) return "";
  const { x, y } = tip;
  return [
    [x - 2 * size, y],
    [x - size, y - size * 0.7],
    [x, y],
    [x - size, y + size * 0.7],
  ]
    .map(([px, py]) => `${round(px ?? 0)},${round(py ?? 0)}`)
    .join(" ");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export function hexagonPoints({ x, y, width, height }: Rect): string {
  const cut = 12;
  const half = y + height / 2;
  const right = x + width;
  return `${x},${half} ${x + cut},${y} ${right - cut},${y} ${right},${half} ${right - cut},${y + height} ${x + cut},${y + height}`;
}

const SHORTENED = new Map<string, string>();

/** The longest beginning of a text that fits, by a rough width per letter, with … for the rest. */
export function shorten(text: string, width: number, size: number): string {
  const key = `${Math.round(width)} ${size} ${text}`;
  let short = SHORTENED.get(key);
  if (short === undefined) {
    short = cut(text, width, size);
    if (SHORTENED.size > 20_000) SHORTENED.clear();
    SHORTENED.set(key, short);
  }
  return short;
}

function cut(text: string, width: number, size: number): string {
  if (textWidth(text, size) <= width) return text;
  let used = 0;
  let kept = "";
  for (const letter of text) {
    used += letterWidth(letter) * size;
    // The ellipsis needs room of its own.
    if (used > width - size) break;
    kept += letter;
  }
  return `${kept}…`;
}

/** Like `shorten`, but keeps the end as well: names often differ only there. */
export function squeeze(text: string, width: number, size: number): string {
  if (textWidth(text, size) <= width) return text;
  const letters = [...text];
  const short = [...shorten(text, width, size)];
  const tail = Math.min(4, Math.floor(short.length / 3));
  if (tail === 0) return short.join("");
  const end = letters.slice(-tail).join("");
  return shorten(text, width - textWidth(end, size), size) + end;
}

export function textWidth(text: string, size: number): number {
  return [...text].reduce((sum, letter) => sum + letterWidth(letter) * size, 0);
}

function letterWidth(letter: string): number {
  if (letter.charCodeAt(0) > 0x2e7f || letter.length > 1) return 1;
  if (/[iljtfrI.,:;'|!()[\]]/.test(letter)) return 0.36;
  if (/[mwMW@%]/.test(letter)) return 0.88;
  return /[A-Z_<>=&]/.test(letter) ? 0.68 : 0.57;
}

export function touches(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

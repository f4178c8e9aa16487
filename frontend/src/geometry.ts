/** Lines between boxes, as cubic curves that can be drawn and travelled. */

import type { Box, Layout } from "./layout";

export interface Point {
  x: number;
  y: number;
}

export type Curve = readonly [Point, Point, Point, Point];

/** The way from one box to another; which sides it uses follows from their columns. */
export function curveBetween(layout: Layout, from: string, to: string): Curve | null {
  const start = layout.boxes.get(from);
  const end = layout.boxes.get(to);
  if (start === undefined || end === undefined) return null;
  if (start.column === "type" && end.column === "type") return aroundTheRight(start, end);
  if (start.column === "outside" && end.column === "type") return aboveTopics(start, end);
  return start.x < end.x ? forward(start, end) : backward(start, end);
}

/** Straight past the topics: it rises at once and enters high, clear of a topic on the same level. */
function aboveTopics(start: Box, end: Box): Curve {
  const a = { x: start.x + start.width, y: middle(start) - 8 };
  const b = { x: end.x, y: end.y + 7 };
  return [a, { x: a.x + 26, y: a.y }, { x: a.x + 10, y: b.y }, b];
}

function forward(start: Box, end: Box): Curve {
  const a = { x: start.x + start.width, y: middle(start) };
  const b = { x: end.x, y: middle(end) };
  return sideways(a, b);
}

/** From an agent type back to a topic: lower on both boxes, to keep clear of the subscription. */
function backward(start: Box, end: Box): Curve {
  const a = { x: start.x, y: middle(start) + 16 };
  const b = { x: end.x + end.width - 5, y: middle(end) + 9 };
  return sideways(a, b);
}

function sideways(a: Point, b: Point): Curve {
  const reach = (b.x - a.x) * 0.45;
  return [a, { x: a.x + reach, y: a.y }, { x: b.x - reach, y: b.y }, b];
}

function aroundTheRight(start: Box, end: Box): Curve {
  const down = end.y >= start.y;
  const a = { x: start.x + start.width, y: middle(start) + (down ? 10 : -10) };
  const b = { x: end.x + end.width, y: middle(end) + (down ? -10 : 10) };
  const bend = 30;
  return [a, { x: a.x + bend, y: a.y }, { x: b.x + bend, y: b.y }, b];
}

function middle(box: Box): number {
  return box.y + box.height / 2;
}

export function reversed([a, b, c, d]: Curve): Curve {
  return [d, c, b, a];
}

export function pathData([a, b, c, d]: Curve): string {
  return `M${a.x} ${a.y}C${b.x} ${b.y} ${c.x} ${c.y} ${d.x} ${d.y}`;
}

export function pointAt([a, b, c, d]: Curve, t: number): Point {
  const u = 1 - t;
  const mix = (p: number, q: number, r: number, s: number) =>
    u * u * u * p + 3 * u * u * t * q + 3 * u * t * t * r + t * t * t * s;
  return { x: mix(a.x, b.x, c.x, d.x), y: mix(a.y, b.y, c.y, d.y) };
}

/** Arrow head at the end of a curve, as points of a triangle. */
export function headPoints(curve: Curve, size: number): string {
  const tip = curve[3];
  const before = pointAt(curve, 0.94);
  const angle = Math.atan2(tip.y - before.y, tip.x - before.x);
  const corner = (turn: number) =>
    `${round(tip.x + size * Math.cos(angle + turn))},${round(tip.y + size * Math.sin(angle + turn))}`;
  return `${round(tip.x)},${round(tip.y)} ${corner(Math.PI - 0.45)} ${corner(Math.PI + 0.45)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export function hexagonPoints(box: Box): string {
  const cut = 12;
  const { x, y, width, height } = box;
  const half = y + height / 2;
  const right = x + width;
  return `${x},${half} ${x + cut},${y} ${right - cut},${y} ${right},${half} ${right - cut},${y + height} ${x + cut},${y + height}`;
}

/** The longest beginning of a text that fits, by a rough width per letter, with … for the rest. */
export function shorten(text: string, width: number, size: number): string {
  let used = 0;
  const letters = [...text];
  for (let index = 0; index < letters.length; index += 1) {
    const next = used + letterWidth(letters[index] ?? "") * size;
    // The ellipsis needs room of its own, except where the text ends just here.
    const room = index === letters.length - 1 ? width : width - size;
    if (next > room) return `${letters.slice(0, index).join("")}…`;
    used = next;
  }
  return text;
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

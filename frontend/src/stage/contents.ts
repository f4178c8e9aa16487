/**
 * What the box of an agent type holds: cards for a few agents, chips with keys for some, and a
 * cell for each of many. The box itself never changes its size, so no agent pushes another box.
 */

import { shorten, squeeze } from "../geometry";
import type { Box, Rect } from "../layout";
import type { Agent, AgentType, State } from "../state";
import type { Detail } from "./detail";
import type { Troubles } from "./troubles";

export type Look = "ghost" | "idle" | "handling" | "waiting";

export interface Chip {
  agent: Agent;
  x: number;
  y: number;
  width: number;
  height: number;
  label: string;
  look: Look;
  /** The next step would deliver here. */
  next: boolean;
  /** Further lines of a card; a chip has none. */
  lines: string[];
}

export interface More {
  x: number;
  y: number;
  width: number;
  height: number;
  agents: number;
  pending: number;
  troubled: boolean;
}

export interface Cells {
  x: number;
  y: number;
  size: number;
  pitch: number;
  perRow: number;
  ids: readonly string[];
}

export interface Contents {
  /** Cards are chips with lines. */
  chips: Chip[];
  /** Agents beyond the chips, and what is pending for them together. */
  more: More | null;
  cells: Cells | null;
}

/** Up to this many agents there are cards, and chips with keys. */
export const FEW = 12;
export const SOME = 120;

/** How many agents there are, as far as it matters for how they are drawn. */
export function crowdOf({ agents }: State): "few" | "some" | "many" {
  return agents.size <= FEW ? "few" : agents.size <= SOME ? "some" : "many";
}

const PAD = 5;
const HEADER = 34;
const CARD = { width: 150, height: 56, gap: 4 };
const CELL = 14;
/** Beyond that many rows of pixels a cell would be invisible. */
const LEAST_CELL = 2;

/** How an agent is to be drawn; `fields` are what the user watches on it. */
export interface Drawing {
  state: State;
  detail: Detail;
  /** The agent that the next step would deliver to. */
  next: string | null;
  troubles: Troubles;
  fields(agent: Agent): string[];
}

export function contents(drawing: Drawing, type: AgentType, box: Box): Contents {
  const { state, detail } = drawing;
  const none: Contents = { chips: [], more: null, cells: null };
  const count = type.agents.length;
  if (count === 0 || detail === "specks") return none;
  if (detail === "far" || state.agents.size > SOME)
    return { ...none, cells: cellsIn(box, type.agents, detail) };
  if (detail === "near" && count <= 2 && state.agents.size <= FEW)
    return { ...none, chips: cards(drawing, type, box) };
  return chips(drawing, type, box);
}

function cards(drawing: Drawing, { agents }: AgentType, box: Box): Chip[] {
  const room = (box.width - 2 * PAD + CARD.gap) / agents.length - CARD.gap;
  const width = Math.min(CARD.width, room);
  return agentsOf(drawing.state, agents).map((agent, index) => ({
    ...chip(drawing, agent, width - 16, 13),
    x: box.x + PAD + index * (width + CARD.gap),
    y: box.y + HEADER,
    width,
    height: CARD.height,
    lines: cardLines(drawing, agent).map((line) => shorten(line, width - 14, 10.5)),
  }));
}

const GLYPHS: Record<Look, string> = { handling: "●", waiting: "◐", idle: "○", ghost: "◌" };

export function lookWords(state: State, agent: Agent): string {
  const look = lookOf(state, agent);
  if (look === "idle") return agent.received.length === 0 ? "built" : "idle";
  if (look === "ghost") return "not built yet";
  const turns = agent.open.map((number) => `#${number}`).join(", ");
  if (look === "handling") return `handling ${turns}`;
  return `waits for ${waitedFor(state, agent)}`;
}

function waitedFor(state: State, agent: Agent): string {
  const numbers = agent.open.flatMap((number) => state.deliveries.get(number)?.waitsOn ?? []);
  const whom = new Set(numbers.map((one) => state.deliveries.get(one)?.recipient ?? `#${one}`));
  return whom.size === 0 ? "an answer" : [...whom].join(", ");
}

function cardLines(drawing: Drawing, agent: Agent): string[] {
  const look = lookOf(drawing.state, agent);
  const fields = drawing.fields(agent).slice(0, 2);
  const received = agent.received.length - agent.pending;
  const quiet = received === 0 || look === "ghost" ? "" : `${received} received`;
  return [
    `${GLYPHS[look]} ${lookWords(drawing.state, agent)}`,
    fields.length === 0 ? quiet : fields.join(" · "),
  ].filter((line) => line !== "");
}

/** Three keys in a row; two, in larger letters, from further away. */
function chips(drawing: Drawing, type: AgentType, box: Box): Contents {
  const near = drawing.detail === "near";
  const [perRow, height, size] = near ? [3, 25, 10.5] : [2, 27, 15];
  const gap = 4;
  const width = (box.width - 2 * PAD + gap) / perRow - gap;
  const slots = 2 * perRow;
  const place = (index: number) => ({
    x: box.x + PAD + (index % perRow) * (width + gap),
    y: box.y + HEADER + Math.floor(index / perRow) * (height + gap),
    width,
    height,
  });
  const shown = type.agents.length > slots ? type.agents.slice(0, slots - 1) : type.agents;
  const hidden = type.agents.slice(shown.length);
  const more = {
    agents: hidden.length,
    pending: pendingOf(drawing.state, hidden),
    troubled: agentsOf(drawing.state, hidden).some((agent) => isTroubled(agent, drawing.troubles)),
  };
  return {
    chips: agentsOf(drawing.state, shown).map((agent, index) => ({
      ...chip(drawing, agent, width - 8, size),
      ...place(index),
      lines: [],
    })),
    more: hidden.length === 0 ? null : { ...place(shown.length), ...more },
    cells: null,
  };
}

function chip({ state, next }: Drawing, agent: Agent, room: number, size: number) {
  const look = lookOf(state, agent);
  const mark = look === "handling" || look === "waiting" ? `${GLYPHS[look]} ` : "";
  const label = mark + (agent.key || "(no key)");
  return { agent, label: squeeze(label, room, size), look, next: agent.id === next };
}

export function lookOf(state: State, agent: Agent): Look {
  let look: Look = agent.created ? "idle" : "ghost";
  for (const number of agent.open) {
    const turn = state.deliveries.get(number)?.state;
    if (turn === "handling") return "handling";
    if (turn === "waiting") look = "waiting";
  }
  return look;
}

function agentsOf(state: State, ids: readonly string[]): Agent[] {
  return ids.flatMap((id) => state.agents.get(id) ?? []);
}

function pendingOf(state: State, ids: readonly string[]): number {
  return ids.reduce((sum, id) => sum + (state.agents.get(id)?.pending ?? 0), 0);
}

// ------------------------------------------------------------------ cells

/** As large as fits, but no larger than a cell should be. */
function cellsIn(box: Box, ids: readonly string[], detail: Detail): Cells {
  const top = detail === "near" ? 24 : HEADER;
  const width = box.width - 2 * PAD;
  const height = box.height - top - PAD;
  let pitch = detail === "near" ? CELL : 2 * CELL;
  while (pitch > LEAST_CELL && capacity(width, height, pitch) < ids.length) pitch -= 0.25;
  return {
    x: box.x + PAD,
    y: box.y + top,
    pitch,
    size: pitch - Math.min(2, pitch / 5),
    perRow: Math.floor(width / pitch),
    ids,
  };
}

function capacity(width: number, height: number, pitch: number): number {
  return Math.floor(width / pitch) * Math.floor(height / pitch);
}

export function cellCorner({ x, y, pitch, perRow }: Cells, index: number) {
  return { x: x + (index % perRow) * pitch, y: y + Math.floor(index / perRow) * pitch };
}

/** The agent whose cell covers this point. */
export function cellAt(cells: Cells, x: number, y: number): string | null {
  const column = Math.floor((x - cells.x) / cells.pitch);
  const row = Math.floor((y - cells.y) / cells.pitch);
  if (column < 0 || column >= cells.perRow || row < 0) return null;
  return cells.ids[row * cells.perRow + column] ?? null;
}

export const SHADES = [
  "ghost",
  "idle",
  "queue1",
  "queue2",
  "queue3",
  "waiting",
  "handling",
] as const;
export type Shade = (typeof SHADES)[number];

/** The shade of a cell: what its agent does, else how many deliveries wait for it. */
export function shadeOf(state: State, agent: Agent): Shade {
  const look = lookOf(state, agent);
  if (look === "handling" || look === "waiting") return look;
  if (agent.pending === 0) return look === "ghost" ? "ghost" : "idle";
  return agent.pending < 3 ? "queue1" : agent.pending < 10 ? "queue2" : "queue3";
}

export interface CellPaths {
  shades: { shade: Shade; d: string }[];
  /** Agents that are not built yet, whatever waits for them. */
  ghosts: string;
  /** A corner for each agent with a problem. */
  trouble: string;
}

/** All cells of a type as a few paths: one node per shade, however many agents there are. */
export function cellPaths(state: State, cells: Cells, troubles: Troubles): CellPaths {
  const parts = new Map<Shade, string[]>();
  const trouble: string[] = [];
  const ghosts: string[] = [];
  const side = round(cells.size);
  for (const [index, id] of cells.ids.entries()) {
    const agent = state.agents.get(id);
    if (agent === undefined) continue;
    const corner = cellCorner(cells, index);
    const [x, y] = [round(corner.x), round(corner.y)];
    const shade = shadeOf(state, agent);
    const known = parts.get(shade);
    const square = `M${x} ${y}h${side}v${side}h${-side}z`;
    if (known === undefined) parts.set(shade, [square]);
    else known.push(square);
    if (!agent.created && shade !== "ghost") ghosts.push(square);
    const half = round(side * 0.6);
    if (isTroubled(agent, troubles))
      trouble.push(`M${round(x + side - half)} ${y}h${half}v${half}z`);
  }
  const shades = SHADES.flatMap((shade) => {
    const squares = parts.get(shade);
    return squares === undefined ? [] : [{ shade, d: squares.join("") }];
  });
  return { shades, ghosts: ghosts.join(""), trouble: trouble.join("") };
}

/** Problems name only the first hundred of their deliveries, so failed turns are looked at, too. */
export function isTroubled({ id, failed }: Agent, { words }: Troubles): boolean {
  return failed > 0 || words.has(id);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

export function cellRect(cells: Cells, id: string): Rect | null {
  const index = cells.ids.indexOf(id);
  if (index < 0) return null;
  return { ...cellCorner(cells, index), width: cells.size, height: cells.size };
}

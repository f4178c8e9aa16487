/**
 * The space-time diagram as plain data: what is drawn between two steps, and where.
 *
 * One column per step; x counts from the left of the first column in sight, y from the top of the
 * first lifeline. A message leaves its sender in the step in which it was sent and arrives in the
 * step that delivered it.
 */

import { futureOf, pastOf } from "./cones";
import { type Lanes, recipientLane, type Span, senderLane } from "./lanes";
import type { Kind } from "./records";
import { longTurns, sentBetween } from "./sends";
import type { Delivery, State } from "./state";
import { sign } from "./words";

export const HEADER = 24;
export const COLUMN = 34;
export const LANE = 19;
/** Arrows over more columns than this are shown by their two ends. */
export const LONGEST = 7;
/** Arrows that are in a cone are shown whole, however long, but not more of them than this. */
const MOST_LONG = 200;

/** How a thing relates to what the pointer rests on or, without that, to what is selected. */
export type Relation = "none" | "self" | "past" | "future" | "other";

export interface Cone {
  of: number;
  past: ReadonlySet<number>;
  future: ReadonlySet<number>;
}

export interface Arrow {
  number: number;
  kind: Kind;
  /** Whether it brings an exception, or ended with one. */
  failed: boolean;
  from: { x: number; y: number };
  to: { x: number; y: number };
  /** The beginning is left out: it was sent long before. */
  cut: boolean;
  relation: Relation;
}

/** Where a delivery arrived: one for each step. */
export interface Mark {
  number: number;
  step: number;
  kind: Kind;
  x: number;
  y: number;
  glyph: string;
  look: string;
  relation: Relation;
}

/** Messages that leave a lifeline for a step that is not near: later, or not yet made. */
export interface Stub {
  /** The first of them. */
  number: number;
  count: number;
  kind: Kind;
  /** Whether some of them still wait in the queue. */
  pending: boolean;
  x: number;
  y: number;
  relation: Relation;
}

/** A turn that was open for longer than a step. */
export interface Turn {
  number: number;
  x: number;
  width: number;
  y: number;
  /** How many turns of this agent began before it and were still open. */
  depth: number;
  open: boolean;
  /** Where it was parked on an answer. */
  parked: { x: number; width: number }[];
  relation: Relation;
}

export interface Diagram {
  arrows: Arrow[];
  marks: Mark[];
  stubs: Stub[];
  turns: Turn[];
}

export function coneOf(state: State, number: number | null): Cone | null {
  if (number === null || !state.deliveries.has(number)) return null;
  return { of: number, past: pastOf(state, number), future: futureOf(state, number) };
}

export function diagram(state: State, lanes: Lanes, span: Span, cone: Cone | null): Diagram {
  const plan = new Plan(state, lanes, span, cone);
  return {
    turns: plan.turns(),
    arrows: plan.arrows(),
    marks: plan.marks(),
    stubs: plan.stubs(),
  };
}

class Plan {
  readonly #state: State;
  readonly #span: Span;
  readonly #cone: Cone | null;
  readonly #rows: Map<string, number>;
  /** Where what belongs to a folded lifeline is drawn. */
  readonly #others: number;

  constructor(state: State, lanes: Lanes, span: Span, cone: Cone | null) {
    this.#state = state;
    this.#span = span;
    this.#cone = cone;
    this.#rows = new Map(lanes.shown.map((lane, row) => [lane, row]));
    this.#others = lanes.shown.length;
  }

  arrows(): Arrow[] {
    const near = this.#inSight().map((delivery) => this.#arrow(delivery));
    return [...near, ...this.#far().map((delivery) => this.#arrow(delivery))];
  }

  marks(): Mark[] {
    return this.#inSight().map((delivery) => {
      const { glyph, look } = sign(this.#state, delivery);
      const { number, kind } = delivery;
      const step = delivery.step ?? 0;
      const end = this.#end(delivery);
      return { number, step, kind, ...end, glyph, look, relation: this.#relation(number) };
    });
  }

  stubs(): Stub[] {
    const stubs = new Map<string, Stub>();
    for (const delivery of sentBetween(this.#state, this.#span.from, this.#span.to)) {
      const { number, kind, step, sentAt } = delivery;
      if (delivery.state === "settled" && step === null) continue;
      if (step !== null && step < this.#span.to && !isLong(delivery)) continue;
      if (this.#isWhole(delivery)) continue;
      const relation = this.#relation(number);
      const key = `${sentAt} ${senderLane(delivery)} ${kind} ${step === null} ${relation}`;
      const stub = stubs.get(key);
      if (stub !== undefined) stub.count += 1;
      else
        stubs.set(key, {
          number,
          count: 1,
          kind,
          pending: step === null,
          ...this.#begin(delivery),
          relation,
        });
    }
    return [...stubs.values()];
  }

  turns(): Turn[] {
    const { from, to } = this.#span;
    const now = this.#state.moves.length;
    const ends: Map<string, number[]> = new Map();
    return longTurns(this.#state, from, to).map((delivery) => {
      const begin = delivery.step ?? 0;
      const end = delivery.endedAt ?? now + 1;
      const lane = recipientLane(delivery) ?? "";
      const open = ends.get(lane) ?? [];
      ends.set(lane, open);
      let depth = open.findIndex((until) => until <= begin);
      if (depth < 0) depth = open.length;
      open[depth] = end;
      return {
        number: delivery.number,
        ...this.#stretch(begin, end),
        y: this.#y(lane),
        depth,
        open: delivery.endedAt === null,
        parked: delivery.parked
          .map(([since, until]) => this.#stretch(since, until ?? now + 1))
          .filter(({ width }) => width > 0),
        relation: this.#relation(delivery.number),
      };
    });
  }

  /** What was delivered in the steps in sight. */
  #inSight(): Delivery[] {
    return this.#state.moves
      .slice(Math.max(0, this.#span.from - 1), Math.max(0, this.#span.to - 1))
      .map((number) => this.#state.deliveries.get(number))
      .filter((delivery) => delivery !== undefined);
  }

  /** What belongs to the cone and passes by: sent before or in sight, delivered after. */
  #far(): Delivery[] {
    const { from, to } = this.#span;
    const far: Delivery[] = [];
    if (this.#cone === null) return far;
    for (const number of [this.#cone.of, ...this.#cone.past, ...this.#cone.future]) {
      const delivery = this.#state.deliveries.get(number);
      if (delivery === undefined || delivery.step === null) continue;
      if (delivery.sentAt < to && delivery.step >= to && delivery.step >= from) far.push(delivery);
      if (far.length === MOST_LONG) break;
    }
    return far;
  }

  #arrow(delivery: Delivery): Arrow {
    const { number, kind } = delivery;
    const to = this.#end(delivery);
    const from = this.#begin(delivery);
    const cut = isLong(delivery) && !this.#isWhole(delivery);
    // Of a long arrow the last piece is left, with the slope of a short one.
    const piece = cut ? { x: to.x - COLUMN * 1.4, y: to.y + (from.y - to.y) * 0.35 } : from;
    return {
      number,
      kind,
      failed: delivery.verdict === "failed" || delivery.error !== null,
      from: piece,
      to,
      cut,
      relation: this.#relation(number),
    };
  }

  /** Whether a long arrow is shown whole all the same. */
  #isWhole(delivery: Delivery): boolean {
    const relation = this.#relation(delivery.number);
    return delivery.step !== null && relation !== "none" && relation !== "other";
  }

  #begin(delivery: Delivery): { x: number; y: number } {
    return { x: this.#x(delivery.sentAt), y: this.#y(senderLane(delivery)) };
  }

  /** What is published to nobody goes half a lifeline down and ends there. */
  #end(delivery: Delivery): { x: number; y: number } {
    const lane = recipientLane(delivery);
    const y = lane === null ? this.#y(senderLane(delivery)) + LANE / 2 : this.#y(lane);
    return { x: this.#x(delivery.step ?? 0), y };
  }

  #x(step: number): number {
    return (step - this.#span.from + 0.5) * COLUMN;
  }

  #y(lane: string): number {
    return ((this.#rows.get(lane) ?? this.#others) + 0.5) * LANE;
  }

  /** From one step to another, no further than a column out of sight. */
  #stretch(begin: number, end: number): { x: number; width: number } {
    const x = this.#x(Math.max(begin, this.#span.from - 1));
    return { x, width: Math.max(0, this.#x(Math.min(end, this.#span.to + 1)) - x) };
  }

  #relation(number: number): Relation {
    if (this.#cone === null) return "none";
    const { of, past, future } = this.#cone;
    if (number === of) return "self";
    if (past.has(number)) return "past";
    if (future.has(number)) return "future";
    // What waits and was caused by nothing has no cone: all the rest would be dimmed.
    const waits = this.#state.deliveries.get(of)?.step === null;
    return waits && past.size + future.size === 0 ? "none" : "other";
  }
}

function isLong(delivery: Delivery): boolean {
  return delivery.step !== null && delivery.step - delivery.sentAt > LONGEST;
}

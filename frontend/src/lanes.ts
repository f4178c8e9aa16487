/** The lifelines of a space-time diagram: one per agent, one for everybody outside. */

import { longTurns, sentBetween } from "./sends";
import type { Delivery, State } from "./state";

/** The lifeline of all that is sent from, and answered to, the outside. */
export const OUTSIDE = "";

export interface Span {
  /** The first step in sight; 0 is what was before the first step. */
  from: number;
  /** The step after the last one in sight. */
  to: number;
}

export interface Lanes {
  /** Lifelines from top to bottom, as agent ids. */
  shown: string[];
  /** Those there is no room for, in the same order. */
  folded: string[];
}

/** Fewer are never shown, where there are as many. */
export const LANES_AT_LEAST = 5;

export function senderLane(delivery: Delivery): string {
  return delivery.sender ?? OUTSIDE;
}

/** The lifeline at which a delivery arrives; null for what is published to nobody. */
export function recipientLane(delivery: Delivery): string | null {
  return delivery.recipient ?? (delivery.kind === "response" ? OUTSIDE : null);
}

/**
 * The lifelines to show: all where there is room, else those that something happens at in sight,
 * those with most of it first, and as many of the others as there is room for.
 *
 * @param room - how many there is room for; the last of them says how many are folded.
 * @param wanted - a lifeline that has to be among them, where it is one.
 */
export function lanesOf(state: State, span: Span, room: number, wanted: string | null): Lanes {
  const all = allLanes(state);
  if (all.length <= Math.max(room, LANES_AT_LEAST)) return { shown: all, folded: [] };
  const kept = Math.max(room - 1, LANES_AT_LEAST);
  const touches = touchesIn(state, span);
  if (wanted !== null) touches.set(wanted, Infinity);
  const chosen = new Set(
    all
      .map((lane, place) => ({ lane, place, touches: touches.get(lane) ?? 0 }))
      .sort((a, b) => b.touches - a.touches || a.place - b.place)
      .slice(0, kept)
      .map(({ lane }) => lane),
  );
  return {
    shown: all.filter((lane) => chosen.has(lane)),
    folded: all.filter((lane) => !chosen.has(lane)),
  };
}

/** In the order in which they came up in the run, so that they stay in that order for good. */
function allLanes(state: State): string[] {
  const outside = state.places.some(({ column }) => column === "outside");
  return [...(outside ? [OUTSIDE] : []), ...state.agents.keys()];
}

/** How much happens in sight at each lifeline. */
function touchesIn(state: State, { from, to }: Span): Map<string, number> {
  const touches = new Map<string, number>();
  const touch = (lane: string | null) => {
    if (lane !== null) touches.set(lane, (touches.get(lane) ?? 0) + 1);
  };
  for (let step = Math.max(1, from); step < to; step += 1) {
    const delivery = state.deliveries.get(state.moves[step - 1] ?? 0);
    if (delivery === undefined) continue;
    touch(recipientLane(delivery));
    touch(senderLane(delivery));
  }
  for (const delivery of sentBetween(state, from, to)) touch(senderLane(delivery));
  for (const delivery of longTurns(state, from, to)) touch(recipientLane(delivery));
  return touches;
}

/** The marks of the history strip: one for each step, or for several where there are many. */

import type { Verdict } from "./records";
import type { Delivery, State } from "./state";
import { recipientWords, senderWords, sign } from "./words";

export interface StepMark {
  first: number;
  last: number;
  /** How many of its steps went wrong. */
  troubles: number;
  words: string;
}

const TROUBLE: ReadonlySet<Verdict> = new Set([
  "failed",
  "unhandled",
  "undeliverable",
  "no_recipient",
]);

export function marksOf(state: State, most: number): StepMark[] {
  const steps = state.moves.length;
  const size = Math.max(1, Math.ceil(steps / Math.max(1, most)));
  const marks: StepMark[] = [];
  for (let first = 1; first <= steps; first += size)
    marks.push(markOf(state, first, Math.min(steps, first + size - 1)));
  return marks;
}

function markOf(state: State, first: number, last: number): StepMark {
  let troubles = 0;
  let example: Delivery | undefined;
  for (let step = first; step <= last; step += 1) {
    const delivery = state.deliveries.get(state.moves[step - 1] ?? 0);
    if (delivery === undefined || !isTrouble(delivery)) continue;
    troubles += 1;
    example ??= delivery;
  }
  if (first === last)
    return { first, last, troubles, words: stepWords(state, state.moves[first - 1]) };
  const trouble = example === undefined ? "" : `, ${troubles} went wrong: ${about(state, example)}`;
  return { first, last, troubles, words: `Steps ${first} to ${last}${trouble}` };
}

function isTrouble({ verdict, error }: Delivery): boolean {
  return error !== null || (verdict !== null && TROUBLE.has(verdict));
}

function stepWords(state: State, number: number | undefined): string {
  const delivery = state.deliveries.get(number ?? 0);
  return delivery === undefined ? "" : `Step ${delivery.step}: ${about(state, delivery)}`;
}

function about(state: State, delivery: Delivery): string {
  const way = `${senderWords(state, delivery)} → ${recipientWords(state, delivery)}`;
  return `#${delivery.number} ${delivery.messageType}, ${way}, ${sign(state, delivery).word}`;
}

/** When nothing can ever go on by itself: who waits for whom, from the records alone. */

import { type Delivery, isBlocked, outsideLabel, type State } from "./state";

export interface Standstill {
  /** Why, in a sentence. */
  words: string;
  /** The deliveries it is about. */
  deliveries: number[];
}

/** Says who waits for an answer that cannot come; null while anything can still go on. */
export function standstill(state: State): Standstill | null {
  for (const number of state.queue) {
    const delivery = state.deliveries.get(number);
    if (delivery === undefined || delivery.state === "held") return null;
    if (!isBlocked(state, delivery)) return null;
  }
  const waits = [...state.open].map((number) => state.deliveries.get(number));
  // A turn that handles waits for nobody here: for a clock, a disk, a network.
  if (waits.some((turn) => turn?.state !== "waiting")) return null;
  if (waits.length === 0) return lostOutside(state);
  const parts = waits.flatMap((turn) => turn?.waitsOn.map((on) => wait(state, turn, on)) ?? []);
  const shown = parts.slice(0, 3).join("; ");
  const more = parts.length > 3 ? `; and ${parts.length - 3} more` : "";
  return {
    words: `Stuck: ${shown}${more}. None of these can go on.`,
    deliveries: waits.flatMap((turn) => (turn ? [turn.number, ...turn.waitsOn] : [])),
  };
}

function wait(state: State, turn: Delivery, on: number): string {
  const request = state.deliveries.get(on);
  const who = turn.recipient ?? outsideLabel(state, turn);
  if (request === undefined) return `${who} waits for #${on}`;
  return `${who} waits for ${request.recipient ?? "nobody"} (#${on})${whyNot(state, request)}`;
}

function whyNot(state: State, request: Delivery): string {
  if (request.verdict === "dropped") return ", which was dropped";
  const answer = request.response === null ? undefined : state.deliveries.get(request.response);
  if (answer?.verdict === "dropped") return `, whose answer #${answer.number} was dropped`;
  if (state.queue.has(request.number)) return ", which takes one message at a time";
  return "";
}

/** A caller outside has no turn here; that it waits shows only in what was dropped last. */
function lostOutside(state: State): Standstill | null {
  if (state.queue.size > 0) return null;
  const lost = state.deliveries.get(state.dead.at(-1) ?? 0);
  if (lost === undefined || lost.verdict !== "dropped" || lost.error !== null) return null;
  if (lost.endedAt !== state.moves.length || !lost.isRpc) return null;
  const [caller, other] =
    lost.kind === "response" ? [lost.recipient, lost.sender] : [lost.sender, lost.recipient];
  if (caller !== null) return null;
  const what = lost.kind === "response" ? "the answer" : lost.messageType;
  return {
    words: `Stuck: ${outsideLabel(state, lost)} waits for ${other ?? "nobody"}: ${what} (#${lost.number}) was dropped without a word.`,
    deliveries: [lost.number],
  };
}

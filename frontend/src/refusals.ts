/** Why a command makes no sense now, in words: for titles of buttons and for who tries all the same. */

import { type Delivery, nextDelivery, type State, stateWord } from "./state";

/** Commands about one pending delivery. */
const OF_PENDING = new Set(["hold", "release", "drop", "duplicate", "edit", "move"]);

export function refusalFor(state: State, name: string, number?: number): string | null {
  if (name === "resume") return state.mode === "running" ? "Already running" : null;
  if (name === "pause") return state.mode === "paused" ? "Already paused" : null;
  if (OF_PENDING.has(name)) return pendingRefusal(state, name, number);
  if (name === "step" || name === "step_over")
    return number === undefined ? stepRefusal(state) : chosenRefusal(state, number);
  return null;
}

function stepRefusal(state: State): string | null {
  if (state.queue.size === 0)
    return stateWord(state) === "waiting"
      ? "Nothing to step: the queue is empty, and an open turn waits for something outside"
      : "Nothing to step: the queue is empty";
  return nextDelivery(state) === null
    ? "Nothing to step: every pending delivery is held, or its agent has a turn open"
    : null;
}

function chosenRefusal(state: State, number: number): string | null {
  const delivery = state.deliveries.get(number);
  if (delivery === undefined) return `There is no delivery #${number}`;
  return state.queue.has(number) ? null : gone(delivery);
}

function pendingRefusal(state: State, name: string, number?: number): string | null {
  if (number === undefined) return "Select a pending delivery first";
  const refusal = chosenRefusal(state, number);
  if (refusal !== null) return refusal;
  const held = state.deliveries.get(number)?.state === "held";
  if (name === "hold") return held ? `#${number} is held already` : null;
  if (name === "release") return held ? null : `#${number} is not held`;
  return null;
}

function gone({ number, state, verdict }: Delivery): string {
  return `#${number} is no longer pending: it is ${verdict?.replace("_", " ") ?? state}`;
}

/** What a kernel that does not answer is at: the turns that run. */
export function busyWords(state: State, quietFor: number): string {
  const running = [...state.open].flatMap((number) => {
    const turn = state.deliveries.get(number);
    return turn?.state === "handling" ? [turn] : [];
  });
  const [first] = running;
  if (first === undefined) return "the kernel is busy in something else";
  const more = running.length > 1 ? ` and ${running.length - 1} more turns` : "";
  const since = Math.round(quietFor);
  return `${first.recipient ?? "a caller outside"} is still handling #${first.number} (${first.messageType})${more}, and nothing was heard for ${since} s`;
}

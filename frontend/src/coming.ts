/** The order in which pending deliveries would go under the policy that is set. */

import { useMemo } from "preact/hooks";
import { useAnswer } from "./answers";
import { isBlocked, isPassedOver, type State } from "./state";
import type { Store } from "./store";

export interface Coming {
  /** All pending deliveries. */
  order: readonly number[];
  /** The one that a plain step would make. */
  next: number | null;
  /** Why nothing can be moved, or null. */
  moveRefusal: string | null;
  /** What the user should know about the order. */
  note: { words: string; title: string } | null;
}

const MEANINGS: { [policy: string]: string } = {
  fifo: "First in, first out",
  lifo: "Last in, first out",
  random: "At random",
  pairs: "First in, first out between the same two, at random otherwise",
};

/**
 * The order, as far as it is known.
 *
 * @param drawn - the order that the kernel has drawn, where chance has a part in it.
 */
export function comingOf(state: State, drawn: readonly number[] | null): Coming {
  const queue = [...state.queue];
  const order = ordered(state, queue, drawn);
  const next = order.find((number) => mayGo(state, number)) ?? null;
  if (state.policy === "fifo") return { order, next, moveRefusal: null, note: null };
  const meaning = MEANINGS[state.policy.replace(/\(.*/, "")] ?? state.policy;
  const known = state.policy === "lifo" || drawn !== null;
  return {
    order,
    next: known ? next : null,
    moveRefusal: `The policy ${state.policy} decides the order: choose fifo to move deliveries`,
    note: {
      words: known ? state.policy : `${state.policy}, as sent`,
      title: known
        ? `${meaning}. The rows are in that order.`
        : `${meaning}. Which goes next is not known here: the rows are in the order of sending.`,
    },
  };
}

function ordered(
  state: State,
  queue: readonly number[],
  drawn: readonly number[] | null,
): readonly number[] {
  if (state.policy === "fifo") return queue;
  if (state.policy === "lifo") {
    const going = queue.filter((number) => mayGo(state, number));
    return [...going.reverse(), ...queue.filter((number) => !mayGo(state, number))];
  }
  if (drawn === null) return queue;
  const kept = drawn.filter((number) => state.queue.has(number));
  const known = new Set(kept);
  return [...kept, ...queue.filter((number) => !known.has(number))];
}

function mayGo(state: State, number: number): boolean {
  const delivery = state.deliveries.get(number);
  return (
    delivery?.state === "queued" && !isBlocked(state, delivery) && !isPassedOver(state, delivery)
  );
}

/** The order for a view; what chance decides is asked of the kernel. */
export function useComing(store: Store): Coming {
  const state = store.read();
  const ask = /^(random|pairs)/.test(state.policy) && store.past.value === null;
  const { value } = useAnswer<number[]>(store, "queue", ask ? {} : null, state.seq);
  const drawn = ask && Array.isArray(value) ? value : null;
  return useMemo(() => comingOf(state, drawn), [state, drawn]);
}

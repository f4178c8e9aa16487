/** What an action is, and the kinds of actions that the table has. */

import type { Delivery } from "./state";
import type { Selection, Store } from "./store";

export interface Action {
  id: string;
  /** A verb, as short as it can be. */
  label: string;
  /** As `KeyboardEvent.key` says it, after `Shift+` where that is held; null where it has none. */
  key: string | null;
  glyph: string;
  /** What it does, in one line. */
  does: string;
  /** What has to be selected for it. */
  target: "delivery" | "agent" | "none";
  /** Why it makes no sense now, or null. */
  refusal(store: Store, selection: Selection | null): string | null;
  run(store: Store, selection: Selection | null): void;
}

/** The delivery that an action is about: the selected one. */
export function deliveryOf(store: Store, selection: Selection | null): Delivery | null {
  if (selection?.what !== "delivery") return null;
  return store.read().deliveries.get(Number(selection.id)) ?? null;
}

/** The agent that an action is about: the selected one, or the recipient of the selected delivery. */
export function agentOf(store: Store, selection: Selection | null): string | null {
  if (selection?.what === "agent") return selection.id;
  return deliveryOf(store, selection)?.recipient ?? null;
}

export type About = Pick<Action, "id" | "label" | "key" | "glyph" | "does">;

export const NO_DELIVERY = "Select a delivery first";
const NO_AGENT = "Select an agent, or a delivery to one, first";

/** A command to the runtime that needs nothing selected. */
export function verb(about: About, command: string): Action {
  return {
    ...about,
    target: "none",
    refusal: (store) => store.refusal(command),
    run: (store) => void store.run(command),
  };
}

/** A command about the selected delivery. */
export function ofDelivery(about: About, command: (delivery: Delivery) => string): Action {
  return {
    ...about,
    target: "delivery",
    refusal(store, selection) {
      const delivery = deliveryOf(store, selection);
      return delivery === null ? NO_DELIVERY : store.refusal(command(delivery), delivery.number);
    },
    run(store, selection) {
      const delivery = deliveryOf(store, selection);
      if (delivery !== null) void store.run(command(delivery), { number: delivery.number });
    },
  };
}

/** A command about the selected agent. */
export function ofAgent(about: About, command: string): Action {
  return {
    ...about,
    target: "agent",
    refusal: (store, selection) =>
      agentOf(store, selection) === null ? NO_AGENT : store.refusal(command),
    run(store, selection) {
      const agent = agentOf(store, selection);
      if (agent !== null) void store.run(command, { agent });
    },
  };
}

/** Opens a form about the selected delivery. */
export function form(about: About, what: "edit" | "drop" | "break", command: string): Action {
  return {
    ...about,
    target: "delivery",
    refusal(store, selection) {
      const delivery = deliveryOf(store, selection);
      return delivery === null ? NO_DELIVERY : store.refusal(command, delivery.number);
    },
    run(store, selection) {
      store.form.value = { what, id: selection?.id ?? null };
      store.tab.pane.value = "detail";
    },
  };
}

/** Selects another delivery, found from the selected one. */
export function jump(about: About, find: (store: Store, from: Delivery) => number | null): Action {
  const goal = (store: Store, selection: Selection | null) => {
    const from = deliveryOf(store, selection);
    return from === null ? null : find(store, from);
  };
  return {
    ...about,
    target: "delivery",
    refusal(store, selection) {
      if (deliveryOf(store, selection) === null) return NO_DELIVERY;
      return goal(store, selection) === null ? "There is none" : null;
    },
    run(store, selection) {
      const number = goal(store, selection);
      if (number !== null) store.select("delivery", number);
    },
  };
}

/** A change of the view that can always be made. */
export function view(about: About, run: (store: Store) => void): Action {
  return { ...about, target: "none", refusal: () => null, run };
}

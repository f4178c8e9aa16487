/** Everything one can do, once: for the bar, menus, buttons, keys and the list of all of them. */

import {
  type Action,
  deliveryOf,
  form,
  jump,
  NO_DELIVERY,
  ofAgent,
  ofDelivery,
  verb,
  view,
} from "./action";
import { effectOf, neighbourAt, parentsOf } from "./causes";
import { following } from "./following";
import { stateWord } from "./state";
import type { Selection, Store } from "./store";

/** The step that is viewed, or the last one that was made. */
export function currentStep(store: Store): number {
  return store.past.value ?? store.now.moves.length;
}

const RUNNING: Action[] = [
  {
    id: "back",
    label: "Back",
    key: "Shift+S",
    glyph: "◂",
    does: "Look at the step before",
    target: "none",
    refusal: (store) => (currentStep(store) === 0 ? "There is no earlier step" : null),
    run: (store) => store.travel(currentStep(store) - 1),
  },
  {
    id: "step",
    label: "Step",
    key: "s",
    glyph: "▸",
    does: "Make the next delivery",
    target: "none",
    // In the past, a step shows the one that came next.
    refusal(store) {
      if (store.past.value !== null) return null;
      return store.played ? "That was the last step" : store.refusal("step");
    },
    run(store) {
      if (store.past.value === null) void store.run("step");
      else store.travel(store.past.value + 1);
    },
  },
  verb(
    {
      id: "over",
      label: "Over",
      key: "o",
      glyph: "⤼",
      does: "Make the next delivery and all it takes until it is answered",
    },
    "step_over",
  ),
  {
    id: "conversation",
    label: "To end",
    key: "u",
    glyph: "⇉",
    does: "Run to the end of the conversation of the selected delivery, or of the last step",
    target: "none",
    refusal: (store, selection) =>
      conversation(store, selection) === null
        ? "Nothing was delivered yet: select a delivery"
        : store.refusal("run_conversation"),
    run(store, selection) {
      const number = conversation(store, selection);
      if (number !== null) void store.run("run_conversation", { number });
    },
  },
  verb(
    { id: "run", label: "Run", key: " ", glyph: "▸▸", does: "Let deliveries go by themselves" },
    "resume",
  ),
  verb(
    { id: "pause", label: "Pause", key: " ", glyph: "‖", does: "Hold deliveries for stepping" },
    "pause",
  ),
  {
    id: "now",
    label: "Now",
    key: "Shift+N",
    glyph: "▸|",
    does: "Leave the past and show how things stand now",
    target: "none",
    refusal: (store) => (store.past.value === null ? "You see the present already" : null),
    run: (store) => store.travel(null),
  },
];

function conversation(store: Store, selection: Selection | null): number | null {
  return deliveryOf(store, selection)?.number ?? store.now.moves.at(-1) ?? null;
}

const DELIVERIES: Action[] = [
  ofDelivery(
    { id: "deliver", label: "Deliver", key: "Enter", glyph: "▸", does: "Make this delivery next" },
    () => "step",
  ),
  {
    id: "follow",
    label: "Follow",
    key: "f",
    glyph: "↝",
    does: "Deliver this message, then what it causes, one at a time",
    target: "delivery",
    refusal(store, selection) {
      const delivery = deliveryOf(store, selection);
      if (delivery === null) return NO_DELIVERY;
      if (store.past.value !== null) return store.refusal("step");
      return following(store.now, delivery.number) === null
        ? `Nothing that came of #${delivery.number} is pending`
        : store.refusal("step");
    },
    run(store, selection) {
      const delivery = deliveryOf(store, selection);
      const number = delivery === null ? null : following(store.now, delivery.number);
      if (number === null) return;
      store.select("delivery", number);
      void store.run("step", { number });
    },
  },
  ofAgent(
    {
      id: "next-here",
      label: "Next here",
      key: "n",
      glyph: "⇥",
      does: "Run until the next delivery to this agent was made",
    },
    "step_to",
  ),
  ofDelivery(
    { id: "hold", label: "Hold", key: "h", glyph: "‖", does: "Hold it back, or let it go again" },
    (delivery) => (delivery.state === "held" ? "release" : "hold"),
  ),
  form(
    {
      id: "drop",
      label: "Drop",
      key: "Delete",
      glyph: "⊘",
      does: "Throw it away: silently, or with an error at the sender",
    },
    "drop",
    "drop",
  ),
  {
    ...ofDelivery(
      {
        id: "drop-error",
        label: "Drop, tell sender",
        key: "Shift+Delete",
        glyph: "⊗",
        does: "Throw it away, and raise an error at the sender that waits",
      },
      () => "drop",
    ),
    run(store, selection) {
      const delivery = deliveryOf(store, selection);
      if (delivery !== null) void store.run("drop", { number: delivery.number, error: true });
    },
  },
  ofDelivery(
    { id: "duplicate", label: "Duplicate", key: "2", glyph: "⊞", does: "Have it arrive twice" },
    () => "duplicate",
  ),
  form(
    { id: "edit", label: "Edit", key: "e", glyph: "✎", does: "Change the message" },
    "edit",
    "edit",
  ),
  form(
    {
      id: "break",
      label: "Break here",
      key: "b",
      glyph: "●",
      does: "Stop before deliveries like this one",
    },
    "break",
    "break_on",
  ),
  {
    id: "why",
    label: "Why",
    key: "w",
    glyph: "?",
    does: "Why it went to whom it went, and to nobody else",
    target: "delivery",
    refusal: (store, selection) => (deliveryOf(store, selection) === null ? NO_DELIVERY : null),
    run(store) {
      store.tab.detail.value = "why";
      store.tab.pane.value = "detail";
    },
  },
  {
    id: "visit",
    label: "Show its step",
    key: "v",
    glyph: "◎",
    does: "Look at how things stood when it was delivered",
    target: "delivery",
    refusal(store, selection) {
      const delivery = deliveryOf(store, selection);
      if (delivery === null) return NO_DELIVERY;
      return delivery.step === null ? `#${delivery.number} was not delivered` : null;
    },
    run: (store, selection) => store.travel(deliveryOf(store, selection)?.step ?? null),
  },
];

const JUMPS: Action[] = [
  jump(
    { id: "cause", label: "Cause", key: ",", glyph: "↤", does: "Select what caused it" },
    (_, from) => parentsOf(from).at(-1) ?? null,
  ),
  jump(
    { id: "effect", label: "Effect", key: ".", glyph: "↦", does: "Select what it caused" },
    (store, from) => effectOf(store.read(), from),
  ),
  jump(
    {
      id: "earlier",
      label: "Earlier here",
      key: "[",
      glyph: "↞",
      does: "Select the delivery to the same agent before it",
    },
    (store, from) => neighbourAt(store.read(), from, -1),
  ),
  jump(
    {
      id: "later",
      label: "Later here",
      key: "]",
      glyph: "↠",
      does: "Select the delivery to the same agent after it",
    },
    (store, from) => neighbourAt(store.read(), from, 1),
  ),
];

const VIEWS: Action[] = [
  {
    id: "send",
    label: "Send",
    key: "m",
    glyph: "+",
    does: "Send or publish a message from here",
    target: "none",
    refusal: (store) => store.refusal("send"),
    run(store) {
      store.form.value = { what: "send", id: null };
      store.tab.pane.value = "detail";
    },
  },
  view({ id: "search", label: "Search", key: "/", glyph: "⌕", does: "Search the log" }, (store) => {
    store.tab.bottom.value = "log";
    store.tab.pane.value = "bottom";
    store.wanted.value = "search";
  }),
  view(
    {
      id: "matrix",
      label: "Graph/matrix",
      key: "g",
      glyph: "▦",
      does: "Graph or matrix on the stage",
    },
    (store) => {
      store.tab.stage.value = store.tab.stage.value === "graph" ? "matrix" : "graph";
    },
  ),
  view(
    { id: "pane", label: "Next pane", key: "F6", glyph: "⇄", does: "Go to the next pane" },
    (store) => {
      store.wanted.value = "pane";
    },
  ),
  view(
    { id: "help", label: "Keys", key: "?", glyph: "?", does: "All keys and buttons" },
    (store) => {
      store.help.value = !store.help.value;
    },
  ),
  {
    id: "leave",
    label: "Leave",
    key: "Escape",
    glyph: "↩",
    does: "Close what is open; back to now; let the selection go; back to the notebook",
    target: "none",
    refusal: () => null,
    run(store) {
      if (store.help.value) store.help.value = false;
      else if (store.form.value !== null) store.form.value = null;
      else if (store.past.value !== null) store.travel(null);
      else if (store.selection.value !== null) store.selection.value = null;
      else store.wanted.value = "notebook";
    },
  },
];

/** In the order in which the list of keys shows them. */
export const GROUPS: { title: string; actions: readonly Action[] }[] = [
  { title: "Running", actions: RUNNING },
  { title: "The selected delivery or agent", actions: DELIVERIES },
  { title: "From one to the next", actions: JUMPS },
  { title: "The view", actions: VIEWS },
];

export const ACTIONS: ReadonlyMap<string, Action> = new Map(
  GROUPS.flatMap(({ actions }) => actions.map((one) => [one.id, one])),
);

/** The action of this id, which must be one of the table's. */
export function action(id: string): Action {
  const found = ACTIONS.get(id);
  if (found === undefined) throw new Error(`there is no action ${id}`);
  return found;
}

/** What a button says when the pointer rests on it: why not, or what it does and its key. */
export function title(one: Action, refusal: string | null): string {
  const key = one.key === null ? "" : ` (${keyWord(one.key)})`;
  return refusal === null ? `${one.does}${key}` : `${refusal}${key}`;
}

/** Does an action, or says why not. */
export function perform(store: Store, id: string, selection = store.selection.value): void {
  const one = action(id);
  const refusal = one.refusal(store, selection);
  if (refusal === null) one.run(store, selection);
  else store.say(refusal);
}

/** Whether the runtime has been told to run, as the one key for run and pause sees it. */
export function runOrPause(store: Store): "run" | "pause" {
  return store.mode !== "paused" && stateWord(store.now) !== "idle" ? "pause" : "run";
}

const KEY_WORDS: { [key: string]: string } = {
  " ": "Space",
  Escape: "Esc",
  Delete: "Del",
  Enter: "Enter",
};

/** A key as people read it. */
export function keyWord(key: string): string {
  const shift = key.startsWith("Shift+") ? "Shift+" : "";
  const bare = key.slice(shift.length);
  return shift + (KEY_WORDS[bare] ?? (bare.length === 1 ? bare.toUpperCase() : bare));
}

import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { foreseenDelivery, type State } from "../state";
import type { Selection, Store } from "../store";
import { whole } from "../words";
import { DeliveryDetail } from "./DeliveryDetail";
import { later } from "./later";
import { type Tab, Tabs } from "./Tabs";

const AgentDetail = later("AgentDetail");
const Breakpoints = later("Breakpoints");
const SendForm = later("SendForm");
const SubscriptionDetail = later("SubscriptionDetail");
const TopicDetail = later("TopicDetail");
const TypeDetail = later("TypeDetail");
const Watches = later("Watches");
const WatchForm = later("WatchForm");

const OF_DELIVERY: readonly Tab<string>[] = [
  { id: "message", label: "Message", does: "The message, where it belongs, who else has it" },
  { id: "context", label: "Context", does: "Its MessageContext, field by field" },
  { id: "state", label: "State", does: "What its turn has changed in the agent" },
  { id: "why", label: "Why", does: "Why it went to whom it went, and to nobody else" },
  { id: "code", label: "Code", does: "The handler, and the line where its turn is parked" },
  { id: "printed", label: "Printed", does: "What was printed in its turn" },
];
const OF_AGENT: readonly Tab<string>[] = [
  { id: "about", label: "Agent", does: "The agent, its mailbox and its deliveries" },
  { id: "state", label: "State", does: "What it remembers" },
];
const OF_THING: readonly Tab<string>[] = [
  { id: "about", label: "About", does: "All about what is selected" },
];
const ALWAYS: readonly Tab<string>[] = [
  { id: "breakpoints", label: "Breakpoints", does: "What stops a run" },
  { id: "watches", label: "Watches", does: "Attributes that are followed, and what has to hold" },
];

/** All about what is selected; with nothing selected, about the last step or the next one. */
export function Detail({ store }: { store: Store }) {
  const panel = useId();
  const state = store.read();
  const { selection, heading } = shown(store, state);
  const tabs = [...tabsOf(selection), ...ALWAYS];
  const wish = store.tab.detail.value;
  const chosen = tabs.find((tab) => tab.id === wish)?.id ?? tabs[0]?.id ?? "about";
  const live = store.live.value;
  const panes = store.more.panes.value;
  const box = useRef<HTMLDivElement>(null);
  const about = `${selection?.what} ${selection?.id} ${chosen} ${store.form.value?.what}`;
  // What is new is read from its beginning.
  useLayoutEffect(() => {
    if (box.current !== null) box.current.scrollTop = 0;
  }, [about]);
  // Cards show what is watched, so that is asked for before anybody looks at the list.
  const relisted = store.relisted.value;
  useEffect(() => panes?.listsOf(store).refresh(relisted), [store, live, panes, relisted]);
  return (
    <section class="sb-pane sb-detail" data-testid="detail" aria-label="Detail">
      <Tabs
        label="Detail"
        tabs={tabs}
        chosen={chosen}
        panel={panel}
        onChoose={(id) => {
          store.tab.detail.value = id;
        }}
      />
      <div
        ref={box}
        id={panel}
        class="sb-detail-panel"
        role="tabpanel"
        aria-label={chosen}
        onKeyDown={enter}
      >
        <Forms store={store} state={state} />
        <Content store={store} state={state} selection={selection} heading={heading} tab={chosen} />
      </div>
    </section>
  );
}

/** Inside of JupyterLab's outputs, Enter in an input does nothing by itself. */
function enter(event: KeyboardEvent): void {
  const { key, target } = event;
  if (key !== "Enter" || !(target instanceof HTMLInputElement)) return;
  event.preventDefault();
  target.dispatchEvent(new Event("change", { bubbles: true }));
  target.form?.requestSubmit();
}

/** What the pane is about: the selection, else the last step, else what is next. */
function shown(store: Store, state: State): { selection: Selection | null; heading: string } {
  const selection = store.selection.value;
  if (selection !== null) return { selection, heading: "" };
  const { stopped } = state;
  if (stopped !== null && stopped.number !== null && stopped.step === state.moves.length)
    return { selection: { what: "delivery", id: String(stopped.number) }, heading: "Paused at: " };
  const last = state.moves.at(-1);
  const number = last ?? foreseenDelivery(state)?.number;
  if (number === undefined) return { selection: null, heading: "" };
  const heading = last === undefined ? "Next: " : "Last step: ";
  return { selection: { what: "delivery", id: String(number) }, heading };
}

function tabsOf(selection: Selection | null): readonly Tab<string>[] {
  if (selection === null || selection.what === "delivery") return OF_DELIVERY;
  return selection.what === "agent" ? OF_AGENT : OF_THING;
}

/** Forms that are about nothing in particular, or about what is not a delivery. */
function Forms({ store, state }: { store: Store; state: State }) {
  const form = store.form.value;
  if (form?.what === "send")
    return <SendForm key={form.id} store={store} state={state} id={form.id} />;
  if (form?.what === "watch") return <WatchForm store={store} state={state} agent={form.id} />;
  return null;
}

interface ContentProps {
  store: Store;
  state: State;
  selection: Selection | null;
  heading: string;
  tab: string;
}

function Content({ store, state, selection, heading, tab }: ContentProps) {
  if (tab === "breakpoints") return <Breakpoints store={store} state={state} />;
  if (tab === "watches") return <Watches store={store} state={state} />;
  if (selection === null)
    return (
      <p class="sb-empty">
        Select a delivery, an agent, a topic or a subscription to see all about it.
      </p>
    );
  switch (selection.what) {
    case "delivery": {
      const delivery = state.deliveries.get(Number(selection.id));
      if (delivery === undefined) break;
      const about = { store, state, delivery, heading, tab };
      // The last step is one place: the next one is written there, it does not replace the page.
      return <DeliveryDetail key={heading || delivery.number} {...about} />;
    }
    case "agent": {
      const agent = state.agents.get(selection.id);
      if (agent === undefined) break;
      return <AgentDetail store={store} state={state} agent={agent} tab={tab} />;
    }
    case "type": {
      const type = state.types.get(selection.id);
      if (type !== undefined) return <TypeDetail store={store} state={state} type={type} />;
      break;
    }
    case "topic":
      return <TopicDetail store={store} state={state} name={selection.id} />;
    case "subscription":
      return <SubscriptionDetail store={store} state={state} id={selection.id} />;
  }
  const past = store.past.value;
  return (
    <p class="sb-empty">
      {past === null
        ? "What was selected is no longer there."
        : `What is selected was not there yet at step ${whole(past)}.`}
    </p>
  );
}

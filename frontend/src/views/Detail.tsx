import { nextDelivery, type State } from "../state";
import type { Selection, Store } from "../store";
import { DeliveryDetail } from "./DeliveryDetail";
import { AgentDetail, SubscriptionDetail, TopicDetail, TypeDetail } from "./ThingDetail";

/** All about what is selected; with nothing selected, about the last step or the next one. */
export function Detail({ store }: { store: Store }) {
  const state = store.read();
  const selection = store.selection.value;
  return (
    <section class="sb-pane sb-detail" data-testid="detail" aria-label="Detail">
      <Content store={store} state={state} selection={selection} />
    </section>
  );
}

interface ContentProps {
  store: Store;
  state: State;
  selection: Selection | null;
}

function Content({ store, state, selection }: ContentProps) {
  if (selection === null) return <Unselected store={store} state={state} />;
  switch (selection.what) {
    case "delivery": {
      const delivery = state.deliveries.get(Number(selection.id));
      if (delivery !== undefined)
        return <DeliveryDetail store={store} state={state} delivery={delivery} heading="" />;
      break;
    }
    case "agent": {
      const agent = state.agents.get(selection.id);
      if (agent !== undefined) return <AgentDetail store={store} state={state} agent={agent} />;
      break;
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
  return <p class="sb-empty">What was selected is no longer there.</p>;
}

function Unselected({ store, state }: { store: Store; state: State }) {
  const last = state.deliveries.get(state.moves.at(-1) ?? 0);
  if (last !== undefined)
    return <DeliveryDetail store={store} state={state} delivery={last} heading="Last step: " />;
  const next = nextDelivery(state);
  if (next !== null)
    return <DeliveryDetail store={store} state={state} delivery={next} heading="Next: " />;
  return (
    <div>
      <h3>Detail</h3>
      <p class="sb-empty">
        Select a delivery, an agent, a topic or a subscription to see all about it.
      </p>
    </div>
  );
}

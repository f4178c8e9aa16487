import type { Delivery, State } from "../state";
import type { Store } from "../store";
import { ActionButton } from "./ActionButton";
import { MessageTab } from "./detail/MessageTab";
import { later } from "./later";
import { KindLetter, StateSign } from "./parts";
import { StopWords } from "./StopWords";

const BreakForm = later("BreakForm");
const DropForm = later("DropForm");
const EditForm = later("EditForm");

interface DeliveryDetailProps {
  store: Store;
  state: State;
  delivery: Delivery;
  heading: string;
  tab: string;
}

const TABS: { [tab: string]: typeof MessageTab } = {
  message: MessageTab,
  context: later("ContextTab"),
  state: later("StateTab"),
  why: later("WhyTab"),
  code: later("CodeTab"),
  printed: later("PrintedTab"),
};

/** One delivery: how it stands and what can be done with it, then one side of it at a time. */
export function DeliveryDetail({ store, state, delivery, heading, tab }: DeliveryDetailProps) {
  const Tab = TABS[tab] ?? MessageTab;
  const about = { store, state, delivery };
  return (
    <div data-delivery={delivery.number}>
      <div class="sb-title">
        <h3>
          {heading}#{delivery.number} <KindLetter delivery={delivery} /> {delivery.messageType}
        </h3>
        <StateSign state={state} delivery={delivery} />
      </div>
      {state.stopped?.number === delivery.number && (
        <StopWords store={store} stop={state.stopped} brief />
      )}
      <Verbs store={store} delivery={delivery} />
      <OpenForm {...about} />
      <Tab {...about} />
    </div>
  );
}

/** What can be done with it; of one that has left the queue, only what is left. */
function Verbs({ store, delivery }: { store: Store; delivery: Delivery }) {
  const pending = delivery.state === "queued" || delivery.state === "held";
  const ids = pending
    ? ["deliver", "hold", "drop", "duplicate", "edit", "break"]
    : ["follow", "visit", "break"];
  const selection = { what: "delivery", id: String(delivery.number) } as const;
  const brief = new Set(pending ? ["hold", "drop", "duplicate", "break"] : []);
  const labels: { [id: string]: string } = {
    hold: delivery.state === "held" ? "Release" : "Hold",
    break: "Break",
    visit: "Its step",
  };
  return (
    <p class="sb-verbs">
      {ids.map((id) => (
        <ActionButton
          key={id}
          store={store}
          id={id}
          selection={selection}
          label={labels[id] ?? ""}
          brief={brief.has(id)}
        />
      ))}
    </p>
  );
}

function OpenForm({ store, state, delivery }: Omit<DeliveryDetailProps, "heading" | "tab">) {
  const form = store.form.value;
  if (form === null || form.id !== String(delivery.number)) return null;
  const key = `${form.what} ${form.id}`;
  if (form.what === "edit") return <EditForm key={key} store={store} delivery={delivery} />;
  if (form.what === "drop")
    return <DropForm key={key} store={store} state={state} delivery={delivery} />;
  if (form.what === "break")
    return <BreakForm key={key} store={store} state={state} about={delivery} />;
  return null;
}

import type { Delivery, State } from "../state";
import type { Store } from "../store";
import { contextFields, recipientWords, senderWords, subscriptionWords } from "../words";
import { AgentLink, DeliveryLinks, LinkField } from "./links";
import { KindLetter, StateSign } from "./parts";
import { Value } from "./Value";

interface DeliveryDetailProps {
  store: Store;
  state: State;
  delivery: Delivery;
  heading: string;
}

/** One delivery: how it stands, its message, its MessageContext, where it belongs. */
export function DeliveryDetail({ store, state, delivery, heading }: DeliveryDetailProps) {
  const pending = delivery.state === "queued";
  return (
    <div data-delivery={delivery.number}>
      <h3>
        {heading}#{delivery.number} <KindLetter delivery={delivery} /> {delivery.messageType}
      </h3>
      <p class="sb-line-wrap">
        <StateSign state={state} delivery={delivery} />
        {pending && (
          <button
            type="button"
            class="sb-small"
            data-testid="deliver"
            title="Deliver this one now (Enter in the queue)"
            onClick={() => void store.run("step", delivery.number)}
          >
            Deliver
          </button>
        )}
      </p>
      <Outcome delivery={delivery} />
      <h4>Message</h4>
      <Value snapshot={delivery.message} />
      <h4>MessageContext</h4>
      <dl class="sb-context">
        {contextFields(state, delivery).map((field) => (
          <div key={field.name} data-testid="context-field" data-id={field.name}>
            <dt>{field.name}</dt>
            <dd>
              <b>{field.value}</b>
              <small>{field.meaning}</small>
            </dd>
          </div>
        ))}
      </dl>
      <h4>Route</h4>
      <RouteFields store={store} state={state} delivery={delivery} />
      <Printed delivery={delivery} />
    </div>
  );
}

function Outcome({ delivery }: { delivery: Delivery }) {
  const { result, error, reason } = delivery;
  const shows = result !== null && delivery.kind === "request";
  return (
    <>
      {reason !== null && <p class="sb-reason">{reason}</p>}
      {delivery.interceptions.map((one) => (
        <p key={`${one.handler} ${one.outcome}`} class="sb-reason">
          {one.handler} {one.outcome} it
        </p>
      ))}
      {error !== null && (
        <div class="sb-error">
          <b>{error.type}</b>
          {error.text && `: ${error.text}`}
          {error.traceback && (
            <details>
              <summary>Traceback</summary>
              <pre>{error.traceback}</pre>
            </details>
          )}
        </div>
      )}
      {shows && (
        <>
          <h4>Result</h4>
          <Value snapshot={result} />
        </>
      )}
    </>
  );
}

function RouteFields({ store, state, delivery }: Omit<DeliveryDetailProps, "heading">) {
  const siblings =
    delivery.publication === null
      ? []
      : (state.publications.get(delivery.publication) ?? []).filter(
          (one) => one !== delivery.number,
        );
  const labels = delivery.subscriptions.map((id) => {
    const subscription = state.subscriptions.get(id);
    return subscription === undefined ? "a removed subscription" : subscriptionWords(subscription);
  });
  return (
    <dl class="sb-route">
      <dt>from</dt>
      <dd>
        {delivery.sender === null ? (
          senderWords(state, delivery)
        ) : (
          <AgentLink store={store} id={delivery.sender} />
        )}
      </dd>
      <dt>to</dt>
      <dd>
        {delivery.recipient === null ? (
          recipientWords(state, delivery)
        ) : (
          <AgentLink store={store} id={delivery.recipient} />
        )}
      </dd>
      {labels.length > 0 && (
        <>
          <dt>matched by</dt>
          <dd>{labels.join(", ")}</dd>
        </>
      )}
      <dt>cause</dt>
      <dd>
        {delivery.cause === null ? (
          "none: it came from outside"
        ) : (
          <DeliveryLinks store={store} state={state} numbers={[delivery.cause]} />
        )}
      </dd>
      <LinkField store={store} state={state} name="sent" numbers={delivery.sent} />
      <LinkField store={store} state={state} name="waits for" numbers={delivery.waitsOn} />
      <LinkField store={store} state={state} name="also to" numbers={siblings} />
      <LinkField store={store} state={state} name="answers" numbers={listed(delivery.request)} />
      <LinkField
        store={store}
        state={state}
        name="answered by"
        numbers={listed(delivery.response)}
      />
    </dl>
  );
}

function listed(number: number | null): number[] {
  return number === null ? [] : [number];
}

function Printed({ delivery }: { delivery: Delivery }) {
  if (delivery.printed.length === 0) return null;
  return (
    <>
      <h4>Printed</h4>
      <pre class="sb-printed">{delivery.printed.map((one) => one.text).join("")}</pre>
    </>
  );
}

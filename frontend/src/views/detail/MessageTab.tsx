import type { Snapshot } from "../../records";
import type { Delivery, State } from "../../state";
import type { Store } from "../../store";
import { recipientWords, senderWords, sign, subscriptionWords, whole } from "../../words";
import { later } from "../later";
import { DeliveryLinks, LinkField } from "../links";
import { Value } from "../Value";
import { Party } from "./Party";

const MessageTree = later("MessageTree");
const MutationWords = later("MutationWords");

export interface TabProps {
  store: Store;
  state: State;
  delivery: Delivery;
}

/** The message itself, what became of it, where it belongs, and who else has it. */
export function MessageTab({ store, state, delivery }: TabProps) {
  return (
    <>
      <Outcome delivery={delivery} />
      <h4>
        Message <small>{sizeWords(delivery.message)}</small>
      </h4>
      <Value snapshot={delivery.message} />
      {delivery.original !== null && (
        <>
          <h4>
            Edited <small>{delivery.edited.join(", ") || "all of it"}; it was sent as</small>
          </h4>
          <div data-testid="original">
            <Value snapshot={delivery.original} />
          </div>
        </>
      )}
      {delivery.mutations.map((one) => (
        <MutationWords
          key={`${one.when} ${one.by} ${JSON.stringify(one.after)}`}
          store={store}
          state={state}
          delivery={delivery}
          mutation={one}
        />
      ))}
      <Interceptions delivery={delivery} />
      <h4>Way</h4>
      <Way store={store} state={state} delivery={delivery} />
      <h4>Where it belongs</h4>
      <MessageTree store={store} state={state} delivery={delivery} />
    </>
  );
}

/** How large a message is, and whether all of it was recorded. */
export function sizeWords(snapshot: Snapshot | null): string {
  if (snapshot === null) return "";
  const text = "repr" in snapshot ? snapshot.repr : JSON.stringify(snapshot.json);
  const size = `${whole(text.length)} ${text.length === 1 ? "character" : "characters"}`;
  const form = "repr" in snapshot ? "its repr, for it is not made of data" : "as JSON";
  return snapshot.cut ? `${size} ${form}; the rest was not recorded` : `${size} ${form}`;
}

function Outcome({ delivery }: { delivery: Delivery }) {
  const { result, error, reason } = delivery;
  return (
    <>
      {reason !== null && <p class="sb-reason">{reason}</p>}
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
      {result !== null && delivery.kind === "request" && (
        <>
          <h4>Result</h4>
          <Value snapshot={result} />
        </>
      )}
    </>
  );
}

function Interceptions({ delivery }: { delivery: Delivery }) {
  if (delivery.interceptions.length === 0) return null;
  return (
    <>
      <h4>Interceptions</h4>
      {delivery.interceptions.map((one, place) => (
        <div key={place} data-testid="interception">
          <p>
            <b>{one.handler}</b> {one.outcome} it
          </p>
          {one.message !== null && <Value snapshot={one.message} />}
        </div>
      ))}
    </>
  );
}

function Way({ store, state, delivery }: TabProps) {
  const labels = delivery.subscriptions.map((id) => {
    const subscription = state.subscriptions.get(id);
    return subscription === undefined ? "a removed subscription" : subscriptionWords(subscription);
  });
  return (
    <dl class="sb-route">
      <dt>from</dt>
      <dd>
        <Party store={store} id={delivery.sender} words={senderWords(state, delivery)} />
      </dd>
      <dt>to</dt>
      <dd>
        <Party store={store} id={delivery.recipient} words={recipientWords(state, delivery)} />
      </dd>
      {labels.length > 0 && (
        <>
          <dt>matched by</dt>
          <dd>{labels.join(", ")}</dd>
        </>
      )}
      <dt>seen by</dt>
      <dd data-testid="seen-by">
        <SeenBy store={store} state={state} delivery={delivery} />
      </dd>
      <LinkField store={store} state={state} name="waits for" numbers={delivery.waitsOn} />
      {delivery.copyOf !== null && (
        <LinkField store={store} state={state} name="copy of" numbers={[delivery.copyOf]} />
      )}
    </dl>
  );
}

/** All who get this very object: recipients of the publication, and of copies. */
function SeenBy({ store, state, delivery }: TabProps) {
  const first = delivery.copyOf ?? delivery.number;
  const origin = state.deliveries.get(first) ?? delivery;
  const siblings =
    origin.publication === null ? [first] : (state.publications.get(origin.publication) ?? [first]);
  const others = [
    ...new Set([...siblings, first, ...delivery.mutations.flatMap((one) => one.shared)]),
  ]
    .filter((number) => number !== delivery.number)
    .map((number) => state.deliveries.get(number))
    .filter((one) => one !== undefined);
  if (others.length === 0) return <>{`only ${recipientWords(state, delivery)}`}</>;
  const shown = others.slice(0, 12);
  return (
    <>
      {shown.map((one) => (
        <span key={one.number} class="sb-seen">
          <DeliveryLinks store={store} state={state} numbers={[one.number]} />{" "}
          {recipientWords(state, one)} ({sign(state, one).word})
        </span>
      ))}
      {others.length > shown.length && `and ${others.length - shown.length} more`}
    </>
  );
}

import { useId, useState } from "preact/hooks";
import { type Decision, type Explanation, useAnswer } from "../../answers";
import type { Store } from "../../store";
import { recipientWords, sign } from "../../words";
import { DeliveryLinks } from "../links";
import { NoKernel } from "../NoKernel";
import type { TabProps } from "./MessageTab";

const MARKS = { ok: "✓", failed: "✗", undecided: "?" } as const;
const WORDS = { ok: "yes", failed: "no", undecided: "not decided" } as const;

/** Why an agent got this message, or did not: the routing decisions in order. */
export function WhyTab({ store, state, delivery }: TabProps) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [agent, setAgent] = useState("");
  const args = { number: delivery.number, ...(agent !== "" && { agent }) };
  const version = `${delivery.state} ${delivery.verdict} ${store.now.moves.length}`;
  const { value, error } = useAnswer<Explanation>(store, "why", args, version);
  const known = new Set([
    ...[...state.agents.keys()].slice(0, 200),
    ...(delivery.topic === null
      ? []
      : [...state.types.keys()].map((type) => `${type}/${delivery.topic?.source}`)),
  ]);
  return (
    <div data-testid="why">
      {store.live.value ? (
        <div class="sb-entry sb-pair">
          <label for={id}>why, or why not,</label>
          <input
            id={id}
            type="text"
            list={`${id}-agents`}
            placeholder={recipientWords(state, delivery)}
            autocomplete="off"
            spellcheck={false}
            value={typed}
            title="Another agent, as type/key: why it did not get this message"
            onInput={(event) => setTyped(event.currentTarget.value)}
            onChange={(event) => setAgent(event.currentTarget.value.trim())}
          />
          <datalist id={`${id}-agents`}>
            {[...known].map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
        </div>
      ) : (
        <>
          <NoKernel what="The decisions are told" />
          <Recorded store={store} state={state} delivery={delivery} />
        </>
      )}
      {store.past.value !== null && value !== null && (
        <p class="sb-quiet">This is told as of now, not of step {store.past.value}.</p>
      )}
      {error !== null && (
        <p class="sb-wrong" role="alert">
          {error}
        </p>
      )}
      {value !== null && (
        <>
          <p data-testid="verdict">
            <b>{value.verdict}</b>
          </p>
          {value.advice !== null && (
            <p class="sb-advice" data-testid="advice">
              <b>To do:</b> {value.advice}
            </p>
          )}
          <ol class="sb-why">
            {value.steps.map((step, place) => (
              <Step
                key={`${place} ${step.question}`}
                store={store}
                state={state}
                step={step}
                first={place === value.first_failing}
              />
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

interface StepProps extends Omit<TabProps, "delivery"> {
  step: Decision;
  first: boolean;
}

function Step({ store, state, step, first }: StepProps) {
  const { delivery, subscription } = step;
  return (
    <li
      class={first ? "sb-first" : undefined}
      data-testid="decision"
      data-state={step.outcome}
      aria-current={first ? "true" : undefined}
    >
      <span class={`sb-tick sb-tick-${step.outcome}`} title={WORDS[step.outcome]}>
        <span aria-hidden="true">{MARKS[step.outcome]}</span>
        <span class="sb-unseen">{WORDS[step.outcome]}:</span>
      </span>
      <span>
        {step.question} {step.answer}
        {step.advice !== null && !first && <small>To do: {step.advice}</small>}
        <small>
          {delivery !== null && state.deliveries.has(delivery) && (
            <DeliveryLinks store={store} state={state} numbers={[delivery]} />
          )}
          {subscription !== null && state.subscriptions.has(subscription) && (
            <SubscriptionLink store={store} id={subscription} />
          )}
          {step.source}
        </small>
      </span>
    </li>
  );
}

function SubscriptionLink({ store, id }: { store: Store; id: string }) {
  return (
    <button type="button" class="sb-link" onClick={() => store.select("subscription", id)}>
      its subscription
    </button>
  );
}

/** What the records alone tell. */
function Recorded({ state, delivery }: TabProps) {
  const matched = delivery.subscriptions.length;
  return (
    <ul class="sb-facts">
      <li>
        {delivery.topic === null
          ? "It was sent to one agent."
          : `It was published to ${delivery.topic.type}/${delivery.topic.source}.`}
      </li>
      {delivery.topic !== null && (
        <li>
          {matched === 0
            ? "No subscription matched."
            : `${matched} ${matched === 1 ? "subscription" : "subscriptions"} matched for ${recipientWords(state, delivery)}.`}
        </li>
      )}
      <li>It is {sign(state, delivery).word}.</li>
      {delivery.reason !== null && <li>{delivery.reason}</li>}
    </ul>
  );
}

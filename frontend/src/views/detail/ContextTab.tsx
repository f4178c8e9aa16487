import { useAnswer } from "../../answers";
import { contextFields } from "../../context";
import type { TabProps } from "./MessageTab";

/** Every field of the MessageContext that the handler sees, each None explained. */
export function ContextTab({ store, state, delivery }: TabProps) {
  // The token is the one thing that changes without a record.
  const { value } = useAnswer<{ cancelled: boolean | null }>(
    store,
    "context",
    delivery.state === "settled" || store.past.value !== null ? null : { number: delivery.number },
    `${delivery.state} ${state.seq}`,
  );
  return (
    <>
      <p class="sb-quiet">What the handler gets as its second argument, ctx.</p>
      <dl class="sb-context">
        {contextFields(state, delivery, value?.cancelled ?? null).map((field) => (
          <div key={field.name} data-testid="context-field" data-id={field.name}>
            <dt>{field.name}</dt>
            <dd>
              <b>{field.value}</b>
              <small>{field.meaning}</small>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

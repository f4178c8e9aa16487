import { useId, useState } from "preact/hooks";
import { type Field, type Form as FormOfMessage, useAnswer } from "../answers";
import type { Delivery } from "../state";
import type { Store } from "../store";
import { Fields, type Given, wrongFields } from "./Fields";
import { close, Form } from "./forms";
import { NoKernel } from "./NoKernel";
import { Value } from "./Value";

/** Changes the message of one pending delivery; what was sent stays in sight. */
export function EditForm({ store, delivery }: { store: Store; delivery: Delivery }) {
  const { number } = delivery;
  const id = useId();
  const [given, setGiven] = useState<Given>({});
  const { value, error } = useAnswer<FormOfMessage>(store, "form", { number }, delivery.state);
  const fields = value?.fields ?? [];
  const names = fields.map((field) => field.name);
  const submit = async () => {
    const refusal = store.refusal("edit", number);
    if (refusal !== null) return refusal;
    const changed = fields
      .filter((field) => field.name in given && !isSame(given[field.name], field.value))
      .map((field) => [field.name, given[field.name]]);
    if (changed.length === 0) return "Nothing was changed.";
    await store.ask("edit", { number, fields: Object.fromEntries(changed) });
    close(store);
    return null;
  };
  const reason = error ?? value?.reason ?? null;
  return (
    <div data-delivery={number}>
      <Form
        testId="edit-form"
        title={`Edit #${number} ${delivery.messageType}`}
        verb="Change"
        does="Give it this message"
        store={store}
        off={fields.length === 0}
        wrong={(words) => wrongFields(words, names).rest}
        onSubmit={submit}
      >
        {(words) => (
          <>
            <p class="sb-quiet">
              Only this delivery gets the new message; the object that was sent stays as it is.
            </p>
            {!store.live.value && <NoKernel what="A message can be edited" />}
            {reason !== null && <p class="sb-reason">{reason}</p>}
            <Fields
              prefix={id}
              fields={fields}
              given={given}
              wrong={wrongFields(words, names).fields}
              onChange={(name, next) => setGiven({ ...given, [name]: next })}
            />
            <details>
              <summary>{delivery.original === null ? "As it was sent" : "Original"}</summary>
              <Value snapshot={delivery.original ?? delivery.message} />
            </details>
          </>
        )}
      </Form>
    </div>
  );
}

/** Numbers come as numbers and are sent as they were typed. */
function isSame(given: unknown, value: Field["value"]): boolean {
  return given === value || (typeof value === "number" && given === String(value));
}

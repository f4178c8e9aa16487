import { useId, useState } from "preact/hooks";
import { type Form as FormOfMessage, useAnswer } from "../answers";
import { type State, splitAgentId, subscribersOf } from "../state";
import type { Store } from "../store";
import { Fields, type Given, wrongFields } from "./Fields";
import { close, Entry, Form } from "./forms";
import { NoKernel } from "./NoKernel";

/** Who is meant by the form: an agent type or a topic, and the key or source. */
interface Target {
  what: "agent" | "topic";
  type: string;
  key: string;
}

const WAYS = [
  ["agent", "send_message to an agent"],
  ["topic", "publish_message to a topic"],
] as const;

/** Sends or publishes a new message, from outside, with a form of what handlers take. */
export function SendForm({ store, state, id }: { store: Store; state: State; id: string | null }) {
  const prefix = useId();
  const [target, setTarget] = useState<Target>(() => targetOf(state, id));
  const [chosen, setChosen] = useState("");
  const [given, setGiven] = useState<Given>({});
  const { what, type, key } = target;
  const toAgent = what === "agent";
  const known = messagesFor(state, target);
  const message = chosen || known[0] || "";
  const asked =
    message === "" || type === ""
      ? null
      : { ...(toAgent ? { agent_type: type } : { topic: type }), message };
  const form = useAnswer<FormOfMessage>(store, "form", asked, "");
  const fields = form.value?.fields ?? [];
  const names = fields.map((field) => field.name);
  const submit = async () => {
    const refusal = store.refusal("send");
    if (refusal !== null) return refusal;
    const answer = await store.ask("send", {
      [what]: `${type}/${key}`,
      message,
      fields: Object.fromEntries(
        names.filter((one) => one in given).map((one) => [one, given[one]]),
      ),
    });
    const number = (answer as { number: number } | null)?.number;
    if (number !== undefined) store.select("delivery", number);
    close(store);
    return null;
  };
  return (
    <Form
      testId="send-form"
      title="New message"
      verb={toAgent ? "Send" : "Publish"}
      does="From outside any agent; it waits in the queue"
      store={store}
      off={form.value?.editable !== true}
      wrong={(words) => wrongFields(words, names).rest}
      onSubmit={submit}
    >
      {(words) => (
        <>
          {!store.live.value && <NoKernel what="Messages can be sent" />}
          <Entry
            label="How"
            choices={WAYS}
            value={what}
            onChange={(next) => setTarget({ ...target, what: next as Target["what"], type: "" })}
          />
          <div class="sb-pair">
            <Entry
              label={toAgent ? "agent type" : "topic type"}
              known={toAgent ? state.types.keys() : state.topics.keys()}
              value={type}
              onChange={(next) => setTarget({ ...target, type: next })}
            />
            <Entry
              label={toAgent ? "key" : "source"}
              value={key}
              onChange={(next) => setTarget({ ...target, key: next })}
            />
          </div>
          <Entry
            label="message class"
            hint={known.length === 0 ? "no handler is known" : "handled there"}
            known={known}
            value={message}
            onChange={(next) => {
              setChosen(next);
              setGiven({});
            }}
          />
          <p class="sb-reason">{form.error ?? form.value?.reason}</p>
          <Fields
            prefix={prefix}
            fields={fields}
            given={given}
            wrong={wrongFields(words, names).fields}
            onChange={(name, value) => setGiven({ ...given, [name]: value })}
          />
        </>
      )}
    </Form>
  );
}

/** What the form was opened from: `agent:type/key`, `type:type`, `topic:type`, or nothing. */
function targetOf(state: State, id: string | null): Target {
  const [, what = "", name = ""] = /^(agent|type|topic):(.*)$/s.exec(id ?? "") ?? [];
  if (what === "topic") {
    const sources = state.topics.get(name)?.sources ?? new Set();
    return { what, type: name, key: [...sources].at(-1) ?? "default" };
  }
  if (what === "agent") {
    const { type, key } = splitAgentId(name);
    return { what, type, key };
  }
  const [first = ""] = state.types.keys();
  return { what: "agent", type: name || first, key: "default" };
}

/** The message classes that are handled there: requests by agents, events under topics. */
function messagesFor(state: State, { what, type }: Target): string[] {
  const types = what === "agent" ? [type] : subscribersOf(state, type).map((one) => one.agentType);
  const handles = types.flatMap((one) =>
    one === null ? [] : (state.types.get(one)?.handles ?? []),
  );
  const unwanted = what === "agent" ? "event" : "rpc";
  const fitting = handles.filter((one) => one.by !== unwanted);
  return [...new Set((fitting.length > 0 ? fitting : handles).map((one) => one.message))];
}

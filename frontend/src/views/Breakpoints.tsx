import { useEffect, useState } from "preact/hooks";
import { type Breakpoint, listsOf } from "../lists";
import type { Delivery, State } from "../state";
import type { Store } from "../store";
import { count } from "../words";
import { Check, close, Entry, Form } from "./forms";
import { NoKernel } from "./NoKernel";
import { StopWords } from "./StopWords";

/** The kinds of breakpoints, in the order in which things happen, and when each stops. */
export const KINDS: readonly (readonly [kind: string, when: string])[] = [
  ["sent", "when a message is sent"],
  ["routed", "before a publication goes to its recipients"],
  ["no_recipient", "before a publication that nobody receives is done with"],
  ["before", "before a message is delivered"],
  ["created", "when an agent is built"],
  ["after", "after a turn"],
  ["reply", "before an answer is delivered"],
  ["failed", "after a turn that raised, or an agent that could not be built"],
  ["unhandled", "after a turn in which no handler took the message"],
  ["dropped", "when a message is dropped"],
  ["changed", "when a message was changed after it was sent"],
  ["invariant", "when an invariant is broken"],
];

/** Those that are about no single agent, and so about no mailbox. */
const WITHOUT_MAILBOX = new Set(["no_recipient", "routed", "invariant"]);

export function Breakpoints({ store, state }: { store: Store; state: State }) {
  const lists = listsOf(store);
  const [error, setError] = useState<string | null>(null);
  const live = store.live.value;
  useEffect(() => lists.refresh(), [live, store.now.moves.length, store.now.stopped]);
  const clear = async (id: number) =>
    setError(await lists.change("breakpoints", "clear_breakpoint", { id }));
  const list = lists.breakpoints.value;
  return (
    <div>
      <StopWords store={store} stop={state.stopped} />
      {live ? null : <NoKernel what="Breakpoints work" />}
      <h4>
        {list.length === 0 ? "No breakpoints" : count(list.length, "breakpoint", "breakpoints")}
      </h4>
      <ul class="sb-list">
        {list.map((one) => (
          <li key={one.id} data-testid="breakpoint" data-id={one.id}>
            <span class="sb-grow">
              <b>{one.words}</b>
              <small>
                stops {when(one)}; {met(one)}
              </small>
              {one.error !== null && (
                <small class="sb-wrong">its condition raised {one.error}</small>
              )}
            </span>
            <button
              type="button"
              class="sb-small"
              aria-label={`Clear the breakpoint ${one.words}`}
              title="Clear this breakpoint"
              onClick={() => void clear(one.id)}
            >
              ✕
            </button>
          </li>
        ))}
      </ul>
      {error !== null && (
        <p class="sb-wrong" role="alert">
          {error}
        </p>
      )}
      {live && <BreakForm store={store} state={state} about={null} />}
    </div>
  );
}

function when(one: Breakpoint): string {
  return KINDS.find(([kind]) => kind === one.kind)?.[1] ?? one.kind;
}

function met({ hits, from_hit }: Breakpoint): string {
  const so = hits === 0 ? "never met" : `met ${count(hits, "time", "times")}`;
  return from_hit > 1 ? `${so}, stops from hit ${from_hit}` : so;
}

interface BreakFormProps {
  store: Store;
  state: State;
  /** The delivery like which others are to be stopped. */
  about: Delivery | null;
}

/** A new breakpoint. */
export function BreakForm({ store, state, about }: BreakFormProps) {
  const [wish, setWish] = useState({
    kind: about?.kind === "response" ? "reply" : "before",
    agent: about?.recipient ?? "",
    topic: about?.topic?.type ?? "",
    message: about?.messageType ?? "",
    when: "",
    hits: "1",
    once: false,
    hold_only: false,
  });
  const set = (part: Partial<typeof wish>) => setWish({ ...wish, ...part });
  const { kind, agent, topic, message, when: condition, hits, once, hold_only } = wish;
  const mailbox = !WITHOUT_MAILBOX.has(kind);
  const submit = async () => {
    const from = Number(hits.trim() || "1");
    if (!Number.isSafeInteger(from)) return `From hit: a whole number, not ${hits}.`;
    const refused = await listsOf(store).change("breakpoints", "break_on", {
      kind,
      ...(agent && { agent }),
      ...(topic && { topic }),
      ...(message && { message }),
      ...(condition.trim() && { when: condition }),
      ...(from !== 1 && { hits: from }),
      ...(once && { once }),
      ...(hold_only && mailbox && { hold_only }),
    });
    if (refused !== null) return refused;
    set({ when: "" });
    if (about !== null) {
      close(store);
      store.tab.detail.value = "breakpoints";
    }
    return null;
  };
  const handled = [...state.types.values()].flatMap((one) => one.handles);
  return (
    <Form
      testId="break-form"
      title={about === null ? "New breakpoint" : `Stop at deliveries like #${about.number}`}
      verb="Add"
      does="Make this breakpoint"
      store={about && store}
      onSubmit={submit}
    >
      {(_, wrong) => (
        <>
          <Entry
            label="Stop"
            choices={KINDS.map(([one, words]) => [one, `${one.replace("_", " ")}: ${words}`])}
            value={kind}
            onChange={(next) => set({ kind: next })}
          />
          <Entry
            label="Agent"
            hint="type/key, or a type; * for anything"
            known={[...state.types.keys(), ...state.agents.keys()]}
            value={agent}
            onChange={(next) => set({ agent: next })}
          />
          <Entry
            label="Topic"
            hint="type/source, or a type"
            known={state.topics.keys()}
            value={topic}
            onChange={(next) => set({ topic: next })}
          />
          <Entry
            label="Message class"
            hint="its name"
            known={new Set(handled.map((one) => one.message))}
            value={message}
            onChange={(next) => set({ message: next })}
          />
          <Entry
            label="Condition"
            hint="in Python, over message, context, agent"
            placeholder="message.price > 3"
            code
            wrong={wrong}
            value={condition}
            onChange={(next) => set({ when: next })}
          />
          <div class="sb-pair">
            <Entry label="From hit" value={hits} onChange={(next) => set({ hits: next })} />
            <Check label="only once" value={once} onChange={(next) => set({ once: next })} />
            <Check
              label="only pause that agent's mailbox"
              value={hold_only && mailbox}
              off={!mailbox}
              onChange={(next) => set({ hold_only: next })}
            />
          </div>
        </>
      )}
    </Form>
  );
}

import { useEffect, useState } from "preact/hooks";
import { type Invariant, inLine, listsOf, watchedValue } from "../lists";
import { contentOf } from "../memory";
import type { State } from "../state";
import type { Store } from "../store";
import { count } from "../words";
import { Check, Entry, Form } from "./forms";
import { AgentLink } from "./links";
import { NoKernel } from "./NoKernel";

/** Attributes that are followed, and statements that have to hold. */
export function Watches({ store, state }: { store: Store; state: State }) {
  const lists = listsOf(store);
  const live = store.live.value;
  useEffect(() => lists.refresh(), [live, store.now.moves.length]);
  return (
    <div>
      <WatchList store={store} state={state} />
      <WatchForm store={store} state={state} agent={null} />
      <h4>
        {lists.invariants.value.length === 0
          ? "No invariants"
          : count(lists.invariants.value.length, "invariant", "invariants")}
      </h4>
      {!live && <NoKernel what="Invariants are checked" />}
      <ul class="sb-list">
        {lists.invariants.value.map((one) => (
          <InvariantRow key={one.id} store={store} invariant={one} live={live} />
        ))}
      </ul>
      {live && <InvariantForm store={store} />}
    </div>
  );
}

function WatchList({ store, state }: { store: Store; state: State }) {
  const lists = listsOf(store);
  const watches = lists.watches.value;
  return (
    <>
      <h4>
        {watches.length === 0 ? "Nothing is watched" : count(watches.length, "watch", "watches")}
      </h4>
      {watches.length === 0 && (
        <p class="sb-quiet">
          Watched attributes are shown here, and on the agents, at every step. Type one below, or
          choose one under State.
        </p>
      )}
      <ul class="sb-list">
        {watches.map(({ id, agent, path }) => {
          const value = watchedValue(state, agent, path);
          return (
            <li key={id} data-testid="watch" data-id={`${agent}.${path}`}>
              <span class="sb-grow">
                <AgentLink store={store} id={agent} />
                <code>
                  {path} = <b>{inLine(value)}</b>
                </code>
                {value === undefined && <small>{nothing(state, agent)}</small>}
              </span>
              <TakeAway
                words={`Stop watching ${path} of ${agent}`}
                title="Stop watching this"
                does={() => void lists.unwatch(id)}
              />
            </li>
          );
        })}
      </ul>
    </>
  );
}

function TakeAway({ words, title, does }: { words: string; title: string; does(): void }) {
  return (
    <button type="button" class="sb-small" aria-label={words} title={title} onClick={does}>
      ✕
    </button>
  );
}

function nothing(state: State, agent: string): string {
  const known = state.agents.get(agent);
  if (known?.created !== true) return "the agent is not built yet";
  return "the agent has no such attribute at this step";
}

interface WatchFormProps {
  store: Store;
  state: State;
  agent: string | null;
}

/** Follows one more attribute. */
export function WatchForm({ store, state, agent: about }: WatchFormProps) {
  const [agent, setAgent] = useState(about ?? "");
  const [path, setPath] = useState("");
  const submit = async () => {
    if (agent === "" || path === "") return "Say which agent, and which of its attributes.";
    const refused = await listsOf(store).watch(agent, path);
    if (refused !== null) return refused;
    setPath("");
    return null;
  };
  return (
    <Form
      testId="watch-form"
      title="Watch"
      verb="Watch"
      does="Follow this attribute"
      onSubmit={submit}
    >
      <Entry
        label="Agent"
        hint="type/key"
        known={state.agents.keys()}
        value={agent}
        onChange={setAgent}
      />
      <Entry
        label="Attribute"
        hint="such as count, or orders[0].price"
        known={Object.keys(contentOf(state.agents.get(agent)?.memory ?? null))}
        value={path}
        onChange={setPath}
      />
    </Form>
  );
}

interface InvariantRowProps {
  store: Store;
  invariant: Invariant;
  live: boolean;
}

function InvariantRow({ store, invariant, live }: InvariantRowProps) {
  const { id } = invariant;
  const last = invariant.broken.at(-1);
  return (
    <li data-testid="invariant" data-state={invariant.holds ? "holds" : "broken"}>
      <span class="sb-grow">
        <span class={invariant.holds ? "sb-look-handled" : "sb-look-failed"}>
          {invariant.holds ? "✓ holds" : "✕ broken"}
        </span>{" "}
        <code>{invariant.condition}</code>
        {invariant.pause && <small>stops the run when it is broken</small>}
        {last !== undefined && (
          <small>
            {invariant.times > 1 ? `broken ${invariant.times} times, last ` : "broken "}
            {last.number === null ? "from the beginning" : "after "}
            {last.number !== null && (
              <button
                type="button"
                class="sb-link"
                onClick={() => store.select("delivery", last.number ?? 0)}
              >
                #{last.number}
              </button>
            )}
            : {last.text}
          </small>
        )}
      </span>
      {live && (
        <TakeAway
          words={`Stop checking ${invariant.condition}`}
          title="Stop checking this"
          does={() => void listsOf(store).change("invariants", "clear_invariant", { id })}
        />
      )}
    </li>
  );
}

function InvariantForm({ store }: { store: Store }) {
  const [condition, setCondition] = useState("");
  const [pause, setPause] = useState(false);
  const submit = async () => {
    const refused = await listsOf(store).change("invariants", "invariant", { condition, pause });
    if (refused === null) setCondition("");
    return refused;
  };
  return (
    <Form
      testId="invariant-form"
      title="Has to hold after every turn"
      verb="Add"
      does="Check this from now on"
      onSubmit={submit}
    >
      {(_, wrong) => (
        <>
          <Entry
            label="Statement"
            hint="in Python, over agents and runtime"
            placeholder="agents['kitchen/s1'].count >= 0"
            code
            wrong={wrong}
            value={condition}
            onChange={setCondition}
          />
          <div class="sb-pair">
            <Check label="stop the run when it is broken" value={pause} onChange={setPause} />
          </div>
        </>
      )}
    </Form>
  );
}

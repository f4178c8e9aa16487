import { aroundTurn, changesBy } from "../../changes";
import { inLine, listsOf } from "../../lists";
import { contentOf, type Memory } from "../../memory";
import { isObject, name as visible } from "../../read";
import type { Agent, Delivery, State } from "../../state";
import type { Store } from "../../store";
import { whole } from "../../words";
import { AgentLink, DeliveryLinks } from "../links";
import { Value } from "../Value";
import { Changes, WatchButton } from "./Changes";
import type { TabProps } from "./MessageTab";

/** What the turn of a delivery has changed in its agent, and what the agent remembers. */
export function StateTab({ store, state, delivery }: TabProps) {
  const turn = turnOf(state, delivery);
  const agent = turn?.recipient ? state.agents.get(turn.recipient) : undefined;
  if (turn === undefined || agent === undefined)
    return <p class="sb-empty">No agent gets this, so no state belongs to it.</p>;
  const changes = changesBy(agent, turn.number);
  const around = aroundTurn(agent, turn.number);
  return (
    <>
      <p>
        {turn !== delivery && (
          <>
            A response lets the turn of{" "}
            <DeliveryLinks store={store} state={state} numbers={[turn.number]} /> go on.{" "}
          </>
        )}
        <AgentLink store={store} id={agent.id} />
        {summary(turn, changes.length)}
      </p>
      {changes.length > 0 && (
        <Changes changes={changes} onWatch={(path) => void listsOf(store).watch(agent.id, path)} />
      )}
      {around !== null && (
        <details>
          <summary>All of it, after this turn</summary>
          <Value snapshot={around[1].state} />
        </details>
      )}
      <Remembers store={store} agent={agent} />
    </>
  );
}

/** The delivery whose turn it is: a response goes on with the turn that asked. */
function turnOf(state: State, delivery: Delivery): Delivery | undefined {
  if (delivery.kind !== "response") return delivery;
  const request = state.deliveries.get(delivery.request ?? 0);
  return request?.cause == null ? undefined : state.deliveries.get(request.cause);
}

function summary(turn: Delivery, changes: number): string {
  if (turn.state === "queued" || turn.state === "held") return "has not got it yet.";
  const so = turn.state === "settled" ? "" : " so far";
  if (changes === 0) return `was not changed in this turn${so}.`;
  return `was changed in this turn${so}:`;
}

/** The state of an agent at the step that is shown. */
export function Remembers({ store, agent }: { store: Store; agent: Agent }) {
  const past = store.past.value;
  const fields = Object.entries(contentOf(agent.memory));
  return (
    <>
      <h4>
        {agent.id}{" "}
        <small>{past === null ? "as it is now" : `as it was at step ${whole(past)}`}</small>
      </h4>
      {agent.memory === null && (
        <p class="sb-quiet">
          {agent.created ? "It keeps no attributes of its own." : "It is not built yet."}
        </p>
      )}
      {agent.memory !== null && !agent.created && (
        <p class="sb-reason">It was thrown away: this is what it remembered last.</p>
      )}
      <ul class="sb-state" data-testid="agent-state">
        {fields.map(([name, value]) => (
          <li key={name} data-id={name}>
            <span class="sb-grow">
              <span class="sb-name">{visible(name)}</span>{" "}
              {isNested(value) ? (
                <Value snapshot={{ json: value }} />
              ) : (
                <code>{inLine(value, 2000)}</code>
              )}
            </span>
            <WatchButton
              path={name}
              onWatch={(path) => void listsOf(store).watch(agent.id, path)}
            />
          </li>
        ))}
      </ul>
    </>
  );
}

function isNested(value: unknown): boolean {
  return (Array.isArray(value) || isObject(value)) && Object.keys(value).length > 0;
}

const MAX_HISTORY = 20;

/** Which deliveries have changed an agent, the last first. */
export function StateHistory({
  store,
  state,
  agent,
}: {
  store: Store;
  state: State;
  agent: Agent;
}) {
  const entries: Memory[] = [];
  let memory = agent.memory;
  for (; memory !== null && entries.length < MAX_HISTORY; memory = memory.before)
    entries.push(memory);
  if (entries.length === 0) return null;
  return (
    <>
      <h4>Changed by</h4>
      <ul class="sb-list" data-testid="state-history">
        {entries.map((one, place) => (
          <li key={entries.length - place}>
            <span class="sb-grow">
              {one.number === null ? (
                <span class="sb-quiet">
                  {one.before === null ? "its creation" : "code outside"}
                </span>
              ) : (
                <DeliveryLinks store={store} state={state} numbers={[one.number]} />
              )}{" "}
              <code>{changedNames(one)}</code>
            </span>
          </li>
        ))}
        {memory !== null && <li class="sb-quiet">and earlier ones</li>}
      </ul>
    </>
  );
}

function changedNames(memory: Memory): string {
  const now = contentOf(memory);
  const old = contentOf(memory.before);
  return Object.keys({ ...old, ...now })
    .filter((name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]))
    .map(visible)
    .join(", ");
}

import type { Agent, AgentType, State } from "../state";
import type { Store } from "../store";
import { subscriptionWords } from "../words";
import { AgentLink, LinkField } from "./links";

export function AgentDetail({ store, state, agent }: { store: Store; state: State; agent: Agent }) {
  return (
    <div data-id={agent.id}>
      <h3>Agent {agent.id}</h3>
      <dl class="sb-route">
        <dt>class</dt>
        <dd>{agent.className ?? state.types.get(agent.type)?.className ?? "not known"}</dd>
        <dt>type</dt>
        <dd>
          <button type="button" class="sb-link" onClick={() => store.select("type", agent.type)}>
            {agent.type}
          </button>
        </dd>
        <dt>key</dt>
        <dd>{agent.key}</dd>
        <dt>built</dt>
        <dd>{built(agent)}</dd>
        <dt>pending</dt>
        <dd>{agent.pending}</dd>
        <LinkField store={store} state={state} name="open turns" numbers={agent.open} />
        <LinkField store={store} state={state} name="addressed" numbers={agent.received} />
      </dl>
      <Handlers type={state.types.get(agent.type)} />
    </div>
  );
}

function built(agent: Agent): string {
  if (!agent.created) return "not yet: its first delivery will build it";
  return agent.cause === null ? "yes" : `yes, for delivery #${agent.cause}`;
}

export function TypeDetail({
  store,
  state,
  type,
}: {
  store: Store;
  state: State;
  type: AgentType;
}) {
  const subscriptions = [...state.subscriptions.values()].filter(
    (one) => one.agentType === type.type,
  );
  return (
    <div data-id={type.type}>
      <h3>Agent type {type.type}</h3>
      <dl class="sb-route">
        <dt>class</dt>
        <dd>{type.className ?? "not known"}</dd>
        <dt>registered</dt>
        <dd>{type.registered ? "yes" : "no: deliveries to it cannot be made"}</dd>
        {type.mailbox !== null && (
          <>
            <dt>mailbox</dt>
            <dd>{type.mailbox}</dd>
          </>
        )}
        <dt>agents</dt>
        <dd>
          {type.agents.length === 0
            ? "none yet"
            : type.agents.map((id) => <AgentLink key={id} store={store} id={id} />)}
        </dd>
        {subscriptions.length > 0 && (
          <>
            <dt>subscribed</dt>
            <dd>{subscriptions.map(subscriptionWords).join(", ")}</dd>
          </>
        )}
      </dl>
      <Handlers type={type} />
    </div>
  );
}

function Handlers({ type }: { type: AgentType | undefined }) {
  if (type === undefined || type.handles.length === 0) return null;
  return (
    <>
      <h4>Handles</h4>
      <ul class="sb-handlers">
        {type.handles.map((one) => (
          <li key={`${one.handler} ${one.message}`}>
            <code>{one.by === "message" ? "@message_handler" : `@${one.by}`}</code>{" "}
            <b>{one.message}</b> <span class="sb-quiet">{one.handler}()</span>
          </li>
        ))}
      </ul>
    </>
  );
}

export function TopicDetail({ store, state, name }: { store: Store; state: State; name: string }) {
  const topic = state.topics.get(name);
  const subscriptions = [...state.subscriptions.values()].filter(
    (one) => one.topicType === name || (one.prefix !== null && name.startsWith(one.prefix)),
  );
  return (
    <div data-id={name}>
      <h3>Topic {name}</h3>
      <dl class="sb-route">
        <dt>sources</dt>
        <dd>{[...(topic?.sources ?? [])].join(", ") || "nothing published yet"}</dd>
        <dt>subscribed</dt>
        <dd>
          {subscriptions.length === 0
            ? "nobody: what is published here reaches no agent"
            : subscriptions.map((one) => (
                <button
                  key={one.id}
                  type="button"
                  class="sb-link"
                  onClick={() => store.select("subscription", one.id)}
                >
                  {subscriptionWords(one)}
                </button>
              ))}
        </dd>
      </dl>
      <p class="sb-quiet">The source of a message becomes the key of the agent that receives it.</p>
    </div>
  );
}

export function SubscriptionDetail({
  store,
  state,
  id,
}: {
  store: Store;
  state: State;
  id: string;
}) {
  const subscription = state.subscriptions.get(id);
  if (subscription === undefined) return <p class="sb-empty">This subscription was removed.</p>;
  const { agentType, topicType, prefix } = subscription;
  return (
    <div data-id={id}>
      <h3>Subscription</h3>
      <p>{subscriptionWords(subscription)}</p>
      <dl class="sb-route">
        <dt>kind</dt>
        <dd>{subscription.label}</dd>
        <dt>topics</dt>
        <dd>
          {topicType ??
            (prefix === null ? "as its own code decides" : `all that begin with ${prefix}`)}
        </dd>
        <dt>agent type</dt>
        <dd>
          {agentType === null ? (
            "as its own code decides"
          ) : (
            <button type="button" class="sb-link" onClick={() => store.select("type", agentType)}>
              {agentType}
            </button>
          )}
        </dd>
        <dt>agent key</dt>
        <dd>the topic's source: published to source s1, it goes to {agentType ?? "agent"}/s1</dd>
      </dl>
    </div>
  );
}

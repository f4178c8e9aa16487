import { type Agent, type AgentType, type State, subscribersOf } from "../state";
import type { Store } from "../store";
import { subscriptionWords } from "../words";
import { ActionButton } from "./ActionButton";
import { CommandButton } from "./CommandButton";
import { Remembers, StateHistory } from "./detail/StateTab";
import { AgentLink, LinkField } from "./links";

interface AgentDetailProps {
  store: Store;
  state: State;
  agent: Agent;
  tab: string;
}

export function AgentDetail({ store, state, agent, tab }: AgentDetailProps) {
  if (tab === "state")
    return (
      <div data-id={agent.id}>
        <Remembers store={store} agent={agent} />
        <StateHistory store={store} state={state} agent={agent} />
      </div>
    );
  const type = state.types.get(agent.type);
  return (
    <div data-id={agent.id}>
      <h3>Agent {agent.id}</h3>
      <AgentVerbs store={store} agent={agent} />
      <dl class="sb-route">
        <dt>class</dt>
        <dd>{agent.className ?? type?.className ?? "not known"}</dd>
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
        <dt>mailbox</dt>
        <dd data-testid="mailbox">
          {mailboxWords(type?.mailbox ?? null)}
          {agent.paused && <b>; paused: all that is on its way to it is passed over</b>}
        </dd>
        <dt>pending</dt>
        <dd>{agent.pending}</dd>
        <LinkField store={store} state={state} name="open turns" numbers={agent.open} />
        <LinkField store={store} state={state} name="addressed" numbers={agent.received} />
      </dl>
      <Handlers type={type} />
    </div>
  );
}

function AgentVerbs({ store, agent }: { store: Store; agent: Agent }) {
  const selection = { what: "agent", id: agent.id } as const;
  const about = { agent: agent.id };
  return (
    <p class="sb-verbs">
      <ActionButton store={store} id="next-here" selection={selection} />
      {agent.paused ? (
        <CommandButton
          store={store}
          id="resume-mailbox"
          glyph="▹"
          label="Resume mailbox"
          does="Deliver to it again"
          command={["resume_mailbox", about]}
        />
      ) : (
        <CommandButton
          store={store}
          id="pause-mailbox"
          glyph="‖"
          label="Pause mailbox"
          does="Pass over all that is on its way to it; the others go on"
          command={["pause_mailbox", about]}
        />
      )}
      <CommandButton
        store={store}
        id="crash"
        glyph="✕"
        label="Crash"
        does="Throw it away with all that it remembers; the next delivery builds it again"
        command={["crash", about]}
      />
      <SendButton store={store} id={`agent:${agent.id}`} label="Send" />
    </p>
  );
}

function SendButton({ store, id, label }: { store: Store; id: string; label: string }) {
  return (
    <CommandButton
      store={store}
      id="send"
      glyph="✉"
      label={label}
      does="Make a new message with a form, and send it from outside"
      onClick={() => {
        store.form.value = { what: "send", id };
      }}
    />
  );
}

function mailboxWords(mailbox: string | null): string {
  if (mailbox === "serial") return "serial: one turn at a time";
  if (mailbox === "interleaved") return "interleaved: turns may be open at the same time";
  return mailbox ?? "not known";
}

function built(agent: Agent): string {
  if (!agent.created)
    return agent.memory === null
      ? "not yet: its first delivery will build it"
      : "no: it was thrown away, and its next delivery builds it again";
  return agent.cause === null ? "yes" : `yes, for delivery #${agent.cause}`;
}

const MAX_AGENTS = 50;

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
      <p class="sb-verbs">
        <SendButton store={store} id={`type:${type.type}`} label="Send to one" />
      </p>
      <dl class="sb-route">
        <dt>class</dt>
        <dd>{type.className ?? "not known"}</dd>
        <dt>registered</dt>
        <dd>{type.registered ? "yes" : "no: deliveries to it cannot be made"}</dd>
        {type.mailbox !== null && (
          <>
            <dt>mailbox</dt>
            <dd data-testid="mailbox">{mailboxWords(type.mailbox)}</dd>
          </>
        )}
        <dt>agents</dt>
        <dd>
          {type.agents.length === 0
            ? "none yet"
            : type.agents.slice(0, MAX_AGENTS).map((id) => (
                <span key={id} class="sb-seen">
                  <AgentLink store={store} id={id} />
                  {state.agents.get(id)?.paused && "(mailbox paused)"}
                </span>
              ))}
          {type.agents.length > MAX_AGENTS && `and ${type.agents.length - MAX_AGENTS} more`}
        </dd>
        {subscriptions.length > 0 && (
          <>
            <dt>subscribed</dt>
            <dd>
              {subscriptions.map((one) => (
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
  const subscriptions = subscribersOf(state, name);
  return (
    <div data-id={name}>
      <h3>Topic {name}</h3>
      <p class="sb-verbs">
        <SendButton store={store} id={`topic:${name}`} label="Publish here" />
      </p>
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

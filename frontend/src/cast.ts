/** Who and what there is: each is noted, and given a place, when it is first heard of. */

import {
  type AgentDraft,
  type AgentTypeDraft,
  type Delivery,
  outsideId,
  outsideLabel,
  type Place,
  type State,
  splitAgentId,
  topicNode,
  typeNode,
} from "./state";

/** The agent type of this name, put into the picture when it is first heard of. */
export function agentType(state: State, type: string): AgentTypeDraft {
  let known = state.types.own(type);
  if (known === undefined) {
    known = { type, className: null, handles: [], mailbox: null, registered: false, agents: [] };
    state.types.add(type, known);
    place(state, typeNode(type), "type", null);
  }
  return known;
}

/** The agent of this id, with its type. */
export function agent(state: State, id: string): AgentDraft {
  let known = state.agents.own(id);
  if (known === undefined) {
    known = {
      id,
      ...splitAgentId(id),
      className: null,
      created: false,
      cause: null,
      pending: 0,
      open: [],
      received: [],
      failed: 0,
      paused: false,
      memory: null,
    };
    state.agents.add(id, known);
    agentType(state, known.type).agents.push(id);
  }
  return known;
}

export function topic(state: State, type: string, near: string | null): void {
  if (state.topics.has(type)) return;
  state.topics.add(type, { type, sources: new Set() });
  place(state, topicNode(type), "topic", near);
}

export function place(
  state: State,
  id: string,
  column: Place["column"],
  near: string | null,
): void {
  if (!state.places.some((known) => known.id === id)) state.places.push({ id, column, near });
}

/** All deliveries of the publication this one belongs to; null for requests and responses. */
export function publicationOf(state: State, { publication }: Delivery): number[] | null {
  if (publication === null) return null;
  const known = state.publications.own(publication);
  if (known !== undefined) return known;
  return state.publications.add(publication, []);
}

/** Notes where a delivery runs in the picture: its topic, its outside sender, its route. */
export function draw(state: State, delivery: Delivery): void {
  const receiver = delivery.recipient === null ? null : splitAgentId(delivery.recipient).type;
  let target = receiver === null ? null : typeNode(receiver);
  if (delivery.topic !== null && delivery.kind === "event") {
    const { type, source } = delivery.topic;
    topic(state, type, target);
    if (state.topics.get(type)?.sources.has(source) === false)
      state.topics.own(type)?.sources.add(source);
    target = topicNode(type);
  }
  if (delivery.kind === "response") {
    if (delivery.recipient === null)
      place(state, outsideId(outsideLabel(state, delivery)), "outside", null);
    return;
  }
  const origin =
    delivery.sender === null
      ? outsideId(outsideLabel(state, delivery))
      : typeNode(agentType(state, splitAgentId(delivery.sender).type).type);
  const key = `${origin} > ${target}`;
  // Whatever has a route already has its place.
  if (delivery.sender === null && !state.routes.has(key)) place(state, origin, "outside", target);
  if (target === null) return;
  // One publication is one use of the way to the topic, however many receive it.
  const group = publicationOf(state, delivery);
  if (group !== null && group.at(0) !== delivery.number) return;
  const route = state.routes.own(key);
  if (route !== undefined) route.count += 1;
  else
    state.routes.add(key, {
      from: origin,
      to: target,
      kind: delivery.kind === "event" ? "event" : "request",
      count: 1,
    });
}

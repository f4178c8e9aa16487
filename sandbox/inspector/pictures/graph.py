"""The run as a networkx graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

if TYPE_CHECKING:
    from sandbox.inspector.recording.run_state import RunState


def graph_of(run: RunState) -> nx.MultiDiGraph:
    """Agents, topics and subscriptions of a run as a graph.

    Nodes are named by tuples, so that an agent type and a topic of the same name differ:

    * `("agent_type", type)`: `kind="agent_type"`, `agent_class`, `handles` (message type names),
      `mailbox`, `registered` (false if there are only subscriptions or messages for it);
    * `("agent", "type/key")`: `kind="agent"`, `type`, `key`, `agent_class`, `pending` (how many
      deliveries wait for it), `built` (false if it will be built at its first delivery);
    * `("topic", type)`: `kind="topic"`, `sources` (sorted list of the sources seen), `prefix`
      (true if it stands for all topic types that begin so), `direct` (true if it only serves
      messages to one agent type directly).

    Edges: `subscription` from a topic to an agent type, with `id` and `label`; `instance` from an
    agent type to an agent; `sent` from an agent to an agent, with `count`, for requests.
    """
    graph = nx.MultiDiGraph()
    for name, registered in run.types.items():
        graph.add_node(
            ("agent_type", name),
            kind="agent_type",
            agent_class=registered.agent_class,
            handles=[handles.message for handles in registered.handles],
            mailbox=registered.mailbox,
            registered=True,
        )
    for subscription in run.subscriptions.values():
        topic = subscription.topic_type or subscription.prefix or subscription.label
        is_prefix = subscription.prefix is not None
        node = ("topic", f"{topic}*" if is_prefix else topic)
        direct = subscription.prefix == f"{subscription.agent_type}:"
        graph.add_node(node, kind="topic", sources=[], prefix=is_prefix, direct=direct)
        if subscription.agent_type is not None:
            target = _agent_type(graph, subscription.agent_type)
            graph.add_edge(
                node,
                target,
                key=subscription.subscription,
                kind="subscription",
                id=subscription.subscription,
                label=subscription.label,
            )
    for agent, created in run.agents.items():
        _add_agent(graph, agent, created.agent_class, built=True)
    _add_traffic(graph, run)
    return graph


def _agent_type(graph: nx.MultiDiGraph, name: str) -> tuple[str, str]:
    node = ("agent_type", name)
    if node not in graph:
        graph.add_node(
            node, kind="agent_type", agent_class=None, handles=[], mailbox=None, registered=False
        )
    return node


def _add_agent(graph: nx.MultiDiGraph, agent: str, agent_class: str | None, *, built: bool) -> None:
    type_name, _, key = agent.partition("/")
    graph.add_node(
        ("agent", agent),
        kind="agent",
        type=type_name,
        key=key,
        agent_class=agent_class,
        pending=0,
        built=built,
    )
    node = _agent_type(graph, type_name)
    graph.add_edge(node, ("agent", agent), key="instance", kind="instance")


def _add_traffic(graph: nx.MultiDiGraph, run: RunState) -> None:
    for number in run.queue:
        recipient = run.deliveries[number].recipient
        if recipient is not None:
            if ("agent", recipient) not in graph:
                _add_agent(graph, recipient, None, built=False)
            graph.nodes["agent", recipient]["pending"] += 1
    for delivery in run.deliveries.values():
        if delivery.topic is not None:
            _add_source(graph, *delivery.topic.split("/", 1))
        elif delivery.kind == "request" and delivery.sender and delivery.recipient:
            _add_call(graph, ("agent", delivery.sender), ("agent", delivery.recipient))


def _add_source(graph: nx.MultiDiGraph, topic_type: str, source: str) -> None:
    if ("topic", topic_type) not in graph:
        graph.add_node(("topic", topic_type), kind="topic", sources=[], prefix=False, direct=False)
    sources = graph.nodes["topic", topic_type]["sources"]
    if source not in sources:
        sources.append(source)
        sources.sort()


def _add_call(graph: nx.MultiDiGraph, sender: tuple[str, str], recipient: tuple[str, str]) -> None:
    if sender in graph and recipient in graph:
        if not graph.has_edge(sender, recipient, key="sent"):
            graph.add_edge(sender, recipient, key="sent", kind="sent", count=0)
        graph.edges[sender, recipient, "sent"]["count"] += 1

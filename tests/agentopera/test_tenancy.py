"""The four ways to divide tenants and topics, and a whole program that uses them."""

from typing import Any

from sandbox.agentopera.engine.protocol.subscription.default_subscription import DefaultSubscription
from sandbox.agentopera.engine.protocol.subscription.message_channel import (
    DefaultMessageChannel,
    MessageChannel,
)
from sandbox.agentopera.engine.protocol.subscription.topic_subscription import TopicSubscription
from sandbox.agentopera.engine.runtime.agent_engine import AgentEngine
from sandbox.agentopera.types.agent import AgentId
from sandbox.agents import RoutedAgent, event, message_handler
from sandbox.messaging import MessageContext
from sandbox.testing import Trace, run_until_idle

TENANTS = ["tenant1", "tenant2"]


class Listener(RoutedAgent):
    """Notes what it hears, for its own tenant."""

    def __init__(self) -> None:
        super().__init__("Listens.")
        self.heard: list[Any] = []

    @event
    async def hear(self, message: Any, ctx: MessageContext) -> None:
        self.heard.append(message)


async def engine_of_two_types():
    engine, trace = AgentEngine(), Trace()
    engine.add_instrument(trace)
    for type_ in ("one", "two"):
        await Listener.register(engine, type_, Listener)
    return engine, trace


async def test_a_single_tenant_with_a_single_topic():
    engine, trace = await engine_of_two_types()
    await engine.subscribe(DefaultSubscription(agent_type="one"))
    await engine.subscribe(DefaultSubscription(agent_type="two"))
    await engine.publish_message("m", DefaultMessageChannel())
    await run_until_idle(engine)
    trace.assert_sequence(("event", None, "one/default", "m"), ("event", None, "two/default", "m"))


async def test_many_tenants_with_a_single_topic():
    engine, trace = await engine_of_two_types()
    await engine.subscribe(DefaultSubscription(agent_type="one"))
    for tenant in TENANTS:
        await engine.publish_message(f"for {tenant}", DefaultMessageChannel(source=tenant))
    await run_until_idle(engine)
    trace.assert_sequence(
        ("event", None, "one/tenant1", "for tenant1"), ("event", None, "one/tenant2", "for tenant2")
    )
    agent = await engine.try_get_underlying_agent_instance(AgentId("one", "tenant1"), Listener)
    assert agent.heard == ["for tenant1"]


async def test_a_single_tenant_with_many_topics():
    engine, trace = await engine_of_two_types()
    await engine.subscribe(TopicSubscription(topic="topic1", agent_type="one"))
    await engine.subscribe(TopicSubscription(topic="topic2", agent_type="two"))
    await engine.publish_message("first", MessageChannel(topic="topic1", source="default"))
    await engine.publish_message("second", MessageChannel(topic="topic2", source="default"))
    await run_until_idle(engine)
    trace.assert_sequence(
        ("event", None, "one/default", "first"), ("event", None, "two/default", "second")
    )


async def test_many_tenants_with_many_topics():
    engine, trace = await engine_of_two_types()
    await engine.subscribe(TopicSubscription(topic="topic1", agent_type="one"))
    await engine.subscribe(TopicSubscription(topic="topic2", agent_type="two"))
    for tenant in TENANTS:
        for topic in ("topic1", "topic2"):
            await engine.publish_message("m", MessageChannel(topic=topic, source=tenant))
    await run_until_idle(engine)
    trace.assert_sequence(
        ("event", None, "one/tenant1", "m"),
        ("event", None, "two/tenant1", "m"),
        ("event", None, "one/tenant2", "m"),
        ("event", None, "two/tenant2", "m"),
    )


class Analyzer(RoutedAgent):
    """Shows what it gets. An agent needs a base class, whatever else it is."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    @message_handler
    async def show_record(self, message: dict, ctx: MessageContext) -> None:
        print(f"{self.id} of {self.name}: {message['status']}")

    @message_handler
    async def show_text(self, message: str, ctx: MessageContext) -> None:
        print(f"{self.id} of {self.name}: {message}")


async def set_up_messaging(runtime: AgentEngine) -> None:
    await Analyzer.register(runtime, "analyzer", lambda: Analyzer("first"))
    await Analyzer.register(runtime, "processor", lambda: Analyzer("second"))
    await runtime.subscribe(DefaultSubscription(topic="to_analyze", agent_type="analyzer"))
    await runtime.subscribe(TopicSubscription(topic="to_process", agent_type="processor"))
    await runtime.publish_message(
        {"status": "done", "data": {"results": [1, 2, 3]}},
        MessageChannel(topic="to_analyze", source="batch-1"),
    )
    await runtime.publish_message(
        "plain text", DefaultMessageChannel(topic="to_process", source="batch-1")
    )


async def test_a_program_that_publishes_dicts_and_text_reaches_routed_agents(capsys):
    engine = AgentEngine()
    await set_up_messaging(engine)
    assert engine.unprocessed_messages_count == 2
    await run_until_idle(engine)
    assert capsys.readouterr().out.splitlines() == [
        "analyzer/batch-1 of first: done",
        "processor/batch-1 of second: plain text",
    ]

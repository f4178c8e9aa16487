import asyncio
from typing import Any

import pytest

import sandbox
from sandbox import AgentRuntime, Inspector, SingleThreadedAgentRuntime, TypeSubscription
from sandbox.agentopera import (
    AgentEngine,
    AgentId,
    DefaultMessageChannel,
    DefaultSubscription,
    LocalAgentEngine,
    MessageChannel,
    MessageContext,
    RoutedAgent,
    TopicSubscription,
    event,
    rpc,
)
from sandbox.exceptions import AgentNotBoundError
from sandbox.runtime import runtime as runtime_module
from sandbox.testing import Trace, run_until_idle


class Listener(RoutedAgent):
    @event
    async def hear(self, message: Any, ctx: MessageContext) -> None: ...


async def engine_with_listener(*subscriptions):
    engine, trace = AgentEngine(), Trace()
    engine.add_instrument(trace)
    await Listener.register(engine, "listener", lambda: Listener("Listens."))
    for subscription in subscriptions:
        await engine.subscribe(subscription)
    return engine, trace


def test_calling_the_protocol_makes_a_local_engine():
    engine = AgentEngine(ignore_unhandled_exceptions=False)
    assert type(engine) is LocalAgentEngine
    assert isinstance(engine, SingleThreadedAgentRuntime)
    with pytest.raises(TypeError, match="unexpected"):
        AgentEngine(unexpected=True)


def test_an_engine_is_whatever_has_its_methods():
    names = [name for name in dir(AgentEngine) if not name.startswith("_")]
    facade = type("Facade", (), dict.fromkeys(names, lambda self: None))()
    assert {"subscribe", "unsubscribe", "publish_message", "send_message"} <= set(names)
    assert isinstance(facade, AgentEngine)
    assert isinstance(AgentEngine(), AgentEngine)
    assert isinstance(AgentEngine(), AgentRuntime)
    assert not isinstance(SingleThreadedAgentRuntime(), AgentEngine)


async def test_subscribing_is_adding_a_subscription_with_the_same_errors():
    engine, _ = await engine_with_listener(TopicSubscription("t", "listener", id="s1"))
    assert [each.id for each in engine.subscriptions][1:] == ["s1"]
    with pytest.raises(ValueError, match="Subscription already exists"):
        await engine.subscribe(TypeSubscription("t", "listener"))
    await engine.unsubscribe("s1")
    assert len(engine.subscriptions) == 1
    for error in (LookupError, ValueError):
        with pytest.raises(error, match="Subscription does not exist: 's1'"):
            await engine.unsubscribe("s1")


async def test_a_message_is_published_to_a_channel_under_either_name():
    engine, trace = await engine_with_listener(DefaultSubscription(agent_type="listener"))
    channel = DefaultMessageChannel()
    await engine.publish_message("by position", channel)
    await engine.publish_message("by its name", message_channel=channel)
    await engine.publish_message(message="by the other", topic_id=channel)
    await run_until_idle(engine)
    trace.assert_sequence(
        ("event", None, "listener/default", "by position"),
        ("event", None, "listener/default", "by its name"),
        ("event", None, "listener/default", "by the other"),
    )


@pytest.mark.parametrize("names", [(), ("message_channel", "topic_id")])
async def test_a_channel_under_both_names_or_none_is_refused(names):
    engine, _ = await engine_with_listener()
    with pytest.raises(TypeError, match="once, as message_channel"):
        await engine.publish_message("m", **dict.fromkeys(names, DefaultMessageChannel()))
    assert engine.unprocessed_messages_count == 0


async def test_a_channel_that_is_none_is_refused_before_anything_is_queued():
    engine, _ = await engine_with_listener()
    with pytest.raises(TypeError, match="must be a TopicId, not 'news'"):
        await engine.publish_message("m", "news")
    assert engine.unprocessed_messages_count == 0


async def test_publishing_passes_on_sender_and_message_id():
    contexts = []

    class Keeper(RoutedAgent):
        @event
        async def keep(self, message: str, ctx: MessageContext) -> None:
            contexts.append((ctx.sender, ctx.message_id, ctx.message_channel, ctx.is_rpc))

    engine = AgentEngine()
    await Keeper.register(engine, "keeper", lambda: Keeper("Keeps."))
    await engine.subscribe(TopicSubscription("t", "keeper"))
    sender, channel = AgentId("someone", "else"), MessageChannel("t", "k")
    await engine.publish_message("m", channel, sender=sender, message_id="id-1")
    await run_until_idle(engine)
    assert contexts == [(sender, "id-1", channel, False)]


class Relay(RoutedAgent):
    """Publishes what it is asked to, on the channel of its own tenant."""

    @rpc
    async def relay(self, message: str, ctx: MessageContext) -> bool:
        channel = DefaultMessageChannel()
        await self.publish_message(f"{message} 1", channel, message_id="r1")
        await self.publish_message(f"{message} 2", message_channel=channel)
        await self.publish_message(f"{message} 3", topic_id=channel)
        with pytest.raises(TypeError, match="once, as message_channel"):
            await self.publish_message("lost")
        return self.engine is self.runtime


async def test_an_agent_has_an_engine_and_publishes_under_either_name():
    engine, trace = await engine_with_listener(DefaultSubscription(agent_type="listener"))
    await Relay.register(engine, "relay", lambda: Relay("Relays."))
    engine.start()
    assert await engine.send_message("m", AgentId("relay", "tenant1"))
    await engine.stop_when_idle()
    trace.assert_sequence(
        ("request", None, "relay/tenant1", "m"),
        ("event", "relay/tenant1", "listener/tenant1", "m 1"),
        ("event", "relay/tenant1", "listener/tenant1", "m 2"),
        ("event", "relay/tenant1", "listener/tenant1", "m 3"),
        ("response", "relay/tenant1", None, True),
    )


def test_an_agent_outside_an_engine_says_that_it_has_none():
    with pytest.raises(AgentNotBoundError, match="This Listener has no runtime"):
        _ = Listener("Alone.").engine


async def test_agents_of_both_vocabularies_share_an_engine():
    class Plain(sandbox.RoutedAgent):
        @sandbox.event
        async def hear(self, message: str, ctx: MessageContext) -> None:
            assert ctx.topic_id is ctx.message_channel

    engine, trace = await engine_with_listener(TopicSubscription("news", "listener"))
    await Plain.register(engine, "plain", lambda: Plain("Plain."))
    await engine.add_subscription(TypeSubscription("news", "plain"))
    await engine.publish_message("m", sandbox.TopicId("news", "today"))
    await run_until_idle(engine)
    trace.assert_sequence(
        ("event", None, "listener/today", "m"), ("event", None, "plain/today", "m")
    )


async def test_a_subscription_class_may_call_its_parameter_a_message_channel():
    class ToOne:
        id = "to-one"

        def is_match(self, message_channel: MessageChannel) -> bool:
            return message_channel.topic.startswith("news")

        def map_to_agent(self, message_channel: MessageChannel) -> AgentId:
            return AgentId("listener", "the-one")

    engine, trace = await engine_with_listener(ToOne())
    await engine.publish_message("m", MessageChannel("news.sport", "today"))
    await run_until_idle(engine)
    trace.assert_sequence(("event", None, "listener/the-one", "m"))


async def test_an_engine_that_is_never_started_keeps_its_messages_and_says_so(monkeypatch, caplog):
    monkeypatch.setattr(runtime_module, "HINT_AFTER", 0.0)
    said = asyncio.Event()
    monkeypatch.setattr(caplog.handler, "filters", [lambda record: said.set() or True])
    engine, trace = await engine_with_listener(DefaultSubscription(agent_type="listener"))
    for number in (1, 2):
        await engine.publish_message({"n": number}, DefaultMessageChannel())
    async with asyncio.timeout(10):
        await said.wait()
    [message] = caplog.messages
    assert message == (
        "Still waiting: dict (delivery #1) from outside to listener/default is queued, but the "
        "runtime is not running. Call runtime.start(), or step it."
    )
    assert [each.message for each in engine.stepper.pending] == [{"n": 1}, {"n": 2}]
    await run_until_idle(engine)
    assert [each.message for each in trace.arrivals] == [{"n": 1}, {"n": 2}]


async def test_the_inspector_steps_and_records_an_engine_like_any_runtime():
    engine, trace = await engine_with_listener(TopicSubscription("news", "listener", id="s1"))
    inspector = Inspector(engine)
    await engine.publish_message("m", MessageChannel("news", "today"))
    assert [str(each.recipient) for each in inspector.queue] == ["listener/today"]
    stepped = await inspector.step()
    assert await inspector.step() is None
    trace.assert_sequence(("event", None, "listener/today", "m"))
    recorded = inspector.recording[stepped.number]
    assert (recorded.topic, recorded.verdict) == ("news/today", "handled")
    assert "s1" in {id_ for *_, id_ in inspector.graph().edges(data="id")}

"""What programs written for AgentOpera say about channels, statement by statement.

The patterns of tenants and topics, and a whole program, are in ``tests/agentopera``.
"""

import dataclasses
import inspect
from typing import Any, Protocol, runtime_checkable

from sandbox.agentopera import CancellationToken, MessageContext, RoutedAgent, event, rpc
from sandbox.agentopera.engine.protocol.subscription.default_subscription import DefaultSubscription
from sandbox.agentopera.engine.protocol.subscription.message_channel import (
    DefaultMessageChannel,
    MessageChannel,
)
from sandbox.agentopera.engine.protocol.subscription.topic_subscription import TopicSubscription
from sandbox.agentopera.engine.runtime.agent_engine import AgentEngine
from sandbox.agentopera.types.agent import AgentId
from sandbox.agents import subscription_factory
from sandbox.testing import Trace, any_order, run_until_idle


@runtime_checkable
class SubscriptionShape(Protocol):
    """The protocol as a program may write it down for itself."""

    @property
    def id(self) -> str: ...

    def is_match(self, message_channel: MessageChannel) -> bool: ...

    def map_to_agent(self, message_channel: MessageChannel) -> AgentId: ...


class Listener(RoutedAgent):
    @event
    async def hear(self, message: Any, ctx: MessageContext) -> None: ...


async def traced_engine(*agent_types):
    engine, trace = AgentEngine(), Trace()
    engine.add_instrument(trace)
    for agent_type in agent_types:
        await Listener.register(engine, agent_type, lambda: Listener("Listens."))
    return engine, trace


def test_a_channel_is_a_frozen_dataclass_of_a_topic_and_a_source():
    assert {each.name for each in dataclasses.fields(MessageChannel)} == {"topic", "source"}
    channel = MessageChannel(topic="t", source="s")
    assert channel == MessageChannel("t", "s")
    assert hash(channel) == hash(MessageChannel("t", "s"))


def test_both_parts_of_a_channel_have_defaults():
    assert issubclass(DefaultMessageChannel, MessageChannel)
    assert DefaultMessageChannel() == MessageChannel("default", "default")


def test_all_subscriptions_have_the_three_members():
    assert issubclass(DefaultSubscription, TopicSubscription)
    for subscription in (TopicSubscription("t", "a"), DefaultSubscription(agent_type="a")):
        assert isinstance(subscription, SubscriptionShape)


def test_publishing_takes_a_channel_and_three_optional_keywords():
    parameters = inspect.signature(AgentEngine.publish_message).parameters
    assert list(parameters)[:3] == ["self", "message", "message_channel"]
    for name in ("sender", "cancellation_token", "message_id"):
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert parameters[name].default is None


async def test_a_message_goes_to_all_who_subscribed_and_brings_no_answer():
    engine, trace = await traced_engine("one", "two", "other")
    await engine.subscribe(TopicSubscription(topic="t", agent_type="one"))
    await engine.subscribe(TopicSubscription(topic="t", agent_type="two"))
    await engine.subscribe(TopicSubscription(topic="elsewhere", agent_type="other"))
    answer = await engine.publish_message(
        {"n": [1, 2, 3]},
        MessageChannel(topic="t", source="s"),
        sender=AgentId("outside", "me"),
        cancellation_token=CancellationToken(),
        message_id="m-1",
    )
    await run_until_idle(engine)
    assert answer is None
    trace.assert_sequence(
        any_order(
            ("event", "outside/me", "one/s", {"n": [1, 2, 3]}),
            ("event", "outside/me", "two/s", {"n": [1, 2, 3]}),
        )
    )


async def test_the_agent_type_of_a_default_subscription_comes_from_the_registration():
    @subscription_factory(lambda: [DefaultSubscription()])
    class Subscribed(Listener):
        pass

    engine, trace = await traced_engine()
    await Subscribed.register(engine, "subscribed", lambda: Subscribed("Listens."))
    await engine.publish_message("m", DefaultMessageChannel())
    await run_until_idle(engine)
    trace.assert_sequence(("event", None, "subscribed/default", "m"))


async def test_the_source_of_a_channel_made_in_a_handler_is_the_key_of_its_agent():
    class Teller(RoutedAgent):
        @rpc
        async def tell(self, message: str, ctx: MessageContext) -> DefaultMessageChannel:
            channel = DefaultMessageChannel()
            await self.engine.publish_message(message, channel, sender=self.id)
            return channel

    engine, trace = await traced_engine("one")
    await engine.subscribe(DefaultSubscription(agent_type="one"))
    await Teller.register(engine, "teller", lambda: Teller("Tells."))
    engine.start()
    channel = await engine.send_message("m", AgentId("teller", "tenant1"))
    await engine.stop_when_idle()
    assert channel == MessageChannel("default", "tenant1")
    trace.assert_sequence(
        ("request", None, "teller/tenant1", "m"),
        ("event", "teller/tenant1", "one/tenant1", "m"),
        ("response", "teller/tenant1", None, channel),
    )

import logging
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox import (
    AgentId,
    AgentType,
    DefaultSubscription,
    DefaultTopicId,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypePrefixSubscription,
    TypeSubscription,
    default_subscription,
    message_handler,
    type_subscription,
)
from sandbox.agents import subscription_factory
from sandbox.testing import run_until_idle


@dataclass
class Awkward:
    """Has a field that no serializer of ours can rebuild."""

    text: str | None = None


class FakeRuntime:
    """Notes what is asked of it, in order, and fails where it is told to."""

    def __init__(self, fail_at=None, present=()):
        self.calls = []
        self.fail_at = fail_at
        self.present = list(present)

    def note(self, name, *details):
        self.calls.append((name, *details))
        if name == self.fail_at:
            raise RuntimeError(name)

    async def register_factory(self, type, agent_factory, *, expected_class=None, **options):
        self.note("register_factory", type.type, expected_class, options)
        return type

    async def register_agent_instance(self, agent_instance, agent_id):
        self.note("register_agent_instance", agent_id)
        return agent_id

    async def add_subscription(self, subscription):
        if subscription in self.present:
            raise ValueError("Subscription already exists")
        self.note("add", described(subscription))
        self.present.append(subscription)

    async def remove_subscription(self, id):
        [gone] = [each for each in self.present if each.id == id]
        self.present.remove(gone)
        self.note("remove", described(gone))

    async def unregister(self, type):
        self.note("unregister", type)

    def add_message_serializer(self, serializer):
        self.note("serializers", [each.type_name for each in serializer])


def described(subscription):
    if isinstance(subscription, TypePrefixSubscription):
        return f"{subscription.topic_type_prefix}* -> {subscription.agent_type}"
    return f"{subscription.topic_type} -> {subscription.agent_type}"


class Plain(RoutedAgent):
    def __init__(self):
        super().__init__("plain")
        self.heard = []

    @message_handler
    async def hear(self, message: str | Awkward, ctx: MessageContext) -> None:
        self.heard.append(message)


@default_subscription
@type_subscription("tasks")
class Subscribed(Plain):
    pass


@dataclass
class Known:
    text: str


class WithSerializer(Subscribed):
    @message_handler
    async def know(self, message: Known, ctx: MessageContext) -> None: ...


async def test_the_order_is_factory_then_subscriptions_then_serializers():
    runtime = FakeRuntime()
    subscribed = subscription_factory(lambda: [TypeSubscription("own", "w")])(WithSerializer)
    assert await subscribed.register(runtime, "w", WithSerializer) == AgentType("w")
    assert runtime.calls == [
        ("register_factory", "w", WithSerializer, {}),
        ("add", "own -> w"),
        ("add", "w:* -> w"),
        ("serializers", ["Known"]),
    ]


async def test_subscriptions_can_be_left_out_and_options_are_passed_on():
    runtime = FakeRuntime()
    await Subscribed.register(
        runtime=runtime,
        type=AgentType("w"),
        factory=Subscribed,
        skip_class_subscriptions=True,
        skip_direct_message_subscription=True,
        replace=True,
        mailbox="serial",
    )
    assert runtime.calls == [
        ("register_factory", "w", Subscribed, {"replace": True, "mailbox": "serial"})
    ]


@pytest.mark.parametrize("fail_at", ["serializers", "add"])
async def test_a_failure_leaves_nothing_behind(fail_at):
    class Agent(Plain):
        @message_handler
        async def know(self, message: Known, ctx: MessageContext) -> None: ...

    runtime = FakeRuntime(fail_at)
    with pytest.raises(RuntimeError, match=fail_at):
        await Agent.register(runtime, "w", Agent)
    assert runtime.present == []
    assert runtime.calls[-1] == ("unregister", "w")


async def test_a_subscription_refused_for_another_reason_is_a_failure():
    class Picky(FakeRuntime):
        async def add_subscription(self, subscription):
            raise ValueError("not this one")

    runtime = Picky()
    with pytest.raises(ValueError, match="not this one"):
        await Plain.register(runtime, "w", Plain)
    assert runtime.calls[-1] == ("unregister", "w")


async def test_a_failing_subscription_registers_nothing():
    def fail():
        raise KeyError("mine")

    runtime = FakeRuntime()
    agent_class = subscription_factory(fail)(type("Agent", (Plain,), {}))
    with pytest.raises(KeyError, match="mine"):
        await agent_class.register(runtime, "w", agent_class)
    assert runtime.calls == []


async def test_a_failure_keeps_subscriptions_that_were_there_before():
    before = DefaultSubscription(agent_type="w")
    runtime = FakeRuntime("serializers", present=[before])

    @default_subscription
    class Agent(Plain):
        @message_handler
        async def know(self, message: Known, ctx: MessageContext) -> None: ...

    with pytest.raises(RuntimeError, match="serializers"):
        await Agent.register(runtime, "w", Agent)
    assert runtime.present == [before]


async def test_a_failure_names_its_own_cause_where_types_cannot_be_unregistered():
    runtime = FakeRuntime("add")
    runtime.unregister = None
    with pytest.raises(RuntimeError, match="add"):
        await Plain.register(runtime, "w", Plain)


async def test_class_subscriptions_are_not_inherited():
    class Heir(Subscribed):
        pass

    runtime = FakeRuntime()
    await Heir.register(runtime, "w", Heir)
    assert [call for call in runtime.calls if call[0] == "add"] == [("add", "w:* -> w")]


async def test_subscription_factories_may_be_async():
    async def subscriptions():
        return [DefaultSubscription()]

    runtime = FakeRuntime()
    agent_class = subscription_factory(subscriptions)(type("Agent", (Plain,), {}))
    await agent_class.register(runtime, "w", agent_class)
    assert ("add", "default -> w") in runtime.calls


async def test_a_subscription_that_is_already_there_is_accepted_with_a_note(caplog):
    runtime = SingleThreadedAgentRuntime()
    await runtime.register_factory("logger", Plain)
    await runtime.unregister("logger")

    @default_subscription
    @default_subscription
    class Logger(Plain):
        pass

    with caplog.at_level(logging.DEBUG, logger="sandbox"):
        await Logger.register(runtime, "logger", Logger)
    assert any("already subscribed" in message for message in caplog.messages)
    await runtime.publish_message("hi", DefaultTopicId())
    await run_until_idle(runtime)
    agent = await runtime.try_get_underlying_agent_instance(AgentId("logger", "default"), Plain)
    assert agent.heard == ["hi"]


async def test_another_type_can_be_subscribed_with_a_warning():
    @type_subscription(topic_type="events", agent_type="other")
    class Agent(Plain):
        pass

    runtime = FakeRuntime()
    with pytest.warns(UserWarning, match="subscribes 'other'"):
        await Agent.register(runtime, "w", Agent)
    assert ("add", "events -> other") in runtime.calls


@pytest.mark.parametrize("agent_type", ["w", AgentType("w"), None])
async def test_naming_the_registered_type_is_fine(agent_type):
    agent_class = type_subscription("events", agent_type)(type("Agent", (Plain,), {}))
    runtime = FakeRuntime()
    await agent_class.register(runtime, "w", agent_class)
    assert ("add", "events -> w") in runtime.calls


async def test_a_type_no_message_can_reach_is_registered_with_a_warning():
    runtime = SingleThreadedAgentRuntime()
    with pytest.warns(UserWarning, match="can never receive a message") as by_class:
        await Plain.register(runtime, "bad type!", Plain)
    with pytest.warns(UserWarning, match="can never receive a message") as by_factory:
        await runtime.register_factory("bad, too", Plain)
    assert [each.filename for each in (*by_class, *by_factory)] == [__file__, __file__]
    assert list(runtime.registrations) == ["bad type!", "bad, too"]


async def test_any_message_type_can_be_handled_within_a_process():
    class Agent(RoutedAgent):
        def __init__(self):
            super().__init__("any")
            self.heard = []

        @message_handler
        async def hear(self, message: str | dict | Awkward | None, ctx: MessageContext) -> None:
            self.heard.append(message)

        @message_handler
        async def rest(self, message: Any, ctx: MessageContext) -> None:
            self.heard.append(("rest", message))

    runtime = SingleThreadedAgentRuntime()
    await Agent.register(runtime, "w", Agent)
    runtime.start()
    messages = ["a", {"b": 1}, Awkward("c"), None, 1.5]
    for message in messages:
        await runtime.send_message(message, AgentId("w", "k"))
    await run_until_idle(runtime)
    agent = await runtime.try_get_underlying_agent_instance(AgentId("w", "k"), Agent)
    assert agent.heard == [*messages[:4], ("rest", 1.5)]


async def test_a_second_registration_of_a_type_is_refused_and_changes_nothing():
    runtime = SingleThreadedAgentRuntime()
    await Plain.register(runtime, "w", Plain)
    with pytest.raises(ValueError, match="already exists"):
        await Subscribed.register(runtime, "w", Subscribed)
    await runtime.publish_message("a", DefaultTopicId())
    await runtime.publish_message("b", TopicId("w:direct", "default"))
    await run_until_idle(runtime)
    agent = await runtime.try_get_underlying_agent_instance(AgentId("w", "default"), Plain)
    assert (type(agent), agent.heard) == (Plain, ["b"])


async def test_an_instance_hears_topics_named_like_its_key():
    runtime = SingleThreadedAgentRuntime()
    first, second = Plain(), Plain()
    await first.register_instance(runtime, AgentId("w", "default"))
    await second.register_instance(runtime, AgentId("w", "second"))
    await runtime.publish_message("a", DefaultTopicId())
    await runtime.publish_message("b", TopicId("second", "second"))
    await runtime.publish_message("c", TopicId("w:direct", "second"))
    await run_until_idle(runtime)
    assert (first.heard, second.heard) == (["a"], ["b", "c"])


async def test_an_instance_may_have_any_key_and_its_class_subscriptions():
    runtime = FakeRuntime()
    await Subscribed().register_instance(
        runtime,
        AgentId("w", "no topic / at all"),
        skip_class_subscriptions=False,
        skip_direct_message_subscription=True,
    )
    assert runtime.calls == [
        ("register_agent_instance", AgentId("w", "no topic / at all")),
        ("add", "tasks -> w"),
        ("add", "default -> w"),
    ]

"""What programs written for AutoGen Core say about topics and who hears of them.

Each test does what such programs do, with the calls as they write them, and checks what they
rely on.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import pytest
from monitors import Monitor, Progress

from sandbox import (
    AgentId,
    DefaultSubscription,
    DefaultTopicId,
    MessageContext,
    RoutedAgent,
    Subscription,
    TopicId,
    TypePrefixSubscription,
    TypeSubscription,
    default_subscription,
    event,
    type_subscription,
)
from sandbox.testing import run_until_idle

# Topics and publishing


def test_a_topic_is_written_and_read_as_text():
    topic = TopicId(type="task.status", source="worker-1")
    assert str(topic) == "task.status/worker-1"
    assert TopicId.from_str("task.status/worker-1") == topic


@pytest.mark.parametrize("type_", ["task.completed", "user:login", "a=b", "a-b_c.1"])
def test_a_topic_type_has_letters_digits_and_a_few_signs(type_):
    assert TopicId(type_, "any source / at all").type == type_


@pytest.mark.parametrize("type_", ["", "two words", "a/b", "end\n"])
def test_no_other_topic_type_is_allowed(type_):
    with pytest.raises(ValueError, match="Invalid topic type"):
        TopicId(type_, "s")


async def test_a_message_from_outside_has_no_sender(runtime, sandbox_trace):
    await Monitor.register(runtime, "monitor", Monitor)
    await runtime.add_subscription(DefaultSubscription(agent_type="monitor"))
    await runtime.publish_message(message=Progress(state="up"), topic_id=DefaultTopicId())
    await run_until_idle(runtime)
    sandbox_trace.assert_sequence(("event", None, "monitor/default", Progress("up")))


# Subscriptions


def test_a_type_subscription_maps_each_source_to_an_agent_of_its_own():
    subscription = TypeSubscription(topic_type="task.status", agent_type="monitor")
    assert [
        subscription.map_to_agent(TopicId(type="task.status", source=source))
        for source in ("worker-1", "worker-2")
    ] == [AgentId(type="monitor", key="worker-1"), AgentId(type="monitor", key="worker-2")]


async def test_each_source_has_its_own_monitor_with_its_own_state(runtime, capsys):
    await Monitor.register(runtime, "monitor", Monitor)
    await runtime.add_subscription(TypeSubscription(topic_type="status", agent_type="monitor"))
    for source, state in (("worker-1", "ready"), ("worker-2", "busy")):
        await runtime.publish_message(Progress(state), TopicId(type="status", source=source))
    await run_until_idle(runtime)
    assert [line for line in capsys.readouterr().out.splitlines() if "monitor" in line] == [
        "monitor worker-1: ready",
        "monitor worker-2: busy",
    ]
    first = await runtime.try_get_underlying_agent_instance(AgentId("monitor", "worker-1"), Monitor)
    assert first.heard == [Progress("ready")]


async def test_an_object_with_the_three_members_is_a_subscription(runtime, sandbox_trace):
    class Shape(Protocol):
        """The protocol as a program may write it down for itself."""

        @property
        def id(self) -> str: ...

        def is_match(self, topic_id: TopicId) -> bool: ...

        def map_to_agent(self, topic_id: TopicId) -> AgentId: ...

    class EverythingToOne(Shape):
        id = "everything"

        def is_match(self, topic_id: TopicId) -> bool:
            return True

        def map_to_agent(self, topic_id: TopicId) -> AgentId:
            return AgentId("monitor", "only")

    await Monitor.register(runtime, "monitor", Monitor)
    subscription = EverythingToOne()
    assert isinstance(subscription, Subscription)
    await runtime.add_subscription(subscription)
    await runtime.publish_message(Progress("up"), TopicId("x", "y"))
    await run_until_idle(runtime)
    sandbox_trace.assert_sequence(("event", None, "monitor/only", Progress("up")))


@default_subscription
class Logger(RoutedAgent):
    """Hears whatever is published to the default topic."""

    @event
    async def log(self, message: Any, ctx: MessageContext) -> None:
        print(f"logged {message}")


async def test_an_event_handler_of_any_message_catches_them_all(runtime, capsys):
    await Logger.register(runtime, "logger", lambda: Logger("Logs."))
    for message in ("text", {"a": 1}, Progress("up"), None):
        await runtime.publish_message(message, DefaultTopicId())
    await run_until_idle(runtime)
    assert capsys.readouterr().out.splitlines() == [
        "logged text",
        "logged {'a': 1}",
        "logged Progress(state='up', time=0.0)",
        "logged None",
    ]


async def test_subscribing_by_hand_and_by_decorator_delivers_once(runtime, capsys):
    await runtime.add_subscription(DefaultSubscription(agent_type="logger"))
    await Logger.register(runtime, "logger", lambda: Logger("Logs."))
    await runtime.publish_message("text", DefaultTopicId())
    await run_until_idle(runtime)
    assert capsys.readouterr().out.splitlines() == ["logged text"]


async def test_subscribing_by_decorator_and_then_by_hand_is_an_error(runtime):
    await Logger.register(runtime, "logger", lambda: Logger("Logs."))
    with pytest.raises(ValueError, match="Subscription already exists"):
        await runtime.add_subscription(DefaultSubscription(agent_type="logger"))


def test_a_prefix_subscription_matches_what_begins_with_it():
    subscription = TypePrefixSubscription(topic_type_prefix="task.", agent_type="task_handler")
    assert subscription.is_match(TopicId("task.done", "s"))
    assert not subscription.is_match(TopicId("tasks", "s"))
    assert subscription.map_to_agent(TopicId("task.done", "s")) == AgentId("task_handler", "s")


@type_subscription(topic_type="events", agent_type="event_handler")
class EventHandler(RoutedAgent):
    """Has no constructor of its own, and no handlers."""


@default_subscription
class DefaultHandler(RoutedAgent):
    pass


async def test_decorated_classes_are_subscribed_when_they_are_registered(runtime):
    await EventHandler.register(runtime, "event_handler", lambda: EventHandler("Handler"))
    await DefaultHandler.register(runtime, "default_handler", lambda: DefaultHandler("Handler"))
    by_type = [each for each in runtime.subscriptions if isinstance(each, TypeSubscription)]
    assert [(each.topic_type, each.agent_type) for each in by_type] == [
        ("events", "event_handler"),
        ("default", "default_handler"),
    ]


# Patterns of routing


@dataclass
class UserAction:
    action: str


class UserHandler(RoutedAgent):
    @event
    async def act(self, message: UserAction, ctx: MessageContext) -> None: ...


async def test_a_broadcast_reaches_every_subscriber_in_the_order_of_subscribing(
    runtime, sandbox_trace
):
    for name in ("first", "second"):
        await UserHandler.register(runtime, name, lambda: UserHandler("Acts."))
        await runtime.add_subscription(TypeSubscription("events", name))
    await runtime.publish_message(
        message=UserAction("login"), topic_id=TopicId(type="events", source="system")
    )
    await run_until_idle(runtime)
    sandbox_trace.assert_sequence(
        ("event", None, "first/system", UserAction("login")),
        ("event", None, "second/system", UserAction("login")),
    )


async def test_each_user_is_routed_to_a_handler_of_their_own(runtime, sandbox_trace):
    await runtime.add_subscription(
        TypeSubscription(topic_type="user.action", agent_type="user_handler")
    )
    await UserHandler.register(runtime, "user_handler", lambda: UserHandler("Acts."))
    for action, user in (("login", "user-123"), ("logout", "user-456")):
        await runtime.publish_message(
            UserAction(action=action), TopicId(type="user.action", source=user)
        )
    await run_until_idle(runtime)
    sandbox_trace.assert_sequence(
        ("event", None, "user_handler/user-123", UserAction("login")),
        ("event", None, "user_handler/user-456", UserAction("logout")),
    )

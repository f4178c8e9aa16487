"""What programs written for AutoGen Core say about messages, statement by statement.

Each test does what such programs do, with the calls as they write them, and checks what they
rely on.
"""

import asyncio
import json
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

import pytest
from pydantic import BaseModel, Field

from sandbox import (
    AgentId,
    CancellationToken,
    DefaultSubscription,
    DefaultTopicId,
    MessageContext,
    MessageHandlerContext,
    MessageSerializer,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    Subscription,
    TopicId,
    TypePrefixSubscription,
    TypeSubscription,
    default_subscription,
    event,
    rpc,
    try_get_known_serializers_for_type,
    type_subscription,
)
from sandbox.testing import run_until_idle


@dataclass
class Order:
    number: str
    urgency: int
    details: dict


@dataclass
class Receipt:
    number: str
    text: str
    complete: bool


@dataclass
class Progress:
    state: str
    time: float = 0.0


class Check(BaseModel):
    values: dict
    rules: list[str] = Field(default_factory=list)


class Finding(BaseModel):
    sound: bool
    faults: list[str] = Field(default_factory=list)


class Clerk(RoutedAgent):
    """Answers requests, and publishes how far it is."""

    def __init__(self) -> None:
        super().__init__("Clerk")

    @rpc
    async def take_order(self, message: Order, ctx: MessageContext) -> Receipt:
        if ctx.sender:
            print(f"asked by {ctx.sender.type}/{ctx.sender.key}")
        if ctx.cancellation_token.is_cancelled():
            raise asyncio.CancelledError
        me: AgentId = MessageHandlerContext.agent_id()
        await self.publish_message(
            Progress(state="working"), TopicId(type="progress", source=self.id.key)
        )
        return Receipt(message.number, f"{me.type}/{me.key} did {message.details}", complete=True)

    @rpc
    async def check(self, message: Check, ctx: MessageContext) -> Finding:
        return Finding(sound=not message.rules, faults=message.rules)


class Monitor(RoutedAgent):
    """Keeps what it hears: one instance for each source."""

    def __init__(self) -> None:
        super().__init__("Monitor")
        self.heard = []

    @event
    async def hear(self, message: Progress, ctx: MessageContext) -> None:
        if ctx.topic_id:
            print(f"heard on {ctx.topic_id.type}/{ctx.topic_id.source}")
        assert not ctx.is_rpc
        self.heard.append(message)
        print(f"monitor {self.id.key}: {message.state}")


@pytest.fixture
def runtime(sandbox_runtime):
    return sandbox_runtime


# Messages


async def test_dataclasses_are_messages(runtime):
    await Clerk.register(runtime, "clerk", Clerk)
    runtime.start()
    receipt = await runtime.send_message(
        message=Order("o1", 1, {"n": 1}), recipient=AgentId("clerk", "first")
    )
    assert receipt == Receipt("o1", "clerk/first did {'n': 1}", complete=True)


async def test_pydantic_models_are_messages(runtime):
    await Clerk.register(runtime, "clerk", Clerk)
    runtime.start()
    clerk = AgentId("clerk", "first")
    assert await runtime.send_message(Check(values={"n": 1}), clerk) == Finding(sound=True)
    assert await runtime.send_message(Check(values={}, rules=["short"]), clerk) == Finding(
        sound=False, faults=["short"]
    )


@pytest.mark.parametrize("message", ["text", 7, None, ["a"], {"a": 1}, (1, 2), object(), print])
async def test_any_object_at_all_is_a_message(runtime, message):
    class Taker(RoutedAgent):
        @rpc
        async def take(self, message: Any, ctx: MessageContext) -> Any:
            return message

    await Taker.register(runtime, "taker", lambda: Taker("Takes."))
    runtime.start()
    assert await runtime.send_message(message, AgentId("taker", "k")) is message


# The context of a message


def test_a_context_has_five_fields():
    assert [each.name for each in fields(MessageContext)] == [
        "sender",
        "topic_id",
        "is_rpc",
        "cancellation_token",
        "message_id",
    ]


async def test_a_handler_learns_who_asked_and_where_it_was_published(runtime, capsys):
    await Clerk.register(runtime, "clerk", Clerk)
    await Monitor.register(runtime, "monitor", Monitor)
    await runtime.add_subscription(TypeSubscription(topic_type="progress", agent_type="monitor"))
    runtime.start()
    order, clerk = Order("o1", 1, {}), AgentId("clerk", "first")
    await runtime.send_message(order, clerk, sender=AgentId("shop", "main"))
    await runtime.stop_when_idle()
    assert capsys.readouterr().out.splitlines() == [
        "asked by shop/main",
        "heard on progress/first",
        "monitor first: working",
    ]


def test_the_running_agent_is_known_only_inside_a_handler():
    with pytest.raises(RuntimeError, match="within a message handler"):
        MessageHandlerContext.agent_id()


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


# Cancellation


@dataclass
class LongTask:
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)


class PatientWorker(RoutedAgent):
    noticed = False

    @rpc
    async def work(self, message: LongTask, ctx: MessageContext) -> str:
        message.begun.set()
        await message.go_on.wait()
        if ctx.cancellation_token.is_cancelled():
            PatientWorker.noticed = True
            raise asyncio.CancelledError
        return "completed"


async def test_a_cancelled_request_ends_for_its_caller_and_its_handler_can_notice(runtime):
    PatientWorker.noticed = False
    await PatientWorker.register(runtime, "worker", lambda: PatientWorker("Works."))
    runtime.start()
    long_task, token = LongTask(), CancellationToken()
    task = asyncio.create_task(
        runtime.send_message(
            message=long_task, recipient=AgentId("worker", "default"), cancellation_token=token
        )
    )
    await long_task.begun.wait()
    token.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not PatientWorker.noticed
    long_task.go_on.set()
    await runtime.stop_when_idle()
    assert PatientWorker.noticed


# Serialization


@dataclass
class Pair:
    first: str
    second: int


class PairSerializer(MessageSerializer[Pair]):
    """Says nothing about its type name, and calls its parameter ``data``."""

    @property
    def data_content_type(self) -> str:
        return "application/json"

    def serialize(self, message: Pair) -> bytes:
        return json.dumps({"1": message.first, "2": message.second}).encode("utf-8")

    def deserialize(self, data: bytes) -> Pair:
        read = json.loads(data.decode("utf-8"))
        return Pair(first=read["1"], second=read["2"])


async def test_a_serializer_without_a_type_name_takes_that_of_its_class(runtime):
    class PairTaker(RoutedAgent):
        @rpc
        async def swap(self, message: Pair, ctx: MessageContext) -> Pair:
            return Pair(str(message.second), int(message.first))

    serializer = PairSerializer()
    runtime.add_message_serializer(serializer)
    assert serializer.type_name == "Pair"
    assert serializer.deserialize(serializer.serialize(Pair("a", 1))) == Pair("a", 1)
    await PairTaker.register(runtime, "taker", lambda: PairTaker("Swaps."))
    runtime.start()
    assert await runtime.send_message(Pair("1", 2), AgentId("taker", "k")) == Pair("2", 1)


@pytest.mark.parametrize(("message_type", "count"), [(Pair, 1), (Check, 1), (str, 0), (object, 0)])
def test_serializers_are_known_for_dataclasses_and_models(message_type, count):
    assert len(try_get_known_serializers_for_type(message_type)) == count


# A whole program


@dataclass
class Stage:
    number: str
    name: str


class StagedClerk(RoutedAgent):
    @rpc
    async def take_order(self, message: Order, ctx: MessageContext) -> Receipt:
        for name in ("started", "completed"):
            await self.publish_message(
                Stage(message.number, name), TopicId(type="stages", source=message.number)
            )
        return Receipt(message.number, "done", complete=True)


class StageMonitor(RoutedAgent):
    @event
    async def hear(self, message: Stage, ctx: MessageContext) -> None:
        print(f"{self.id.key}: {message.name}")


async def staged(runtime):
    await StagedClerk.register(runtime, "clerk", lambda: StagedClerk("Clerk"))
    await StageMonitor.register(runtime, "monitor", lambda: StageMonitor("Monitor"))
    await runtime.add_subscription(TypeSubscription(topic_type="stages", agent_type="monitor"))
    runtime.start()
    receipt = await runtime.send_message(Order("123", 1, {}), recipient=AgentId("clerk", "default"))
    print(f"answer: {receipt.text}")
    await runtime.stop_when_idle()


def test_events_published_in_a_request_are_heard_before_its_answer(capsys):
    asyncio.run(staged(SingleThreadedAgentRuntime()))
    assert capsys.readouterr().out.splitlines() == [
        "123: started",
        "123: completed",
        "answer: done",
    ]

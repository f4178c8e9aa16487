"""What programs written for AutoGen Core say about messages, statement by statement.

Each test does what such programs do, with the calls as they write them, and checks what they
rely on.
"""

import asyncio
import json
from dataclasses import dataclass, field, fields
from typing import Any

import pytest
from monitors import Monitor, Progress
from pydantic import BaseModel, Field

from sandbox import (
    AgentId,
    CancellationToken,
    MessageContext,
    MessageHandlerContext,
    MessageSerializer,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    event,
    rpc,
    try_get_known_serializers_for_type,
)


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

"""What the tests of problems run: agents of a kitchen."""

import asyncio
import logging
from dataclasses import dataclass
from tempfile import TemporaryDirectory

import pytest

from sandbox import (
    AgentId,
    DefaultTopicId,
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    default_subscription,
    event,
    message_handler,
    rpc,
)
from sandbox.inspector.diagnosis.problems import Problems
from sandbox.inspector.recording.recording import Recording


@dataclass
class Order:
    dish: str


@dataclass
class Question:
    text: str


@dataclass
class Number:
    value: int


class Kitchen(RoutedAgent):
    def __init__(self) -> None:
        super().__init__("Cooks.")

    @event
    async def cook(self, message: Order, ctx: MessageContext) -> None: ...

    @rpc
    async def answer(self, message: Question, ctx: MessageContext) -> Order:
        return Order(message.text)


class Relay(RoutedAgent):
    """Asks another agent before it answers."""

    def __init__(self, other: str) -> None:
        super().__init__("Asks on.")
        self.other = AgentId.from_str(other)

    @message_handler
    async def ask(self, message: Question, ctx: MessageContext) -> Order:
        return await self.send_message(message, self.other)


@pytest.fixture(autouse=True)
def quiet(caplog):
    caplog.set_level(logging.CRITICAL, logger="sandbox")


async def kitchen(**options):
    runtime = SingleThreadedAgentRuntime(**options)
    await Kitchen.register(runtime, "kitchen", Kitchen)
    await runtime.add_subscription(TypeSubscription("orders", "kitchen", id="sub"))
    return runtime, Inspector(runtime)


async def publish(inspector, message, topic="orders/s1", sender=None):
    await inspector.runtime.publish_message(message, TopicId.from_str(topic), sender=sender)
    await inspector.run()


async def ask(inspector, message, agent="kitchen/s1", **options):
    recipient = AgentId.from_str(agent)
    call = asyncio.create_task(inspector.runtime.send_message(message, recipient, **options))
    await asyncio.sleep(0)
    return call


def only(inspector, kind):
    """The one problem there is, as the live inspector and the recording alone see it."""
    live, recorded = inspector.problems, Problems(inspector.recording)()
    with TemporaryDirectory() as folder:
        inspector.recording.save(f"{folder}/run.jsonl")
        assert Recording.load(f"{folder}/run.jsonl").problems == recorded
    assert [p.kind for p in live] == [kind], live
    assert recorded == live
    assert str(live[0]).startswith(f"{kind}: {live[0].sentence} To do: ")
    return live[0]


@default_subscription
class Modifier(RoutedAgent):
    def __init__(self, step: int) -> None:
        super().__init__("Counts.")
        self.step = step

    @message_handler
    async def modify(self, message: Number, ctx: MessageContext) -> None:
        if message.value < 60:
            await self.publish_message(Number(message.value + self.step), DefaultTopicId())


async def modifiers(step):
    runtime = SingleThreadedAgentRuntime()
    await Modifier.register(runtime, "left", lambda: Modifier(step))
    await Modifier.register(runtime, "right", lambda: Modifier(step))
    return runtime, Inspector(runtime)


@dataclass
class Menu:
    dishes: list


class Waiter(RoutedAgent):
    """Crosses out the first dish of a menu, or sends a menu and changes it too late."""

    def __init__(self) -> None:
        super().__init__("Changes menus.")

    @event
    async def cross_out(self, message: Menu, ctx: MessageContext) -> None:
        if message.dishes:
            del message.dishes[0]

    @rpc
    async def send(self, message: str, ctx: MessageContext) -> None:
        menu = Menu([])
        await self.publish_message(menu, TopicId("menus", "s1"))
        menu.dishes.append(message)


async def waiters():
    runtime = SingleThreadedAgentRuntime()
    for name in ("ann", "bob", "cid"):
        await Waiter.register(runtime, name, Waiter)
        if name != "cid":
            await runtime.add_subscription(TypeSubscription("menus", name))
    return runtime, Inspector(runtime)

"""What the tests of control are made of: one agent class, and a runtime full of them."""

import asyncio
from dataclasses import dataclass

from calls import begin_call

from sandbox import (
    AgentId,
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    event,
    rpc,
)

NEWS = TopicId("news", "default")


@dataclass
class Ask:
    number: int
    text: str = ""
    via: tuple[str, ...] = ()


@dataclass
class News:
    text: str


@dataclass
class Unheard:
    text: str = ""


class Worker(RoutedAgent):
    """Answers, passes on to those that the message names, and notes what it heard."""

    log: list

    def __init__(self, log):
        super().__init__("works")
        self.log = log
        self.heard = 0

    @rpc
    async def on_ask(self, message: Ask, ctx: MessageContext) -> str:
        self.heard += 1
        self.log.append(f"{self.id.type} {message.number}")
        if message.via:
            following = Ask(message.number, message.text, message.via[1:])
            return await self.send_message(following, agent(message.via[0]))
        if message.text == "fail":
            raise ValueError(message.number)
        return f"{message.number} by {self.id.type}, its {self.heard}."

    @event
    async def on_news(self, message: News, ctx: MessageContext) -> None:
        self.heard += 1
        self.log.append(f"{self.id.type} {message.text}")
        if message.text == "sleep":
            await asyncio.sleep(0.01)
        if message.text == "again":
            await self.publish_message(News("again"), NEWS)
        if message.text == "fail":
            raise ValueError(message.text)


def agent(type):
    return AgentId(type, "default")


async def inspected(*types, topics=("a", "b"), paused=True, budget=None, **options):
    """An inspector of a runtime with workers of these types, some of them hearing news."""
    runtime = SingleThreadedAgentRuntime(**options)
    log = []
    for type in types or ("a", "b", "c"):
        await Worker.register(runtime, type, lambda: Worker(log))
        if type in topics:
            await runtime.add_subscription(TypeSubscription("news", type))
    inspector = Inspector(runtime, paused=paused, budget=budget)
    return inspector, log


async def ask(inspector, type, *args, **kwargs):
    """Begin a call from outside; its request is in the queue when this returns."""
    return await begin_call(inspector.runtime, Ask(*args, **kwargs), agent(type))


async def publish(inspector, *texts):
    for text in texts:
        await inspector.runtime.publish_message(News(text), NEWS)


def numbers(deliveries):
    return [delivery.number for delivery in deliveries]


async def let_it_flow():
    """Let a runtime that delivers freely go on for a while."""
    for _ in range(50):
        await asyncio.sleep(0)

"""A kitchen that a page looks into, and the page, which sends commands over a link."""

import asyncio
import enum
import json
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from pydantic import BaseModel, Field

from sandbox import AgentId, MessageContext, RoutedAgent, TopicId, event, rpc
from sandbox.notebook.answering.commands_of import commands_of
from sandbox.notebook.link import Link


class Size(enum.Enum):
    SMALL = 1
    LARGE = 2


class Address(BaseModel):
    street: str
    number: int = Field(ge=1)


@dataclass
class Order:
    item: str
    price: float
    count: int = 1
    size: Size = Size.SMALL
    paid: bool = False
    note: str | None = None
    how: Literal["here", "away"] = "here"
    tags: list[str] = field(default_factory=list)
    due: date | None = None
    address: Address | None = None


@dataclass
class Even:
    number: int

    def __post_init__(self):
        if self.number % 2:
            raise ValueError("not even")


class Point(NamedTuple):
    x: int
    y: int = 0


class Sealed:
    def __init__(self, secret):
        self._secret = secret

    def __repr__(self):
        return "<sealed>"


class Kitchen(RoutedAgent):
    def __init__(self):
        super().__init__("cooks")
        self.count = 0
        self.gate = asyncio.Event()

    @rpc
    async def order(self, message: Order, ctx: MessageContext) -> str:
        self.count += message.count
        print("cooking")
        return message.item

    @event
    async def heard(self, message: Order, ctx: MessageContext) -> None:
        self.count += 1

    @rpc
    async def number(self, message: Even, ctx: MessageContext) -> int:
        return 12 // message.number

    @event
    async def text(self, message: str, ctx: MessageContext) -> None:
        self.count += len(message)

    @event
    async def where(self, message: Address, ctx: MessageContext) -> None:
        await self.rest()

    async def rest(self):
        await self.gate.wait()


class Waiter(RoutedAgent):
    def __init__(self):
        super().__init__("asks")

    @rpc
    async def ask(self, message: str, ctx: MessageContext) -> str:
        return await self.send_message(Order(message, 1.0), AgentId("kitchen", "a"))


class Page:
    """The page: sends commands over a link and waits for the one answer to each."""

    def __init__(self, inspector):
        self.answers = {}
        self.sent = 0
        self.changed = asyncio.Event()
        loop = asyncio.get_running_loop()
        self.link = Link(
            inspector.recording,
            commands_of(inspector),
            self.take,
            home=loop,
            owner=lambda: loop,
        )

    def take(self, message):
        if message["type"] == "answer":
            # Whatever it is, it must survive the way to the page.
            text = json.dumps(message, allow_nan=False)
            self.answers.setdefault(message["id"], []).append(json.loads(text))
            self.changed.set()

    async def command(self, name, /, **args):
        self.sent += 1
        id = f"c{self.sent}"
        self.link.receive({"type": "command", "id": id, "name": name, "args": args})
        while id not in self.answers:
            self.changed.clear()
            await self.changed.wait()
        (answer,) = self.answers[id]
        return answer

    async def ask(self, name, /, **args):
        answer = await self.command(name, **args)
        assert answer["ok"], answer["error"]
        return answer["value"]

    async def refused(self, name, /, **args):
        answer = await self.command(name, **args)
        assert not answer["ok"], answer
        return answer["error"]


async def publish(inspector, *messages, topic="orders", source="a"):
    for message in messages:
        await inspector.runtime.publish_message(message, TopicId(topic, source))


async def begin_call(inspector, message, agent):
    """Send a request; it is in the queue when this returns the call, a task."""
    recipient = AgentId.from_str(agent)
    call = asyncio.create_task(inspector.runtime.send_message(message, recipient))
    await asyncio.sleep(0)
    return call


def queued(inspector):
    return [delivery.number for delivery in inspector.queue]

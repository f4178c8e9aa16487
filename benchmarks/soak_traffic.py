"""What goes through a soak: messages with a plan, agents that follow it, and hostile things.

Each message says what its handler does and what the intervention does to it. It is made from a
seed, so that the traffic of a seed is the same whatever the machine does in between.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from sandbox import (
    AgentId,
    BaseAgent,
    DefaultInterventionHandler,
    DropMessage,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypePrefixSubscription,
    TypeSubscription,
)

TOPICS = ("news", "newsletter", "nobody")
KEYS = 5
CALLED = ("steady", "failing", "slow", "unbuildable", "flaky", "deaf")
# One with a serial mailbox that were called from a turn could wait for itself.
TYPES = (*CALLED, "serial", "unbuildable_later")
FATES = ("pass",) * 12 + ("replace", "wait", "drop", "fail", "forget", "ask")
ACTS = ("wait", "call", "call", "publish", "publish", "print", "fail", "give up", "change")


@dataclass
class Job:
    """A message that says what becomes of it."""

    fate: str
    acts: tuple[tuple[Any, ...], ...]
    answer: Any = None
    load: Any = None


class SpeechlessError(Exception):
    """An error that fails to say what it is about."""

    def __str__(self) -> str:
        raise ValueError("no words")

    __repr__ = __str__


class Mute:
    """An object that cannot be shown."""

    def __repr__(self) -> str:
        raise SpeechlessError


class Closed:
    """An object that gives nothing away, not even its class."""

    def __getattribute__(self, name: str) -> Any:
        raise SpeechlessError

    def __eq__(self, other: object) -> bool:
        raise SpeechlessError

    def __hash__(self) -> int:
        raise SpeechlessError


class Lying:
    """An object that says it is another."""

    @property  # type: ignore[misc]
    def __class__(self) -> type[Any]:
        return Mute


class Restless(dict[str, Any]):
    """A dictionary that is another one each time it is looked at."""

    def items(self) -> Any:
        """Others than before."""
        self[str(len(self))] = self
        return super().items()

    def __len__(self) -> int:
        return int(time.perf_counter_ns() % 7)


class Slow:
    """An object that takes its time to be shown."""

    def __repr__(self) -> str:
        time.sleep(0.06)
        return "slow"


def hostile(random: Random) -> Any:
    """An object that makes trouble when it is looked at."""
    cycle: list[Any] = [1]
    cycle.append({"again": cycle})
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]
    choices: tuple[Callable[[], Any], ...] = (
        Mute,
        Closed,
        Lying,
        Slow,
        lambda: Restless(a=1),
        lambda: cycle,
        lambda: deep,
        lambda: "x" * 1_000_000,
        lambda: list(range(50_000)),
        lambda: "half a pair: \ud800",
        lambda: 10**5_000,
        lambda: {Mute: float("nan"), None: b"\xff" * 10_000},
    )
    return random.choice(choices)()


def some_agent(random: Random, types: tuple[str, ...] = TYPES) -> AgentId:
    """One of the agents there are."""
    return AgentId(random.choice(types), f"k{random.randrange(KEYS)}")


def some_topic(random: Random) -> TopicId:
    """One of the topics there are."""
    return TopicId(random.choice(TOPICS), f"k{random.randrange(KEYS)}")


def some_message(random: Random, depth: int = 3) -> Any:
    """A message with a plan, or now and then one that is nothing but trouble."""
    if random.random() < 0.02:
        return hostile(random)
    acts: list[tuple[Any, ...]] = []
    for _ in range(random.randrange(3) if depth else 0):
        act = random.choice(ACTS)
        if act == "call":
            acts.append((act, some_agent(random, CALLED), some_message(random, depth - 1)))
        elif act == "publish":
            acts.append((act, some_topic(random), some_message(random, depth - 1)))
        else:
            acts.append((act,))
    answer = hostile(random) if random.random() < 0.01 else random.random()
    load = {"numbers": [random.randrange(9) for _ in range(3)]}
    return Job(random.choice(FATES), tuple(acts), answer, load)


class Worker(BaseAgent):
    """Follows the plan of each message."""

    def __init__(self, breaks: bool = False) -> None:
        super().__init__("Follows plans.")
        self._breaks = breaks

    async def on_message_impl(self, message: Any, ctx: MessageContext) -> Any:
        """Do what the message says; what has no plan is sent back."""
        if type(message) is not Job:
            return message
        for act, *details in message.acts:
            await self._do(act, details, message, ctx)
        if self._breaks:
            raise SpeechlessError(message)
        return message.answer

    async def _do(self, act: str, details: list[Any], message: Job, ctx: MessageContext) -> None:
        match act:
            case "wait":
                await asyncio.sleep(0)
            case "fail":
                raise SpeechlessError
            case "give up":
                raise asyncio.CancelledError
            case "change":  # after it was sent, and others may have it too
                message.load["numbers"].append(len(message.load["numbers"]))
            case "print":
                print("<b>printed</b>", ctx.message_id)
            case "publish":
                await self.publish_message(details[1], details[0])
            case "call":
                token = ctx.cancellation_token
                await self.send_message(details[1], details[0], cancellation_token=token)


class Deaf(RoutedAgent):
    """Has no handler for anything."""

    def __init__(self) -> None:
        super().__init__("Hears nothing.")


class Meddler(DefaultInterventionHandler):
    """Does to each message what it says, once."""

    def __init__(self) -> None:
        self.runtime: SingleThreadedAgentRuntime | None = None

    async def on_send(self, message: Any, **_: Any) -> Any:
        """See the class."""
        return await self._meddle(message)

    async def on_publish(self, message: Any, **_: Any) -> Any:
        """See the class."""
        return await self._meddle(message)

    async def on_response(self, message: Any, **_: Any) -> Any:
        """See the class."""
        return await self._meddle(message)

    async def _meddle(self, message: Any) -> Any:
        if type(message) is not Job:
            return message
        match message.fate:
            case "wait":
                await asyncio.sleep(0)
            case "ask":
                assert self.runtime is not None
                await self.runtime.send_message(Job("pass", ()), AgentId("steady", "k0"))
            case "fail":
                raise SpeechlessError
            case "forget":
                return None
            case "drop":
                return DropMessage
            case "replace":
                return replace(message, fate="pass")
        return message


async def populate(runtime: SingleThreadedAgentRuntime) -> None:
    """Register all types of agents, and subscribe some."""
    for type_name in TYPES:
        await register(runtime, type_name)
    for topic, type_name in (("news", "steady"), ("news", "serial"), ("news", "failing")):
        await runtime.add_subscription(TypeSubscription(topic, type_name, f"{type_name} {topic}"))
    await runtime.add_subscription(TypePrefixSubscription("news", "flaky", "flaky news*"))


async def register(
    runtime: SingleThreadedAgentRuntime, name: str, *, replace: bool = False
) -> None:
    """Register one of the types, each of which is built in its own way."""
    built = 0

    def unbuildable() -> BaseAgent:
        raise SpeechlessError

    async def unbuildable_later() -> BaseAgent:
        await asyncio.sleep(0)
        raise SpeechlessError

    async def slow() -> BaseAgent:
        await asyncio.sleep(0)
        return Worker()

    def flaky() -> BaseAgent:
        nonlocal built
        built += 1
        return Worker() if built % 2 else unbuildable()

    factories: dict[str, Any] = {
        "deaf": Deaf,
        "failing": lambda: Worker(breaks=True),
        "unbuildable": unbuildable,
        "unbuildable_later": unbuildable_later,
        "slow": slow,
        "flaky": flaky,
    }
    mailbox = "serial" if name == "serial" else None
    factory = factories.get(name, Worker)
    await runtime.register_factory(name, factory, replace=replace, mailbox=mailbox)

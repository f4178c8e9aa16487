"""What is measured. Each piece of work takes the messaging package and returns seconds per item.

Set-up and one unmeasured round come first, so that agents are built and caches are warm; the
registration is the exception, there the set-up is what is measured.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

Work = Callable[[ModuleType], Coroutine[None, None, float]]


@dataclass
class Ask:
    """A request; the answer is the same message."""

    number: int


@dataclass
class News:
    """An event."""

    number: int


@dataclass
class Bench:
    """One line of the table: `items` says what the time is per."""

    name: str
    items: str
    work: Work


def agents_of(core: ModuleType) -> SimpleNamespace:
    """The two agent classes of all pieces of work, on the given package."""

    class Answerer(core.RoutedAgent):  # type: ignore[name-defined,misc]
        def __init__(self) -> None:
            super().__init__("answers")

        @core.rpc  # type: ignore[untyped-decorator]
        async def on_ask(self, message: Ask, ctx: core.MessageContext) -> Ask:  # type: ignore[name-defined]
            return message

    class Counter(core.RoutedAgent):  # type: ignore[name-defined,misc]
        count = 0

        def __init__(self) -> None:
            super().__init__("counts")

        @core.event  # type: ignore[untyped-decorator]
        async def on_news(self, message: News, ctx: core.MessageContext) -> None:  # type: ignore[name-defined]
            Counter.count += 1

    return SimpleNamespace(Answerer=Answerer, Counter=Counter)


async def rpc(core: ModuleType, count: int = 1_000) -> float:
    """Calls from outside, one after the other."""
    runtime = core.SingleThreadedAgentRuntime()
    await (agent := agents_of(core).Answerer).register(runtime, "answerer", agent)
    recipient, message = core.AgentId("answerer", "default"), Ask(1)
    runtime.start()
    await runtime.send_message(message, recipient)
    begun = time.perf_counter()
    for _ in range(count):
        await runtime.send_message(message, recipient)
    taken = time.perf_counter() - begun
    await runtime.stop_when_idle()
    return taken / count


def publish_to(subscribers: int, count: int, *, per_delivery: bool) -> Work:
    """Publications to so many agent types, until all are handled."""

    async def publish(core: ModuleType) -> float:
        runtime = core.SingleThreadedAgentRuntime()
        agent = agents_of(core).Counter
        for number in range(subscribers):
            name = f"counter{number}"
            await agent.register(runtime, name, agent, skip_direct_message_subscription=True)
            await runtime.add_subscription(core.TypeSubscription("news", name))
        topic, message = core.TopicId("news", "default"), News(1)
        runtime.start()
        await runtime.publish_message(message, topic)
        await runtime.stop_when_idle()
        agent.count = 0
        runtime.start()
        begun = time.perf_counter()
        for _ in range(count):
            await runtime.publish_message(message, topic)
        await runtime.stop_when_idle()
        taken = time.perf_counter() - begun
        assert agent.count == count * subscribers
        return taken / (count * subscribers if per_delivery else count)

    return publish


def register(types: int) -> Work:
    """Registering so many agent types, each with its own topic; the time is for all of them."""

    async def register_all(core: ModuleType) -> float:
        runtime = core.SingleThreadedAgentRuntime()
        agent = agents_of(core).Counter
        begun = time.perf_counter()
        for number in range(types):
            name = f"counter{number}"
            await agent.register(runtime, name, agent)
            await runtime.add_subscription(core.TypeSubscription(name, name))
        return time.perf_counter() - begun

    return register_all


async def queue_round_trip(count: int = 5_000) -> float:
    """The floor: another task answers through a future what comes through an `asyncio.Queue`."""
    queue: asyncio.Queue[tuple[Any, asyncio.Future[Any]]] = asyncio.Queue()

    async def answer() -> None:
        while True:
            message, future = await queue.get()
            future.set_result(message)

    task = asyncio.create_task(answer())
    loop = asyncio.get_running_loop()
    begun = time.perf_counter()
    for number in range(count):
        future = loop.create_future()
        queue.put_nowait((number, future))
        await future
    taken = time.perf_counter() - begun
    task.cancel()
    return taken / count


BENCHES = (
    Bench("RPC round trip", "call", rpc),
    Bench("publish, 1 subscriber", "message", publish_to(1, 1_000, per_delivery=False)),
    Bench("publish, 10 subscribers", "message", publish_to(10, 200, per_delivery=False)),
    Bench("publish, 1,000 subscribers", "delivery", publish_to(1_000, 5, per_delivery=True)),
    Bench("register 1,000 types", "all", register(1_000)),
)

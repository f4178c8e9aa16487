"""Records the runs on which the front end's tests stand: `python scripts/record_fixtures.py`.

Each function below is one run on the real runtime. What would differ between two recordings of
the same run (times, ids of subscriptions, file paths) is replaced, so that a recording changes
only when the records do.
"""

import asyncio
import json
import os
import re
import tempfile
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["IPYTHONDIR"] = tempfile.mkdtemp()

from IPython.core.interactiveshell import InteractiveShell

from sandbox import (
    AgentId,
    DefaultInterventionHandler,
    DropMessage,
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypePrefixSubscription,
    TypeSubscription,
    event,
    rpc,
)

FOLDER = Path(__file__).parent.parent / "frontend" / "tests" / "fixtures"
MARKUP = '<img src=x onerror="window.hacked=1">'

shell = InteractiveShell.instance(colors="NoColor")


@dataclass
class TaskRequest:
    task_id: str
    data: str


@dataclass
class TaskResponse:
    task_id: str
    result: str


@dataclass
class TaskEvent:
    task_id: str
    event: str


@dataclass
class Order:
    table: int
    items: list[str]
    notes: dict[str, Any] | None = None


@dataclass
class PriceQuestion:
    item: str


@dataclass
class Charge:
    card: str
    amount: float


@dataclass
class Charged:
    amount: float


@dataclass
class Greeting:
    text: str


@dataclass
class Job:
    index: int


class Worker(RoutedAgent):
    """Tells the monitor when a task starts and ends."""

    @rpc
    async def process(self, message: TaskRequest, ctx: MessageContext) -> TaskResponse:
        topic = TopicId("task.events", message.task_id)
        await self.publish_message(TaskEvent(message.task_id, "started"), topic)
        await self.publish_message(TaskEvent(message.task_id, "completed"), topic)
        return TaskResponse(message.task_id, f"Processed: {message.data}")


class Monitor(RoutedAgent):
    """Receives what the worker tells."""

    @event
    async def track(self, message: TaskEvent, ctx: MessageContext) -> None:
        return None


class Shop(RoutedAgent):
    """Asks the till before it takes an order."""

    @rpc
    async def order(self, message: Order, ctx: MessageContext) -> float:
        prices: list[float] = [
            await self.send_message(PriceQuestion(item), AgentId("till", "default"))
            for item in message.items
        ]
        return sum(prices)


class Kitchen(RoutedAgent):
    """Cooks what is ordered."""

    @event
    async def cook(self, message: Order, ctx: MessageContext) -> None:
        return None


class Bar(Kitchen):
    """Mixes what is ordered."""


class Till(RoutedAgent):
    """Knows all prices."""

    @rpc
    async def price(self, message: PriceQuestion, ctx: MessageContext) -> float:
        return len(message.item) * 1.5

    @event
    async def note(self, message: Order, ctx: MessageContext) -> None:
        return None


class Bank(RoutedAgent):
    """Refuses every card."""

    @rpc
    async def charge(self, message: Charge, ctx: MessageContext) -> str:
        raise ValueError("card expired on 2024-01-31")


class Audit(RoutedAgent):
    """Writes down what was charged."""

    @event
    async def note(self, message: Charged, ctx: MessageContext) -> None:
        return None


class Listener(RoutedAgent):
    """Is greeted."""

    @event
    async def greet(self, message: Greeting, ctx: MessageContext) -> None:
        return None


class Press(RoutedAgent):
    """Does jobs."""

    @event
    async def work(self, message: Job, ctx: MessageContext) -> None:
        return None


class Hostile(RoutedAgent):
    """Fails with an error that looks like markup."""

    @event
    async def handle(self, message: str, ctx: MessageContext) -> None:
        raise type(MARKUP, (Exception,), {})(MARKUP)


class Guard(DefaultInterventionHandler):
    """Drops every request to the agent that is off limits."""

    async def on_send(
        self, message: Any, *, message_context: MessageContext, recipient: AgentId
    ) -> Any:
        return DropMessage if recipient.key == "secret" else message


async def subscribe(runtime: SingleThreadedAgentRuntime, topic: str, agent_type: str) -> None:
    await runtime.add_subscription(TypeSubscription(topic, agent_type))


def in_cell(number: int) -> None:
    """From here on, messages from outside come from this notebook cell."""
    shell.user_ns["In"] = [""] * (number + 1)


async def send(inspector: Inspector, cell: int, message: Any, recipient: str) -> asyncio.Task[Any]:
    """Send from a cell and go on when the request is in the queue."""
    in_cell(cell)
    sent = asyncio.create_task(inspector.runtime.send_message(message, AgentId.from_str(recipient)))
    await asyncio.sleep(0)
    return sent


async def publish(inspector: Inspector, cell: int, message: Any, topic: str, source: str) -> None:
    in_cell(cell)
    await inspector.runtime.publish_message(message, TopicId(topic, source))


async def rpc_with_events(inspector: Inspector) -> None:
    runtime = inspector.runtime
    await Worker.register(runtime, "worker", lambda: Worker("works"))
    await Monitor.register(runtime, "monitor", lambda: Monitor("watches"))
    await subscribe(runtime, "task.events", "monitor")
    answer = await send(inspector, 5, TaskRequest("123", "sample"), "worker/default")
    await inspector.run()
    await answer


async def waiting(inspector: Inspector) -> None:
    runtime = inspector.runtime
    await Shop.register(runtime, "shop", lambda: Shop("sells"))
    await Kitchen.register(runtime, "kitchen", lambda: Kitchen("cooks"))
    await Bar.register(runtime, "bar", lambda: Bar("mixes"))
    await Till.register(runtime, "till", lambda: Till("counts"))
    await subscribe(runtime, "orders", "kitchen")
    await subscribe(runtime, "orders", "bar")
    await runtime.add_subscription(TypePrefixSubscription("orders", "till"))
    order = Order(4, ["soup", "tea"], {"allergy": None, "urgent": True})
    await send(inspector, 7, order, "shop/s1")
    await inspector.step()
    await publish(inspector, 8, Order(9, ["cake"]), "orders", "s1")
    await publish(inspector, 9, Order(2, ["tea"]), "orders", "s2")


async def fan_out(inspector: Inspector) -> None:
    for name in ("alpha", "beta", "gamma", "delta", "epsilon"):
        await Listener.register(inspector.runtime, name, lambda: Listener("listens"))
        await subscribe(inspector.runtime, "greetings", name)
    await publish(inspector, 3, Greeting("hello"), "greetings", "default")
    await inspector.run()


async def failing(inspector: Inspector) -> None:
    runtime = inspector.runtime
    await Bank.register(runtime, "bank", lambda: Bank("refuses"))
    await Audit.register(runtime, "audit", lambda: Audit("notes"))
    await subscribe(runtime, "charged", "audit")
    charged = await send(inspector, 4, Charge("4711", 12.5), "bank/default")
    await inspector.run()
    await publish(inspector, 5, Charged(1.0), "charge", "s1")
    await publish(inspector, 6, "hello", "charged", "s1")
    await inspector.run()
    await asyncio.gather(charged, return_exceptions=True)


async def dropped(inspector: Inspector) -> None:
    await Worker.register(inspector.runtime, "worker", lambda: Worker("works"))
    refused = await send(inspector, 2, TaskRequest("1", "no"), "worker/secret")
    await inspector.run()
    await asyncio.gather(refused, return_exceptions=True)
    await send(inspector, 3, TaskRequest("2", "yes"), "worker/default")
    inspector.runtime.stepper.hold(inspector.queue[0].number)


async def rerouted(inspector: Inspector) -> None:
    runtime = inspector.runtime
    for name in ("a", "b", "c"):
        await Listener.register(runtime, name, lambda: Listener("listens"))
    old = TypeSubscription("notes", "a")
    await runtime.add_subscription(old)
    await publish(inspector, 3, Greeting("one"), "notes", "x")
    await publish(inspector, 3, Greeting("two"), "notes", "x")
    await subscribe(runtime, "notes", "b")
    await runtime.remove_subscription(old.id)
    await subscribe(runtime, "notes", "c")
    await inspector.step()


async def hostile(inspector: Inspector) -> None:
    runtime = inspector.runtime
    await Hostile.register(runtime, "hostile", lambda: Hostile(MARKUP))
    topic = "script-alert"
    await subscribe(runtime, topic, "hostile")
    await publish(inspector, 1, MARKUP, topic, f"\u202e{MARKUP}")
    await inspector.run()
    await publish(inspector, 2, {MARKUP: ["</style>", None], "x" * 300: "x" * 3000}, topic, "s")


async def many(inspector: Inspector) -> None:
    await Press.register(inspector.runtime, "press", lambda: Press("works"))
    await Press.register(inspector.runtime, "a_type_with_a_long_name", lambda: Press("works"))
    await subscribe(inspector.runtime, "jobs", "press")
    await subscribe(inspector.runtime, "orders.europe.west.returns", "a_type_with_a_long_name")
    for index in range(9):
        for _ in range(index + 1):
            await publish(inspector, index + 1, Job(index), "jobs", f"key{index}")
    key = "0f8fad5b-d9cb-469f-a165-70867728950e"
    await publish(inspector, 12, Job(99), "orders.europe.west.returns", key)
    await inspector.run(limit=29)


async def control(inspector: Inspector) -> None:
    await Press.register(inspector.runtime, "press", lambda: Press("works"))
    await subscribe(inspector.runtime, "jobs", "press")
    for index in range(4):
        await publish(inspector, 1, Job(index), "jobs", "s1")
    await inspector.step()
    inspector.move(4, 0)
    inspector.edit(3, index=33)
    inspector.crash("press/s1")


def broken_factory() -> Kitchen:
    """Builds nothing."""
    raise OSError("no oven")


async def dead_letters(inspector: Inspector) -> None:
    """A message for each of the six ways to end without a handler."""
    runtime = inspector.runtime
    await Kitchen.register(runtime, "kitchen", lambda: Kitchen("cooks"))
    await Kitchen.register(runtime, "ruin", broken_factory)
    await Till.register(runtime, "till", lambda: Till("counts"))
    await subscribe(runtime, "orders", "kitchen")
    await subscribe(runtime, "ruins", "ruin")
    await publish(inspector, 1, Charged(1.0), "orders", "s1")
    await publish(inspector, 2, Order(1, ["soup"]), "order", "s1")
    await publish(inspector, 3, Order(2, ["tea"]), "ruins", "s1")
    await inspector.run()
    await publish(inspector, 4, Order(3, ["cake"]), "orders", "s1")
    inspector.drop(inspector.queue[0].number)
    asked = await send(inspector, 5, PriceQuestion("ham"), "till/default")
    await inspector.step()
    asked.cancel()
    await inspector.run()
    await publish(inspector, 6, Order(5, ["egg"]), "orders", "s1")
    await runtime.stop()
    await asyncio.gather(asked, return_exceptions=True)


async def duplicated(inspector: Inspector) -> None:
    """A request that arrives twice, and an answer that does."""
    runtime = inspector.runtime
    await Worker.register(runtime, "worker", lambda: Worker("works"))
    await Monitor.register(runtime, "monitor", lambda: Monitor("watches"))
    await subscribe(runtime, "task.events", "monitor")
    await send(inspector, 5, TaskRequest("123", "sample"), "worker/default")
    inspector.duplicate(1)
    await inspector.step()
    answer = next(each for each in inspector.queue if each.kind == "response")
    inspector.duplicate(answer.number)
    await inspector.run()


async def restaurant(inspector: Inspector) -> None:
    """Two requests that wait for others, fan-outs, an error, and some of each still pending."""
    runtime = inspector.runtime
    await Shop.register(runtime, "shop", lambda: Shop("sells"))
    await Kitchen.register(runtime, "kitchen", lambda: Kitchen("cooks"))
    await Bar.register(runtime, "bar", lambda: Bar("mixes"))
    await Till.register(runtime, "till", lambda: Till("counts"))
    await Bank.register(runtime, "bank", lambda: Bank("refuses"))
    await subscribe(runtime, "orders", "kitchen")
    await subscribe(runtime, "orders", "bar")
    await runtime.add_subscription(TypePrefixSubscription("orders", "till"))
    await send(inspector, 7, Order(4, ["soup", "tea"]), "shop/s1")
    await inspector.step()
    await publish(inspector, 8, Order(9, ["cake"]), "orders", "s1")
    refused = await send(inspector, 9, Charge("4711", 12.5), "bank/default")
    await send(inspector, 10, Order(1, ["ham"]), "shop/s2")
    await inspector.run(limit=14)
    await publish(inspector, 11, Order(3, ["egg", "pie"]), "orders", "s3")
    await send(inspector, 12, Order(2, ["jam"]), "shop/s1")
    await inspector.step()
    await publish(inspector, 13, Order(8, ["rum"]), "orders", "s1")
    inspector.hold(inspector.queue[-1].number)
    await asyncio.gather(refused, return_exceptions=True)


def tidy(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Replace what differs from one recording of a run to the next."""
    names: dict[str, str] = {}
    for record in records:
        record["time"] = round(record["seq"] / 1000, 3)
        if record["kind"] == "subscribed":
            names[record["subscription"]] = f"s{len(names) + 1}"
    text = json.dumps(records, ensure_ascii=False)
    for long, short in names.items():
        text = text.replace(long, short)
    text = re.sub(r'File \\"[^"]*/([^/"]+)\\", line \d+', r'File \\"\1\\", line 1', text)
    tidied: list[dict[str, Any]] = json.loads(text)
    return tidied


async def record(run: Callable[[Inspector], Awaitable[None]]) -> list[dict[str, Any]]:
    runtime = SingleThreadedAgentRuntime(intervention_handlers=[Guard()])
    inspector = Inspector(runtime)
    runtime.start()
    await run(inspector)
    return tidy(inspector.recording.since(1))


def main() -> None:
    runs: dict[str, Callable[[Inspector], Coroutine[Any, Any, None]]] = {
        "rpc": rpc_with_events,
        "waiting": waiting,
        "fanout": fan_out,
        "failing": failing,
        "dropped": dropped,
        "rerouted": rerouted,
        "hostile": hostile,
        "many": many,
        "control": control,
        "dead": dead_letters,
        "restaurant": restaurant,
        "duplicated": duplicated,
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, run in runs.items():
        lines = ",\n".join(json.dumps(one) for one in asyncio.run(record(run)))
        (FOLDER / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
        print(f"{name}.json: {lines.count(chr(10)) + 1} records")


if __name__ == "__main__":
    main()

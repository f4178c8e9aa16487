"""Programs in which nothing is wrong have no problems, not even for a moment."""

import asyncio
from dataclasses import dataclass

import pytest

from sandbox import (
    AgentId,
    ClosureAgent,
    ClosureContext,
    DefaultSubscription,
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
from sandbox.testing import assert_no_problems, run_until_idle


@dataclass
class Task:
    name: str
    numbers: list[int]


@dataclass
class Result:
    name: str
    total: int


@dataclass
class Progress:
    name: str
    stage: str


@dataclass
class Count:
    value: int


class Worker(RoutedAgent):
    def __init__(self) -> None:
        super().__init__("Adds numbers.")

    @rpc
    async def add_up(self, message: Task, ctx: MessageContext) -> Result:
        topic = TopicId("progress", source=message.name)
        await self.publish_message(Progress(message.name, "begun"), topic)
        total = sum(message.numbers)
        await self.publish_message(Progress(message.name, "done"), topic)
        return Result(message.name, total)


class Monitor(RoutedAgent):
    def __init__(self) -> None:
        super().__init__("Keeps track of tasks.")

    @event
    async def note(self, message: Progress, ctx: MessageContext) -> None: ...


class Manager(RoutedAgent):
    def __init__(self) -> None:
        super().__init__("Asks several workers at once.")

    @rpc
    async def spread(self, message: Task, ctx: MessageContext) -> Result:
        parts = (Task(f"{message.name}-{n}", [n]) for n in message.numbers)
        answers = await asyncio.gather(
            *(self.send_message(part, AgentId("worker", part.name)) for part in parts)
        )
        return Result(message.name, sum(answer.total for answer in answers))


@default_subscription
class Modifier(RoutedAgent):
    def __init__(self) -> None:
        super().__init__("Counts down.")

    @message_handler
    async def modify(self, message: Count, ctx: MessageContext) -> None:
        if message.value > 1:
            await self.publish_message(Count(message.value - 1), DefaultTopicId())


@default_subscription
class Checker(RoutedAgent):
    def __init__(self) -> None:
        super().__init__("Looks on.")

    @message_handler
    async def check(self, message: Count, ctx: MessageContext) -> None: ...


async def workers(mailbox="interleaved"):
    runtime = SingleThreadedAgentRuntime(mailbox=mailbox)
    await Worker.register(runtime, "worker", Worker)
    await Manager.register(runtime, "manager", Manager)
    await Monitor.register(runtime, "monitor", Monitor)
    await runtime.add_subscription(TypeSubscription("progress", "monitor"))
    return runtime


def send(runtime, task, agent):
    return asyncio.create_task(runtime.send_message(task, AgentId.from_str(agent)))


async def tour(mailbox):
    runtime = await workers(mailbox)
    names = ("apples", "pears", "plums")
    calls = [send(runtime, Task(name, [1, 2]), f"worker/desk-{name[0]}") for name in names]
    return runtime, calls


async def gathering(mailbox):
    runtime = await workers(mailbox)
    return runtime, [send(runtime, Task(name, [1, 2, 3]), "manager/x") for name in "ab"]


async def countdown(mailbox):
    runtime = SingleThreadedAgentRuntime(mailbox=mailbox)
    await Modifier.register(runtime, "modifier", Modifier)
    await Modifier.register(runtime, "other", Modifier)
    await Checker.register(runtime, "checker", Checker)
    await runtime.publish_message(Count(10), DefaultTopicId())
    return runtime, []


async def collecting(mailbox):
    runtime = SingleThreadedAgentRuntime(mailbox=mailbox)

    async def collect(agent: ClosureContext, message: Result, ctx: MessageContext) -> None: ...

    await ClosureAgent.register_closure(
        runtime, "collector", collect, subscriptions=lambda: [DefaultSubscription()]
    )
    for number in range(3):
        await runtime.publish_message(Result("sum", number), DefaultTopicId())
    return runtime, []


@pytest.mark.parametrize("mailbox", ["interleaved", "serial"])
@pytest.mark.parametrize("program", [tour, gathering, countdown, collecting])
async def test_no_step_of_a_sound_program_has_a_problem(program, mailbox):
    runtime, calls = await program(mailbox)
    inspector = Inspector(runtime)
    await asyncio.sleep(0)
    assert inspector.problems == []
    while await inspector.step() is not None:
        assert inspector.problems == []
    await asyncio.gather(*calls)
    assert len(inspector.recording) > 2
    assert inspector.problems == []
    assert_no_problems(inspector)


@pytest.mark.parametrize("mailbox", ["interleaved", "serial"])
@pytest.mark.parametrize("program", [tour, gathering, countdown, collecting])
async def test_no_delivery_of_a_sound_program_has_a_failing_decision(program, mailbox):
    runtime, calls = await program(mailbox)
    inspector = Inspector(runtime, paused=False)
    runtime.start()
    await asyncio.gather(*calls)
    await run_until_idle(runtime)
    for delivery in inspector.recording:
        explanation = inspector.why(delivery.number)
        skipped = delivery.verdict == "skipped_sender"
        assert (explanation.first_failing is None) != skipped, str(explanation)

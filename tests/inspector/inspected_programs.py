"""Small programs whose runs the tests compare."""

import asyncio
from dataclasses import dataclass

from calls import begin_call

from sandbox import (
    AgentId,
    BaseAgent,
    DefaultInterventionHandler,
    DropMessage,
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    event,
    rpc,
)

WORKER = AgentId("worker", "default")
BOSS = AgentId("boss", "default")
PROGRESS = TopicId("progress", "default")


@dataclass
class Task:
    name: str


@dataclass
class Result:
    name: str


@dataclass
class Progress:
    text: str


class Log(list):
    """What agents did, in order, with the identities of what they were handed."""

    def note(self, agent, message):
        self.append((str(agent.id), type(message).__name__, id(message)))


class Worker(RoutedAgent):
    def __init__(self, log):
        super().__init__("does tasks")
        self.log = log

    @rpc
    async def work(self, message: Task, ctx: MessageContext) -> Result:
        self.log.note(self, message)
        if message.name == "impossible":
            raise ValueError("cannot be done")
        await self.publish_message(Progress(f"{message.name} begun"), PROGRESS)
        return Result(message.name)


class Monitor(RoutedAgent):
    def __init__(self, log):
        super().__init__("watches")
        self.log = log

    @event
    async def watch(self, message: Progress, ctx: MessageContext) -> None:
        self.log.note(self, message)
        print(f"{self.id.key} saw {message.text}")
        if message.text == "bad":
            raise ValueError("bad news")


class Boss(RoutedAgent):
    def __init__(self, log):
        super().__init__("delegates")
        self.log = log

    @rpc
    async def delegate(self, message: Task, ctx: MessageContext) -> Result:
        self.log.note(self, message)
        names = (f"{message.name}-1", f"{message.name}-2")
        results = await asyncio.gather(*(self.send_message(Task(n), WORKER) for n in names))
        return Result("+".join(result.name for result in results))


class Sleeper(RoutedAgent):
    def __init__(self, log):
        super().__init__("takes its time")
        self.log = log

    @event
    async def sleep(self, message: Task, ctx: MessageContext) -> None:
        await asyncio.sleep(0.001)
        self.log.note(self, message)
        await self.publish_message(Progress("slept"), PROGRESS)


class Taker(BaseAgent):
    """Takes anything and gives it back."""

    def __init__(self, got):
        super().__init__("takes anything")
        self.got = got

    async def on_message_impl(self, message, ctx):
        self.got.append(message)
        return message


class DropTasks(DefaultInterventionHandler):
    async def on_send(self, message, *, message_context, recipient):
        return DropMessage if message == Task("secret") else message


async def crew(log, **options):
    """A runtime with a worker, two monitors that hear of its progress, and a boss."""
    runtime = SingleThreadedAgentRuntime(**options)
    await Worker.register(runtime, "worker", lambda: Worker(log))
    for name in ("monitor", "auditor"):
        await Monitor.register(runtime, name, lambda: Monitor(log))
        await runtime.add_subscription(TypeSubscription("progress", name, id=f"progress-{name}"))
    await Boss.register(runtime, "boss", lambda: Boss(log))
    return runtime


async def after_a_task():
    """The inspector of a crew that has done a task; orders go to a type not registered."""
    runtime = await crew(Log())
    await runtime.add_subscription(TypeSubscription("orders", "ghost"))
    inspector = Inspector(runtime)
    call = await begin_call(runtime, Task("t"), BOSS)
    await inspector.run()
    assert await call == Result("t-1+t-2")
    return inspector

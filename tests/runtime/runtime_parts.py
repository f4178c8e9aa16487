"""What the tests of the runtime are made of: puppets, a bookkeeper, and two ways to run."""

import asyncio
from contextlib import asynccontextmanager

from sandbox import AgentId, BaseAgent, SingleThreadedAgentRuntime, TopicId, TypeSubscription
from sandbox.runtime import Instrument
from sandbox.runtime.activity import Activity

# A test that waits longer than this, in seconds, has failed.
PATIENCE = 10

TOPIC = TopicId("news", "default")


def agent(type, key="default"):
    return AgentId(type, key)


class Puppet(BaseAgent):
    """Does with a message what the function it was given says."""

    def __init__(self, play):
        super().__init__("Does as it is told.")
        self.play = play

    async def on_message_impl(self, message, ctx):
        return await self.play(self, message, ctx)


async def echo(puppet, message, ctx):
    return f"{message}!"


class Waiting:
    """A handler that ends when told to."""

    def __init__(self):
        self.begun = []
        self.gate = asyncio.Event()

    async def play(self, puppet, message, ctx):
        self.begun.append(message)
        await self.gate.wait()
        return "late"


async def add(runtime, type, play=echo, *, topics=(), factory=None, **options):
    """Register puppets of a type, subscribed to some topic types."""
    await runtime.register_factory(type, factory or (lambda: Puppet(play)), **options)
    for topic in topics:
        await runtime.add_subscription(TypeSubscription(topic, type, f"{type} on {topic}"))


class Bookkeeper(Instrument):
    """Notes every delivery that enters and every one that ends."""

    def __init__(self, runtime):
        self.runtime = runtime
        self.queued = []
        self.settled = []
        runtime.add_instrument(self)

    def delivery_queued(self, delivery):
        self.queued.append(delivery)

    def delivery_settled(self, delivery):
        self.settled.append(delivery)

    def verdicts(self):
        """Each delivery, in the order of their numbers, with its verdict."""
        self.check()
        ordered = sorted(self.queued, key=lambda d: d.number)
        return [f"{d.kind} -> {d.recipient or 'outside'}: {d.verdict}" for d in ordered]

    def check(self):
        """Nothing is unsettled, and each delivery has been queued once and settled once."""
        assert dict(self.runtime.deliveries) == {}
        assert len(self.runtime._ledger.queue) == 0
        assert self.runtime._ledger.queue.mailboxes == {}
        assert self.runtime._ledger.queue.keepers == {}
        assert self.runtime._dispatcher._intercepting == []
        assert sorted(d.number for d in self.queued) == sorted(d.number for d in self.settled)
        assert [d.number for d in self.queued] == sorted({d.number for d in self.queued})
        assert all(d.verdict is not None and d.state is None for d in self.queued)


class Mode:
    """Runs a runtime, free or stepped."""

    def __init__(self, *, stepped):
        self.stepped = stepped

    @asynccontextmanager
    async def __call__(self, runtime):
        """Have the runtime deliver inside the block, and leave it idle and stopped."""
        driver = self.start(runtime)
        try:
            yield runtime
            await runtime.stop_when_idle(timeout=PATIENCE)
        finally:
            driver.cancel()
            await asyncio.gather(driver, return_exceptions=True)

    def start(self, runtime):
        """Start the runtime; return the task that makes it deliver."""
        if self.stepped:
            runtime.stepper.pause()
        runtime.start()
        return asyncio.create_task(self._step(runtime) if self.stepped else _nothing())

    async def _step(self, runtime):
        with Activity(runtime._instruments) as activity:
            while True:
                step = asyncio.create_task(runtime.step())
                for _ in range(20):
                    if not step.done():
                        await asyncio.sleep(0)
                # What is being handled may need others before it can end: those go meanwhile.
                if step.done() and step.result() is None:
                    await activity.wait()


async def _nothing():
    pass


async def come_to_rest():
    """Let everything run that can run without a clock or the outside world."""
    loop = asyncio.get_running_loop()
    for _ in range(500):
        await asyncio.sleep(0)
        if not loop._ready:
            return


async def outcome_of(awaitable):
    """What it returns, or the exception that it raises, with a limit on patience."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await awaitable
    except TimeoutError:
        raise
    except (Exception, asyncio.CancelledError) as error:
        return error


def new_runtime(**options):
    runtime = SingleThreadedAgentRuntime(**options)
    return runtime, Bookkeeper(runtime)


class Steps:
    """Makes steps and notes what each of them handed over."""

    def __init__(self, runtime):
        self.runtime = runtime
        self.lines = []

    async def all(self):
        while (step := await self.runtime.step()) is not None:
            self.lines.append(f"{step.kind} {step.message} -> {step.recipient or 'outside'}")
        return self.lines

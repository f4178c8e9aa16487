"""Runs a program of `differential_programs` on a messaging package, and says what could be seen.

The package is a parameter: AutoGen Core and the sandbox run the same lines. Compared is what the
order of the queue determines. Where an answer comes back by another way (an error, a gather, a
cancellation, a pause of the handler itself) the *moment* at which the handler goes on is up to the
event loop; from there on everything it causes is `loose`: it must happen too, in any order.
"""

import asyncio
import builtins
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import differential_programs as dp
from differential_parts import CLASSES, FixedAgent, Reply, interceptor, register

FUEL = 3
ROUNDS_OF_QUIET = 25
ROUNDS_WITHOUT_HOPE = 1_000


@dataclass
class Seen:
    """What a run let us see. Two runs agree if these are equal."""

    starts: list[tuple[Any, ...]] = field(default_factory=list)
    loose_starts: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    runs: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    intercepted: list[tuple[Any, ...]] = field(default_factory=list)
    loose_intercepted: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    results: list[Any] = field(default_factory=list)
    states: dict[str, Any] = field(default_factory=dict)


def outcome_of(error):
    """Type and words of an error, apart from the differences listed in `test_differential`."""
    if isinstance(error, asyncio.CancelledError):
        return ("cancelled",)
    name, text = type(error).__name__, str(error)
    if text == "Recipient not found" or name == "RecipientNotFoundError":
        return ("error", "recipient not found")
    if name in {"CantHandleException", "MessageDroppedException"}:
        return ("error", name)
    return ("error", name, text)


class World:
    """One run of one program on one package."""

    def __init__(self, core, program):
        self.core, self.program = core, program
        self.seen = Seen()
        self.open = 0
        self.changes = 0
        self.states = {}
        self.token = core.CancellationToken()
        rules = program.rules
        self.runtime = core.SingleThreadedAgentRuntime(
            intervention_handlers=None if rules is None else [interceptor(self, rules)]
        )
        self.subscriptions = [
            self.subscription(f"s{index}", spec) for index, spec in enumerate(program.subscriptions)
        ]

    def subscription(self, name, spec):
        core = self.core
        if spec.kind == "type":
            return core.TypeSubscription(spec.topic, spec.agent_type, id=name)
        if spec.kind == "prefix":
            return core.TypePrefixSubscription(spec.topic, spec.agent_type, id=name)
        if spec.kind == "default":
            return core.DefaultSubscription(agent_type=spec.agent_type)
        return FixedAgent(name, spec.topic, core.AgentId(spec.agent_type, "default"))

    async def set_up(self):
        for spec in self.program.agents:
            await register(self, spec)
        for index, spec in enumerate(self.program.subscriptions):
            if spec.initial:
                await self.change(dp.Subscribe(index))

    async def change(self, action):
        """Add or remove a subscription; a refusal is part of what is seen."""
        subscription = self.subscriptions[action.index]
        try:
            if isinstance(action, dp.Subscribe):
                await self.runtime.add_subscription(subscription)
            else:
                await self.runtime.remove_subscription(subscription.id)
        except ValueError:
            return "refused"
        return "done"

    def state_of(self, agent_id):
        return self.states.setdefault(str(agent_id), {"handled": 0, "in order": []})

    async def handle(self, agent, handler, message, ctx):
        """What every handler of every agent does: run the script for the message's tag."""
        self.open += 1
        self.changes += 1
        turn = Turn(self, agent, handler, message, ctx)
        try:
            return await turn.run()
        finally:
            self.open -= 1
            self.changes += 1


class Turn:
    """One run of one handler."""

    def __init__(self, world, agent, handler, message, ctx):
        self.world, self.agent, self.message, self.ctx = world, agent, message, ctx
        self.loose = message.loose
        self.outcomes = []
        sender, topic = str(ctx.sender), str(ctx.topic_id)
        given = ctx.message_id if ctx.message_id.startswith("given") else ""
        label = (type(message).__name__, message.tag, message.fuel)
        self.start = (str(agent.id), handler, *label, sender, topic, ctx.is_rpc, given)
        state = world.state_of(agent.id)
        state["handled"] += 1
        self.place = -1
        if self.loose:
            world.seen.loose_starts[self.start] += 1
        else:
            self.place = len(state["in order"])
            world.seen.starts.append(self.start)
            state["in order"].append([str(agent.id), *label])

    async def run(self):
        world = self.world
        spec = next(s for s in world.program.agents if s.type == self.agent.id.type)
        ending = ("returned",)
        try:
            for action in spec.scripts[self.message.tag]:
                self.outcomes.append(await self.act(action))
        except BaseException as error:
            ending = outcome_of(error)
            raise
        finally:
            world.seen.runs[self.start, self.loose, tuple(self.outcomes), ending] += 1
        if not self.ctx.is_rpc:
            return None
        text = f"{self.agent.id} {self.message.tag} at {self.place}"
        return Reply(text, self.message.tag, self.loose)

    async def act(self, action):
        match action:
            case dp.Raise():
                raise getattr(builtins, action.type)(action.text)
            case dp.Yield():
                self.loose = True
                await asyncio.sleep(0)
            case dp.Subscribe() | dp.Unsubscribe() if not self.loose:
                return await self.world.change(action)
            case dp.Cancel() if not self.loose:
                self.world.token.cancel()
            case dp.Publish() if self.message.fuel:
                await self.publish(action)
            case dp.Send() if self.message.fuel:
                return await self.send(action, loose=self.loose)
            case dp.Gather() if self.message.fuel:
                return await self.gather(action)
        return None

    def make(self, action, *, loose):
        return CLASSES[action.message](action.tag, self.message.fuel - 1, loose)

    def token(self, action):
        named = {"forward": self.ctx.cancellation_token, "shared": self.world.token}
        return named.get(action.token)

    async def publish(self, action):
        core = self.world.core
        if action.source is None:
            topic = core.DefaultTopicId()
        else:
            topic = core.TopicId(action.topic, action.source)
        message = self.make(action, loose=self.loose)
        await self.agent.publish_message(message, topic, cancellation_token=self.token(action))

    async def send(self, action, *, loose):
        recipient = self.world.core.AgentId(action.type, action.key)
        try:
            answer = await self.agent.send_message(
                self.make(action, loose=loose), recipient, cancellation_token=self.token(action)
            )
        except (Exception, asyncio.CancelledError) as error:
            self.loose = True
            if not action.catch:
                raise
            return outcome_of(error)
        if answer is None:
            return ("no answer",)
        self.loose = self.loose or answer.loose
        return ("answer", answer.text, answer.loose)

    async def gather(self, action):
        self.loose = True
        calls = [self.send(replace(one, catch=True), loose=True) for one in action.sends]
        return tuple(await asyncio.gather(*calls))


async def perform(world, number, action, calls):
    """One action from outside; answers are collected at the end of the phase."""
    runtime, core = world.runtime, world.core
    match action:
        case dp.Subscribe() | dp.Unsubscribe():
            world.seen.results.append(await world.change(action))
            return
        case dp.Cancel():
            world.token.cancel()
            return
    message = CLASSES[action.message](action.tag, FUEL, loose=False)
    token = world.token if action.token == "shared" else None
    common = {"cancellation_token": token, "message_id": f"given {number}"}
    if isinstance(action, dp.Publish):
        await runtime.publish_message(message, core.TopicId(action.topic, action.source), **common)
        return
    call = runtime.send_message(message, core.AgentId(action.type, action.key), **common)
    calls.append(asyncio.ensure_future(call))
    await asyncio.sleep(0)


async def until_quiet(world, calls, step):
    """Until nothing is queued, open or awaited, and that has stayed so for a while.

    Programs wait for nothing but each other. If nothing changes any more, what waits is lost.
    """
    unchanged, before = 0, None
    while True:
        stepped = step is not None and await step() is not None
        await asyncio.sleep(0)
        queued, done = world.runtime.unprocessed_messages_count, [call.done() for call in calls]
        now = (world.changes, world.open, queued, done, stepped)
        unchanged, before = (0, now) if now != before or stepped else (unchanged + 1, before)
        if unchanged >= ROUNDS_OF_QUIET and not (queued or world.open or not all(done)):
            return
        if unchanged >= ROUNDS_WITHOUT_HOPE:
            raise AssertionError(f"stuck: {queued} queued, {world.open} open, answered: {done}")


async def run_phase(world, number, phase, mode):
    runtime, calls = world.runtime, []
    if mode.startswith("stepped"):
        runtime.stepper.pause()
    for place, action in enumerate(phase):
        await perform(world, f"{number}.{place}", action, calls)
    if mode != "stepped, never started":
        runtime.start()
    await until_quiet(world, calls, runtime.step if mode.startswith("stepped") else None)
    if mode == "autogen":
        await runtime.stop()  # Its stop_when_idle does not return after a drop or a failed event.
    elif mode != "stepped, never started":
        async with asyncio.timeout(1):
            await runtime.stop_when_idle()
    for call in calls:
        try:
            answer = await call
        except (Exception, asyncio.CancelledError) as error:
            world.seen.results.append(outcome_of(error))
        else:
            world.seen.results.append(answer)


async def run_program(core, program, mode):
    world = World(core, program)
    await world.set_up()
    for number, phase in enumerate(program.phases):
        await run_phase(world, number, phase, mode)
    saved = dict(await world.runtime.save_state())
    world.seen.states = {"saved": saved, "own": dict(world.states)}
    await world.runtime.load_state(saved)
    world.seen.states["loaded"] = dict(await world.runtime.save_state())
    await world.runtime.close()
    return world.seen


def run(core, program, mode, *, seconds=5.0):
    """Run `program` on `core`; a run that takes too long is an error, not a wait."""

    async def main():
        async with asyncio.timeout(seconds):
            return await run_program(core, program, mode)

    return asyncio.run(main())

"""Any run of any program under any control, as Hypothesis makes them up."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from sandbox import (
    AgentId,
    CancellationToken,
    DefaultInterventionHandler,
    DropMessage,
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypePrefixSubscription,
    TypeSubscription,
    message_handler,
)
from sandbox.inspector.control.breakpoints import KINDS

TYPES = ("free", "serial", "broken")
KEYS = ("default", "other")
TOPICS = ("news", "news-local", "empty")
FATES = ("pass", "replace", "drop", "raise", "wait")


@dataclass
class Note:
    """A message that says what its handler does, and what interventions do with it."""

    acts: tuple = ()
    fate: str = "pass"
    seen: list = field(default_factory=list)


class Gates:
    """Where turns and interventions wait until the test lets one of them go on."""

    def __init__(self):
        self.waiting = deque()

    async def wait(self):
        gate = asyncio.get_running_loop().create_future()
        self.waiting.append(gate)
        await gate

    def open_one(self):
        while self.waiting:
            gate = self.waiting.popleft()
            if not gate.done():
                gate.set_result(None)
                return


class Performer(RoutedAgent):
    def __init__(self, gates):
        super().__init__("does what its messages say")
        self.gates = gates

    @message_handler
    async def perform(self, message: Note, ctx: MessageContext) -> str:
        for act, *details in message.acts:
            await getattr(self, act)(*details)
        return "done"

    async def publish(self, topic, note):
        await self.publish_message(note, topic)

    async def ask(self, *calls):
        await asyncio.gather(
            *(self.send_message(note, to) for to, note in calls), return_exceptions=True
        )

    async def wait(self):
        await self.gates.wait()

    async def fail(self):
        raise ValueError


class Fate(DefaultInterventionHandler):
    """Does with each message what the message says."""

    def __init__(self, gates):
        self.gates = gates

    async def decide(self, message):
        match getattr(message, "fate", "pass"):
            case "drop":
                return DropMessage
            case "raise":
                raise ValueError
            case "replace":
                return Note(message.acts)
            case "wait":
                await self.gates.wait()
        return message

    async def on_send(self, message, *, message_context, recipient):
        return await self.decide(message)

    async def on_publish(self, message, *, message_context):
        return await self.decide(message)


addresses = st.builds(AgentId, st.sampled_from(TYPES), st.sampled_from(KEYS))
topics = st.builds(TopicId, st.sampled_from(TOPICS), st.sampled_from(KEYS))
notes = st.recursive(
    st.builds(Note, fate=st.sampled_from(FATES)),
    lambda inner: st.builds(
        Note,
        acts=st.lists(
            st.one_of(
                st.tuples(st.just("publish"), topics, inner),
                st.tuples(st.just("ask"), st.tuples(addresses, inner)),
                st.tuples(st.just("ask"), st.tuples(addresses, inner), st.tuples(addresses, inner)),
                st.just(("wait",)),
                st.just(("fail",)),
            ),
            max_size=3,
        ).map(tuple),
        fate=st.sampled_from(("pass", *FATES)),
    ),
    max_leaves=4,
)


def runs(count):
    """The settings for so many runs."""
    return settings(
        max_examples=count,
        stateful_step_count=40,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )


class AnyRun(RuleBasedStateMachine):
    """A runtime and its inspector, and everything that can be done to them, in any order."""

    def __init__(self):
        super().__init__()
        self.runner = asyncio.Runner()
        self.gates = Gates()
        self.tasks = []
        self.tokens = []

    @initialize(intercepted=st.booleans(), started=st.booleans())
    def begin(self, intercepted, started):
        self.do(self._begin(intercepted, started))

    async def _begin(self, intercepted, started):
        handlers = [Fate(self.gates)] if intercepted else []
        self.runtime = runtime = SingleThreadedAgentRuntime(intervention_handlers=handlers)
        self.inspector = Inspector(runtime)
        for type_name in TYPES:
            await self.register(type_name)
        await runtime.add_subscription(TypePrefixSubscription("news", "free"))
        await runtime.add_subscription(TypeSubscription("news", "serial"))
        if started:
            runtime.start()

    def make(self):
        return Performer(self.gates)

    def make_none(self):
        raise LookupError

    async def register(self, type_name):
        await Performer.register(
            self.runtime,
            type_name,
            self.make_none if type_name == "broken" else self.make,
            replace=True,
            mailbox="serial" if type_name == "serial" else "interleaved",
        )

    def do(self, work):
        """Do some work and let everything run that can."""

        async def then_rest():
            result = await work
            for _ in range(60):
                await asyncio.sleep(0)
            return result

        return self.runner.run(then_rest())

    async def spawn(self, call):
        self.tasks.append(asyncio.create_task(call))

    def pending(self, index):
        queue = self.inspector.queue
        return queue[index % len(queue)].number if queue else None

    @rule(to=addresses, note=notes)
    def send(self, to, note):
        token = CancellationToken()
        self.tokens.append(token)
        self.do(self.spawn(self.runtime.send_message(note, to, cancellation_token=token)))

    @rule(topic=topics, note=notes, sender=st.none() | addresses)
    def publish(self, topic, note, sender):
        self.do(self.runtime.publish_message(note, topic, sender=sender))

    @rule(index=st.integers(0, 9))
    def step(self, index):
        if self.inspector.paused:
            number = self.pending(index) if index % 2 else None
            self.do(self.spawn(self.try_step(number)))

    async def try_step(self, number):
        with suppress(RuntimeError):  # it may not be able to go now
            await self.inspector.step(number)

    @rule()
    def open_a_gate(self):
        self.gates.open_one()
        self.do(asyncio.sleep(0))

    @rule(index=st.integers(0, 9), what=st.sampled_from(("hold", "release")))
    def hold_or_release(self, index, what):
        if (number := self.pending(index)) is not None:
            getattr(self.runtime.stepper, what)(number)

    @rule(index=st.integers(0, 9), error=st.booleans())
    def drop(self, index, error):
        if (number := self.pending(index)) is not None:
            self.runtime.stepper.drop(number, error=error)

    @rule(index=st.integers(0, 9))
    def duplicate(self, index):
        if (number := self.pending(index)) is not None:
            self.inspector.duplicate(number)
            self.do(asyncio.sleep(0))

    @rule(index=st.integers(0, 9), position=st.integers(0, 9))
    def move(self, index, position):
        if (number := self.pending(index)) is not None:
            self.inspector.move(number, position % len(self.inspector.queue))

    @rule(index=st.integers(0, 9), fate=st.sampled_from(FATES))
    def edit(self, index, fate):
        number = self.pending(index)
        if number is not None and isinstance(self.runtime.deliveries[number].message, Note):
            original = self.runtime.deliveries[number].message
            self.inspector.edit(number, fate=fate)
            assert self.runtime.deliveries[number].message is not original

    @rule(address=addresses, what=st.sampled_from(("pause_mailbox", "resume_mailbox")))
    def pause_or_resume_a_mailbox(self, address, what):
        getattr(self.inspector, what)(address)
        self.do(asyncio.sleep(0))

    @rule(index=st.integers(0, 9))
    def crash(self, index):
        if agents := list(self.runtime.agents):
            self.inspector.crash(agents[index % len(agents)])

    @rule(policy=st.sampled_from(("fifo", "lifo", "random(1)", "pairs(2)")))
    def choose_by(self, policy):
        self.inspector.policy = policy
        self.do(asyncio.sleep(0))

    @rule(kind=st.sampled_from(tuple(KINDS)), once=st.booleans(), type_name=st.sampled_from(TYPES))
    def break_on(self, kind, once, type_name):
        self.inspector.break_on(kind, agent=type_name, once=once)

    @rule()
    def remove_breakpoints(self):
        for breakpoint in self.inspector.breakpoints:
            breakpoint.remove()

    @rule(limit=st.integers(1, 9))
    def run_on(self, limit):
        if self.inspector.paused:
            self.do(self.spawn(self.inspector.run(limit=limit)))

    @rule(index=st.integers(0, 9))
    def cancel(self, index):
        if self.tokens:
            self.tokens[index % len(self.tokens)].cancel()
            self.do(asyncio.sleep(0))

    @rule()
    def pause_or_resume(self):
        if self.inspector.paused:
            self.inspector.resume()
        else:
            self.inspector.pause()
        self.do(asyncio.sleep(0))

    @rule()
    def start_or_stop(self):
        self.do(self._start_or_stop())

    async def _start_or_stop(self):
        if self.runtime.started:
            await self.runtime.stop()
        else:
            self.runtime.start()

    @rule(topic=st.sampled_from(TOPICS), type_name=st.sampled_from(TYPES))
    def change_subscriptions(self, topic, type_name):
        self.do(self._change_subscriptions(TypeSubscription(topic, type_name)))

    async def _change_subscriptions(self, subscription):
        same = [s.id for s in self.runtime.subscriptions if s == subscription]
        if same:
            await self.runtime.remove_subscription(same[0])
        else:
            await self.runtime.add_subscription(subscription)

    @rule(type_name=st.sampled_from(TYPES))
    def register_again(self, type_name):
        self.do(self.register(type_name))

    def teardown(self):
        if hasattr(self, "runtime"):
            self.do(self.end())
        self.runner.close()

    async def end(self):
        for token in self.tokens:
            token.cancel()
        if self.runtime.started:
            await self.runtime.stop()
        else:
            self.runtime.start()
            await self.runtime.stop()
        while self.gates.waiting:
            self.gates.open_one()
            await asyncio.sleep(0)
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

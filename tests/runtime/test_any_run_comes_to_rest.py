"""Random runs with everything that can go wrong: at the end each delivery has ended once."""

import asyncio
import logging
from dataclasses import dataclass, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from runtime_parts import PATIENCE, Bookkeeper, Puppet, add, agent, come_to_rest

from sandbox import (
    CancellationToken,
    DefaultInterventionHandler,
    DropMessage,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
)
from sandbox.runtime import Instrument
from sandbox.runtime.instruments import HOOKS

TYPES = ("free", "serial", "swapped", "unbuildable", "unbuildable-later", "flaky", "slow", "caller")
CALLERS = ("free", "slow", "caller")  # a serial agent that calls could wait for itself
TOPICS = ("t1", "t2")
FATES = ("pass", "pass", "pass", "replace", "slow", "drop", "fail", "forget", "ask")


@dataclass(frozen=True)
class Note:
    """A message that says what its handler does, and what an intervention does to it."""

    fate: str = "pass"
    acts: tuple[tuple[object, ...], ...] = ()
    answer: object = None


ANSWERS = st.builds(Note, st.sampled_from(FATES)) | st.none()
SIMPLE_ACTS = st.sampled_from([("wait",), ("wait",), ("fail",), ("give up",)])


def notes(acts):
    return st.builds(
        Note, st.sampled_from(FATES), st.lists(acts, max_size=3).map(tuple), answer=ANSWERS
    )


def acts_with(note):
    return (
        SIMPLE_ACTS
        | st.tuples(st.sampled_from(["call", "spawn"]), st.sampled_from(TYPES), note)
        | st.tuples(st.just("publish"), st.sampled_from(TOPICS), note)
    )


LEAVES = notes(SIMPLE_ACTS)
BRANCHES = notes(acts_with(LEAVES))
TREES = notes(acts_with(BRANCHES) | st.just(("stop",)))


class Fate(DefaultInterventionHandler):
    """Does to each note what it says, once."""

    def __init__(self):
        self.runtime = None

    async def on_send(self, message, *, message_context, recipient):
        return await self._fate(message)

    async def on_publish(self, message, *, message_context):
        return await self._fate(message)

    async def on_response(self, message, *, sender, recipient):
        return await self._fate(message)

    async def _fate(self, note):
        fate = note.fate if isinstance(note, Note) else "pass"
        if fate == "slow":
            await asyncio.sleep(0)
        elif fate == "ask":
            await self.runtime.send_message(Note(), agent("free"))
        elif fate == "fail":
            raise ValueError(fate)
        elif fate == "forget":
            return None
        elif fate == "drop":
            return DropMessage
        elif fate == "replace":
            return replace(note, fate="pass")
        return note


class Fragile(Instrument):
    """Raises in one of its hooks, the n-th time that it is called."""

    def __init__(self, hook, calls):
        setattr(type(self), hook, self._count)
        self.calls = calls

    def _count(self, *args):
        self.calls -= 1
        if self.calls < 0:
            raise ZeroDivisionError


class Run(RuleBasedStateMachine):
    """One runtime and its loop, treated in random ways."""

    def __init__(self):
        super().__init__()
        logging.disable(logging.CRITICAL)
        self.loop = asyncio.new_event_loop()
        self.fate = Fate()
        self.runtime = SingleThreadedAgentRuntime(intervention_handlers=[self.fate])
        self.fate.runtime = self.runtime
        self.books = Bookkeeper(self.runtime)
        self.tokens = [CancellationToken()]
        self.tasks = []
        self.builds = 0
        self.run(self.register())

    def run(self, coroutine):
        return self.loop.run_until_complete(coroutine)

    def begin(self, coroutine):
        self.tasks.append(self.loop.create_task(coroutine))

    async def register(self):
        def unbuildable():
            raise ValueError("unbuildable")

        async def unbuildable_later():
            await asyncio.sleep(0)
            raise ValueError("unbuildable")

        async def slow():
            await asyncio.sleep(0)
            return Puppet(self.play)

        def flaky():
            self.builds += 1
            return Puppet(self.play) if self.builds % 2 else unbuildable()

        async def caller():
            await self.runtime.send_message(Note(), agent("free"))
            return Puppet(self.play)

        special = (unbuildable, unbuildable_later, flaky, slow, caller)
        factories = dict(zip(TYPES[3:], special, strict=True))
        for type in TYPES:
            mailbox = "serial" if type == "serial" else None
            await add(self.runtime, type, self.play, factory=factories.get(type), mailbox=mailbox)
        for type in ("free", "serial", "unbuildable"):
            await self.runtime.add_subscription(TypeSubscription("t1", type, f"{type} to t1"))

    async def play(self, puppet, note, ctx):
        for what, *args in note.acts:
            if what == "wait":
                await asyncio.sleep(0)
            elif what == "fail":
                raise ValueError(what)
            elif what == "give up":
                raise asyncio.CancelledError
            elif what == "stop" and self.runtime.started:
                await self.runtime.stop()
            elif what == "publish":
                await puppet.publish_message(args[1], TopicId(args[0], "default"))
            elif what == "spawn":
                self.begin(puppet.send_message(args[1], agent(args[0])))
            elif what == "call" and puppet.type in CALLERS:
                await puppet.send_message(
                    args[1], agent(args[0]), cancellation_token=ctx.cancellation_token
                )
        return note.answer

    # What a program does

    @rule(type=st.sampled_from(TYPES), note=TREES, token=st.integers(0, 5))
    def send(self, type, note, token):
        token = self.tokens[token % len(self.tokens)]
        self.begin(self.runtime.send_message(note, agent(type), cancellation_token=token))

    @rule(topic=st.sampled_from(TOPICS), note=TREES)
    def publish(self, topic, note):
        self.run(self.runtime.publish_message(note, TopicId(topic, "default")))

    @rule(index=st.integers(0, 5))
    def cancel(self, index):
        self.tokens[index % len(self.tokens)].cancel()
        self.tokens.append(CancellationToken())

    @rule(turns=st.integers(1, 5))
    def let_it_run(self, turns):
        for _ in range(turns):
            self.run(asyncio.sleep(0))

    @rule(topic=st.sampled_from(TOPICS), type=st.sampled_from(TYPES))
    def change_subscriptions(self, topic, type):
        id = f"{type} to {topic}"
        if any(s.id == id for s in self.runtime.subscriptions):
            self.run(self.runtime.remove_subscription(id))
        else:
            self.run(self.runtime.add_subscription(TypeSubscription(topic, type, id)))

    @rule(type=st.sampled_from(["swapped", "serial"]), mailbox=st.sampled_from(["serial", None]))
    def register_again(self, type, mailbox):
        self.run(add(self.runtime, type, self.play, mailbox=mailbox, replace=True))

    @rule(hook=st.sampled_from(HOOKS), calls=st.integers(0, 3))
    def attach_a_fragile_instrument(self, hook, calls):
        fragile = type("FragileOne", (Fragile,), {})
        self.runtime.add_instrument(fragile(hook, calls))

    # What its user does

    @precondition(lambda self: not self.runtime.started)
    @rule()
    def start(self):
        async def start():
            self.runtime.start()

        self.run(start())

    @precondition(lambda self: self.runtime.started)
    @rule()
    def stop(self):
        async def stop():
            if self.runtime.started:  # else a handler was quicker
                await self.runtime.stop()

        self.run(stop())

    @rule()
    def pause(self):
        self.runtime.stepper.pause()

    @rule()
    def resume(self):
        self.runtime.stepper.resume()

    @precondition(lambda self: not self.runtime.started or self.runtime.stepper.paused)
    @rule(index=st.none() | st.integers(0, 9))
    def step(self, index):
        number = self.pick(index)

        async def step():
            try:
                await self.runtime.step(number)
            except (LookupError, RuntimeError):  # no longer pending, or not its turn
                assert number is not None

        self.begin(step())
        self.run(come_to_rest())

    @rule(index=st.integers(0, 9), what=st.sampled_from(["hold", "release"]))
    def hold_or_release(self, index, what):
        number = self.pick(index)
        if number is not None:
            getattr(self.runtime.stepper, what)(number)

    @rule(index=st.integers(0, 9), error=st.booleans())
    def drop(self, index, error):
        number = self.pick(index)
        if number is not None:
            self.runtime.stepper.drop(number, error=error)

    @rule(index=st.integers(0, 9), position=st.integers(0, 9))
    def move(self, index, position):
        number = self.pick(index)
        if number is not None:
            self.runtime.stepper.move(number, position % len(self.runtime.stepper.pending))

    @rule(index=st.integers(0, 9))
    def duplicate(self, index):
        number = self.pick(index)
        if number is not None:
            self.runtime.stepper.duplicate(number)

    @rule(index=st.integers(0, 9), note=LEAVES)
    def edit(self, index, note):
        number = self.pick(index)
        if number is not None and self.runtime.stepper.find(number).error is None:
            self.runtime.stepper.edit(number, note)

    @rule(policy=st.sampled_from(["fifo", "lifo", "random(1)", "pairs(2)"]))
    def choose_a_policy(self, policy):
        self.runtime.stepper.policy = policy

    @rule(type=st.sampled_from(TYPES), what=st.sampled_from(["pause_mailbox", "resume_mailbox"]))
    def pause_or_resume_a_mailbox(self, type, what):
        getattr(self.runtime.stepper, what)(agent(type))

    @rule(type=st.sampled_from(TYPES))
    def crash(self, type):
        if agent(type) in self.runtime.agents:
            self.runtime.stepper.crash(agent(type))

    def pick(self, index):
        pending = self.runtime.stepper.pending
        return pending[index % len(pending)].number if pending and index is not None else None

    # What always holds

    @invariant()
    def each_delivery_is_under_way_or_has_ended_once(self):
        ended = [d.number for d in self.books.settled]
        under_way = [d.number for d in self.books.queued if d.number in self.runtime.deliveries]
        assert sorted(ended + under_way) == [d.number for d in self.numbered()]
        assert all((d.verdict is None) == (d.number in under_way) for d in self.books.queued)

    @invariant()
    def what_waits_in_the_queue_waits_once(self):
        waiting = [d.number for d in self.runtime._ledger.queue]
        assert sorted(waiting) == [d.number for d in self.numbered() if d.pending]

    def numbered(self):
        return sorted(self.books.queued, key=lambda d: d.number)

    def teardown(self):
        try:
            self.run(self.end())
        finally:
            self.loop.close()
            logging.disable(logging.NOTSET)
            super().teardown()

    async def end(self):
        for paused in self.runtime.stepper.paused_mailboxes:
            self.runtime.stepper.resume_mailbox(paused)
        for delivery in self.runtime.stepper.pending:
            self.runtime.stepper.release(delivery.number)
        if self.runtime._ledger._lost:  # somebody waits for an answer that was dropped
            if not self.runtime.started:
                self.runtime.start()
            await self.runtime.stop()
        self.runtime.stepper.resume()
        while True:
            if not self.runtime.started:
                self.runtime.start()
            await self.runtime.stop_when_idle(PATIENCE)  # or until a handler stops it
            await come_to_rest()
            if not self.runtime.deliveries:
                break
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*self.tasks, return_exceptions=True)
        failures = [t.exception() for t in self.tasks if not t.cancelled()]
        assert [e for e in failures if isinstance(e, AssertionError)] == []
        self.books.check()


Run.TestCase.settings = settings(max_examples=100, stateful_step_count=40)
TestAnyRunComesToRest = Run.TestCase

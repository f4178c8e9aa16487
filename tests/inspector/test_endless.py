"""Runs that would never end are stopped, and the cycle is named; long sound runs are not."""

import asyncio
from dataclasses import dataclass

import pytest

from sandbox import (
    AgentId,
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    event,
    rpc,
)
from sandbox.inspector.control.endless import CROWD, FURTHER, ROUNDS
from sandbox.inspector.recording.finding import place_of
from sandbox.inspector.recording.records import Queued
from sandbox.testing import run_until_idle

TALK = TopicId("talk", "x")


@dataclass
class Say:
    left: int


class Talker(RoutedAgent):
    """Hands the word on to the next, as long as anything is left to say."""

    def __init__(self, place, count):
        super().__init__("talks")
        self.following = TopicId(f"seat{(place + 1) % count}", "x")

    @event
    async def on_say(self, message: Say, ctx: MessageContext) -> None:
        if message.left:
            await self.publish_message(Say(message.left - 1), self.following)


class Loud(RoutedAgent):
    """Answers everything to everybody."""

    def __init__(self):
        super().__init__("shouts")

    @event
    async def on_say(self, message: Say, ctx: MessageContext) -> None:
        await self.publish_message(Say(0), TALK)


class Counter(RoutedAgent):
    def __init__(self):
        super().__init__("counts")

    @rpc
    async def count(self, message: Say, ctx: MessageContext) -> int:
        return message.left


async def table(seats, **options):
    """Agents that hand the word round, and their inspector."""
    runtime = SingleThreadedAgentRuntime()
    for place in range(seats):
        name = f"seat{place}"
        await Talker.register(runtime, name, lambda place=place: Talker(place, seats))
        await runtime.add_subscription(TypeSubscription(name, name))
    return runtime, Inspector(runtime, **options)


async def crowd(**options):
    runtime = SingleThreadedAgentRuntime()
    for name in ("a", "b", "c"):
        await Loud.register(runtime, name, Loud)
        await runtime.add_subscription(TypeSubscription("talk", name))
    return runtime, Inspector(runtime, **options)


async def test_a_run_that_never_ends_is_stopped_and_the_cycle_is_named():
    runtime, inspector = await table(3, rounds=100)
    await runtime.publish_message(Say(10**9), TopicId("seat0", "x"))
    made = await inspector.run()
    assert 300 <= made < 600
    stopped = inspector.stopped
    assert stopped.by == "livelock"
    for place in range(3):
        assert f"seat{place}/x → Say → seat{(place + 1) % 3}/x" in stopped.reason
    assert [d.number for d in inspector.queue] == [stopped.number]
    assert "livelock" in [problem.kind for problem in inspector.problems]
    inspector.close()


async def test_who_means_it_goes_on_for_ten_times_as_many():
    runtime, inspector = await table(2, rounds=50)
    await runtime.publish_message(Say(10**9), TopicId("seat0", "x"))
    first = await inspector.run()
    second = await inspector.run()
    assert inspector.stopped.by == "livelock"
    assert first < 200
    assert FURTHER * 80 <= second < FURTHER * 200
    inspector.close()


async def test_a_runtime_that_delivers_freely_is_paused_without_asking_for_it():
    runtime, inspector = await table(2, paused=False)
    paused = asyncio.Event()
    inspector.recording.listen(lambda: inspector.paused and paused.set())
    runtime.start()
    await runtime.publish_message(Say(10**9), TopicId("seat0", "x"))
    await paused.wait()
    assert 2 * ROUNDS <= len(inspector.recording) < 4 * ROUNDS
    assert inspector.stopped.by == "livelock"
    inspector.close()
    await runtime.stop()


async def test_many_agents_that_talk_for_long_are_left_alone():
    # As a hundred thousand messages among a hundred agents would be by default, made small.
    runtime, inspector = await table(100, paused=False, rounds=ROUNDS // 10)
    await runtime.publish_message(Say(9_999), TopicId("seat0", "x"))
    await run_until_idle(runtime)
    assert inspector.stopped is None
    assert len(inspector.recording) == 10_000
    inspector.close()


async def test_many_messages_that_do_not_cause_each_other_are_left_alone():
    runtime = SingleThreadedAgentRuntime()
    await Counter.register(runtime, "counter", Counter)
    inspector = Inspector(runtime, paused=False, rounds=10)
    runtime.start()
    for number in range(500):
        await runtime.send_message(Say(number), AgentId("counter", "x"))
    for number in range(500):
        await runtime.publish_message(Say(number), TopicId("nobody", "hears"))
    await run_until_idle(runtime)
    assert inspector.stopped is None
    inspector.close()


async def test_messages_that_become_ever_more_are_stopped_by_how_many_wait():
    runtime, inspector = await crowd(rounds=200)
    await runtime.publish_message(Say(0), TALK)
    await inspector.run()
    assert inspector.stopped.by == "livelock"
    assert "Say" in inspector.stopped.reason
    assert CROWD * 200 <= len(inspector.queue) < 3 * CROWD * 200
    inspector.close()


async def test_it_can_be_told_never_to_stop():
    runtime, inspector = await table(2, rounds=None)
    await runtime.publish_message(Say(2 * ROUNDS + 20_000), TopicId("seat0", "x"))
    assert await inspector.run() == 2 * ROUNDS + 20_001
    assert inspector.stopped is None
    inspector.close()


async def test_a_recording_with_a_limit_is_guarded_as_well():
    runtime, inspector = await table(2, rounds=2_000, limit=500)
    await runtime.publish_message(Say(10**9), TopicId("seat0", "x"))
    assert 4_000 <= await inspector.run(limit=20_000) < 20_000
    inspector.close()


async def test_no_rounds_at_all_are_refused():
    with pytest.raises(ValueError, match="at least once"):
        await table(1, rounds=0)


async def test_a_delivery_is_found_among_many_records():
    runtime, inspector = await table(3)
    await runtime.publish_message(Say(500), TopicId("seat0", "x"))
    await inspector.run()
    records = inspector.recording.records
    for place, record in enumerate(records):
        if isinstance(record, Queued):
            assert place_of(records, record.number) == place
    assert place_of(records, 0) is None
    assert place_of(records, 502) is None
    inspector.close()

import asyncio
from typing import Any

import pytest

from sandbox import (
    DefaultTopicId,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    default_subscription,
    event,
)
from sandbox.testing import FastTime, Trace, run_until_idle, step_until_idle


@default_subscription
class Counter(RoutedAgent):
    """Passes on what it hears, less one, until nothing is left."""

    @event
    async def count(self, message: int, ctx: MessageContext) -> None:
        if message:
            await self.runtime.publish_message(message - 1, DefaultTopicId())

    @event
    async def wait(self, message: asyncio.Event, ctx: MessageContext) -> None:
        await message.wait()

    @event
    async def sleep(self, message: float, ctx: MessageContext) -> None:
        await asyncio.sleep(message)
        await self.runtime.publish_message(0, DefaultTopicId())

    @event
    async def fail(self, message: Any, ctx: MessageContext) -> None:
        raise TypeError(message)


async def counting(**options):
    runtime = SingleThreadedAgentRuntime(**options)
    trace = Trace(runtime)
    await Counter.register(runtime, "counter", lambda: Counter("Counts down."))
    return runtime, trace


@pytest.mark.parametrize("started", [False, True])
async def test_it_delivers_also_what_follows_and_leaves_the_runtime_stopped(started):
    runtime, trace = await counting()
    if started:
        runtime.start()
    await runtime.publish_message(3, DefaultTopicId())
    await run_until_idle(runtime)
    assert [each.message for each in trace.arrivals] == [3, 2, 1, 0]
    assert not runtime.started


async def test_it_can_run_the_same_runtime_again():
    runtime, trace = await counting()
    for _ in range(2):
        await runtime.publish_message(0, DefaultTopicId())
        await run_until_idle(runtime)
    assert [each.message for each in trace.arrivals] == [0, 0]


async def test_it_gives_up_on_a_handler_that_never_ends_and_names_it():
    runtime, _ = await counting()
    never = asyncio.Event()
    await runtime.publish_message(never, DefaultTopicId())
    with pytest.raises(TimeoutError, match="counter/default"):
        await run_until_idle(runtime, timeout=0.01)
    never.set()
    await run_until_idle(runtime)


async def test_it_raises_what_a_handler_raised_if_the_runtime_keeps_such_exceptions():
    runtime, _ = await counting(ignore_unhandled_exceptions=False)
    await runtime.publish_message("text", DefaultTopicId())
    with pytest.raises(TypeError, match="text"):
        await run_until_idle(runtime)


@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize("paused", [False, True])
async def test_stepping_delivers_the_same_and_leaves_the_runtime_as_paused_as_it_was(
    started, paused
):
    runtime, trace = await counting()
    if started:
        runtime.start()
    if paused:
        runtime.stepper.pause()
    await runtime.publish_message(3, DefaultTopicId())
    made = await step_until_idle(runtime)
    assert [each.message for each in made] == [3, 2, 1, 0]
    assert [each.message for each in trace.arrivals] == [3, 2, 1, 0]
    assert (runtime.started, runtime.stepper.paused) == (False, paused)


@pytest.mark.parametrize(("run", "seconds"), [(run_until_idle, 2.0), (step_until_idle, 3.0)])
async def test_a_handler_that_sleeps_is_waited_for_before_the_next_step(run, seconds):
    runtime, trace = await counting()
    for message in (2.0, 1.0):
        await runtime.publish_message(message, DefaultTopicId())
    with FastTime() as time:
        await run(runtime)
    assert [each.message for each in trace.arrivals] == [2.0, 1.0, 0, 0]
    assert time.elapsed == seconds


async def test_stepping_gives_up_on_what_is_on_hold_and_names_it():
    runtime, trace = await counting()
    await runtime.publish_message(0, DefaultTopicId())
    runtime.stepper.hold(1)
    with (
        FastTime(),
        pytest.raises(TimeoutError, match=r"10\.0 s\. Outstanding: <Delivery #1 .*held"),
    ):
        await step_until_idle(runtime)
    asyncio.get_running_loop().call_soon(runtime.stepper.release, 1)
    assert [each.number for each in await step_until_idle(runtime)] == [1]
    assert [each.message for each in trace.arrivals] == [0]


async def test_stepping_raises_what_a_handler_raised_if_the_runtime_keeps_such_exceptions():
    runtime, _ = await counting(ignore_unhandled_exceptions=False)
    await runtime.publish_message("text", DefaultTopicId())
    with pytest.raises(TypeError, match="text"):
        await step_until_idle(runtime)

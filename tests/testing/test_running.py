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
from sandbox.testing import Trace, run_until_idle


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
    async def fail(self, message: Any, ctx: MessageContext) -> None:
        raise TypeError(message)


async def counting(**options):
    runtime, trace = SingleThreadedAgentRuntime(**options), Trace()
    runtime.add_instrument(trace)
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

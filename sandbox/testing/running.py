"""Running a runtime to its end, freely or one delivery at a time."""

import asyncio

from sandbox.runtime.delivery import Delivery
from sandbox.runtime.instruments import Instrument
from sandbox.runtime.runtime import SingleThreadedAgentRuntime


async def run_until_idle(runtime: SingleThreadedAgentRuntime, timeout: float | None = 10.0) -> None:
    """Deliver everything that is queued, and all that follows from it, then stop.

    Args:
        runtime: The runtime; it is started if it is not.
        timeout: Seconds after which the test is not worth waiting for; ``None`` for no limit.

    Raises:
        TimeoutError: If it is not idle in time, for instance because it is paused; the message
            lists what is outstanding.
        RuntimeError: If a handler calls this.
        Exception: What an event handler raised, unless the runtime ignores such exceptions.

    Example:
        >>> import asyncio
        >>> from sandbox import ClosureAgent, ClosureContext, DefaultSubscription, DefaultTopicId
        >>> from sandbox import MessageContext, SingleThreadedAgentRuntime
        >>> heard = []
        >>> async def listen(agent: ClosureContext, message: str, ctx: MessageContext) -> None:
        ...     heard.append(message)
        >>> async def test():
        ...     runtime = SingleThreadedAgentRuntime()
        ...     await ClosureAgent.register_closure(
        ...         runtime, "listener", listen, subscriptions=lambda: [DefaultSubscription()]
        ...     )
        ...     await runtime.publish_message("hello", DefaultTopicId())
        ...     await run_until_idle(runtime)
        >>> asyncio.run(test())
        >>> heard
        ['hello']
    """
    if not runtime.started:
        runtime.start()
    await runtime.stop_when_idle(timeout)


async def step_until_idle(
    runtime: SingleThreadedAgentRuntime, timeout: float | None = 10.0
) -> list[Delivery]:
    """Do what `run_until_idle` does, with each delivery seen through before the next one goes.

    A turn is seen through when it has ended or waits for another agent's answer. So handlers that
    sleep are not interleaved, and the order is the same each time.

    Args:
        runtime: The runtime, started or not, paused or not; if it was paused it stays so.
        timeout: Seconds after which the test is not worth waiting for; ``None`` for no limit.

    Returns:
        The deliveries that were made, in order.

    Raises:
        TimeoutError: If it is not idle in time, for instance because a delivery is on hold; the
            message lists what is outstanding.
        Exception: What an event handler raised, unless the runtime ignores such exceptions.

    Example:
        >>> import asyncio
        >>> from sandbox import SingleThreadedAgentRuntime, TopicId
        >>> async def test():
        ...     runtime = SingleThreadedAgentRuntime()
        ...     await runtime.publish_message("rain", TopicId("weather", "here"))
        ...     print(await step_until_idle(runtime))
        >>> asyncio.run(test())
        [<Delivery #1 event str outside -> nobody: no_recipient>]
    """
    was_paused = runtime.stepper.paused
    runtime.stepper.pause()
    news = _News()
    runtime.add_instrument(news)
    made: list[Delivery] = []
    try:
        async with asyncio.timeout(timeout):
            while runtime.deliveries:
                news.happened.clear()
                delivery = await runtime.step()
                if delivery is None:
                    await news.happened.wait()
                else:
                    made.append(delivery)
    except TimeoutError:
        outstanding = "; ".join(map(repr, runtime.deliveries.values()))
        raise TimeoutError(f"Not idle after {timeout} s. Outstanding: {outstanding}") from None
    finally:
        runtime.remove_instrument(news)
        if not was_paused:
            runtime.stepper.resume()
    await run_until_idle(runtime, timeout)  # nothing is left: this stops, and raises what was kept
    return made


class _News(Instrument):
    """Tells that a delivery may go now although none could before."""

    def __init__(self) -> None:
        self.happened = asyncio.Event()

    def delivery_queued(self, delivery: Delivery) -> None:
        self.happened.set()

    def delivery_released(self, delivery: Delivery) -> None:
        self.happened.set()

    def delivery_settled(self, delivery: Delivery) -> None:
        self.happened.set()

    def mailbox_paused(self, agent_id: object, paused: bool) -> None:
        self.happened.set()

"""Running a runtime to its end."""

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

"""The end of a test: nothing may be left of it."""

from sandbox.runtime.runtime import SingleThreadedAgentRuntime


async def close_and_check(runtime: SingleThreadedAgentRuntime) -> None:
    """Stop a runtime, close its agents, and assert that all its deliveries were settled.

    The fixture `sandbox_runtime` does so at the end of the test.

    Args:
        runtime: The runtime, started or not. With `ignore_unhandled_exceptions=False` it has kept
            the exceptions of event handlers; those that nobody has been given yet count as well.

    Raises:
        AssertionError: If a delivery was not settled, if an exception was kept, or if an agent
            failed to close; the exception, if there is one, is its cause.

    Example:
        >>> import asyncio
        >>> from sandbox import SingleThreadedAgentRuntime, TopicId
        >>> async def test():
        ...     runtime = SingleThreadedAgentRuntime()
        ...     await runtime.publish_message("rain", TopicId("weather", "here"))
        ...     await close_and_check(runtime)
        >>> asyncio.run(test())
        Traceback (most recent call last):
        ...
        AssertionError: 1 delivery was not settled when the test ended:
          <Delivery #1 event str outside -> nobody: queued>
        Await run_until_idle(runtime) in the test, and release what is on hold.
    """
    __tracebackhide__ = True  # pytest shows the test, not this
    words = _unsettled(runtime)
    cause: Exception | None = None
    try:
        if runtime.loop is not None:
            if not runtime.started:
                runtime.start()
            await runtime.stop()  # whoever still waits gets an answer, and what was kept is raised
    except Exception as error:
        cause = error
        words.append(f"A handler of an event raised {error!r}, and the test did not look.")
    try:
        await runtime.close()
    except Exception as error:
        cause = cause or error
        words.append(f"An agent failed to close: {error!r}")
    if words:
        raise AssertionError("\n".join(words)) from cause


def _unsettled(runtime: SingleThreadedAgentRuntime) -> list[str]:
    left = list(runtime.deliveries.values())
    if not left:
        return []
    many = "1 delivery was" if len(left) == 1 else f"{len(left)} deliveries were"
    return [
        f"{many} not settled when the test ended:",
        *(f"  {each!r}" for each in left),
        "Await run_until_idle(runtime) in the test, and release what is on hold.",
    ]

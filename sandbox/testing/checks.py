"""Assertions about a whole run."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sandbox.testing.trace import Trace

if TYPE_CHECKING:
    from sandbox.inspector import Inspector, Recording
    from sandbox.runtime.runtime import SingleThreadedAgentRuntime


def assert_nothing_unhandled(run: SingleThreadedAgentRuntime | Trace) -> None:
    """Assert that every message that reached an agent was taken by one of its handlers.

    Args:
        run: A trace, or a runtime that a `Trace(runtime)` was made for. The fixture
            `sandbox_runtime` has one.

    Raises:
        AssertionError: If one was not; it lists them, and says why no handler took them.
        LookupError: If nobody has traced the runtime.

    Example:
        >>> import asyncio
        >>> from sandbox import AgentId, RoutedAgent, SingleThreadedAgentRuntime
        >>> async def test():
        ...     runtime = SingleThreadedAgentRuntime(on_unhandled="raise")
        ...     trace = Trace(runtime)
        ...     await RoutedAgent.register(runtime, "deaf", lambda: RoutedAgent("Hears nothing."))
        ...     runtime.start()
        ...     try:
        ...         await runtime.send_message("hello", AgentId("deaf", "default"))
        ...     except Exception:
        ...         assert_nothing_unhandled(trace)
        >>> asyncio.run(test())
        Traceback (most recent call last):
        ...
        AssertionError: 1 message was not handled:
          #1 str from outside to deaf/default: ...
    """
    __tracebackhide__ = True  # pytest shows the test, not this
    trace = run if isinstance(run, Trace) else Trace.of(run)
    if not trace.unhandled:
        return
    many = len(trace.unhandled)
    lines = [
        f"{many} message{'' if many == 1 else 's'} {'was' if many == 1 else 'were'} not handled:"
    ]
    lines += [
        f"  #{each.number} {type(each.message).__name__} from {each.sender or 'outside'} "
        f"to {each.recipient}: {each.unhandled}"
        for each in trace.unhandled
    ]
    raise AssertionError("\n".join(lines))


def assert_no_problems(run: Inspector | Recording, *, allowed: Collection[str] = ()) -> None:
    """Assert that the inspector finds nothing wrong with a run.

    Messages to nobody, failed handlers, agents that wait for each other, messages changed after
    they were sent, and more; `Inspector.problems` has the whole list. Notes do not count.

    Args:
        run: The inspector of the runtime, or a recording.
        allowed: Kinds of problems that may be, such as `no_recipient`.

    Raises:
        AssertionError: If there is another problem; it lists them, with what to do.

    Example:
        >>> import asyncio
        >>> from sandbox import Inspector, SingleThreadedAgentRuntime, TopicId
        >>> async def test():
        ...     inspector = Inspector(SingleThreadedAgentRuntime())
        ...     await inspector.runtime.publish_message("rain", TopicId("weather", "here"))
        ...     await inspector.run()
        ...     assert_no_problems(inspector, allowed={"no_recipient"})
        ...     assert_no_problems(inspector)
        >>> asyncio.run(test())
        Traceback (most recent call last):
        ...
        AssertionError: 1 problem:
          no_recipient: str was published to weather/here, and nobody subscribes. (#1)
            ...
    """
    __tracebackhide__ = True
    found = [each for each in run.problems if not each.is_note and each.kind not in allowed]
    if not found:
        return
    lines = [f"{len(found)} problem{'' if len(found) == 1 else 's'}:"]
    for each in found:
        numbers = ", ".join(f"#{number}" for number in each.deliveries[:10])
        lines.append(f"  {each.kind}: {each.sentence}" + (f" ({numbers})" if numbers else ""))
        lines.append(f"    {each.advice}")
    raise AssertionError("\n".join(lines))

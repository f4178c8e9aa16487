"""Fixtures for pytest, there wherever the sandbox is installed.

* `sandbox_runtime`: a runtime that is closed and checked when the test ends,
* `sandbox_trace`: what arrived in it,
* `sandbox_inspector`: its inspector,
* `sandbox_time`: waiting takes no time in the test,
* `sandbox_ids`: subscriptions get counted ids; `sandbox_runtime` has them anyway.

They work with pytest-asyncio, with the plugin of anyio, and in tests that are no coroutines.
"""

from __future__ import annotations

import inspect
from contextlib import nullcontext
from functools import wraps
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterator

    from sandbox.inspector.inspector import Inspector
    from sandbox.runtime.runtime import SingleThreadedAgentRuntime
    from sandbox.testing.fast_time import FastTime
    from sandbox.testing.trace import Trace

# This is loaded whenever pytest starts, so the rest of the sandbox is imported where it is used.

MARKER = "sandbox_runtime(**options): what SingleThreadedAgentRuntime is made with."

_runtimes = pytest.StashKey["SingleThreadedAgentRuntime"]()  # those that are still to be closed
_times = pytest.StashKey["FastTime"]()


def pytest_configure(config: pytest.Config) -> None:
    """Announce the marker."""
    config.addinivalue_line("markers", MARKER)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Close and check the runtime inside the event loop of the test, which ends with it."""
    __tracebackhide__ = True
    test = getattr(item, "obj", None)
    concerned = _runtimes in item.stash or _times in item.stash
    if (
        not concerned
        or not isinstance(item, pytest.Function)
        or not inspect.iscoroutinefunction(test)
    ):
        return (yield)
    item.obj = _completed(test, item.stash)
    try:
        return (yield)
    finally:
        item.obj = test


def _completed(
    test: Callable[..., Awaitable[None]], stash: pytest.Stash
) -> Callable[..., Awaitable[None]]:
    """The test with what belongs to its end."""

    @wraps(test)
    async def complete(**arguments: Any) -> None:
        __tracebackhide__ = True
        with stash.get(_times, nullcontext()):
            try:
                await test(**arguments)
            except BaseException as error:
                try:
                    await _close(stash)
                except AssertionError as left:
                    error.add_note(str(left))  # it may explain why the test failed
                raise
            await _close(stash)

    return complete


async def _close(stash: pytest.Stash) -> None:
    __tracebackhide__ = True
    runtime = stash.get(_runtimes, None)
    if runtime is not None:
        from sandbox.testing.closing import close_and_check

        del stash[_runtimes]
        await close_and_check(runtime)


@pytest.fixture
def sandbox_ids() -> Iterator[None]:
    """Give subscriptions made without an id `s1`, `s2`, … in this test; see `counted_ids`."""
    from sandbox.testing.ids import counted_ids

    with counted_ids():
        yield


@pytest.fixture
def sandbox_runtime(
    request: pytest.FixtureRequest,
) -> Iterator[SingleThreadedAgentRuntime]:
    """A new runtime, traced; when the test ends, `close_and_check` closes and checks it.

    It keeps the exceptions of event handlers, so that none passes unseen. The marker
    `sandbox_runtime` changes how it is made: `@pytest.mark.sandbox_runtime(mailbox="serial")`.
    """
    import asyncio

    from sandbox.runtime.runtime import SingleThreadedAgentRuntime
    from sandbox.testing.trace import Trace

    request.getfixturevalue("sandbox_ids")
    options: dict[str, Any] = {"ignore_unhandled_exceptions": False}
    for marker in reversed(list(request.node.iter_markers("sandbox_runtime"))):
        options |= marker.kwargs
    runtime = SingleThreadedAgentRuntime(**options)
    Trace(runtime)
    stash = request.node.stash
    stash[_runtimes] = runtime
    yield runtime
    if _runtimes not in stash:
        return
    # The test was no coroutine. Its loop, if it is still there, is the one to end things in.
    loop = runtime.loop
    if loop is not None and not loop.is_closed():
        loop.run_until_complete(_close(stash))
        return
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(_close(stash))
    finally:
        loop.close()


@pytest.fixture
def sandbox_trace(sandbox_runtime: SingleThreadedAgentRuntime) -> Trace:
    """What arrived in `sandbox_runtime`, for `assert_sequence`."""
    from sandbox.testing.trace import Trace

    return Trace.of(sandbox_runtime)


@pytest.fixture
def sandbox_inspector(sandbox_runtime: SingleThreadedAgentRuntime) -> Iterator[Inspector]:
    """The inspector of `sandbox_runtime`, which delivers freely until the test pauses it."""
    from sandbox.inspector.inspector import Inspector

    inspector = Inspector(sandbox_runtime, paused=False)
    yield inspector
    inspector.close()


@pytest.fixture
def sandbox_time(request: pytest.FixtureRequest) -> FastTime:
    """Waiting takes no time in this test, and `elapsed` says how long it would have taken.

    In a test that is no coroutine, enter it where the event loop runs: `with sandbox_time: …`.
    """
    from sandbox.testing.fast_time import FastTime

    time = FastTime()
    request.node.stash[_times] = time
    return time

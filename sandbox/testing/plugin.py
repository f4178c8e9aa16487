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
from traceback import format_exception
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterator
    from types import FrameType

    from sandbox.inspector import Inspector
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
    test = getattr(item, "obj", None)
    concerned = _runtimes in item.stash or _times in item.stash
    if (
        not concerned
        or not isinstance(item, pytest.Function)
        or not inspect.iscoroutinefunction(test)
    ):
        return (yield)
    left: list[str] = []
    item.obj = _completed(test, item.stash, left)
    try:
        result = yield
    finally:
        item.obj = test
    if left:
        pytest.fail(left[0], pytrace=False)
    return result


def _completed(
    test: Callable[..., Awaitable[None]], stash: pytest.Stash, left: list[str]
) -> Callable[..., Awaitable[None]]:
    """The test with what belongs to its end; what is wrong then is added to `left`."""

    @wraps(test)
    async def complete(**arguments: Any) -> None:
        __tracebackhide__ = True
        with stash.get(_times, nullcontext()):
            try:
                await test(**arguments)
            except BaseException as error:
                for words in await _close(stash):
                    error.add_note(words)  # it may explain why the test failed
                raise
            left.extend(await _close(stash))

    return complete


async def _close(stash: pytest.Stash) -> list[str]:
    """Close and check the runtime, unless that is done, and say what is wrong, if anything is."""
    runtime = stash.get(_runtimes, None)
    if runtime is None:
        return []
    from sandbox.testing.closing import close_and_check

    del stash[_runtimes]
    try:
        await close_and_check(runtime)
    except AssertionError as left:
        return [str(left) + _where(left.__cause__)]
    return []


def _where(error: BaseException | None) -> str:
    """The traceback of an exception from where it leaves the sandbox for the agent's own code."""
    if error is None:
        return ""
    place = error.__traceback__
    while place and place.tb_next and _is_ours(place.tb_frame):
        place = place.tb_next
    return "\n" + "".join(format_exception(type(error), error, place))


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).startswith("sandbox.")


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
    own = runtime.loop is None or runtime.loop.is_closed()
    loop = asyncio.new_event_loop() if own else runtime.loop
    assert loop is not None
    try:
        left = loop.run_until_complete(_close(stash))
    finally:
        if own:
            loop.close()
    if left:
        pytest.fail(left[0], pytrace=False)


@pytest.fixture
def sandbox_trace(sandbox_runtime: SingleThreadedAgentRuntime) -> Trace:
    """What arrived in `sandbox_runtime`, for `assert_sequence`."""
    from sandbox.testing.trace import Trace

    return Trace.of(sandbox_runtime)


@pytest.fixture
def sandbox_inspector(sandbox_runtime: SingleThreadedAgentRuntime) -> Iterator[Inspector]:
    """The inspector of `sandbox_runtime`, which delivers freely until the test pauses it."""
    from sandbox.inspector import Inspector

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

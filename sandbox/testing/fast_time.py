"""Time that passes only when somebody waits for it."""

import asyncio
import math
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import Callable
from time import monotonic
from typing import Any, Self


class FastTime:
    """Within it, waiting takes no time: the clock of the event loop jumps to the next timer.

    A handler that sleeps ten seconds is done at once, a timeout comes at once if nothing else can
    happen, and what waits for the same moment goes on in the order in which it began to wait. Code
    takes no time either, so that a run takes the same number of seconds each time. While something
    outside may still wake the loop, a thread of `asyncio.to_thread` or an open connection, time
    passes as usual.

    It is the clock of asyncio's timers, `loop.time()`, that jumps; `time.time()` and
    `time.sleep()` are as ever. Afterwards the clock goes on from where it is then.

    Raises:
        RuntimeError: where it is entered no event loop is running, or one that is not asyncio's
            selector event loop, or one whose time is fast already.

    Example:
        >>> async def main():
        ...     with FastTime() as time:
        ...         await asyncio.sleep(3600)
        ...         print(time.elapsed)
        >>> asyncio.run(main())
        3600.0
    """

    def __init__(self) -> None:
        self._began = self._now = 0.0
        self._jobs: set[asyncio.Future[Any]] = set()  # in threads, under way
        self._latest: dict[float, float] = {}  # moment asked for -> that of the last who asked

    @property
    def elapsed(self) -> float:
        """Seconds of the loop's clock since it was entered, to the nanosecond."""
        return round(self._now - self._began, 9)

    def __enter__(self) -> Self:
        loop: Any = asyncio.get_running_loop()
        if not isinstance(loop, BaseSelectorEventLoop):
            kind = type(loop).__name__
            raise RuntimeError(f"FastTime needs asyncio's SelectorEventLoop, and this is {kind}.")
        if isinstance(getattr(loop.time, "__self__", None), FastTime):
            raise RuntimeError("Time is fast already in this event loop.")
        self._loop = loop
        self._selector: Any = loop._selector  # type: ignore[attr-defined]  # noqa: SLF001  # where the loop waits
        self._clock: Callable[[], float] = loop.time
        self._select, self._call_at = self._selector.select, loop.call_at
        self._run_in_executor = loop.run_in_executor
        self._began = self._now = loop.time()
        self._selector.select = self._wait
        for name, replacement in self._replacements.items():
            setattr(loop, name, replacement)
        return self

    def __exit__(self, *exc_info: object) -> None:
        del self._selector.select
        for name in self._replacements:
            delattr(self._loop, name)
        # Timers are still set by this clock, so it must neither jump back nor stand still.
        clock, ahead = self._clock, self._now - self._clock()
        self._loop.time = lambda: clock() + ahead  # type: ignore[method-assign]

    @property
    def _replacements(self) -> dict[str, Callable[..., Any]]:
        return {
            "time": self._time,
            "call_at": self._call_in_order,
            "run_in_executor": self._run_in_thread,
        }

    def _time(self) -> float:
        return self._now

    def _wait(self, timeout: float | None = None) -> Any:
        """Stand in for the selector's `select`, which the loop calls when nothing is ready."""
        events = self._select(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        # The loop itself has one entry in the selector, to be woken by threads.
        if timeout is None or self._jobs or len(self._selector.get_map()) > 1:
            began = monotonic()
            events = self._select(timeout)
            self._now += monotonic() - began
        else:
            self._now += timeout
        self._latest = {asked: at for asked, at in self._latest.items() if at > self._now}
        return events

    def _call_in_order(
        self, when: float, callback: Callable[..., Any], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        # The loop keeps no order among timers of the very same moment.
        latest = self._latest.get(when)
        at = when if latest is None else math.nextafter(latest, math.inf)
        self._latest[when] = at
        return self._call_at(at, callback, *args, context=context)

    def _run_in_thread(
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        job = self._run_in_executor(executor, func, *args)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        return job

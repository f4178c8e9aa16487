"""Starting turns: at once, each in a task of its own.

A turn that never awaits costs no round of the event loop. From Python 3.12 on, asyncio has eager
tasks for that; what takes their place on 3.11 is here.
"""

from __future__ import annotations

import asyncio
import sys

# Documented under "Extending asyncio", for those who implement tasks.
from asyncio.tasks import _enter_task, _leave_task, _register_task, _unregister_task
from collections.abc import Coroutine
from sys import getrefcount
from typing import TYPE_CHECKING, Any
from weakref import getweakrefcount

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

    Work = Coroutine[Any, Any, None]

EAGER = sys.version_info >= (3, 12)

# A name of our own spares asyncio to number the task.
NAME = "turn"

_BEGUN = object()


class Starter:
    """Begins work at once, on Python 3.11.

    A task costs several times what a short turn does. So the task that was current while some
    work ran to its end is used again for other work, unless there is any sign that somebody has
    taken note of it.
    """

    __slots__ = ("_spare",)

    def __init__(self) -> None:
        self._spare: _Carrier | None = None

    def __call__(
        self, work: Work, loop: asyncio.AbstractEventLoop, context: Context
    ) -> asyncio.Task[None]:
        """Run this up to its first await; return the task that it runs in."""
        outer = asyncio.current_task(loop)
        if outer is not None:
            _leave_task(loop, outer)
        try:
            carrier, self._spare = self._spare, None  # what runs now may itself start something
            if carrier is None or carrier.loop is not loop:
                if not hasattr(loop, "_ready"):  # a loop of another kind than asyncio's
                    return asyncio.Task(work, loop=loop, name=NAME, context=context)
                carrier = _Carrier(loop)
            if carrier.begin(work, context):
                self._spare = carrier
            return carrier.task  # type: ignore[no-any-return]
        finally:
            if outer is not None:
                _enter_task(loop, outer)


class _Carrier(Coroutine[Any, Any, None]):
    """A task that rests until it is wanted, and the coroutine that runs in it.

    Attributes:
        task: the task; while it rests, nobody else knows of it.
        loop: its event loop.
    """

    def __init__(self, loop: Any) -> None:
        self.loop = loop
        self._wanted: Any = loop.create_future()
        self._work: Work | None = None
        self._run: Callable[..., Any]
        self._awaited: Any = None
        self._ended = False
        task: Any = asyncio.Task(self, loop=loop, name=NAME)
        task._log_destroy_pending = False  # noqa: SLF001  # nobody misses it
        _unregister_task(task)
        self.task = task
        # Let it come to rest, instead of in the next round of the loop.
        loop._ready.pop()._run()  # noqa: SLF001

    def begin(self, work: Work, context: Context) -> bool:
        """Run work up to its first await, as this task.

        Returns:
            Whether the task rests again, and nobody has noticed that it ran.
        """
        task, loop = self.task, self.loop
        _enter_task(loop, task)
        references, weak_references = getrefcount(task), getweakrefcount(task)
        try:
            self._awaited = context.run(work.send, None)
            self._work, self._run = work, context.run
        except StopIteration:
            if (
                getrefcount(task) == references
                and getweakrefcount(task) == weak_references
                and task.get_name() is NAME
                and not task._callbacks  # noqa: SLF001
                and not task.cancelling()
            ):
                return True
            self._ended = True
        except BaseException:
            self._ended = True
            raise
        finally:
            _leave_task(loop, task)
            if self._ended or self._work is not None:
                self._go_on()
        return False

    def _go_on(self) -> None:
        """Let the task take its next step, now: it waits for what the work awaits, or ends."""
        task: Any = self.task
        wanted = self._wanted
        _register_task(task)
        task._log_destroy_pending = True  # noqa: SLF001
        if not wanted.done():  # else it was cancelled, and comes by itself
            [(step, context)] = wanted._callbacks  # noqa: SLF001
            wanted.remove_done_callback(step)
            wanted.set_result(None)
            context.run(step, wanted)

    def send(self, value: Any) -> Any:
        if self._ended:
            raise StopIteration
        if self._work is None:
            self._wanted._asyncio_future_blocking = True  # noqa: SLF001  # as `await` does
            return self._wanted
        awaited, self._awaited = self._awaited, _BEGUN
        return self._run(self._work.send, value) if awaited is _BEGUN else awaited

    def throw(self, error: Any, *more: Any) -> Any:
        if self._work is None:
            raise error
        awaited, self._awaited = self._awaited, _BEGUN
        if isinstance(awaited, asyncio.Future):  # cancelled before its first await
            awaited.cancel()
        return self._run(self._work.throw, error, *more)

    def close(self) -> None:
        if self._work is not None:
            self._work.close()

    def __await__(self) -> Any:
        return self

    def __getattr__(self, name: str) -> Any:
        # What asyncio and those who look at a parked turn want to know: `cr_frame`, `cr_await`, …
        return getattr(self.__dict__.get("_work"), name)

"""The pump: takes deliveries from the queue whenever the event loop lets it."""

from __future__ import annotations

import asyncio
import contextvars
from threading import get_ident
from time import perf_counter
from typing import TYPE_CHECKING

from sandbox.messaging.exceptions import WrongLoopError

if TYPE_CHECKING:
    from collections.abc import Callable, Sized

    from sandbox.runtime.delivery import Delivery
    from sandbox.runtime.dispatcher import Dispatcher

# The pump goes back to the event loop after this many deliveries or this many seconds, so
# that timers, sockets and a notebook's buttons are served while messages flow.
DELIVERIES_AT_ONCE = 64
SECONDS_AT_ONCE = 0.001

# How often `rest` lets other tasks go first. Tasks that never rest must not stop a step.
REST_TURNS = 64


class Pump:
    """Delivers, in order, for as long as the runtime is started and not paused.

    It is a callback of the event loop, not a task: there is nothing that a failing message, a
    cancelled program or an interrupt could kill.

    Args:
        dispatcher: what it drives.
        before_wake: called before it looks at the queue again after a rest.

    Attributes:
        loop: the event loop that owns the runtime; `None` until its first use.
        started: between `start` and `stop`.
        paused: whether a stepper holds it.
        flowing: whether deliveries happen by themselves: started and not paused.
        guard: asked before each free delivery whether it may go, if a stepper says so.
        asleep: whether it would deliver but has nothing to do; then a new delivery wakes it.
    """

    __slots__ = (
        "_behind",
        "_dispatcher",
        "_ready",
        "_scheduled",
        "_thread",
        "asleep",
        "before_wake",
        "context",
        "flowing",
        "guard",
        "loop",
        "paused",
        "started",
    )

    def __init__(self, dispatcher: Dispatcher, before_wake: Callable[[], None]) -> None:
        self._dispatcher = dispatcher
        self.before_wake = before_wake
        self._scheduled = False
        self._behind = False
        self._thread: int | None = None
        self._ready: Sized | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.context = contextvars.Context()
        self.started = False
        self.paused = False
        self.flowing = False
        self.asleep = False
        self.guard: Callable[[Delivery], bool] | None = None

    def bind(self) -> asyncio.AbstractEventLoop:
        """Make sure that the running event loop owns the runtime, and return it.

        Raises:
            WrongLoopError: another loop owns the runtime; it is a `RuntimeError`.
            RuntimeError: no loop is running.
        """
        owner = self.loop
        # Where this is the owner's thread, and the owner runs, it is the running loop. To ask
        # asyncio costs a system call on Python 3.11, for every message.
        if owner is not None and get_ident() == self._thread and owner.is_running():
            return owner
        loop = asyncio.get_running_loop()
        if loop is not owner:
            self._move_to(loop)
        self._thread = get_ident()
        return loop

    def start(self) -> None:
        """Begin to deliver; handlers run in a copy of the caller's context from now on.

        Raises:
            RuntimeError: it is started already, or no loop is running.
        """
        if self.started and self.loop is not None and self.loop.is_closed():
            self.stop()  # it was abandoned together with that loop
        self.bind()
        if self.started:
            msg = "Runtime is already started. That is harmless: it goes on delivering."
            raise RuntimeError(msg)
        self.context = contextvars.copy_context()
        self.before_wake()
        self.started = True
        self.flowing = not self.paused
        self.nudge()

    def stop(self) -> None:
        """Deliver nothing more."""
        self.started = False
        self.flowing = False
        self.asleep = False

    def pause(self) -> None:
        """Deliver nothing until `resume`."""
        self.paused = True
        self.flowing = False
        self.asleep = False

    def resume(self) -> None:
        """Deliver again, if started."""
        self.paused = False
        self.flowing = self.started
        self.nudge()

    def nudge(self) -> None:
        """Look at the queue soon: something may go that could not before."""
        if self.flowing and not self._scheduled:
            self.asleep = True
            self.wake()

    def give_way(self) -> None:
        """Look at the queue soon, but only after all that is ready to run by now."""
        if self._scheduled:
            self._behind = True
        else:
            self.nudge()

    def wake(self) -> None:
        """Look at the queue soon. Only to be called while `asleep`."""
        self.before_wake()
        self._schedule()

    def _schedule(self) -> None:
        self.asleep = False
        loop = self.loop
        assert loop is not None  # bound before it sleeps
        try:
            loop.call_soon(self._run)
            self._scheduled = True
        except RuntimeError:
            if not loop.is_closed():  # else a task of that loop is being destroyed
                raise

    async def rest(self) -> None:
        """Let everything run that can run now, so that what a delivery caused has happened."""
        for _ in range(REST_TURNS):
            await asyncio.sleep(0)
            if self._ready is not None and not self._ready:
                return

    def _run(self) -> None:
        """Deliver until the loop is wanted elsewhere, or nothing may go."""
        if self._behind:
            self._behind = False
            self._schedule()
            return
        dispatcher, loop_ready = self._dispatcher, self._ready
        queue = dispatcher.ledger.queue
        deadline = 0.0
        delivered = True  # an interrupt out of a handler must not leave the others waiting
        try:
            for _ in range(DELIVERIES_AT_ONCE):
                # Stopped or paused, perhaps since this call was scheduled.
                if not self.flowing:
                    break
                delivered = dispatcher.deliver_next(self.context, self.guard)
                # Whatever this made ready, a caller that got its answer for instance, runs
                # before the next delivery. A loop that hides what is ready always goes first.
                if not delivered or loop_ready is None or loop_ready:
                    break
                if not deadline:
                    deadline = perf_counter() + SECONDS_AT_ONCE
                elif perf_counter() > deadline:
                    break
        finally:
            self._scheduled = self._behind = False
            if self.flowing:
                if delivered and (queue.ready or queue.unblocked):
                    self._schedule()
                else:
                    self.asleep = True

    def _move_to(self, loop: asyncio.AbstractEventLoop) -> None:
        owner, ledger = self.loop, self._dispatcher.ledger
        if owner is not None and owner.is_closed():
            ledger.abandon()
            owner = None
        if owner is not None and (self.started or ledger.unsettled):
            msg = (
                f"This runtime belongs to the event loop {owner!r} and was used in {loop!r}. "
                "Stop it there first, or hand the work over to its loop with "
                "asyncio.run_coroutine_threadsafe(..., loop)."
            )
            raise WrongLoopError(msg)
        if self.started:
            msg = (
                "This runtime was started in an event loop that is closed by now. "
                "Call start() again in this one."
            )
            raise WrongLoopError(msg)
        self.loop = loop
        self._scheduled = self._behind = False
        self.context = contextvars.copy_context()
        # What waits to run in asyncio's own loops; others, such as uvloop, do not show it.
        self._ready = getattr(loop, "_ready", None)

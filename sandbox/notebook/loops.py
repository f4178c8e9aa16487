"""Which event loop is whose, and running a coroutine to its end from code that cannot await.

A notebook runs cells on a loop that never stops, so `asyncio.run` and synchronous magics need a
loop that can run inside itself. That is what nest-asyncio makes of it: for the whole process and
for good, hence only at the moment a cell needs it, and with a line that says so.
"""

import asyncio
import importlib
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context
from typing import Any, Final, TypeVar

Result = TypeVar("Result")

_NOTE: Final = (
    "sandbox: {what} needs an event loop inside the running one, "
    "so nest-asyncio is in use in this kernel from here on.\n"
)


def current_loop() -> asyncio.AbstractEventLoop | None:
    """The loop that runs on this thread, or None."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def kernel_loop() -> asyncio.AbstractEventLoop | None:
    """The main loop of the kernel this code runs in; outside a kernel the running loop, or None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    io_loop = getattr(getattr(shell, "kernel", None), "io_loop", None)
    loop = getattr(io_loop, "asyncio_loop", None)
    return loop if isinstance(loop, asyncio.AbstractEventLoop) else current_loop()


def complete(
    coroutine: Coroutine[Any, Any, Result], loop: asyncio.AbstractEventLoop | None, what: str
) -> Result:
    """Run `coroutine` to its end and return its result, whether or not its loop is running.

    Args:
        coroutine: What to run.
        loop: The loop it belongs to; None for the running one, or else IPython's own.
        what: Who asks, for the line that says that nest-asyncio is in use.
    """
    running = current_loop()
    loop = loop or running or _idle_loop()
    if loop is running:
        return _run_nested(coroutine, loop, what)
    if loop.is_running():
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result()
    return loop.run_until_complete(coroutine)


def _idle_loop() -> asyncio.AbstractEventLoop:
    helpers = importlib.import_module("IPython.core.async_helpers")
    loop: asyncio.AbstractEventLoop = helpers.get_asyncio_loop()
    return loop


def allow_nesting(what: str) -> None:
    """Let a loop run inside the running one, with `asyncio.run` too.

    Args:
        what: What needs it, for the line that is printed the first time.
    """
    if getattr(asyncio, "_nest_patched", False):
        return
    importlib.import_module("nest_asyncio").apply()
    asyncio.run = _bridge(asyncio.run, what)
    sys.stdout.write(_NOTE.format(what=what))


class NestedRun:
    """Makes `asyncio.run` work from a running loop, between `start` and `stop`.

    The first call from a running loop brings nest-asyncio in; a cell that never calls it changes
    nothing.

    Args:
        what: What needs it, for the line that says that nest-asyncio is in use.
    """

    def __init__(self, what: str) -> None:
        self._before = asyncio.run
        self._bridge = _bridge(asyncio.run, what)

    def start(self) -> None:
        """Put the bridge in place of `asyncio.run`."""
        asyncio.run = self._bridge

    def stop(self) -> None:
        """Put `asyncio.run` back, unless it has been replaced by one that nests."""
        if asyncio.run is self._bridge:
            asyncio.run = self._before


def _bridge(plain: Callable[..., Any], what: str) -> Callable[..., Any]:
    """An `asyncio.run` that works from a running loop too, and else is the `plain` one."""

    def run(main: Coroutine[Any, Any, Any], **options: Any) -> Any:
        loop = current_loop()
        # A loop that is running is past choosing its debug mode, or another loop.
        return plain(main, **options) if loop is None else _run_nested(main, loop, what)

    return run


def _run_nested(
    main: Coroutine[Any, Any, Result], loop: asyncio.AbstractEventLoop, what: str
) -> Result:
    allow_nesting(what)
    with _nested(loop):
        task = loop.create_task(main)
        try:
            return loop.run_until_complete(task)
        finally:
            if not task.done():  # interrupted
                task.cancel()
                with suppress(asyncio.CancelledError):
                    loop.run_until_complete(task)


@contextmanager
def _nested(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Keep the kernel's messages alive while a loop runs inside itself.

    ipykernel 7 runs every message of the main shell in one and the same context. While a cell
    is in it, no other message can enter it: its task would fail and the message be lost for
    good, be it a click or the next cell. So what wants into a context that is taken gets a copy.
    """
    plain = loop.call_soon

    def call_soon(
        callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        return plain(callback, *args, context=_enterable(context))

    # What is already waiting its turn went past `call_soon` before it was replaced.
    for handle in getattr(loop, "_ready", ()):
        handle._context = _enterable(handle._context)  # noqa: SLF001  # there is no other way
    loop.call_soon = call_soon  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        loop.call_soon = plain  # type: ignore[method-assign]


def _enterable(context: Context | None) -> Context | None:
    if context is None:
        return None
    try:
        context.run(_nothing)
    except RuntimeError:  # somebody further up this stack is in it
        return context.copy()
    return context


def _nothing() -> None:
    pass

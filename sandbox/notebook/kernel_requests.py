"""Keeping what a kernel says with the cell it says it of.

ipykernel 7.4 takes a page's message while a cell awaits, and when that is done puts the request
back that was current when the message came. By then the cell may have ended and the next begun:
the next one's output, and the word that it has ended, are then sent as if they were the former's,
and the page shows it as running for ever. A live view talks to its kernel all the time, so what is
one in a million clicks on a slider is a matter of minutes here.
"""

import asyncio
import inspect
import sys
from collections.abc import Coroutine
from typing import Any
from weakref import WeakSet

_mended: WeakSet[Any] = WeakSet()


def keep_requests_apart() -> None:
    """Mend the kernel that this code runs in, where it needs it; outside a kernel do nothing."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    kernel = getattr(shell, "kernel", None)
    if kernel is not None and kernel not in _mended and _puts_requests_back(kernel):
        _mended.add(kernel)
        _mend(kernel)


def _puts_requests_back(kernel: Any) -> bool:
    parts = ("dispatch_shell", "set_parent", "_shell_parent", "_shell_parent_ident")
    return (
        all(hasattr(kernel, part) for part in parts)
        and "concurrent" in inspect.signature(kernel.dispatch_shell).parameters
    )


def _mend(kernel: Any) -> None:
    """Have the request put back that is current when it is put back."""
    dispatch_shell, set_parent = kernel.dispatch_shell, kernel.set_parent
    # Each shell message has a task. These have a page's message taken in a task of its own, and
    # next put the request back.
    waiting: WeakSet[asyncio.Task[Any]] = WeakSet()

    def dispatch(*args: Any, **options: Any) -> Coroutine[Any, Any, None]:
        task = _current_task()
        if task is not None and options.get("concurrent"):
            waiting.add(task)
        coroutine: Coroutine[Any, Any, None] = dispatch_shell(*args, **options)
        return coroutine

    def put(ident: Any, parent: Any, channel: str = "shell") -> None:
        task = _current_task()
        if task is not None and task in waiting:
            waiting.discard(task)
            ident, parent = kernel._shell_parent_ident.get(), kernel._shell_parent.get()  # noqa: SLF001  # there is no other way
        set_parent(ident, parent, channel)

    kernel.dispatch_shell, kernel.set_parent = dispatch, put


def _current_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:  # a thread without a loop
        return None

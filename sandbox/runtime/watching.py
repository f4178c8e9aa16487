"""Learning of runtimes as they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.runtime.runtime import SingleThreadedAgentRuntime

_watchers: list[Callable[[SingleThreadedAgentRuntime], None]] = []


def watch_new_runtimes(
    callback: Callable[[SingleThreadedAgentRuntime], None],
) -> Callable[[], None]:
    """Have `callback` called with every runtime made from now on, at the end of its making.

    Returns:
        A function that ends it; calling it twice changes nothing.

    Example:
        >>> made = []
        >>> stop = watch_new_runtimes(made.append)
        >>> stop()
    """
    _watchers.append(callback)

    def stop() -> None:
        if callback in _watchers:
            _watchers.remove(callback)

    return stop


def announce_runtime(runtime: SingleThreadedAgentRuntime) -> None:
    """Tell the watchers about a new runtime."""
    for callback in tuple(_watchers):
        callback(runtime)

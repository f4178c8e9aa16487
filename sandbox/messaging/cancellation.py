"""Cancelling requests that are under way."""

import asyncio
from asyncio import Future
from collections.abc import Callable
from typing import Any, cast


def _nothing() -> None:
    """What was in the place of a callback that has run, or was taken back."""


class CancellationToken:
    """Lets the sender of a request give it up, and everybody who works on it notice.

    Cancelling cancels the linked futures and runs the callbacks, each once. It does not by itself
    stop a handler: a handler asks :meth:`is_cancelled`, links the futures it awaits, or passes
    the token on to the requests it sends.

    A token may be used from several threads. Futures are cancelled on their own event loop.
    """

    __slots__ = ("__weakref__", "_callbacks", "_cancelled")

    def __init__(self) -> None:
        self._cancelled = False
        # No lock: an entry is put in before the flag is read and run only by whoever takes it
        # out, and both are atomic dict operations. So a callback may use the token freely.
        # A linked future is its own key, with nothing to call.
        self._callbacks: dict[object, Callable[[], object] | None] = {}

    def is_cancelled(self) -> bool:
        """Tell whether :meth:`cancel` has been called."""
        return self._cancelled

    def cancel(self) -> None:
        """Cancel the linked futures and run the callbacks, in the order they were added.

        All of them run, even if one raises; the first exception is raised at the end, with the
        others named in its notes. Further calls do nothing.
        """
        if self._cancelled:
            return
        self._cancelled = True
        errors: list[BaseException] = []
        for key in list(self._callbacks):
            try:
                self._run(key)
            except BaseException as error:  # raised below, when all have run
                errors.append(error)
        if errors:
            for other in errors[1:]:
                errors[0].add_note(f"Another cancellation callback raised {other!r}.")
            raise errors[0]

    def add_callback(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` when the token is cancelled; at once if it already is."""
        key = object()
        self._callbacks[key] = callback
        if self._cancelled:
            self._run(key)

    def link_future(self, future: Future[Any]) -> Future[Any]:
        """Cancel ``future`` when the token is cancelled; at once if it already is.

        The link ends when the future is done.

        Args:
            future: A future or task of any event loop.

        Returns:
            The same future.
        """
        self.attach_future(future)
        add_done_callback = getattr(future, "add_done_callback", None)
        if add_done_callback is not None and not future.done():
            add_done_callback(self.detach_future)
        return future

    def attach_future(self, future: Future[Any]) -> None:
        """Link a future whose owner calls :meth:`detach_future` itself once it is done."""
        self._callbacks[future] = None
        if self._cancelled:
            self._run(future)

    def detach_future(self, future: Future[Any]) -> None:
        """End the link to ``future``, if there is one."""
        self._callbacks.pop(future, None)

    def _run(self, key: object) -> None:
        callback = self._callbacks.pop(key, _nothing)
        if callback is None:
            _cancel_on_its_loop(cast("Future[Any]", key))
        else:
            callback()


def _cancel_on_its_loop(future: Future[Any]) -> None:
    get_loop = getattr(future, "get_loop", None)
    loop = get_loop() if get_loop is not None else None
    # Futures are not thread-safe: one whose loop runs in another thread is cancelled over there.
    if loop is None or not loop.is_running() or _running_loop() is loop:
        future.cancel()
    else:
        loop.call_soon_threadsafe(future.cancel)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None

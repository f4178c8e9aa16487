"""What handlers print: noted for their deliveries, while it goes where it would have gone."""

from __future__ import annotations

import asyncio
import sys
import threading
import weakref
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from sandbox.inspector.recording.snapshots import cut_text
from sandbox.messaging.turn import current_turn
from sandbox.runtime.delivery import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

    from sandbox.runtime.runtime import SingleThreadedAgentRuntime

# Of each delivery so many characters are kept; all of them reach the reader.
PRINTED_LIMIT = 20_000
# A line that takes long to end is noted in parts.
PART_LIMIT = 2_000

NAMES: Final = ("stdout", "stderr")
OWN: Final = frozenset({"write", "writelines"})
_printouts: dict[int, weakref.ref[Printouts]] = {}
_here = threading.local()
# `print` does not keep what it writes to alive, on Python 3.11 at least: if that were let go
# while something is printed, the interpreter would crash.
_retired: deque[Stream] = deque(maxlen=64)


class Printouts:
    """Notes what the handlers of one runtime print, line by line.

    Args:
        write: called with the number of the delivery, `stdout` or `stderr`, and the text.

    Attributes:
        home: identity of the runtime, as in its deliveries; nothing is noted before it is known.
        room: number of a delivery -> how many characters more it may print and have kept.
        part: number, stream and pieces of a line that has not ended yet.
    """

    def __init__(self, write: Callable[[int, str, str], None]) -> None:
        self.home: object = None
        self.part: tuple[int, str, list[str]] | None = None
        self._write = write
        self._runtime: SingleThreadedAgentRuntime | None = None
        self.room: dict[int, int] = {}

    def open(self, runtime: SingleThreadedAgentRuntime) -> None:
        """Note what is printed from now on; what other threads print is noted on its loop."""
        self._runtime = runtime
        _open(self)

    def close(self) -> None:
        """Note nothing any more; when all are closed, the streams are as they were."""
        _close(id(self))

    def note(self, number: int, stream: str, text: str) -> None:
        """Take in what was printed, from any thread."""
        loop = None if self._runtime is None else self._runtime.loop
        if loop is not None and loop is not _running_loop():
            with suppress(RuntimeError):  # that loop is closed, and nobody else writes any more
                loop.call_soon_threadsafe(self._take, number, stream, text)
                return
        self._take(number, stream, text)

    def flush(self) -> None:
        """Note also the line that has not ended yet."""
        if self.part is not None:
            number, stream, pieces = self.part
            self.part = None
            self._keep(number, stream, "".join(pieces))

    def end(self, number: int) -> None:
        """The turn of this delivery has ended: say how much of what it printed was not kept."""
        room = self.room.pop(number, 0)
        if room < 0:
            self._write(number, "stdout", f"… ({-room:,} more characters were printed)\n")

    def _take(self, number: int, stream: str, text: str) -> None:
        part = self.part
        if part is not None and part[:2] != (number, stream):
            self.flush()
            part = None
        if part is None:
            part = self.part = (number, stream, [])
        part[2].append(text)
        if text[-1:] == "\n" or sum(map(len, part[2])) > PART_LIMIT:
            self.flush()

    def _keep(self, number: int, stream: str, text: str) -> None:
        room = self.room.get(number, PRINTED_LIMIT)
        self.room[number] = room - len(text)
        kept = text[: max(room, 0)]
        for begin in range(0, len(kept), PART_LIMIT):
            self._write(number, stream, cut_text(kept[begin : begin + PART_LIMIT]))


class Stream:
    """Stands in for `sys.stdout` or `sys.stderr`, and is like it in all else."""

    _name: str
    _stream: Any

    def __init__(self, name: str, stream: Any) -> None:
        object.__setattr__(self, "_name", name)
        object.__setattr__(self, "_stream", stream)

    def write(self, text: str) -> Any:
        """Write where it would have been written, and note it."""
        if getattr(_here, "writing", False):  # one of ours writes through another, or notes
            return self._stream.write(text)
        if not _printouts:  # somebody has put it back after it was taken away
            if getattr(sys, self._name) is self:
                _take_away(self._name)
            return self._stream.write(text)
        _here.writing = True
        try:
            written = self._stream.write(text)
            _note(self._name, text)
            return written
        finally:
            _here.writing = False

    def writelines(self, lines: Iterable[str]) -> None:
        """Write one after the other."""
        for line in lines:
            self.write(line)

    @property  # type: ignore[misc]
    def __class__(self) -> type[Any]:  # so that it passes for one of theirs
        return type(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __setattr__(self, name: str, value: object) -> None:
        # Whoever replaces `write` for a while, as IPython does, calls ours from inside his own.
        setter = object.__setattr__ if name in OWN else setattr
        setter(self if name in OWN else self._stream, name, value)

    def __delattr__(self, name: str) -> None:
        deleter = object.__delattr__ if name in OWN else delattr
        deleter(self if name in OWN else self._stream, name)

    def __dir__(self) -> list[str]:
        return dir(self._stream)

    def __repr__(self) -> str:
        return repr(self._stream)

    def __iter__(self) -> Iterator[str]:
        return iter(self._stream)

    def __next__(self) -> Any:
        return next(self._stream)

    def __enter__(self) -> Any:
        self._stream.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> Any:
        return self._stream.__exit__(kind, error, trace)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _note(name: str, text: object) -> None:
    turn = current_turn.get()
    if turn is None or not isinstance(text, str) or not text:
        return
    delivery = getattr(turn, "delivery", turn)  # an intervention or a constructor has one
    if type(delivery) is not Delivery:
        return
    for reference in list(_printouts.values()):
        printouts = reference()
        if printouts is not None and printouts.home is delivery.home:
            try:
                printouts.note(delivery.number, name, text)
            except Exception:  # whoever prints must not hear of it
                printouts.close()


def _open(printouts: Printouts) -> None:
    key = id(printouts)
    # Inspectors are often dropped and not closed.
    _printouts[key] = weakref.ref(printouts, lambda _: _close(key))
    install()


def _close(key: int) -> None:
    if _printouts.pop(key, None) is not None and not _printouts:
        _uninstall()


def install() -> None:
    """Note what goes through the streams of now, if anybody wants to know."""
    if not _printouts:
        return
    for name in NAMES:
        stream = getattr(sys, name)
        if stream is not None and type(stream) is not Stream:
            setattr(sys, name, Stream(name, stream))


def _uninstall() -> None:
    for name in NAMES:
        _take_away(name)


def _take_away(name: str) -> None:
    while type(stream := getattr(sys, name)) is Stream:
        _retired.append(stream)
        setattr(sys, name, object.__getattribute__(stream, "_stream"))

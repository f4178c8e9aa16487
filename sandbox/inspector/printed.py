"""What handlers print: noted for their deliveries, while it goes where it would have gone."""

from __future__ import annotations

import sys
import threading
import weakref
from typing import TYPE_CHECKING, Any, Final

from sandbox.inspector.snapshots import cut_text
from sandbox.messaging.turn import current_turn
from sandbox.runtime.delivery import Delivery

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

# Of each delivery so many characters are kept; all of them reach the reader.
PRINTED_LIMIT = 20_000
# A line that takes long to end is noted in parts.
PART_LIMIT = 2_000

NAMES: Final = ("stdout", "stderr")
_printouts: dict[int, weakref.ref[Printouts]] = {}
_here = threading.local()


class Printouts:
    """Notes what the handlers of one runtime print, line by line.

    Args:
        write: called with the number of the delivery, `stdout` or `stderr`, and the text.

    Attributes:
        home: identity of the runtime, as in its deliveries; nothing is noted before it is known.
        loop: the loop of the runtime; what other threads print is noted there.
        part: number, stream and pieces of a line that has not ended yet.
    """

    def __init__(self, write: Callable[[int, str, str], None]) -> None:
        self.home: object = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.part: tuple[int, str, list[str]] | None = None
        self._write = write
        self._thread = threading.get_ident()
        self._room: dict[int, int] = {}

    def open(self) -> None:
        """Note what is printed from now on."""
        _open(self)

    def close(self) -> None:
        """Note nothing any more; when all are closed, the streams are as they were."""
        _close(id(self))

    def begin(self, delivery: Delivery, loop: asyncio.AbstractEventLoop | None) -> None:
        """A turn begins: what it prints is to be noted, whoever replaced the streams since."""
        self.home, self.loop = delivery.home, loop
        self._thread = threading.get_ident()
        if type(sys.stdout) is not _Stream or type(sys.stderr) is not _Stream:
            _install()

    def note(self, number: int, stream: str, text: str) -> None:
        """Take in what was printed, from any thread."""
        if threading.get_ident() != self._thread and self.loop is not None:
            try:
                self.loop.call_soon_threadsafe(self._take, number, stream, text)
            except RuntimeError:  # that loop is closed, and nobody else writes any more
                self._take(number, stream, text)
        else:
            self._take(number, stream, text)

    def flush(self) -> None:
        """Note also the line that has not ended yet."""
        if self.part is not None:
            number, stream, pieces = self.part
            self.part = None
            self._keep(number, stream, "".join(pieces))

    def end(self, number: int) -> None:
        """The turn of this delivery has ended: say how much of what it printed was not kept."""
        room = self._room.pop(number, 0) if self._room else 0
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
        room = self._room.get(number, PRINTED_LIMIT)
        self._room[number] = room - len(text)
        kept = text[: max(room, 0)]
        for begin in range(0, len(kept), PART_LIMIT):
            self._write(number, stream, cut_text(kept[begin : begin + PART_LIMIT]))


class _Stream:
    """Stands in for `sys.stdout` or `sys.stderr`, and is like it in all else."""

    __slots__ = ("__weakref__", "_name", "_stream")

    _name: str
    _stream: Any

    def __init__(self, name: str, stream: Any) -> None:
        object.__setattr__(self, "_name", name)
        object.__setattr__(self, "_stream", stream)

    def write(self, text: str) -> Any:
        if getattr(_here, "writing", False):  # one of ours writes through another, or notes
            return self._stream.write(text)
        if not _printouts:  # somebody has put it back after it was taken away
            if getattr(sys, self._name) is self:
                setattr(sys, self._name, self._stream)
            return self._stream.write(text)
        _here.writing = True
        try:
            written = self._stream.write(text)
            _note(self._name, text)
            return written
        finally:
            _here.writing = False

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    @property
    def __class__(self) -> type[Any]:
        return type(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._stream, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._stream, name)

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
    _install()


def _close(key: int) -> None:
    if _printouts.pop(key, None) is not None and not _printouts:
        _uninstall()


def _install() -> None:
    if not _printouts:
        return
    for name in NAMES:
        stream = getattr(sys, name)
        if stream is not None and type(stream) is not _Stream:
            setattr(sys, name, _Stream(name, stream))


def _uninstall() -> None:
    for name in NAMES:
        stream = getattr(sys, name)
        while type(stream) is _Stream:
            stream = object.__getattribute__(stream, "_stream")
            setattr(sys, name, stream)

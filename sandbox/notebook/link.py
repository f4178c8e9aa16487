"""The link between one inspector and its page: records out, commands in, answers out.

It knows nothing of widgets: it is given a function that sends, and is handed what the page sent.
What may be called from where:

* `receive` on any thread, at any moment: it only hands on to a loop;
* the recording's listener on the thread of the runtime's loop: it only asks for a flush;
* everything that is sent, is sent on the *home* loop (the kernel's main loop), so that batches
  and answers keep their order; except the words that tell that no loop listens.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextvars import copy_context
from typing import Any, Final

from sandbox.notebook.commands import PATIENCE, Command, Dispatcher
from sandbox.notebook.loops import current_loop
from sandbox.notebook.packing import sending_whole
from sandbox.notebook.stream import BATCH, Records, RecordStream, Send

INTERVAL: Final = 1 / 30
"""Seconds between two flushes, at least, unless there is a whole batch."""

FEW: Final = 200
"""Records that may go before an answer, at most: more would keep it waiting."""

OVERDUE: Final = 2.0
"""Seconds without an acknowledgement after which records are sent again; doubles each time."""

ATTEMPTS: Final = 5
"""How often records are sent again to a page that says nothing at all."""

_logger = logging.getLogger("sandbox.notebook")


class Link:
    """Keeps a page in step with a recording, and the runtime in reach of the page.

    Args:
        recording: What the page shows.
        commands: What the page may ask for, by name.
        send: Sends one JSON-ready message to the page.
        home: The loop on which everything is sent; None when there is none, in which case
            nothing is sent unless the page asks.
        owner: Tells the loop that owns the runtime, or None while it has none.
        patience: Seconds a loop has to pick a command up before the page is told.
    """

    def __init__(
        self,
        recording: Records,
        commands: Mapping[str, Command],
        send: Send,
        *,
        home: asyncio.AbstractEventLoop | None,
        owner: Callable[[], asyncio.AbstractEventLoop | None],
        patience: float = PATIENCE,
    ) -> None:
        self._recording = recording
        self._send = send = sending_whole(send)
        self._home = home
        self._owner = owner
        self._context = copy_context()
        self._stream = RecordStream(recording, send)
        self._dispatcher = Dispatcher(commands, self._answer, send, self._command_loop, patience)
        self._flush_wanted = False
        self._flushed = 0.0
        self._watching = False
        self._attempts = 0
        self._stop_listening = recording.listen(self._want_flush)

    def close(self) -> None:
        """Stop following the recording; commands are still answered."""
        self._stop_listening()

    def receive(self, content: object) -> None:
        """Take one message of the page; called on any thread, never blocks."""
        match content:
            case {"type": "command", **fields}:
                self._dispatcher.receive(fields)
            case {"type": "resync", "from": int(first)}:
                self._at_home(self._resync, first)
            case {"type": "ack", "seq": int(seq)}:
                self._at_home(self._acknowledge, seq)
            case _:
                _logger.warning("The page sent a message that nobody understands: %r", content)

    def _command_loop(self) -> asyncio.AbstractEventLoop | None:
        for loop in (self._owner(), self._home):
            if loop is not None and loop.is_running():
                return loop
        return None

    def _at_home(self, callback: Callable[..., None], *args: Any) -> None:
        if self._home is None or not self._home.is_running():
            callback(*args)
        elif self._home is current_loop():
            self._context.copy().run(callback, *args)
        else:
            self._home.call_soon_threadsafe(callback, *args, context=self._context.copy())

    # What follows runs at home.

    def _resync(self, first: int) -> None:
        self._stream.resync(first)
        self._attempts = 0
        self._flush()

    def _acknowledge(self, seq: int) -> None:
        self._stream.acknowledge(seq)
        self._attempts = 0
        self._want_flush()

    def _answer(self, answer: dict[str, Any]) -> None:
        self._at_home(self._send_answer, answer)

    def _send_answer(self, answer: dict[str, Any]) -> None:
        # The records of what a command did come before its answer, where that is soon.
        if self._stream.unsent <= FEW:
            self._flush()
        self._send(answer | {"last": self._recording.last})

    def _want_flush(self) -> None:
        if self._flush_wanted or self._home is None or self._home.is_closed():
            return
        self._flush_wanted = True
        self._at_home(self._schedule_flush)

    def _schedule_flush(self) -> None:
        if self._home is not None:
            due = self._flushed + INTERVAL - self._home.time()
            self._flush_in(0.0 if self._stream.unsent >= BATCH else max(0.0, due))

    def _flush_in(self, seconds: float) -> None:
        if self._home is not None:
            self._home.call_later(seconds, self._flush, context=self._context.copy())

    def _flush(self) -> None:
        # First, so that a record that comes while this runs asks for a flush of its own.
        self._flush_wanted = False
        more = self._stream.flush()
        if self._home is None:
            while more:
                more = self._stream.flush()
            return
        self._flushed = self._home.time()
        if more:
            # A batch at a time, so that a command that comes in between is heard.
            self._flush_wanted = True
            self._flush_in(0.0)
        self._watch()

    def _watch(self) -> None:
        # A lost batch that nothing follows leaves no gap for the page to notice.
        if self._home is None or self._watching or not self._stream.unacknowledged:
            return
        if self._attempts < ATTEMPTS:
            self._watching = True
            delay = OVERDUE * 2**self._attempts
            self._home.call_later(
                delay, self._check, self._stream.acknowledged, context=self._context.copy()
            )

    def _check(self, acknowledged: int) -> None:
        self._watching = False
        if self._stream.unacknowledged and self._stream.acknowledged == acknowledged:
            self._attempts += 1
            self._stream.rewind()
            self._flush()
        self._watch()

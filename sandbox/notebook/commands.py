"""The commands of a page: each is run on the runtime's own loop and answered exactly once."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context, copy_context
from typing import Any, Final

from sandbox.inspector.recording.snapshots import cut_text
from sandbox.inspector.recording.wording import failure_of
from sandbox.notebook.loops import current_loop

Command = Callable[..., Awaitable[object]]
"""A command: called with the page's `args` as keywords; its result is the answer's value."""

Answer = Callable[[dict[str, Any]], object]
"""Delivers one answer to the page; callable from any thread."""

PATIENCE: Final = 2.0
"""Seconds within which the loop must pick a command up."""


class RefusedError(Exception):
    """A command was refused; its text is told to the page as it is."""


class Ticket:
    """The right to answer one command, which only the first to claim it has."""

    def __init__(self, content: Mapping[Any, Any]) -> None:
        self.id = content.get("id")
        self.name = content.get("name")
        self.args = content.get("args") or {}
        self._claimed = threading.Lock()

    def claim(self) -> bool:
        """Whether the caller is the first to ask, on whichever thread."""
        return self._claimed.acquire(blocking=False)

    def ok(self, value: object) -> dict[str, Any]:
        """The answer of a command that worked."""
        return {"type": "answer", "id": self.id, "ok": True, "value": value}

    def failed(self, words: str) -> dict[str, Any]:
        """The answer of a command that did not."""
        return {"type": "answer", "id": self.id, "ok": False, "error": cut_text(words)}


class Dispatcher:
    """Runs commands by name.

    Args:
        commands: What the page may ask for.
        answer: Where answers go, in order with the records.
        urgent: Where the words go that no loop would carry; called on a thread of its own.
        find_loop: The loop to run the next command on, or None when none is running.
        patience: Seconds the loop has to pick a command up before the page is told.
    """

    def __init__(
        self,
        commands: Mapping[str, Command],
        answer: Answer,
        urgent: Answer,
        find_loop: Callable[[], asyncio.AbstractEventLoop | None],
        patience: float = PATIENCE,
    ) -> None:
        self._commands = commands
        self._answer = answer
        self._urgent = urgent
        self._find_loop = find_loop
        self._patience = patience
        # What a command prints belongs under the cell that showed the page, not nowhere: so
        # commands run in the context this object was made in.
        self._context: Context = copy_context()
        self._tasks: set[asyncio.Task[None]] = set()

    def receive(self, content: Mapping[Any, Any]) -> None:
        """Take one command from the page; called on any thread, never blocks."""
        ticket = Ticket(content)
        loop = self._find_loop()
        if loop is None:
            self._urgent(ticket.failed(_no_loop(ticket)))
            return
        if loop is current_loop():  # and so not in a call that blocks it
            self._pick_up(ticket, loop)
            return
        timer = threading.Timer(self._patience, self._give_up, [ticket])
        timer.daemon = True
        try:
            loop.call_soon_threadsafe(self._pick_up, ticket, loop, timer)
        except RuntimeError:  # closed since we looked
            self._urgent(ticket.failed(_no_loop(ticket)))
            return
        timer.start()

    def _give_up(self, ticket: Ticket) -> None:
        if ticket.claim():
            self._urgent(ticket.failed(_busy(ticket)))

    def _pick_up(
        self,
        ticket: Ticket,
        loop: asyncio.AbstractEventLoop,
        timer: threading.Timer | None = None,
    ) -> None:
        if not ticket.claim():
            return
        if timer is not None:
            timer.cancel()
        task = loop.create_task(self._run(ticket), context=self._context.copy())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, ticket: Ticket) -> None:
        try:
            self._answer(ticket.ok(await self._call(ticket)))
        except asyncio.CancelledError:
            self._answer(ticket.failed(f"The {ticket.name} was cancelled before it was done."))
            raise
        except RefusedError as refusal:
            self._answer(ticket.failed(str(refusal)))
        except Exception as error:
            failure = failure_of(error)
            words = failure.text or "no further words"
            self._answer(ticket.failed(f"{failure.type}: {words}"))

    async def _call(self, ticket: Ticket) -> object:
        command = self._commands.get(ticket.name) if isinstance(ticket.name, str) else None
        if command is None:
            known = ", ".join(sorted(self._commands))
            raise LookupError(f"There is no command {ticket.name!r}. There are: {known}.")
        if not isinstance(ticket.args, dict):
            raise TypeError(f"The args of a command are an object, not {ticket.args!r}.")
        return await command(**ticket.args)


def _no_loop(ticket: Ticket) -> str:
    return (
        f"The {ticket.name} was not made: no event loop is running here. "
        "Type in a cell: await inspector.step()"
    )


def _busy(ticket: Ticket) -> str:
    return (
        f"The {ticket.name} was not made: the event loop of this runtime is busy in a call that "
        "blocks it, or has ended. Wait for the call or interrupt the kernel, then click again "
        "or type in a cell: await inspector.step()"
    )

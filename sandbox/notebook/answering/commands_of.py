"""Everything that a page may ask of one inspector, by name."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from sandbox.inspector.recording.wording import failure_of
from sandbox.notebook.answering.arguments import checked
from sandbox.notebook.answering.lists import Lists
from sandbox.notebook.answering.questions import Questions
from sandbox.notebook.answering.verbs import Verbs
from sandbox.notebook.commands import RefusedError

if TYPE_CHECKING:
    from sandbox.inspector import Inspector
    from sandbox.notebook.commands import Command


def commands_of(inspector: Inspector) -> dict[str, Command]:
    """The commands of a page about this inspector.

    Each is a coroutine function that takes keywords and returns plain data, ready for JSON. What
    cannot be done is refused with a `RefusedError` whose text can be shown as it is.

    Example:
        >>> from sandbox import Inspector, SingleThreadedAgentRuntime
        >>> ", ".join(list(commands_of(Inspector(SingleThreadedAgentRuntime())))[:4])
        'step, resume, pause, step_over'
    """
    rooms = (Verbs(inspector), Questions(inspector), Lists(inspector))
    return {
        name: _in_words(checked(getattr(room, name)))
        for room in rooms
        for name in vars(type(room))
        if not name.startswith("_")
    }


def _in_words(command: Command) -> Command:
    """The same command; what the inspector says of a mistake is told without the exception."""

    @wraps(command)
    async def told(**given: Any) -> object:
        try:
            return await command(**given)
        except (LookupError, TypeError, ValueError, RuntimeError) as error:
            raise RefusedError(failure_of(error).text) from None

    return told

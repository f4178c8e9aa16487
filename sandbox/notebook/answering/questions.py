"""Questions: what a page may ask about a run."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from sandbox.inspector.pictures.text import as_text
from sandbox.notebook.answering.code import code_of
from sandbox.notebook.commands import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.inspector import Inspector, Recording

EXPORT_LIMIT: Final = 50_000_000
"""Characters that are sent to a page; what is larger is better written to a file."""


class Questions:
    """The commands that only ask, each a call of the inspector.

    Args:
        inspector: the inspector.
    """

    def __init__(self, inspector: Inspector) -> None:
        self._inspector = inspector

    async def why(self, number: int, agent: str | None = None) -> dict[str, Any]:
        """Why an agent got a message, or did not."""
        return self._inspector.why(number, agent).as_data()

    async def queue(self) -> list[int]:
        """The pending deliveries in the order in which they would go if no others came."""
        return [delivery.number for delivery in self._inspector.queue]

    async def problems(self) -> list[dict[str, Any]]:
        """What went wrong, or looks wrong."""
        problems = await self._inspector.find_problems()
        return [problem.as_data() | {"is_note": problem.is_note} for problem in problems]

    async def state(self, agent: str, at: int | None = None) -> dict[str, Any]:
        """What an agent remembers, now or after a record."""
        return self._inspector.state(agent, at)

    async def diff(self, number: int) -> dict[str, Any]:
        """What a delivery has changed in its agent."""
        return self._inspector.diff(number).as_data()

    async def context(self, number: int) -> dict[str, bool | None]:
        """Whether a token is `cancelled`, which no record tells; `None` if that is not known."""
        delivery = self._inspector.runtime.deliveries.get(number)
        if delivery is None:
            return {"cancelled": self._inspector.recording[number].verdict == "cancelled" or None}
        return {"cancelled": delivery.context.cancellation_token.is_cancelled()}

    async def code(self, number: int) -> list[dict[str, Any]]:
        """The handler of a delivery, and where its turn is parked."""
        return code_of(self._inspector, number)

    async def export(self, format: str) -> str:
        """The recording as text: `jsonl`, `mermaid`, `html` or `text`."""
        write = _FORMATS.get(format)
        if write is None:
            raise RefusedError(f"There is no format {format!r}. There are: {', '.join(_FORMATS)}.")
        text = write(self._inspector.recording)
        if len(text) > EXPORT_LIMIT:
            raise RefusedError(
                f"That is {len(text):,} characters, too many for the page. Type in a cell: "
                "inspector.recording.save('run.jsonl')"
            )
        return text


def _lines(recording: Recording) -> str:
    with TemporaryDirectory() as folder:
        file = Path(folder, "run.jsonl")
        recording.save(file)
        return file.read_text(encoding="utf-8")


_FORMATS: Final[dict[str, Callable[[Recording], str]]] = {
    "jsonl": _lines,
    "mermaid": lambda recording: recording.to_mermaid(),
    "html": lambda recording: recording.to_html(),
    "text": lambda recording: as_text(recording.state),
}

"""The magics: `%inspect`, `%%inspect`, `%step`, `%continue`, `%why` and `%messages`."""

import sys
from typing import Any

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class

from sandbox.inspector import Explanation, Inspector
from sandbox.notebook.inspected_cell import InspectedCells
from sandbox.notebook.loops import complete
from sandbox.notebook.session import Session
from sandbox.notebook.table import text_table


@magics_class
class SandboxMagics(Magics):
    """What `%load_ext sandbox` adds to a shell."""

    shell: InteractiveShell

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self.session = Session()
        self.cells = InspectedCells(shell, self.session)

    @line_cell_magic
    def inspect(self, line: str, cell: str | None = None) -> Inspector:
        """Inspect a runtime, or every runtime that a cell makes.

        `%inspect runtime` returns the inspector of `runtime`, paused: as the last line of a
        cell it shows the live view. Without a name it returns the inspector in hand.

        `%%inspect` as the first line of a cell runs the cell as it is, `await` and
        `asyncio.run(...)` included, and shows the view of each runtime the cell makes above
        the cell's output. The queue is paused: deliver it with the view's buttons while the
        cell runs. In a terminal, which has no buttons, the runtime is not paused; type
        `%messages` afterwards.
        """
        if cell is not None:
            raise UsageError("%%inspect must be the first line of its cell.")
        if not line.strip():
            return self.session.current(self.shell.user_ns)
        return self.session.inspect(self.shell.ev(line))  # type: ignore[no-untyped-call]

    @line_magic
    def inspect_cell(self, line: str) -> None:
        """What `%%inspect` becomes; not meant to be typed."""
        self.cells.begin(line)

    @line_magic
    def step(self, line: str) -> Any:
        """Make one delivery: `%step` the next, `%step 7` the one with that number.

        Returns the delivery, or None when nothing is pending. Where `await` is at hand,
        `await inspector.step()` is the same.
        """
        number = _number(line)
        inspector = self.session.current(self.shell.user_ns)
        return complete(inspector.step(number), inspector.loop, "%step")

    @line_magic("continue")  # type: ignore[arg-type]
    def continue_(self, line: str) -> Any:
        """Deliver until nothing is pending: `%continue`, or `%continue 10` for at most ten."""
        limit = _number(line)
        inspector = self.session.current(self.shell.user_ns)
        return complete(inspector.run(limit=limit), inspector.loop, "%continue")

    @line_magic
    def why(self, line: str) -> Explanation:
        """Explain why an agent got a message, or did not: `%why 7`, or `%why m3 monitor/s1`.

        The message is named by the number of a delivery or by its message id, the agent by
        `type/key`; without one it is about the recipient.
        """
        message, _, agent = line.strip().partition(" ")
        if not message:
            raise UsageError("Type %why, the number of a delivery or a message id, and an agent.")
        asked = int(message) if message.isdecimal() else message
        return self.session.current(self.shell.user_ns).why(asked, agent.strip() or None)

    @line_magic
    def messages(self, _line: str) -> None:
        """Print the deliveries so far, each with its message context and how it ended."""
        run = self.session.current(self.shell.user_ns).recording.state
        text = text_table(run) if run.deliveries else "No message has been sent yet."
        sys.stdout.write(text + "\n")


def _number(line: str) -> int | None:
    text = line.strip()
    if not text:
        return None
    if not text.isdecimal():
        raise UsageError(f"A number is expected here, not {text!r}.")
    return int(text)

"""`%%inspect`: run a cell with an inspector on every runtime it makes.

The cell is not run inside a magic but by IPython as any other cell, with a line put in place of
`%%inspect`: so `await`, tracebacks, line numbers and the value of the last line are as always.
"""

import re
import sys
from collections.abc import Callable
from typing import Any, Final

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from sandbox.notebook.loops import NestedRun
from sandbox.notebook.session import Session
from sandbox.runtime import watch_new_runtimes

_FIRST_LINE: Final = re.compile(r"%%inspect(?P<rest>[ \t].*)?\s*$")


class InspectedCells:
    """Turns `%%inspect` cells into cells that are watched while they run."""

    def __init__(self, shell: InteractiveShell, session: Session) -> None:
        self._shell = shell
        self._session = session
        self._finish: Callable[[], None] | None = None

    def transform(self, lines: list[str]) -> list[str]:
        """Put the line that begins the watching in place of `%%inspect`.

        IPython may call this several times for one run of a cell, so it only rewrites.
        """
        match = _FIRST_LINE.match(lines[0]) if lines else None
        if match is None:
            return lines
        options = (match["rest"] or "").strip()
        begin = f"get_ipython().run_line_magic('inspect_cell', {options!r})\n"
        return [begin, *lines[1:]]

    def begin(self, options: str) -> None:
        """Watch for new runtimes until the cell that runs now has ended."""
        if options:
            raise UsageError(
                f"%%inspect takes nothing after it on its line, but found {options!r}. "
                "To inspect a runtime you already have, type %inspect and its name."
            )
        self.end()
        nested = NestedRun("a cell under %%inspect that calls asyncio.run()")
        nested.start()
        stop_watching = watch_new_runtimes(self._show)

        def finish() -> None:
            stop_watching()
            nested.stop()
            self._shell.events.unregister("post_run_cell", self._cell_ended)

        self._finish = finish
        self._shell.events.register("post_run_cell", self._cell_ended)

    def end(self) -> None:
        """Stop watching."""
        if self._finish is not None:
            finish, self._finish = self._finish, None
            finish()

    def _cell_ended(self, result: Any) -> None:
        # A cell on another subshell may end while ours goes on. An interrupted cell has no result.
        source = "" if result is None else result.info.raw_cell or ""
        if result is None or _FIRST_LINE.match(source.lstrip().partition("\n")[0]):
            self.end()

    def _show(self, runtime: Any) -> None:
        if hasattr(self._shell, "kernel"):
            display(self._session.inspect(runtime))  # type: ignore[no-untyped-call]
        else:
            # In a terminal nobody could press Step while the cell waits.
            self._session.inspect(runtime, paused=False)
            sys.stdout.write("Inspecting a runtime; %messages lists what it delivered.\n")

"""What the magics of one IPython shell have in hand: the inspectors, newest last."""

from typing import Any

from IPython.core.error import UsageError

from sandbox.inspector import Inspector
from sandbox.runtime import SingleThreadedAgentRuntime


class Session:
    """The inspectors that this shell's magics made or were given."""

    def __init__(self) -> None:
        self._inspectors: list[Inspector] = []

    def inspect(self, runtime: Any, *, paused: bool = True) -> Inspector:
        """The inspector of `runtime`, made if it has none here; it becomes the current one.

        Args:
            runtime: A runtime, an inspector, or something with a `runtime` of its own.
            paused: Whether a newly made inspector holds the queue.
        """
        if isinstance(runtime, Inspector):
            return self._make_current(runtime)
        if not isinstance(runtime, SingleThreadedAgentRuntime):
            inner = getattr(runtime, "runtime", None)
            if not isinstance(inner, SingleThreadedAgentRuntime):
                raise UsageError(f"{runtime!r} is no runtime and has none that could be inspected.")
            runtime = inner
        for inspector in self._inspectors:
            if inspector.runtime is runtime:
                return self._make_current(inspector)
        return self._make_current(Inspector(runtime, paused=paused))

    def _make_current(self, inspector: Inspector) -> Inspector:
        self._inspectors = [each for each in self._inspectors if each is not inspector]
        self._inspectors.append(inspector)
        return inspector

    def current(self, names: dict[str, Any]) -> Inspector:
        """The inspector a magic without an argument is about.

        Args:
            names: The variables of the shell, searched when the magics have none in hand.
        """
        if self._inspectors:
            return self._inspectors[-1]
        values = [value for name, value in names.items() if not name.startswith("_")]
        for value in reversed(values):
            if isinstance(value, Inspector):
                return self._make_current(value)
        runtimes = [value for value in values if isinstance(value, SingleThreadedAgentRuntime)]
        if len({id(runtime) for runtime in runtimes}) == 1:
            return self.inspect(runtimes[0])
        raise UsageError(
            "There is no inspector yet. Type %inspect and the name of a runtime, or put "
            "%%inspect first in the cell that makes one."
        )

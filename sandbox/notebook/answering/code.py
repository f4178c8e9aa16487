"""Code: the source of the handler of a delivery, and the line where its turn stands."""

from __future__ import annotations

import inspect
import linecache
import sys
import sysconfig
from pathlib import Path
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any, Final

import sandbox
from sandbox.notebook.commands import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.inspector import Inspector
    from sandbox.runtime.delivery import Delivery

LINE_LIMIT: Final = 400
DEPTH_LIMIT: Final = 5
_OWN: Final = str(Path(sandbox.__file__).parent)
_LIBRARY: Final = sysconfig.get_paths()["stdlib"]


def code_of(inspector: Inspector, number: int) -> list[dict[str, Any]]:
    """The handler of a delivery, and what it awaits of the user's own code.

    Returns:
        For the handler and each coroutine in which it is parked: `where` (a file, or a cell such
        as `In [5]`), `name`, `first_line`, `source` (`None` if it is not to be had), `cut` (the
        number of lines left out) and `parked` (a line number, or `None`).

    Raises:
        RefusedError: it is not known which handler that is.
    """
    delivery = inspector.runtime.deliveries.get(number)
    running = [] if delivery is None else list(_running(delivery))
    if running:
        return [_described(frame.f_code, frame.f_lineno) for frame in running[:DEPTH_LIMIT]]
    return [_described(function.__code__, None) for function in _handlers(inspector, number)]


def _running(delivery: Delivery) -> Iterator[FrameType]:
    """The frames of a turn that is open, the handler's first, as far as they are the user's."""
    awaited: Any = None if delivery.task is None else delivery.task.get_coro()
    # Not asked for its type: what carries a turn may be a coroutine of another kind.
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None)
        if isinstance(frame, FrameType) and not _is_ours(frame.f_code.co_filename):
            yield frame
        awaited = getattr(awaited, "cr_await", None)


def _is_ours(file: str) -> bool:
    return file.startswith((_OWN, _LIBRARY))


def _handlers(inspector: Inspector, number: int) -> list[Callable[..., Any]]:
    recorded = inspector.recording[number]
    if recorded.kind == "response":
        raise RefusedError(
            "A response starts no turn: it lets the turn go on that asked. "
            f"Look at the request, #{recorded.request}."
        )
    if recorded.recipient is None:
        raise RefusedError("Nobody receives it, so no code runs for it.")
    agent_type = recorded.recipient.partition("/")[0]
    agents = {str(agent_id): agent for agent_id, agent in inspector.runtime.agents.items()}
    agent = agents.get(recorded.recipient)
    closure = getattr(agent, "_closure", None)
    if closure is not None:
        return [inspect.unwrap(closure)]
    registration = inspector.runtime.registrations.get(agent_type)
    kind: Any = type(agent) if agent is not None else getattr(registration, "expected_class", None)
    handlers: list[Any] = getattr(kind, "_discover_handlers", list)()
    by = {"message", "rpc" if recorded.is_rpc else "event"}
    found = [
        inspect.unwrap(handler)
        for handler in handlers
        if handler.by in by
        and any(target.__name__ == recorded.message_type for target in handler.target_types)
    ]
    if found:
        return found
    own = getattr(kind, "on_message_impl", None)
    if own is not None and not _is_ours(own.__code__.co_filename):
        return [own]
    who = "its class" if kind is None else kind.__name__
    raise RefusedError(f"No handler for {recorded.message_type} is known of {who}.")


def _described(code: CodeType, parked: int | None) -> dict[str, Any]:
    first, lines, cut = code.co_firstlineno, None, 0
    try:
        lines, first = inspect.getsourcelines(code)
        first = max(first, 1)
    except (OSError, TypeError, IndexError, SyntaxError):
        linecache.checkcache(code.co_filename)
    if lines is not None and len(lines) > LINE_LIMIT:
        # Around the line where the turn stands; else from the beginning.
        start = 0 if parked is None else max(0, parked - first - LINE_LIMIT // 2)
        cut = len(lines) - LINE_LIMIT
        lines, first = lines[start : start + LINE_LIMIT], first + start
    return {
        "where": _place(code.co_filename),
        "name": code.co_qualname,
        "first_line": first,
        "source": None if lines is None else "".join(lines),
        "cut": cut,
        "parked": parked,
    }


def _place(file: str) -> str:
    """A file, or the cell of a notebook: each of these is compiled under a name of its own."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    compiler = getattr(shell, "compile", None)
    cells = getattr(compiler, "_filename_map", {})
    count = cells.get(file) if isinstance(cells, dict) else None
    return file if count is None else f"In [{count}]"

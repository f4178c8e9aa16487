"""Wording: how agents, classes, exceptions and cells are written in records."""

from __future__ import annotations

import sys
import traceback
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from sandbox.inspector.recording.records import Failure, Handles
from sandbox.inspector.recording.snapshots import (
    class_name,
    cut_text,
    guarded_repr,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.messaging.agent import Agent
    from sandbox.messaging.agent_id import AgentId


class AgentNames(dict["AgentId | None", "str | None"]):
    """Agents as `type/key`, written once each; nobody is `None`."""

    def __missing__(self, agent_id: AgentId) -> str:
        name = self[agent_id] = str(agent_id)
        return name


def handles_of(agent_class: type[Agent] | None) -> tuple[Handles, ...]:
    """What the handlers of an agent class take; nothing if it has none to ask."""
    discover = getattr(agent_class, "_discover_handlers", None)
    if discover is None:
        return ()
    return tuple(
        Handles(getattr(target, "__name__", str(target)), handler.by, handler.__name__)
        for handler in discover()
        for target in handler.target_types
    )


def failure_of(error: BaseException) -> Failure:
    """An exception in words, cut to a bounded length."""
    try:
        text = cut_text(str(error))
        lines = traceback.format_exception(error, limit=-20)
    except Exception:  # an exception may have a broken __str__
        text, lines = guarded_repr(error), []
    return Failure(class_name(error), text, cut_text("".join(lines)))


_sender: ContextVar[str | None] = ContextVar("_sender", default=None)


@contextmanager
def sending_as(name: str) -> Iterator[None]:
    """Have what is sent from outside meanwhile come from here, and not from the current cell.

    Example:
        >>> with sending_as("the view"):
        ...     current_cell()
        'the view'
    """
    token = _sender.set(name)
    try:
        yield
    finally:
        _sender.reset(token)


def current_cell() -> str | None:
    """The notebook cell that runs now, such as `In [5]`; `None` outside notebooks.

    Inside `sending_as` the name that was given there.
    """
    name = _sender.get()
    if name is not None:
        return name
    ipython = sys.modules.get("IPython")
    if ipython is None:
        return None
    shell = ipython.get_ipython()
    # Not `execution_count`: in some versions that is already the number of the next cell.
    inputs = getattr(shell, "user_ns", {}).get("In", ())
    return f"In [{len(inputs) - 1}]" if len(inputs) > 1 else None


def only_paused(agent: str) -> str:
    """How the reason of a breakpoint ends that pauses one mailbox alone."""
    return f"only the mailbox of {agent} is paused"

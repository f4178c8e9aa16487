"""What the live classes of a runtime tell about problems that no record can show."""

from __future__ import annotations

import builtins
import sys
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sandbox.inspector.diagnosis.problem import Problem
from sandbox.messaging.portability import why_not_portable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sandbox.runtime.runtime import SingleThreadedAgentRuntime

_portability: WeakKeyDictionary[type, list[str]] = WeakKeyDictionary()
_handled_by: WeakKeyDictionary[type, tuple[type, ...]] = WeakKeyDictionary()


def redefined(runtime: SingleThreadedAgentRuntime) -> list[Problem]:
    """The registered agent classes that were defined again since."""
    return [
        Problem(
            "redefined",
            f"The class {cls.__qualname__} was defined again after it was registered as "
            f"{name!r}; agents of this type still have the class of before.",
            (),
            f"Register it again: await {cls.__qualname__}.register(runtime, {name!r}, ..., "
            "replace=True).",
            (),
            0,
        )
        for name, registration in runtime.registrations.items()
        if (cls := registration.expected_class) is not None and _is_replaced(cls)
    ]


def not_portable(
    runtime: SingleThreadedAgentRuntime | None, sent: Mapping[str, int]
) -> list[Problem]:
    """The message types that would not survive the way to another process.

    Args:
        runtime: the runtime, whose handlers know the message classes, if it is at hand.
        sent: name of each message type -> number of the first delivery with such a message.
    """
    found: dict[str, Problem] = {}
    for cls in [*_handled(runtime), *_built_in(sent)]:
        name = cls.__name__
        if name not in sent or name in found:
            continue
        if cls is type(None) or issubclass(cls, BaseException):
            continue  # an answer that says nothing, or an error: no message of the program
        reasons = _portability.get(cls)
        if reasons is None:
            reasons = _portability[cls] = why_not_portable(cls)
        if reasons:
            found[name] = Problem(
                "not_portable",
                f"On a runtime that spans processes: {' '.join(reasons)}",
                (sent[name],),
                "Nothing, as long as all agents live in this process.",
            )
    return list(found.values())


def _is_replaced(cls: type) -> bool:
    now = getattr(sys.modules.get(cls.__module__), cls.__qualname__, None)
    return isinstance(now, type) and now is not cls


def _handled(runtime: SingleThreadedAgentRuntime | None) -> Iterator[type]:
    for registration in () if runtime is None else runtime.registrations.values():
        agent_class = registration.expected_class
        if agent_class is None:
            continue
        found = _handled_by.get(agent_class)
        if found is None:
            handlers: list[Any] = getattr(agent_class, "_discover_handlers", list)()
            found = tuple(t for h in handlers for t in (*h.target_types, *h.produces_types))
            _handled_by[agent_class] = found
        yield from found


def _built_in(names: Collection[str]) -> Iterator[type]:
    for name in names:
        cls = getattr(builtins, name, None)
        if isinstance(cls, type):
            yield cls

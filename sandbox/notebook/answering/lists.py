"""Lists: breakpoints, watches and invariants, which a page makes, sees and takes away by id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.inspector.recording.wording import failure_of
from sandbox.inspector.remembering.differences import MISSING
from sandbox.messaging.agent_id import AgentId
from sandbox.notebook.answering.conditions import check_expression, condition
from sandbox.notebook.commands import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.inspector import Inspector
    from sandbox.inspector.control.breakpoints import Breakpoint
    from sandbox.inspector.remembering.invariants import Invariant
    from sandbox.inspector.remembering.states import Watch

    Listed = Breakpoint | Invariant | Watch

HISTORY = 50


class Lists:
    """The commands about what stops a run, and about what is looked at all the time.

    Args:
        inspector: the inspector; what is made from a cell is listed as well.
    """

    def __init__(self, inspector: Inspector) -> None:
        self._inspector = inspector
        self._ids: dict[object, int] = {}
        self._last = 0

    # Breakpoints

    async def break_on(
        self,
        kind: str,
        agent: str | None = None,
        topic: str | None = None,
        message: str | None = None,
        when: str | None = None,
        hits: int = 1,
        once: bool = False,
        hold_only: bool = False,
    ) -> dict[str, Any]:
        """Make a breakpoint."""
        made = self._inspector.break_on(
            kind,
            agent=agent or None,
            topic=topic or None,
            message=message or None,
            when=None if when is None else condition(when),
            hits=hits,
            once=once,
            hold_only=hold_only,
        )
        return {"id": self._id(made), "words": made.label}

    async def breakpoints(self) -> list[dict[str, Any]]:
        """The breakpoints that there are."""
        return [self._breakpoint(each) for each in self._inspector.breakpoints]

    async def clear_breakpoint(self, id: int) -> None:
        """Take a breakpoint away."""
        self._remove("breakpoint", id, self._inspector.breakpoints)

    def _breakpoint(self, made: Breakpoint) -> dict[str, Any]:
        return {
            "id": self._id(made),
            "kind": made.kind,
            "words": made.label,
            "agent": _text(made.agent),
            "topic": _text(made.topic),
            "hits": made.hits,
            "from_hit": made.from_hit,
            "once": made.once,
            "hold_only": made.hold_only,
            "error": None if made.error is None else _said(made.error),
        }

    # Watches

    async def watch(self, agent: str, path: str) -> dict[str, Any]:
        """Follow an attribute of an agent."""
        if "." in AgentId.from_str(agent).key:
            raise RefusedError(f"The key of {agent} contains a dot, so no path can name it.")
        attribute = path.strip()
        full = f"{agent}{'' if attribute.startswith('[') else '.'}{attribute}"
        return self._watch(self._inspector.watch(full))

    async def unwatch(self, id: int) -> None:
        """Follow it no more."""
        self._remove("watch", id, self._inspector.watches)

    async def watches(self) -> list[dict[str, Any]]:
        """What is followed, with its value now."""
        return [self._watch(each) for each in self._inspector.watches]

    def _watch(self, watch: Watch) -> dict[str, Any]:
        agent, _, path = watch.path.partition(".")
        data: dict[str, Any] = {"id": self._id(watch), "agent": agent, "path": path}
        history = [{"number": number} | _there(value) for number, value in watch.history[-HISTORY:]]
        return data | _there(watch.value) | {"history": history}

    # Invariants

    async def invariant(self, condition: str, pause: bool = False) -> dict[str, Any]:
        """Check after every turn that this holds."""
        check_expression(condition)
        return self._invariant(self._inspector.invariant(condition.strip(), pause=pause))

    async def invariants(self) -> list[dict[str, Any]]:
        """What is checked, and how that went."""
        return [self._invariant(each) for each in self._inspector.invariants]

    async def clear_invariant(self, id: int) -> None:
        """Check it no more."""
        self._remove("invariant", id, self._inspector.invariants)

    def _invariant(self, made: Invariant) -> dict[str, Any]:
        broken = [{"number": number, "text": text} for number, text in made.broken[-HISTORY:]]
        return {
            "id": self._id(made),
            "condition": made.name,
            "holds": made.holds,
            "pause": made.pause,
            "times": len(made.broken),
            "broken": broken,
        }

    def _remove(self, what: str, id: int, listed: Iterable[Listed]) -> None:
        for each in listed:
            if self._id(each) == id:
                each.remove()
                return
        raise RefusedError(f"There is no {what} {id} any more.")

    def _id(self, made: object) -> int:
        if made not in self._ids:
            self._last += 1
            self._ids[made] = self._last
        return self._ids[made]


def _said(error: Exception) -> str:
    failure = failure_of(error)
    return f"{failure.type}: {failure.text}"


def _text(pattern: object) -> str | None:
    return None if pattern is None else str(pattern)


def _there(value: Any) -> dict[str, Any]:
    """The value, if there is any: `None` is one."""
    return {} if value is MISSING else {"value": value}

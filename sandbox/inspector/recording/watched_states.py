"""Watched states: what agents remember, and whether a turn has changed it."""

from __future__ import annotations

from types import GetSetDescriptorType, MemberDescriptorType
from typing import TYPE_CHECKING, Any, Final

from sandbox.agents.closure_agent import ClosureAgent
from sandbox.inspector.recording.fingerprints import Fingerprint, are_leaves, fingerprint_of_fields
from sandbox.inspector.recording.snapshots import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.messaging.agent import Agent
    from sandbox.messaging.agent_id import AgentId

# What the base classes keep in their agents is no state of the program.
OF_THE_BASES: Final = frozenset({"_id", "_runtime", "_description", "_RoutedAgent__routes"})
OF_CLOSURES: Final = frozenset(
    {"_expected_types", "_takes_anything", "_closure", "_unknown_type_policy"}
)
EMPTY: Final = snapshot({})


class WatchedAgent:
    """One agent, and its state when somebody last looked.

    Attributes:
        text: snapshot of that state.
        turns: numbers of the deliveries whose turns are open here, in the order of beginning.

    Example:
        >>> class Counter:
        ...     def __init__(self):
        ...         self.count = 0
        >>> counter = Counter()
        >>> watched = WatchedAgent(counter)
        >>> watched.look(), watched.text
        (False, '{"json":{"count":0}}')
        >>> counter.count = 1
        >>> watched.look(), watched.text
        (True, '{"json":{"count":1}}')
    """

    __slots__ = (
        "_agent",
        "_fingerprint",
        "_items",
        "_not_own",
        "_read",
        "_size",
        "_slots",
        "text",
        "turns",
    )

    def __init__(self, agent: Agent | Any) -> None:
        self.turns: dict[int, None] = {}
        self._agent = agent
        closure = issubclass(type(agent), ClosureAgent)
        self._not_own = OF_THE_BASES | OF_CLOSURES if closure else OF_THE_BASES
        self._read, self._slots = _readers(type(agent))
        fields = self.fields()
        self._take_in(fields, fingerprint_of_fields(fields))
        self.text = snapshot(fields)

    def fields(self) -> dict[str, Any]:
        """The agent's own attributes, without those of the base classes."""
        fields: dict[str, Any] = {}
        for name, read in self._slots.items():
            try:
                fields[name] = read(self._agent)
            except AttributeError:  # not set
                continue
        if self._read is not None:
            not_own = self._not_own
            fields |= {n: v for n, v in self._read(self._agent).items() if n not in not_own}
        return fields

    def look(self) -> bool:
        """Whether the state differs from what it was; `text` is the state now."""
        if (items := self._items) is not None:
            everything = self._read(self._agent)  # type: ignore[misc]  # else there are no items
            if len(everything) == self._size:
                for name, value in items:
                    if everything.get(name) is not value:
                        break
                else:
                    return False  # the very same objects, none of which can change
        fields = self.fields()
        now = fingerprint_of_fields(fields)
        same = now == self._fingerprint
        self._take_in(fields, now)
        if same:
            return False
        before, self.text = self.text, snapshot(fields)
        return before != self.text

    def _take_in(self, fields: dict[str, Any], fingerprint: Fingerprint) -> None:
        self._fingerprint = fingerprint
        self._size = 0 if self._read is None else len(self._read(self._agent))
        # All of its state, if none of it can change and none is in slots.
        plain = self._read is not None and not self._slots
        is_fixed = plain and are_leaves(map(type, fields.values()))
        self._items: tuple[tuple[str, Any], ...] | None = (*fields.items(),) if is_fixed else None


class WatchedStates:
    """The agents of a runtime that are watched."""

    def __init__(self) -> None:
        self._agents: dict[AgentId | None, WatchedAgent] = {}
        self.get: Callable[[AgentId | None], WatchedAgent | None] = self._agents.get

    def created(self, agent_id: AgentId, agent: Agent) -> WatchedAgent:
        """Watch a new agent."""
        watched = self._agents[agent_id] = WatchedAgent(agent)
        return watched

    def gone(self, agent_id: AgentId) -> None:
        """Watch an agent no more."""
        self._agents.pop(agent_id, None)

    def type_gone(self, type: str) -> None:
        """Watch all agents of a type no more."""
        for agent_id in [a for a in self._agents if a is not None and a.type == type]:
            del self._agents[agent_id]


def _readers(
    kind: type,
) -> tuple[Callable[[Any], dict[str, Any]] | None, dict[str, Callable[[Any], Any]]]:
    """How to read the `__dict__` and the slots of instances without running their code."""
    attributes: Callable[[Any], dict[str, Any]] | None = None
    slots: dict[str, Callable[[Any], Any]] = {}
    for base in reversed(type.mro(kind)):
        for name, member in vars(base).items():
            if type(member) is GetSetDescriptorType and name == "__dict__":
                attributes = member.__get__
            elif type(member) is MemberDescriptorType and name[:2] != "__":
                slots[name] = member.__get__
    return attributes, slots

"""The address of an agent: its type and its key."""

import inspect
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

_PACKAGE = __name__.partition(".")[0]
_AGENT_TYPE = re.compile(r"[\w\-\.]+")


@dataclass(frozen=True)
class AgentType:
    """The name under which a kind of agent is registered with a runtime.

    The name is not checked here; an :class:`AgentId` with an unusable type raises ``ValueError``.
    """

    type: str
    """The name itself."""


@lru_cache(maxsize=4096)
def is_valid_agent_type(value: str) -> bool:
    """Tell whether ``value`` can be the type of an agent: letters, digits, ``_``, ``-``, ``.``."""
    return _AGENT_TYPE.fullmatch(value) is not None


def warn_about_agent_type(value: str) -> None:
    """Warn, at the caller's line outside this package, when ``value`` is no usable agent type."""
    if is_valid_agent_type(value):
        return
    stacklevel, frame = 1, inspect.currentframe()
    while frame is not None and frame.f_globals["__name__"].partition(".")[0] == _PACKAGE:
        stacklevel, frame = stacklevel + 1, frame.f_back
    warnings.warn(
        f"Agent type {value!r} can never receive a message: no AgentId can be built from it. "
        r"Agent types must match the regex `^[\w\-\.]+\Z` (letters, digits, '_', '-', '.').",
        UserWarning,
        stacklevel=stacklevel,
    )


class AgentId:
    """Identifies one agent instance within a runtime, and is the address messages are sent to.

    Args:
        type: Type of the agent; letters, digits, ``_``, ``-`` and ``.``.
        key: Which instance of that type. Any string.

    Raises:
        ValueError: If the type contains anything else, or nothing.
        TypeError: If the type is not a string.

    Example:
        >>> AgentId("worker", "default")
        AgentId(type="worker", key="default")
    """

    __slots__ = ("__weakref__", "_hash", "_key", "_type")

    def __init__(self, type: str | AgentType, key: str) -> None:
        if isinstance(type, AgentType):
            type = type.type
        try:
            valid = is_valid_agent_type(type)
        except TypeError:
            raise TypeError(
                f"An agent type must be a string or an AgentType, not {type!r}."
            ) from None
        if not valid:
            raise ValueError(
                f"Invalid agent type: {type!r}. "
                r"Allowed values MUST match the regex: `^[\w\-\.]+\Z`"
            )
        self._type = type
        self._key = key
        # Ids are looked up far more often than they are made.
        self._hash = hash((type, key))

    @property
    def type(self) -> str:
        """The agent type, which names the factory that builds the instance."""
        return self._type

    @property
    def key(self) -> str:
        """Which instance of the type."""
        return self._key

    @classmethod
    def from_str(cls, agent_id: str) -> Self:
        """Read an id written as ``type/key``; the key may itself contain slashes.

        Raises:
            ValueError: If there is no slash, or the type is invalid.
        """
        type_, slash, key = agent_id.partition("/")
        if not slash:
            raise ValueError(f"Invalid agent id: {agent_id!r}. Write it as 'type/key'.")
        return cls(type_, key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, AgentId):
            return False
        return self._key == other._key and self._type == other._type

    def __reduce__(self) -> tuple[object, ...]:
        # String hashes differ between processes, so the stored hash must not travel.
        return (self.__class__, (self._type, self._key))

    def __str__(self) -> str:
        return f"{self._type}/{self._key}"

    def __repr__(self) -> str:
        return f'AgentId(type="{self._type}", key="{self._key}")'

"""The scope of a published message: a topic type and a source."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from sandbox.messaging.turn import current_turn

_TOPIC_TYPE = re.compile(r"[\w\-\.\:\=]+")
_set = object.__setattr__


@lru_cache(maxsize=4096)
def is_valid_topic_type(value: str) -> bool:
    """Tell whether a topic can have this type: letters, digits and ``_-.:=``."""
    return _TOPIC_TYPE.fullmatch(value) is not None


@dataclass(frozen=True, init=False, eq=False)
class TopicId:
    """A topic to publish to: what kind of event (``type``) and in which context (``source``).

    Two topic ids are equal when type and source are equal, whichever subclass they are.

    Args:
        type: Kind of event, after the CloudEvents attribute; letters, digits and ``_-.:=``.
        source: Context in which the event happened. Any string.

    Raises:
        ValueError: If the type contains anything else, or nothing.
        TypeError: If the type is not a string.

    Example:
        >>> str(TopicId(type="task.status", source="worker-1"))
        'task.status/worker-1'
    """

    __slots__ = ("source", "type")

    type: str
    source: str

    def __init__(self, type: str, source: str) -> None:
        try:
            valid = is_valid_topic_type(type)
        except TypeError:
            raise TypeError(f"A topic type must be a string, not {type!r}.") from None
        if not valid:
            raise ValueError(
                f"Invalid topic type: {type!r}. "
                r"Allowed values MUST match the regex: `^[\w\-\.\:\=]+\Z`"
            )
        _set(self, "type", type)
        _set(self, "source", source)

    @property
    def topic(self) -> str:
        """The topic type, under the name that :mod:`sandbox.agentopera` gives it."""
        return self.type

    @classmethod
    def from_str(cls, topic_id: str) -> Self:
        """Read a topic written as ``type/source``; the source may itself contain slashes.

        Raises:
            ValueError: If there is no slash, or the type is invalid.
        """
        type_, slash, source = topic_id.partition("/")
        if not slash:
            raise ValueError(f"Invalid topic id: {topic_id!r}. Write it as 'type/source'.")
        return cls(type_, source)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TopicId):
            return NotImplemented
        return self.source == other.source and self.type == other.type

    def __hash__(self) -> int:
        return hash((self.type, self.source))

    def __reduce__(self) -> tuple[object, ...]:
        # A frozen object cannot be rebuilt by setting its attributes.
        return (self.__class__, (self.type, self.source))

    def __str__(self) -> str:
        return f"{self.type}/{self.source}"


class DefaultTopicId(TopicId):
    """The topic for programs that need only one.

    Args:
        type: Kind of event.
        source: Context of the event. By default the key of the agent whose handler constructs the
            topic (also in tasks which that handler started), so that messages stay among agents
            with the same key; ``"default"`` outside handlers. It is fixed at construction.
    """

    __slots__ = ()

    def __init__(self, type: str = "default", source: str | None = None) -> None:
        if source is None:
            turn = current_turn.get()
            agent = turn.recipient if turn is not None else None
            source = agent.key if agent is not None else "default"
        super().__init__(type, source)

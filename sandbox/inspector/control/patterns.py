"""Patterns: how breakpoints and runs name agents, topics and messages."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from sandbox.inspector.recording.snapshots import class_name
from sandbox.messaging.agent_id import AgentId
from sandbox.messaging.topic import TopicId

if TYPE_CHECKING:
    AgentPattern = AgentId | str
    TopicPattern = TopicId | str
    MessagePattern = type | str


def agent_matches(pattern: AgentPattern | None, agent_id: AgentId | None) -> bool:
    """Whether an agent is meant by a pattern; `None` means every agent, and none.

    Args:
        pattern: an `AgentId`, its text `type/key`, or only a type; in text, `*` stands for
            anything.
        agent_id: the agent.

    Example:
        >>> agent_matches("work*", AgentId("worker", "default"))
        True
    """
    if pattern is None:
        return True
    if agent_id is None:
        return False
    return _text_matches(str(pattern), agent_id.type, agent_id.key)


def topic_matches(pattern: TopicPattern | None, topic_id: TopicId | None) -> bool:
    """Whether a topic is meant by a pattern, likewise: a `TopicId`, `type/source`, or a type.

    Example:
        >>> topic_matches("news", TopicId("news", "today"))
        True
    """
    if pattern is None:
        return True
    if topic_id is None:
        return False
    return _text_matches(str(pattern), topic_id.type, topic_id.source)


def message_matches(pattern: MessagePattern | None, message: Any) -> bool:
    """Whether a message is meant by a pattern: a class, or the name of its class.

    Example:
        >>> message_matches(str, "hello"), message_matches("St*", "hello")
        (True, False)
    """
    if pattern is None:
        return True
    if isinstance(pattern, str):
        return fnmatchcase(class_name(message), pattern)
    return isinstance(message, pattern)


def _text_matches(pattern: str, type: str, rest: str) -> bool:
    return fnmatchcase(f"{type}/{rest}" if "/" in pattern else type, pattern)

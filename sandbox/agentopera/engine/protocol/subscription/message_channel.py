"""The scope of a published message, under AgentOpera's names."""

from dataclasses import dataclass
from typing import ClassVar

from sandbox.messaging.topic import DefaultTopicId, TopicId


@dataclass(frozen=True, init=False, eq=False, repr=False)
class MessageChannel(TopicId):
    """A channel to publish to: a topic, and the source, the context in which an event happened.

    It is a :class:`~sandbox.TopicId` whose ``type`` is called ``topic``. The two are equal, with
    equal hashes, when topic and source are, and either is taken wherever the other is.

    Args:
        topic: Kind of event, after the CloudEvents attribute; letters, digits and ``_-.:=``.
        source: Context in which the event happened, such as a tenant. Any string.

    Raises:
        ValueError: If the topic contains anything else, or nothing.
        TypeError: If the topic is not a string.

    Example:
        >>> MessageChannel(topic="invoices", source="tenant1")
        MessageChannel(topic='invoices', source='tenant1')
        >>> MessageChannel("invoices", "tenant1") == TopicId("invoices", "tenant1")
        True
    """

    __slots__ = ()
    __match_args__ = ("topic", "source")

    # As a dataclass it has the fields topic and source: this hides the field that topic renames.
    type: ClassVar[str]  # type: ignore[misc]
    topic: str

    def __init__(self, topic: str, source: str) -> None:
        super().__init__(topic, source)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(topic={self.topic!r}, source={self.source!r})"


class DefaultMessageChannel(MessageChannel):
    """The channel for programs that need only one.

    Args:
        topic: Kind of event.
        source: Context of the event. By default the *key* of the agent whose handler constructs
            the channel, so that messages stay within one tenant; ``"default"`` outside handlers.
            It is fixed at construction.
    """

    __slots__ = ()

    def __init__(self, topic: str = "default", source: str | None = None) -> None:
        super().__init__(topic, DefaultTopicId(topic, source).source)


def either_name(message_channel: TopicId | None, topic_id: TopicId | None) -> TopicId:
    """The channel of a call that may name it in either way.

    Raises:
        TypeError: If it is given under both names, or under none.
    """
    if (message_channel is None) is (topic_id is None):
        raise TypeError(
            "Give the channel to publish to once, as message_channel (the second argument) or as "
            f"topic_id: got message_channel={message_channel!r} and topic_id={topic_id!r}."
        )
    return topic_id if message_channel is None else message_channel  # type: ignore[return-value]

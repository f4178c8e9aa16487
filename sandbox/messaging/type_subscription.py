"""The subscriptions that go by the type of the topic."""

import logging
import re
import uuid
import warnings

from sandbox.messaging.agent_id import AgentId, AgentType
from sandbox.messaging.constants import ROOT_LOGGER_NAME
from sandbox.messaging.exceptions import CantHandleException
from sandbox.messaging.instantiation import SubscriptionInstantiationContext
from sandbox.messaging.subscription import Subscription
from sandbox.messaging.topic import TopicId, is_valid_topic_type

_logger = logging.getLogger(ROOT_LOGGER_NAME)
_ENDS_WITH_SEPARATOR = re.compile(r"[^\w]\Z")


def new_subscription_id() -> str:
    """Make an id for a subscription that is given none: a random UUID."""
    return str(uuid.uuid4())


def _warn_if_never_matching(kind: str, value: str) -> None:
    warnings.warn(
        f"{kind} {value!r} can never match: no topic has such a type. "
        r"Topic types match the regex `^[\w\-\.\:\=]+\Z` (letters, digits and '_-.:=').",
        UserWarning,
        stacklevel=3,
    )


class TypeSubscription(Subscription):
    """Matches topics of exactly one type; the source of the topic becomes the key of the agent.

    So each source has an agent instance of its own.

    Args:
        topic_type: The topic type to match.
        agent_type: The type of agent that gets the messages.
        id: Identifies the subscription; by default a new UUID.

    Example:
        >>> subscription = TypeSubscription(topic_type="task.status", agent_type="monitor")
        >>> subscription.map_to_agent(TopicId("task.status", "worker-1"))
        AgentId(type="monitor", key="worker-1")
    """

    def __init__(self, topic_type: str, agent_type: str | AgentType, id: str | None = None) -> None:
        if not is_valid_topic_type(topic_type):
            _warn_if_never_matching("Topic type", topic_type)
        self._topic_type = topic_type
        self._agent_type = agent_type.type if isinstance(agent_type, AgentType) else agent_type
        self._id = id or new_subscription_id()

    @property
    def id(self) -> str:
        """Identifies the subscription within a runtime."""
        return self._id

    @property
    def topic_type(self) -> str:
        """The topic type that matches."""
        return self._topic_type

    @property
    def topic(self) -> str:
        """The topic type, under the name that :mod:`sandbox.agentopera` gives it."""
        return self._topic_type

    @property
    def agent_type(self) -> str:
        """The type of agent that gets the messages."""
        return self._agent_type

    def is_match(self, topic_id: TopicId) -> bool:
        """Tell whether the topic has the type subscribed to."""
        return topic_id.type == self._topic_type

    def map_to_agent(self, topic_id: TopicId) -> AgentId:
        """Name the agent for the topic: the subscribed type, with the source as key.

        Raises:
            CantHandleException: If the topic does not match.
        """
        if topic_id.type != self._topic_type:
            raise CantHandleException(f"TopicId {topic_id} does not match the subscription {self}")
        return AgentId(self._agent_type, topic_id.source)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TypeSubscription):
            return False
        return self.id == other.id or (
            self.agent_type == other.agent_type and self.topic_type == other.topic_type
        )

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(topic_type={self._topic_type!r}, "
            f"agent_type={self._agent_type!r}, id={self._id!r})"
        )


class TypePrefixSubscription(Subscription):
    """Matches topics whose type begins with a prefix; the source becomes the key of the agent.

    Registering an agent type ``"worker"`` adds one for the prefix ``"worker:"``.

    Args:
        topic_type_prefix: The beginning of the topic types to match. It need not end with a
            separator, but without one ``"task"`` matches ``"taskforce"`` too.
        agent_type: The type of agent that gets the messages.
        id: Identifies the subscription; by default a new UUID.
    """

    def __init__(
        self, topic_type_prefix: str, agent_type: str | AgentType, id: str | None = None
    ) -> None:
        if topic_type_prefix and not is_valid_topic_type(topic_type_prefix):
            _warn_if_never_matching("Topic type prefix", topic_type_prefix)
        elif not _ENDS_WITH_SEPARATOR.search(topic_type_prefix):
            _logger.info(
                "The topic type prefix %r does not end with a separator such as '.' or ':', "
                "so it also matches longer words.",
                topic_type_prefix,
            )
        self._topic_type_prefix = topic_type_prefix
        self._agent_type = agent_type.type if isinstance(agent_type, AgentType) else agent_type
        self._id = id or new_subscription_id()

    @property
    def id(self) -> str:
        """Identifies the subscription within a runtime."""
        return self._id

    @property
    def topic_type_prefix(self) -> str:
        """The beginning of the topic types that match."""
        return self._topic_type_prefix

    @property
    def agent_type(self) -> str:
        """The type of agent that gets the messages."""
        return self._agent_type

    def is_match(self, topic_id: TopicId) -> bool:
        """Tell whether the type of the topic begins with the prefix."""
        return topic_id.type.startswith(self._topic_type_prefix)

    def map_to_agent(self, topic_id: TopicId) -> AgentId:
        """Name the agent for the topic: the subscribed type, with the source as key.

        Raises:
            CantHandleException: If the topic does not match.
        """
        if not self.is_match(topic_id):
            raise CantHandleException(f"TopicId {topic_id} does not match the subscription {self}")
        return AgentId(self._agent_type, topic_id.source)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TypePrefixSubscription):
            return False
        return self.id == other.id or (
            self.agent_type == other.agent_type
            and self.topic_type_prefix == other.topic_type_prefix
        )

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(topic_type_prefix={self._topic_type_prefix!r}, "
            f"agent_type={self._agent_type!r}, id={self._id!r})"
        )


class DefaultSubscription(TypeSubscription):
    """The subscription for programs that need only one topic.

    Args:
        topic_type: The topic type to match; ``"default"`` unless given.
        agent_type: The type of agent that gets the messages. By default the type that is being
            registered, which is known only inside ``register``.
        topic: Another name for ``topic_type``, as :mod:`sandbox.agentopera` spells it.

    Raises:
        CantHandleException: If no agent type is given and none is being registered.
        TypeError: If both ``topic_type`` and ``topic`` are given.
    """

    def __init__(
        self,
        topic_type: str | None = None,
        agent_type: str | AgentType | None = None,
        *,
        topic: str | None = None,
    ) -> None:
        if topic_type is not None and topic is not None:
            raise TypeError("Give either topic_type or topic, not both: they name the same thing.")
        if agent_type is None:
            try:
                agent_type = SubscriptionInstantiationContext.agent_type()
            except RuntimeError as error:
                raise CantHandleException(
                    "If agent_type is not specified DefaultSubscription must be created within "
                    "the subscription callback in AgentRuntime.register. "
                    "Write DefaultSubscription(agent_type='...')."
                ) from error
        wanted = topic_type if topic_type is not None else topic
        super().__init__(wanted if wanted is not None else "default", agent_type)

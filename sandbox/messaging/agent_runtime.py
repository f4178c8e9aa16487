"""What agents and programs ask of a runtime."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar, overload, runtime_checkable

from sandbox.messaging.agent import Agent, AgentMetadata
from sandbox.messaging.agent_id import AgentId, AgentType
from sandbox.messaging.cancellation import CancellationToken
from sandbox.messaging.serialization import MessageSerializer
from sandbox.messaging.subscription import Subscription
from sandbox.messaging.topic import TopicId

T = TypeVar("T", bound=Agent)


@runtime_checkable
class AgentRuntime(Protocol):
    """Builds agents when they are first needed and carries messages between them."""

    async def send_message(
        self,
        message: Any,
        recipient: AgentId,
        *,
        sender: AgentId | None = None,
        cancellation_token: CancellationToken | None = None,
        message_id: str | None = None,
    ) -> Any:
        """Send a request to one agent and await its answer.

        Args:
            message: Any object.
            recipient: The agent to ask. It is built if it does not exist yet.
            sender: The agent that asks; ``None`` from outside agents.
            cancellation_token: Lets the caller give up; the wait then ends with
                ``asyncio.CancelledError``.
            message_id: Identifies the message; made by the runtime unless given.

        Returns:
            What the handler returned.

        Raises:
            UndeliverableException: If the message cannot be delivered.
            CantHandleException: If the recipient refuses the message.
            Exception: Whatever the handler raises.
        """
        ...

    async def publish_message(
        self,
        message: Any,
        topic_id: TopicId,
        *,
        sender: AgentId | None = None,
        cancellation_token: CancellationToken | None = None,
        message_id: str | None = None,
    ) -> None:
        """Queue an event for every agent subscribed to a topic, except its sender.

        Returns once the event is queued; there is no answer.

        Args:
            message: Any object. All recipients get this very object.
            topic_id: The topic to publish to.
            sender: The agent that publishes; ``None`` from outside agents.
            cancellation_token: Passed to the handlers.
            message_id: Identifies the message; made by the runtime unless given.

        Raises:
            UndeliverableException: If the runtime cannot take the message.
        """
        ...

    async def register_factory(
        self,
        type: str | AgentType,
        agent_factory: Callable[[], T | Awaitable[T]],
        *,
        expected_class: type[T] | None = None,
    ) -> AgentType:
        """Register how agents of a type are built. No subscription is added.

        Usually called through the ``register`` method of an agent class.

        Args:
            type: The new agent type.
            agent_factory: Builds an agent; called without arguments, may be async. Inside it,
                :class:`~sandbox.AgentInstantiationContext` knows the runtime and the id.
            expected_class: Class that the built agents must be instances of.

        Raises:
            ValueError: If the type is already registered.
        """
        ...

    async def register_agent_instance(self, agent_instance: Agent, agent_id: AgentId) -> AgentId:
        """Register an existing agent under an id. No subscription is added.

        Usually called through the ``register_instance`` method of an agent.

        Args:
            agent_instance: The agent. All instances of one type must be of one class.
            agent_id: Where it is to be found.

        Raises:
            ValueError: If the id is taken, or the type has a factory or another class.
            RuntimeError: If the agent is already bound to another id or runtime.
        """
        ...

    async def try_get_underlying_agent_instance(
        self,
        id: AgentId,
        type: type[T] = Agent,  # type: ignore[assignment]
    ) -> T:
        """The agent object behind an id, built if need be. Meant for tests and debugging.

        Args:
            id: The agent.
            type: The class it is expected to have.

        Raises:
            LookupError: If the agent type is not registered.
            NotAccessibleError: If the agent is not in this process.
            TypeError: If the agent is of another class.
        """
        ...

    @overload
    async def get(self, id: AgentId, /, *, lazy: bool = ...) -> AgentId: ...

    @overload
    async def get(
        self, type: AgentType | str, /, key: str = ..., *, lazy: bool = ...
    ) -> AgentId: ...

    async def get(
        self, id_or_type: AgentId | AgentType | str, /, key: str = "default", *, lazy: bool = True
    ) -> AgentId:
        """The id of an agent, which with ``lazy=False`` is also built.

        Args:
            id_or_type: An id, or a type to be combined with ``key``.
            key: Which instance of the type.
            lazy: Leave the agent unbuilt until its first message.
        """
        ...

    async def save_state(self) -> Mapping[str, Any]:
        """The state of all agents, as data for :meth:`load_state`."""
        ...

    async def load_state(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`save_state` returned."""
        ...

    async def agent_metadata(self, agent: AgentId) -> AgentMetadata:
        """What the agent tells about itself."""
        ...

    async def agent_save_state(self, agent: AgentId) -> Mapping[str, Any]:
        """The state of one agent."""
        ...

    async def agent_load_state(self, agent: AgentId, state: Mapping[str, Any]) -> None:
        """Restore the state of one agent."""
        ...

    async def add_subscription(self, subscription: Subscription) -> None:
        """Add a subscription.

        Raises:
            ValueError: If an equal one is already there.
        """
        ...

    async def remove_subscription(self, id: str) -> None:
        """Remove a subscription by its id.

        Raises:
            LookupError: If there is none with this id.
        """
        ...

    def add_message_serializer(
        self, serializer: MessageSerializer[Any] | Sequence[MessageSerializer[Any]]
    ) -> None:
        """Add one or more serializers; a later one replaces one of the same name and format."""
        ...

"""The base class of agents."""

import warnings
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, ClassVar, Literal, Self, TypeVar, final

from sandbox.agents.registration import (
    bind_subscriptions,
    complete_registration,
    direct_message_subscription,
    register_agent_type,
)
from sandbox.messaging.agent import Agent, AgentMetadata
from sandbox.messaging.agent_id import AgentId, AgentType
from sandbox.messaging.agent_runtime import AgentRuntime
from sandbox.messaging.cancellation import CancellationToken
from sandbox.messaging.exceptions import AgentNotBoundError
from sandbox.messaging.instantiation import AgentInstantiationContext
from sandbox.messaging.message_context import MessageContext
from sandbox.messaging.serialization import MessageSerializer, try_get_known_serializers_for_type
from sandbox.messaging.subscription import Subscription, UnboundSubscription
from sandbox.messaging.topic import TopicId, is_valid_topic_type
from sandbox.messaging.type_subscription import TypeSubscription

BaseAgentType = TypeVar("BaseAgentType", bound="BaseAgent")

HandledType = tuple[type[Any], list[MessageSerializer[Any]]]
"""A message type, and the serializers that are known for it."""


def subscription_factory(
    subscription: UnboundSubscription,
) -> Callable[[type[BaseAgentType]], type[BaseAgentType]]:
    """Make a class decorator that adds subscriptions when the class is registered.

    Args:
        subscription: Makes the subscriptions; called once per registration.
    """

    def decorator(cls: type[BaseAgentType]) -> type[BaseAgentType]:
        cls.internal_unbound_subscriptions_list.append(subscription)
        return cls

    return decorator


def handles(
    type: type[Any],
    serializer: MessageSerializer[Any] | list[MessageSerializer[Any]] | None = None,
) -> Callable[[type[BaseAgentType]], type[BaseAgentType]]:
    """Declare that an agent class without routed handlers takes a message type.

    Args:
        type: The message type.
        serializer: How it is serialized; found by itself for dataclasses, pydantic models and
            Protocol Buffers.

    Raises:
        ValueError: If no serializer is known.
    """
    if serializer is None:
        serializers = try_get_known_serializers_for_type(type)
    else:
        serializers = list(serializer) if isinstance(serializer, Sequence) else [serializer]
    if not serializers:
        raise ValueError(
            f"No serializers found for type {type}. Please provide an explicit serializer."
        )
    return _handles_decorator((type, serializers))


def _handles_decorator(
    handled: HandledType,
) -> Callable[[type[BaseAgentType]], type[BaseAgentType]]:
    def decorator(cls: type[BaseAgentType]) -> type[BaseAgentType]:
        cls.internal_extra_handles_types.append(handled)
        return cls

    return decorator


class BaseAgent(ABC, Agent):
    """An agent that receives every message in one method, ``on_message_impl``.

    Most agents derive from :class:`~sandbox.RoutedAgent`, which tells messages apart by type.
    Agents are usually built by a runtime. One built directly has no id until it is registered
    with :meth:`register_instance`.

    Args:
        description: What the agent is for, in words.

    Raises:
        ValueError: If the description is not a string.
    """

    internal_unbound_subscriptions_list: ClassVar[list[UnboundSubscription]] = []
    """What the subscription decorators added to this very class."""

    internal_extra_handles_types: ClassVar[list[HandledType]] = []
    """What :func:`handles` added to this very class."""

    _runtime: AgentRuntime
    _id: AgentId

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Start each class with no subscriptions: those of its bases are not inherited."""
        super().__init_subclass__(**kwargs)
        cls.internal_extra_handles_types = []
        cls.internal_unbound_subscriptions_list = []

    def __init__(self, description: str) -> None:
        if AgentInstantiationContext.is_in_factory_call():
            self._runtime = AgentInstantiationContext.current_runtime()
            self._id = AgentInstantiationContext.current_agent_id()
        if not isinstance(description, str):
            raise ValueError("Agent description must be a string")
        self._description = description

    @classmethod
    def _handles_types(cls) -> list[HandledType]:
        return cls.internal_extra_handles_types

    @classmethod
    def _unbound_subscriptions(cls) -> list[UnboundSubscription]:
        return cls.internal_unbound_subscriptions_list

    @property
    def metadata(self) -> AgentMetadata:
        """Type, key and description of the agent.

        Raises:
            AgentNotBoundError: If no runtime hosts the agent.
        """
        id_ = self.id
        return AgentMetadata(type=id_.type, key=id_.key, description=self._description)

    @property
    def type(self) -> str:
        """The agent type.

        Raises:
            AgentNotBoundError: If no runtime hosts the agent.
        """
        return self.id.type

    @property
    def id(self) -> AgentId:
        """The address of the agent.

        Raises:
            AgentNotBoundError: If no runtime hosts the agent.
        """
        try:
            return self._id
        except AttributeError:
            raise self._not_bound("id") from None

    @property
    def runtime(self) -> AgentRuntime:
        """The runtime that hosts the agent.

        Raises:
            AgentNotBoundError: If there is none.
        """
        try:
            return self._runtime
        except AttributeError:
            raise self._not_bound("runtime") from None

    def _not_bound(self, asked: str) -> AgentNotBoundError:
        name = self.__class__.__name__
        return AgentNotBoundError(
            f"This {name} has no {asked}, because no runtime hosts it: it was constructed directly"
            f", or its __init__ does not call super().__init__(description). Let a runtime build it"
            f" (await {name}.register(runtime, type, factory)) or add it to one"
            f" (await agent.register_instance(runtime, agent_id))."
        )

    async def bind_id_and_runtime(self, id: AgentId, runtime: AgentRuntime) -> None:
        """Take the place ``id`` in ``runtime``. The runtime calls this.

        Raises:
            RuntimeError: If the agent already has another id or another runtime.
        """
        bound_id = getattr(self, "_id", id)
        if bound_id != id:
            raise RuntimeError(
                f"Agent is already bound to a different ID: it is {bound_id} and cannot become {id}"
            )
        if getattr(self, "_runtime", runtime) != runtime:
            raise RuntimeError(f"Agent is already bound to a different runtime, as {bound_id}")
        self._id = id
        self._runtime = runtime

    # The next methods hand on the coroutine of what they call: an `async def` here would put one
    # more frame under each message.

    @final
    def on_message(self, message: Any, ctx: MessageContext) -> Coroutine[Any, Any, Any]:
        """Handle a message. Only the runtime calls this; override ``on_message_impl``."""
        return self.on_message_impl(message, ctx)

    @abstractmethod
    def on_message_impl(self, message: Any, ctx: MessageContext) -> Coroutine[Any, Any, Any]:
        """Handle a message; write it with ``async def``.

        Args:
            message: The message, the very object that was sent.
            ctx: Its sender, topic and so on.

        Returns:
            The answer to a request; ignored for events.
        """
        ...

    def send_message(
        self,
        message: Any,
        recipient: AgentId,
        *,
        cancellation_token: CancellationToken | None = None,
        message_id: str | None = None,
    ) -> Coroutine[Any, Any, Any]:
        """Send a request to another agent, as this agent, and await its answer.

        See :meth:`sandbox.AgentRuntime.send_message`.
        """
        return self.runtime.send_message(
            message,
            sender=self.id,
            recipient=recipient,
            cancellation_token=cancellation_token,
            message_id=message_id,
        )

    def publish_message(
        self,
        message: Any,
        topic_id: TopicId,
        *,
        cancellation_token: CancellationToken | None = None,
        message_id: str | None = None,
    ) -> Coroutine[Any, Any, None]:
        """Publish an event as this agent, which will not receive it itself.

        See :meth:`sandbox.AgentRuntime.publish_message`.
        """
        return self.runtime.publish_message(
            message,
            topic_id,
            sender=self.id,
            cancellation_token=cancellation_token,
            message_id=message_id,
        )

    async def save_state(self) -> Mapping[str, Any]:
        """The state of the agent; empty, with a warning, unless overridden."""
        warnings.warn("save_state not implemented", stacklevel=2)
        return {}

    async def load_state(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`save_state` returned; only warns unless overridden."""
        warnings.warn("load_state not implemented", stacklevel=2)

    async def close(self) -> None:
        """Release what the agent holds. Called when the runtime closes."""

    async def register_instance(
        self,
        runtime: AgentRuntime,
        agent_id: AgentId,
        *,
        skip_class_subscriptions: bool = True,
        skip_direct_message_subscription: bool = False,
    ) -> AgentId:
        """Add this very agent to a runtime.

        It also hears topics whose *type* is its key, so one with the key ``"default"`` hears
        :class:`~sandbox.DefaultTopicId`.

        Args:
            runtime: The runtime that will host the agent.
            agent_id: The address it gets.
            skip_class_subscriptions: Leave out what decorators of the class subscribe to.
            skip_direct_message_subscription: Leave out topics that begin with the type and ``:``.

        Returns:
            The address.

        Raises:
            ValueError: If the address is taken, or the type belongs to another class or factory.
            RuntimeError: If the agent is already bound to another address or runtime.
        """
        agent_type = AgentType(agent_id.type)
        subscriptions: list[Subscription] = []
        if is_valid_topic_type(agent_id.key):  # other keys could never be published to
            subscriptions.append(
                TypeSubscription(topic_type=agent_id.key, agent_type=agent_id.type)
            )
        if not skip_class_subscriptions:
            subscriptions += await bind_subscriptions(agent_type, self._unbound_subscriptions())
        if not skip_direct_message_subscription:
            subscriptions += direct_message_subscription(agent_type)
        serializers = self._known_serializers()
        agent_id = await runtime.register_agent_instance(agent_instance=self, agent_id=agent_id)
        await complete_registration(runtime, subscriptions, serializers)
        return agent_id

    @classmethod
    async def register(
        cls,
        runtime: AgentRuntime,
        type: str | AgentType,
        factory: Callable[[], Self | Awaitable[Self]],
        *,
        skip_class_subscriptions: bool = False,
        skip_direct_message_subscription: bool = False,
        replace: bool = False,
        mailbox: Literal["interleaved", "serial"] | None = None,
    ) -> AgentType:
        """Register this class with a runtime as an agent type.

        Either all of it takes effect or, when something raises, nothing.

        Args:
            runtime: The runtime that will build and host the agents.
            type: The name of the new agent type.
            factory: Builds an agent; called without arguments, may be async.
            skip_class_subscriptions: Leave out what decorators of the class subscribe to.
            skip_direct_message_subscription: Leave out topics that begin with the type and ``:``.
            replace: Take the place of an earlier registration of the type, which does not come
                back if this one fails.
            mailbox: ``"serial"`` for agents that finish one message before the next,
                ``"interleaved"`` for agents that may take the next one while they await; the
                runtime's own default unless given.

        Returns:
            The agent type.

        Raises:
            ValueError: If the type is already registered.

        Example:
            >>> import asyncio
            >>> from sandbox import RoutedAgent, SingleThreadedAgentRuntime
            >>> class Worker(RoutedAgent):
            ...     def __init__(self) -> None:
            ...         super().__init__("Works.")
            >>> async def main():
            ...     runtime = SingleThreadedAgentRuntime()
            ...     return await Worker.register(runtime, "worker", lambda: Worker())
            >>> asyncio.run(main())
            AgentType(type='worker')
        """
        agent_type = type if isinstance(type, AgentType) else AgentType(type)
        unbound = [] if skip_class_subscriptions else cls._unbound_subscriptions()
        subscriptions = await bind_subscriptions(agent_type, unbound)
        if not skip_direct_message_subscription:
            subscriptions += direct_message_subscription(agent_type)
        # Runtimes that know nothing of these are not bothered with them.
        options: dict[str, Any] = {"replace": True} if replace else {}
        if mailbox is not None:
            options["mailbox"] = mailbox
        return await register_agent_type(
            runtime,
            agent_type,
            factory,
            cls,
            subscriptions=subscriptions,
            serializers=cls._known_serializers(),
            options=options,
        )

    @classmethod
    def _known_serializers(cls) -> list[MessageSerializer[Any]]:
        return [each for _type, serializers in cls._handles_types() for each in serializers]

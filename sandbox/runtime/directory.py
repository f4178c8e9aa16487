"""What a runtime knows by name: agents, subscriptions and serializers."""

from __future__ import annotations

import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from sandbox.messaging.agent import Agent, AgentMetadata
from sandbox.messaging.agent_id import AgentId, AgentType
from sandbox.messaging.agent_runtime import AgentRuntime
from sandbox.messaging.constants import ROOT_LOGGER_NAME
from sandbox.messaging.serialization import SerializationRegistry
from sandbox.messaging.suggestions import did_you_mean
from sandbox.runtime.instruments import Instruments
from sandbox.runtime.registry import Registry
from sandbox.runtime.router import Router, describe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from sandbox.messaging.serialization import MessageSerializer
    from sandbox.messaging.subscription import Subscription
    from sandbox.runtime.registry import Registration

T = TypeVar("T", bound=Agent)

logger = logging.getLogger(ROOT_LOGGER_NAME)


class Directory(AgentRuntime):
    """The part of a runtime that registers and looks up; nothing here delivers a message.

    Args:
        mailbox: `interleaved` or `serial`, for agent types that do not choose.
    """

    def __init__(self, mailbox: str) -> None:
        self._instruments = Instruments()
        self._serializers = SerializationRegistry()
        self._router = Router()
        self._registry = Registry(self, self._instruments, mailbox)

    # Agents

    @property
    def registrations(self) -> Mapping[str, Registration]:
        """What is registered, by agent type, in the order of registering."""
        return MappingProxyType(self._registry.types)

    @property
    def agents(self) -> Mapping[AgentId, Agent]:
        """The agents built or registered so far."""
        return MappingProxyType(self._registry.instances)

    async def register_factory(
        self,
        type: str | AgentType,
        agent_factory: Callable[[], T | Awaitable[T]],
        *,
        expected_class: type[T] | None = None,
        replace: bool = False,
        mailbox: str | None = None,
    ) -> AgentType:
        """Register how agents of a type are made. `SomeAgent.register` calls this.

        Args:
            type: the agent type.
            agent_factory: called without arguments, may be async; returns a new agent each time.
            expected_class: the class that the agents must have, checked when one is built.
            replace: put this factory in the place of one registered before, and forget the
                instances of that one. Useful when a notebook cell is run again.
            mailbox: `interleaved` or `serial`, by default that of the runtime.

        Raises:
            ValueError: the type is registered already, or an argument is invalid.
        """
        agent_type = AgentType(type) if isinstance(type, str) else type
        self._registry.register(
            agent_type.type, agent_factory, expected_class, replace=replace, mailbox=mailbox
        )
        return agent_type

    async def register_agent_instance(self, agent_instance: Agent, agent_id: AgentId) -> AgentId:
        """Register one agent that exists already.

        Raises:
            ValueError: the id is taken, or its type has a factory or instances of another class.
            RuntimeError: the agent is bound to another id or runtime.
        """
        self._registry.check_instance(agent_instance, agent_id)
        await agent_instance.bind_id_and_runtime(id=agent_id, runtime=self)
        self._registry.register_instance(agent_instance, agent_id)
        return agent_id

    async def unregister(self, type: str | AgentType) -> None:
        """Remove an agent type and its instances. Its subscriptions stay.

        Raises:
            RecipientNotFoundError: there is no such type (a `LookupError`).
        """
        self._registry.unregister(type if isinstance(type, str) else type.type)

    async def try_get_underlying_agent_instance(
        self,
        id: AgentId,
        type: type[T] = Agent,  # type: ignore[assignment]  # as in AutoGen Core
    ) -> T:
        """The agent object with this id, built now if need be.

        Raises:
            LookupError: its type is not registered.
            TypeError: it is not an instance of `type`.
        """
        agent = await self._registry.get(id)
        if not isinstance(agent, type):
            msg = (
                f"Agent with name {id.type} is not of type {type.__name__}. "
                f"It is of type {agent.__class__.__name__}."
            )
            raise TypeError(msg)
        return agent

    async def get(
        self, id_or_type: AgentId | AgentType | str, /, key: str = "default", *, lazy: bool = True
    ) -> AgentId:
        """The id of an agent; with `lazy=False` the agent is built now."""
        agent_id = id_or_type if isinstance(id_or_type, AgentId) else AgentId(id_or_type, key)
        if not lazy:
            await self._registry.get(agent_id)
        return agent_id

    async def agent_metadata(self, agent: AgentId) -> AgentMetadata:
        """Metadata of an agent, which is built if need be."""
        return (await self._registry.get(agent)).metadata

    # State

    async def agent_save_state(self, agent: AgentId) -> Mapping[str, Any]:
        """What `save_state` of this agent returns; it is built if need be."""
        return await (await self._registry.get(agent)).save_state()

    async def agent_load_state(self, agent: AgentId, state: Mapping[str, Any]) -> None:
        """Call `load_state` of this agent; it is built if need be."""
        await (await self._registry.get(agent)).load_state(state)

    async def save_state(self) -> Mapping[str, Any]:
        """The states of all agents built so far, by agent id as text."""
        return {
            str(agent_id): dict(await agent.save_state())
            for agent_id, agent in list(self._registry.instances.items())
        }

    async def load_state(self, state: Mapping[str, Any]) -> None:
        """Restore what `save_state` returned; agents are built if need be.

        States of agent types that are not registered are passed over, with a warning.
        """
        for name, agent_state in state.items():
            agent_id = AgentId.from_str(name)
            if agent_id.type in self._registry.types:
                await (await self._registry.get(agent_id)).load_state(agent_state)
            else:
                logger.warning(
                    "The saved state of %s was passed over: its type is not registered. %s",
                    agent_id,
                    did_you_mean(agent_id.type, self._registry.types),
                )

    # Subscriptions and serializers

    async def add_subscription(self, subscription: Subscription) -> None:
        """Add a subscription.

        Raises:
            ValueError: an equal one exists already.
        """
        self._router.add(subscription)
        agent_type = getattr(subscription, "agent_type", None)
        if isinstance(agent_type, str) and agent_type not in self._registry.types:
            logger.warning(
                "%s names an agent type that is not registered (yet). %s",
                describe(subscription),
                did_you_mean(agent_type, self._registry.types),
            )
        if (tell := self._instruments.subscription_added) is not None:
            tell(subscription)

    async def remove_subscription(self, id: str) -> None:
        """Remove a subscription by its id.

        Raises:
            SubscriptionNotFoundError: there is none with this id; it is both a `ValueError`
                and a `LookupError`.
        """
        subscription = self._router.remove(id)
        if (tell := self._instruments.subscription_removed) is not None:
            tell(subscription)

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """All subscriptions, in the order in which they were added."""
        return self._router.subscriptions

    def add_message_serializer(
        self, serializer: MessageSerializer[Any] | Sequence[MessageSerializer[Any]]
    ) -> None:
        """Add serializers. Messages within one process never need them; logs use them."""
        self._serializers.add_serializer(serializer)

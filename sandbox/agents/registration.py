"""Registering an agent type as a whole or not at all."""

import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from sandbox.messaging.agent import Agent
from sandbox.messaging.agent_id import AgentType
from sandbox.messaging.agent_runtime import AgentRuntime
from sandbox.messaging.constants import ROOT_LOGGER_NAME
from sandbox.messaging.instantiation import SubscriptionInstantiationContext
from sandbox.messaging.serialization import MessageSerializer
from sandbox.messaging.subscription import Subscription, UnboundSubscription
from sandbox.messaging.topic import is_valid_topic_type
from sandbox.messaging.type_subscription import TypePrefixSubscription

_logger = logging.getLogger(ROOT_LOGGER_NAME)


async def bind_subscriptions(
    agent_type: AgentType, unbound: Iterable[UnboundSubscription]
) -> list[Subscription]:
    """Make the subscriptions of an agent type that is being registered."""
    subscriptions: list[Subscription] = []
    with SubscriptionInstantiationContext.populate_context(agent_type):
        for make in unbound:
            made = make()
            subscriptions.extend(await made if inspect.isawaitable(made) else made)
    return subscriptions


def direct_message_subscription(agent_type: AgentType) -> list[Subscription]:
    """The subscription to topics that address an agent type, ``"worker:..."`` for ``"worker"``.

    None if no topic can be named so.
    """
    prefix = agent_type.type + ":"
    if not is_valid_topic_type(prefix):
        return []
    return [TypePrefixSubscription(topic_type_prefix=prefix, agent_type=agent_type.type)]


async def register_agent_type(
    runtime: AgentRuntime,
    agent_type: AgentType,
    factory: Callable[[], Agent | Awaitable[Agent]],
    expected_class: type[Agent],
    *,
    subscriptions: Sequence[Subscription],
    serializers: Sequence[MessageSerializer[Any]],
    options: dict[str, Any],
) -> AgentType:
    """Register a factory, then subscriptions, then serializers; on a failure undo all of it.

    Args:
        runtime: Where to register.
        agent_type: The new type.
        factory: Builds an agent.
        expected_class: What it builds.
        subscriptions: Subscriptions to add. Those that are already there are left as they are.
        serializers: Serializers to add.
        options: Further arguments of the runtime's ``register_factory``.
    """
    agent_type = await runtime.register_factory(
        type=agent_type, agent_factory=factory, expected_class=expected_class, **options
    )
    try:
        await complete_registration(runtime, subscriptions, serializers)
    except BaseException:
        unregister = getattr(runtime, "unregister", None)
        if unregister is not None:  # not every runtime can
            await unregister(agent_type.type)
        raise
    return agent_type


async def complete_registration(
    runtime: AgentRuntime,
    subscriptions: Iterable[Subscription],
    serializers: Sequence[MessageSerializer[Any]],
) -> None:
    """Add subscriptions that are not there yet, then serializers; on a failure undo the former."""
    added: list[str] = []
    try:
        for subscription in subscriptions:
            # One by one, so that what was added is known when the next one fails.
            if await _add_unless_present(runtime, subscription):
                added += [subscription.id]
        if serializers:
            runtime.add_message_serializer(serializers)
    except BaseException:
        for subscription_id in added:
            await runtime.remove_subscription(subscription_id)
        raise


async def _add_unless_present(runtime: AgentRuntime, subscription: Subscription) -> bool:
    try:
        await runtime.add_subscription(subscription)
    except ValueError as error:
        # The only word of the AgentRuntime protocol for "this one is there already".
        if "already exists" not in str(error):
            raise
        _logger.debug("%r was already subscribed when its agent registered.", subscription)
        return False
    return True

"""Class decorators that subscribe an agent class when it is registered."""

import warnings
from collections.abc import Callable
from typing import Any, overload

from sandbox.agents.base_agent import BaseAgentType, subscription_factory
from sandbox.messaging.agent_id import AgentType
from sandbox.messaging.instantiation import SubscriptionInstantiationContext
from sandbox.messaging.subscription import Subscription
from sandbox.messaging.type_subscription import DefaultSubscription, TypeSubscription


@overload
def default_subscription() -> Callable[[type[BaseAgentType]], type[BaseAgentType]]: ...


@overload
def default_subscription(cls: type[BaseAgentType]) -> type[BaseAgentType]: ...


def default_subscription(cls: type[Any] | None = None) -> Any:
    """Subscribe every agent type registered with the class to topics of type ``"default"``.

    Subclasses do not inherit it. Works with and without parentheses.

    Example:
        >>> from sandbox import RoutedAgent, default_subscription
        >>> @default_subscription
        ... class Logger(RoutedAgent): ...
    """
    decorator = subscription_factory(lambda: [DefaultSubscription()])
    return decorator if cls is None else decorator(cls)


def type_subscription(
    topic_type: str, agent_type: str | AgentType | None = None
) -> Callable[[type[BaseAgentType]], type[BaseAgentType]]:
    """Subscribe agent types registered with the class to topics of one type.

    Subclasses do not inherit it.

    Args:
        topic_type: The topic type.
        agent_type: The agent type to subscribe, if not the one that is being registered. A
            warning tells when they differ, since that is mostly a slip.

    Example:
        >>> from sandbox import RoutedAgent, type_subscription
        >>> @type_subscription(topic_type="task.status")
        ... class Monitor(RoutedAgent): ...
    """
    named = agent_type.type if isinstance(agent_type, AgentType) else agent_type

    def subscriptions() -> list[Subscription]:
        registered = SubscriptionInstantiationContext.agent_type().type
        if named is not None and named != registered:
            warnings.warn(
                f"type_subscription({topic_type!r}, agent_type={named!r}) subscribes {named!r}, "
                f"though its class is being registered as {registered!r}. "
                "Leave agent_type out to subscribe what is registered.",
                UserWarning,
                stacklevel=2,
            )
        return [TypeSubscription(topic_type=topic_type, agent_type=named or registered)]

    return subscription_factory(subscriptions)

"""The runtime, under AgentOpera's names."""

from typing import Any, Protocol, Self, runtime_checkable

from sandbox.agentopera.engine.protocol.subscription.message_channel import either_name
from sandbox.messaging.agent_id import AgentId
from sandbox.messaging.agent_runtime import AgentRuntime
from sandbox.messaging.cancellation import CancellationToken
from sandbox.messaging.subscription import Subscription
from sandbox.messaging.topic import TopicId
from sandbox.runtime.runtime import SingleThreadedAgentRuntime


@runtime_checkable
class AgentEngine(AgentRuntime, Protocol):
    """What agents and programs ask of an engine: an agent runtime with a few more names.

    It is a protocol, for type hints and ``isinstance``. Calling it makes a
    :class:`LocalAgentEngine`; type checkers, which allow no such call, want that name instead.
    """

    def __new__(cls, **options: Any) -> Self:  # noqa: ARG004 - Python hands them on to __init__
        """Make a local engine.

        Args:
            options: Those of :class:`LocalAgentEngine`.
        """
        return object.__new__(LocalAgentEngine if cls is AgentEngine else cls)  # type: ignore[return-value]

    async def subscribe(self, subscription: Subscription) -> None:
        """Add a subscription.

        Raises:
            ValueError: If an equal one is already there.
        """
        ...

    async def unsubscribe(self, id: str) -> None:
        """Remove a subscription by its id.

        Raises:
            LookupError: If there is none with this id.
        """
        ...

    async def publish_message(  # type: ignore[override]  # one argument under two names
        self,
        message: Any,
        message_channel: TopicId | None = None,
        *,
        topic_id: TopicId | None = None,
        sender: AgentId | None = None,
        cancellation_token: CancellationToken | None = None,
        message_id: str | None = None,
    ) -> None:
        """Queue an event for every agent subscribed to a channel, except its sender.

        Args:
            message: Any object. All recipients get this very object.
            message_channel: The channel to publish to.
            topic_id: Another name for it.
            sender: The agent that publishes; ``None`` from outside agents.
            cancellation_token: Passed to the handlers.
            message_id: Identifies the message; made by the engine unless given.

        Raises:
            TypeError: If the channel is given under both names, or under none.
        """
        ...


class LocalAgentEngine(SingleThreadedAgentRuntime, AgentEngine):
    """The :class:`~sandbox.SingleThreadedAgentRuntime` with AgentOpera's names for its methods.

    It takes the same options, and the inspector and everything else treat it alike. As any
    runtime, it delivers once it is started; until then, messages wait in its queue.

    Example:
        >>> import asyncio
        >>> from sandbox.agentopera import DefaultMessageChannel, DefaultSubscription
        >>> from sandbox.agentopera import MessageContext, RoutedAgent, event
        >>> class Logger(RoutedAgent):
        ...     @event
        ...     async def log(self, message: str, ctx: MessageContext) -> None:
        ...         print(f"{self.id} heard {message!r} on {ctx.message_channel}")
        >>> async def main():
        ...     engine = LocalAgentEngine()
        ...     await Logger.register(engine, "logger", lambda: Logger("Prints."))
        ...     await engine.subscribe(DefaultSubscription(agent_type="logger"))
        ...     engine.start()
        ...     await engine.publish_message("hello", DefaultMessageChannel(source="tenant1"))
        ...     await engine.stop_when_idle()
        >>> asyncio.run(main())
        logger/tenant1 heard 'hello' on default/tenant1
    """

    async def subscribe(self, subscription: Subscription) -> None:
        """Add a subscription; the same as ``add_subscription``.

        Raises:
            ValueError: If an equal one is already there.
        """
        await self.add_subscription(subscription)

    async def unsubscribe(self, id: str) -> None:
        """Remove a subscription by its id; the same as ``remove_subscription``.

        Raises:
            SubscriptionNotFoundError: If there is none with this id; it is both a ``ValueError``
                and a ``LookupError``.
        """
        await self.remove_subscription(id)

    async def publish_message(  # type: ignore[override]  # one argument under two names
        self,
        message: Any,
        message_channel: TopicId | None = None,
        *,
        topic_id: TopicId | None = None,
        sender: AgentId | None = None,
        cancellation_token: CancellationToken | None = None,
        message_id: str | None = None,
    ) -> None:
        """Publish a message to a channel; returns as soon as it is queued.

        Args:
            message: Any object. All recipients get this very object.
            message_channel: The channel to publish to.
            topic_id: Another name for it.
            sender: The agent that publishes; ``None`` from outside agents.
            cancellation_token: Passed to the handlers.
            message_id: Identifies the message; made by the engine unless given.

        Raises:
            TypeError: If the channel is no channel, or given under both names, or under none.
            WrongLoopError: If the engine belongs to another event loop.
        """
        await super().publish_message(
            message,
            either_name(message_channel, topic_id),
            sender=sender,
            cancellation_token=cancellation_token,
            message_id=message_id,
        )

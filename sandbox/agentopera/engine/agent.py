"""The base classes of agents, under AgentOpera's names."""

from collections.abc import Coroutine
from typing import Any, cast

from sandbox.agentopera.engine.protocol.subscription.message_channel import either_name
from sandbox.agentopera.engine.runtime.agent_engine import AgentEngine
from sandbox.agents.base_agent import BaseAgent as RuntimeAgent
from sandbox.agents.routed_agent import RoutedAgent as RuntimeRoutedAgent
from sandbox.messaging.cancellation import CancellationToken
from sandbox.messaging.topic import TopicId


class BaseAgent(RuntimeAgent):
    """The :class:`sandbox.BaseAgent`, which besides calls its runtime ``engine``."""

    @property
    def engine(self) -> AgentEngine:
        """The engine that hosts the agent; the same as ``runtime``.

        Raises:
            AgentNotBoundError: If there is none.
        """
        return cast("AgentEngine", self.runtime)

    def publish_message(  # type: ignore[override]  # one argument under two names
        self,
        message: Any,
        message_channel: TopicId | None = None,
        *,
        topic_id: TopicId | None = None,
        cancellation_token: CancellationToken | None = None,
        message_id: str | None = None,
    ) -> Coroutine[Any, Any, None]:
        """Publish an event as this agent, which will not receive it itself.

        Args:
            message: Any object. All recipients get this very object.
            message_channel: The channel to publish to.
            topic_id: Another name for it.
            cancellation_token: Passed to the handlers.
            message_id: Identifies the message; made by the engine unless given.

        Raises:
            TypeError: If the channel is given under both names, or under none.
        """
        return super().publish_message(
            message,
            either_name(message_channel, topic_id),
            cancellation_token=cancellation_token,
            message_id=message_id,
        )


class RoutedAgent(RuntimeRoutedAgent, BaseAgent):
    """The :class:`sandbox.RoutedAgent`, which besides calls its runtime ``engine``."""

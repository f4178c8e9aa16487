"""Our stand-in for the helper agents that AutoGen Core's messaging tests import."""

import asyncio
from dataclasses import dataclass
from typing import Any

from autogen_core import (
    BaseAgent,
    DefaultTopicId,
    MessageContext,
    RoutedAgent,
    default_subscription,
    message_handler,
)


@dataclass
class MessageType:
    """A message without content."""


@dataclass
class ContentMessage:
    """A message with a text."""

    content: str


@dataclass
class CascadingMessageType:
    """A message that knows in which round it was sent."""

    round: int


class LoopbackAgent(RoutedAgent):
    """Answers with the very message it was handed, and remembers it."""

    def __init__(self) -> None:
        super().__init__("Returns what it is handed.")
        self.num_calls = 0
        self.received_messages: list[Any] = []
        self.event = asyncio.Event()

    @message_handler
    async def loop_back(
        self, message: MessageType | ContentMessage, ctx: MessageContext
    ) -> MessageType | ContentMessage:
        """Remember the message, say so, and return it."""
        self.received_messages.append(message)
        self.num_calls = len(self.received_messages)
        self.event.set()
        return message


@default_subscription
class LoopbackAgentWithDefaultSubscription(LoopbackAgent):
    """The same, listening to the default topic."""


@default_subscription
class CascadingAgent(RoutedAgent):
    """Publishes a message for the next round, up to the last round."""

    def __init__(self, max_rounds: int) -> None:
        super().__init__("Passes rounds on.")
        self.num_calls = 0
        self.max_rounds = max_rounds

    @message_handler
    async def pass_on(self, message: CascadingMessageType, ctx: MessageContext) -> None:
        """Count the message and publish the next."""
        self.num_calls += 1
        following = message.round + 1
        if following <= self.max_rounds:
            await self.publish_message(CascadingMessageType(following), DefaultTopicId())


class NoopAgent(BaseAgent):
    """Only there to be registered."""

    def __init__(self) -> None:
        super().__init__("Handles nothing.")

    async def on_message_impl(self, message: Any, ctx: MessageContext) -> Any:
        """Never called."""
        raise NotImplementedError

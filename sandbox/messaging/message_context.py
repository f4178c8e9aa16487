"""What a handler is told about the message it handles."""

from dataclasses import dataclass

from sandbox.messaging.agent_id import AgentId
from sandbox.messaging.cancellation import CancellationToken
from sandbox.messaging.topic import TopicId


@dataclass(slots=True, weakref_slot=True)
class MessageContext:
    """The circumstances of one message, passed to the handler beside the message itself."""

    sender: AgentId | None
    """The agent that sent the message; ``None`` if it came from outside any agent."""

    topic_id: TopicId | None
    """The topic that the message was published to; ``None`` if it was sent directly."""

    is_rpc: bool
    """True for a request, whose sender awaits the answer; False for an event."""

    cancellation_token: CancellationToken
    """Tells whether the sender gave up; link futures or pass it on to nested requests."""

    message_id: str
    """Identifies the message; all recipients of one publication see the same."""

    @property
    def message_channel(self) -> TopicId | None:
        """The topic, under the name that :mod:`sandbox.agentopera` gives it."""
        return self.topic_id

"""What the runtime asks of an agent."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypedDict, runtime_checkable

from sandbox.messaging.agent_id import AgentId
from sandbox.messaging.message_context import MessageContext

if TYPE_CHECKING:
    from sandbox.messaging.agent_runtime import AgentRuntime


class AgentMetadata(TypedDict):
    """What an agent tells about itself."""

    type: str
    """The agent type."""

    key: str
    """Which instance of the type."""

    description: str
    """What the agent is for, in words."""


@runtime_checkable
class Agent(Protocol):
    """Anything that a runtime can host. Usually a subclass of :class:`~sandbox.BaseAgent`."""

    @property
    def metadata(self) -> AgentMetadata:
        """What the agent tells about itself."""
        ...

    @property
    def id(self) -> AgentId:
        """The address of the agent."""
        ...

    async def bind_id_and_runtime(self, id: AgentId, runtime: "AgentRuntime") -> None:
        """Take the place ``id`` in ``runtime``. The runtime calls this.

        Raises:
            RuntimeError: If the agent already has another id or another runtime.
        """
        ...

    async def on_message(self, message: Any, ctx: MessageContext) -> Any:
        """Handle a message. Only the runtime calls this.

        Args:
            message: The message, the very object that was sent.
            ctx: Its sender, topic and so on.

        Returns:
            The answer to a request; ignored for events.

        Raises:
            CantHandleException: If the agent refuses the message.
            asyncio.CancelledError: If the agent notices that the request was given up.
        """
        ...

    async def save_state(self) -> Mapping[str, Any]:
        """The state of the agent, as data that can be written as JSON."""
        ...

    async def load_state(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`save_state` returned."""
        ...

    async def close(self) -> None:
        """Release what the agent holds. Called when the runtime closes."""
        ...

"""An agent as seen through its address."""

from collections.abc import Awaitable, Mapping
from typing import Any

from sandbox.messaging.agent import AgentMetadata
from sandbox.messaging.agent_id import AgentId
from sandbox.messaging.agent_runtime import AgentRuntime
from sandbox.messaging.cancellation import CancellationToken


class AgentProxy:
    """Stands for an agent of which only the address is known.

    Args:
        agent: The address.
        runtime: The runtime that reaches it.
    """

    def __init__(self, agent: AgentId, runtime: AgentRuntime) -> None:
        self._agent = agent
        self._runtime = runtime

    @property
    def id(self) -> AgentId:
        """The address of the agent."""
        return self._agent

    @property
    def metadata(self) -> Awaitable[AgentMetadata]:
        """What the agent tells about itself, to be awaited."""
        return self._runtime.agent_metadata(self._agent)

    async def send_message(
        self,
        message: Any,
        *,
        sender: AgentId,
        cancellation_token: CancellationToken | None = None,
        message_id: str | None = None,
    ) -> Any:
        """Send a request to the agent and await its answer.

        See :meth:`sandbox.AgentRuntime.send_message`.
        """
        return await self._runtime.send_message(
            message,
            recipient=self._agent,
            sender=sender,
            cancellation_token=cancellation_token,
            message_id=message_id,
        )

    async def save_state(self) -> Mapping[str, Any]:
        """The state of the agent."""
        return await self._runtime.agent_save_state(self._agent)

    async def load_state(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`save_state` returned."""
        await self._runtime.agent_load_state(self._agent, state)

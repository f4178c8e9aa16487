"""The address of an agent."""

from sandbox.messaging.agent_id import AgentId, AgentType

__all__ = ["AgentId", "AgentType"]

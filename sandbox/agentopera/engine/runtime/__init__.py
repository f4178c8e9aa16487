"""The engine that runs agents."""

from sandbox.agentopera.engine.runtime.agent_engine import AgentEngine, LocalAgentEngine

__all__ = ["AgentEngine", "LocalAgentEngine"]

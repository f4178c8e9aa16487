"""Agents, the engine that runs them, and what they agree on."""

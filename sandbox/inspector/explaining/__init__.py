"""Explaining: why an agent received a message, or did not."""

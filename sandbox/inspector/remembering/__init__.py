"""Remembering: what agents remember, what changed it, and what must always hold of it."""

"""A message type that programs with tools share."""

from dataclasses import dataclass


@dataclass
class FunctionCall:
    """A request to call a function by name."""

    id: str
    """Identifies the call, so that its result can be matched."""

    arguments: str
    """The arguments as JSON text."""

    name: str
    """The function to call."""

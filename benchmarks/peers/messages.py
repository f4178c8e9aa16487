"""The messages that all peers exchange."""

from dataclasses import dataclass


@dataclass
class Ask:
    """A request; the answer is the same message."""

    number: int


@dataclass
class News:
    """An event."""

    number: int


@dataclass
class Ball:
    """An event that whoever gets it passes on, as often as `left` says."""

    left: int

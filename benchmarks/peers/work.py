"""What every peer can be asked to do, and what to answer when it cannot."""

import gc
import resource
import time
from pathlib import Path
from typing import Self


class Unable(Exception):  # noqa: N818  # it is an answer
    """A peer cannot do this work; the text says why."""


class Clock:
    """Measures the part of a piece of work that counts, in time of the processor.

    All threads count. So what else the machine does, and waiting, falls on nobody.

    Example:
        with Clock() as clock:
            ...
        clock.seconds
    """

    def __enter__(self) -> Self:
        gc.collect()
        gc.disable()
        self._begun = time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.process_time() - self._begun
        gc.enable()


def memory() -> int:
    """Bytes of memory that this process has resident."""
    gc.collect()
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Peer:
    """A package that delivers messages. Each method does one piece of work.

    Methods return seconds, or bytes for the memory, per item. The set-up and one unmeasured
    round come first, so that agents are built and caches are warm, except where they are what
    is measured.
    """

    async def rpc(self, count: int) -> float:
        """Ask one agent, from outside, one call after the other; per call."""
        raise Unable("has no requests that are answered")

    async def publish(self, subscribers: int, count: int) -> float:
        """Publish to so many agents, until all have handled all; per message."""
        raise Unable("cannot publish")

    async def sources(self, count: int) -> float:
        """Publish to so many sources of one topic, an instance each, built before; per source."""
        raise Unable("has no topics with sources")

    async def register(self, types: int) -> float:
        """Register so many agent types with a subscription each; all of it."""
        raise Unable("has no agent types to register")

    async def routing(self, subscriptions: int, count: int) -> float:
        """Publish to one subscriber among subscriptions of all kinds; per message."""
        raise Unable("has no subscriptions")

    async def conversation(self, agents: int, messages: int) -> float:
        """Agents pass on ten balls in a ring; per message."""
        raise Unable("has no agents that send to each other")

    async def agent_memory(self, count: int) -> float:
        """Bytes per agent that has handled a message."""
        raise Unable("has no agents")

    async def queued_memory(self, count: int) -> float:
        """Bytes per message that waits in the queue, the message included."""
        raise Unable("has no queue to look at")

    async def recorded_memory(self, count: int, look: bool) -> float:
        """Bytes per recorded delivery: of its records, and if looked at of the state as well."""
        raise Unable("records nothing")

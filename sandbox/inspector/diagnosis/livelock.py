"""Livelock: messages that cause each other without end."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

from sandbox.inspector.diagnosis.problem import Problem
from sandbox.inspector.recording import rows

if TYPE_CHECKING:
    from sandbox.inspector.recording.records import Queued, Settled
    from sandbox.inspector.recording.rows import Row

# A message that is the 25th of its like in the chain of its causes looks like one of endless many.
REPEATS = 25
# How far back a chain is followed, and how many of the newest chains are looked at: enough to see
# a cycle, however long the run is.
FOLLOWED = 2_000
LOOKED_AT = 20


class Hop(NamedTuple):
    """Who sends what to whom: what repeats in a livelock."""

    sender: str | None
    message_type: str
    target: str

    def __str__(self) -> str:
        return f"{self.sender or 'outside'} → {self.message_type} → {self.target}"


def hop_of(queued: Row) -> Hop:
    """The hop that a delivery makes."""
    return Hop(*rows.hop_of(queued))


class Cycle(NamedTuple):
    """Hops that cause each other, over and over.

    Attributes:
        hops: the hops of one round, in order.
        repeats: how many rounds there were, as far as they were followed.
        deliveries: numbers of the deliveries of the last round.
    """

    hops: tuple[Hop, ...]
    repeats: int
    deliveries: tuple[int, ...]

    def __str__(self) -> str:
        return ", then ".join(map(str, self.hops))


class Livelocks:
    """Follows the causes of all deliveries, and finds those that repeat.

    A chain of causes counts only while its last delivery has no verdict: one that has come to
    its end was none, however long it was. It keeps three small numbers for each delivery.
    """

    def __init__(self) -> None:
        self._hops: dict[Hop, int] = {}
        self._hop_of = array("l", [0])
        self._cause_of = array("l", [0])
        self._depth_of = array("l", [0])
        self._deep: dict[int, Cycle | None] = {}
        self._unseen: set[int] = set()

    def queued(self, record: Queued) -> None:
        """Take in a new delivery."""
        if record.request is not None:
            return  # an answer starts no turn, so it causes nothing
        number, cause = record.number, record.cause or 0
        if number >= len(self._depth_of):
            missing = number + 1 - len(self._depth_of)
            for column in (self._hop_of, self._cause_of, self._depth_of):
                column.frombytes(bytes(column.itemsize * missing))
        self._hop_of[number] = self._hops.setdefault(hop_of(record), len(self._hops) + 1)
        if cause < number:
            depth = self._depth_of[cause] + 1
            self._cause_of[number], self._depth_of[number] = cause, depth
            if depth >= REPEATS:
                self._deep[number] = None
                self._unseen.add(number)

    def settled(self, record: Settled) -> None:
        """Take in a verdict."""
        if self._deep:
            self._deep.pop(record.number, None)
            self._unseen.discard(record.number)

    def cycles(self) -> list[Cycle]:
        """The cycles that are under way, the newest first, each of them once."""
        found: dict[frozenset[Hop], Cycle] = {}
        for number in sorted(self._deep, reverse=True)[:LOOKED_AT]:
            if number in self._unseen:
                self._unseen.discard(number)
                self._deep[number] = self._cycle_of(number)
            cycle = self._deep[number]
            if cycle is not None:
                found.setdefault(frozenset(cycle.hops), cycle)
        return list(found.values())

    def problems(self) -> list[Problem]:
        """The cycles under way as problems."""
        return [_problem_of(cycle) for cycle in self.cycles()]

    def _cycle_of(self, number: int) -> Cycle | None:
        chain: list[int] = []
        at = number
        while at and len(chain) < FOLLOWED:
            chain.append(at)
            at = self._cause_of[at]
        like = [place for place, n in enumerate(chain) if self._hop_of[n] == self._hop_of[number]]
        if len(like) < REPEATS:
            return None
        last_round = tuple(reversed(chain[: like[1]]))
        names = list(self._hops)
        hops = tuple(names[self._hop_of[n] - 1] for n in last_round)
        return Cycle(hops, len(like), last_round)


def _problem_of(cycle: Cycle) -> Problem:
    agents = dict.fromkeys(
        name for hop in cycle.hops for name in (hop.sender, hop.target) if name is not None
    )
    return Problem(
        "livelock",
        f"Messages cause each other without end, {cycle.repeats} rounds so far: {cycle}.",
        cycle.deliveries,
        "Give one of these agents a condition to stop at, or let it answer to a topic that does "
        "not lead back to it. Inspector(runtime, rounds=...) says after how many rounds a run "
        "stops.",
        tuple(agents),
        len(cycle.deliveries),
    )

"""Policies: which of the pending deliveries goes next."""

from __future__ import annotations

import re
from bisect import insort
from collections import deque
from typing import TYPE_CHECKING

from sandbox.runtime.lines import LineInOrder, LineOfPairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sandbox.runtime.delivery import Delivery
    from sandbox.runtime.lines import Line

_WORD = 0xFFFF_FFFF_FFFF_FFFF


class Policy:
    """Decides which pending delivery goes next; this one takes the first.

    A choice depends on the seed, on how many choices were made before, and on the order of the
    queue: not on a clock, on memory addresses or on hashes. So the same program under the same
    policy runs in the same order every time, on every machine.

    Attributes:
        name: `fifo`, `lifo`, `random(7)` or `pairs(7)`.
        seed: what decides between those that might go just as well.
        made: how many deliveries it has chosen so far.
    """

    __slots__ = ("made", "name", "seed")

    def __init__(self, name: str, seed: int = 0) -> None:
        self.name = name
        self.seed = seed
        self.made = 0

    def line(self, pending: Iterable[Delivery]) -> Line:
        """What deliveries wait in under this policy; these do already, in order."""
        return deque(pending)

    def choose(self, may_go: Sequence[Delivery] | Line) -> Delivery | None:
        """The one that goes next of those that may, which come in the order of the queue.

        Asking changes nothing; the queue counts what was `made`.
        """
        return may_go[0] if may_go else None

    def order(self, may_go: Sequence[Delivery]) -> list[Delivery]:
        """All of these in the order in which they would go if no others came."""
        return list(may_go)

    def _draw(self, ahead: int, count: int) -> int:
        """A number below `count`: what the SplitMix64 generator says for this choice."""
        # Not `random.Random`: its state would have to be copied to look ahead, and to take a
        # choice back.
        bits = (self.seed + (self.made + ahead + 1) * 0x9E37_79B9_7F4A_7C15) & _WORD
        bits = ((bits ^ (bits >> 30)) * 0xBF58_476D_1CE4_E5B9) & _WORD
        bits = ((bits ^ (bits >> 27)) * 0x94D0_49BB_1331_11EB) & _WORD
        return (bits ^ (bits >> 31)) % count

    def __repr__(self) -> str:
        return f"<Policy {self.name}, {self.made} chosen>"


class _LastIn(Policy):
    __slots__ = ()

    def choose(self, may_go: Sequence[Delivery] | Line) -> Delivery | None:
        return may_go[-1] if may_go else None

    def order(self, may_go: Sequence[Delivery]) -> list[Delivery]:
        return [*reversed(may_go)]


class _Random(Policy):
    __slots__ = ()

    def line(self, pending: Iterable[Delivery]) -> LineInOrder:
        return LineInOrder(pending)

    def choose(self, may_go: Sequence[Delivery] | Line) -> Delivery | None:
        return may_go[self._draw(0, len(may_go))] if may_go else None

    def order(self, may_go: Sequence[Delivery]) -> list[Delivery]:
        left = list(may_go)
        return [left.pop(self._draw(ahead, len(left))) for ahead in range(len(left))]


class _Pairs(Policy):
    __slots__ = ()

    def line(self, pending: Iterable[Delivery]) -> LineOfPairs:
        return LineOfPairs(pending)

    def choose(self, may_go: Sequence[Delivery] | Line) -> Delivery | None:
        if isinstance(may_go, LineOfPairs):
            return may_go.first_of(self._draw(0, may_go.pairs)) if may_go else None
        firsts: dict[object, Delivery] = {}
        for delivery in may_go:
            firsts.setdefault((delivery.sender, delivery.recipient), delivery)
        return list(firsts.values())[self._draw(0, len(firsts))] if firsts else None

    def order(self, may_go: Sequence[Delivery]) -> list[Delivery]:
        by_pair: dict[object, list[int]] = {}
        for index, delivery in enumerate(may_go):
            by_pair.setdefault((delivery.sender, delivery.recipient), []).append(index)
        # Each pair as the places of what it has left, first ones last, sorted by the first.
        lines = [places[::-1] for places in by_pair.values()]
        ordered: list[Delivery] = []
        while lines:
            line = lines.pop(self._draw(len(ordered), len(lines)))
            ordered.append(may_go[line.pop()])
            if line:
                insort(lines, line, key=lambda places: places[-1])
        return ordered


def random(seed: int) -> Policy:
    """Any pending delivery may go next; which one, `seed` decides.

    Example:
        >>> random(7).name
        'random(7)'
    """
    return _Random(f"random({seed})", seed)


def pairs(seed: int = 0) -> Policy:
    """First in, first out between the same two, at random otherwise.

    What one sender sends to one recipient arrives in the order of sending, as actors promise;
    nothing else is certain.

    Example:
        >>> pairs().name
        'pairs(0)'
    """
    return _Pairs(f"pairs({seed})", seed)


def policy(name: str | Policy) -> Policy:
    """The policy with this name.

    Args:
        name: `fifo`, `lifo`, `random(seed)`, `pairs` or `pairs(seed)`; or a policy, of which a
            fresh one is made.

    Raises:
        ValueError: there is no such policy.

    Example:
        >>> policy("pairs").name
        'pairs(0)'
    """
    text = name.name if isinstance(name, Policy) else str(name)
    parts = re.fullmatch(r"\s*(\w+)\s*(?:\(\s*(-?\d+)\s*\))?\s*", text)
    word, seed = parts.groups() if parts else (text, None)
    match word, seed:
        case "fifo", None:
            return Policy("fifo")
        case "lifo", None:
            return _LastIn("lifo")
        case "pairs", _:
            return pairs(int(seed or 0))
        case "random", str():
            return random(int(seed))
    msg = (
        f"There is no policy {text!r}. There are 'fifo', 'lifo', 'pairs' and, with any seed, "
        "'random(7)' and 'pairs(7)'."
    )
    raise ValueError(msg)

"""Lines: what deliveries wait in under a policy, so that it chooses quickly from a long queue."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

from sandbox.runtime.queue import place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sandbox.messaging.agent_id import AgentId
    from sandbox.runtime.delivery import Delivery

    Pair = tuple[AgentId | None, AgentId | None]

# A place, and the number of the delivery that stands there, should two stand in one place.
First = tuple[tuple[int, ...], int]

BLOCK = 2_000


class LineInOrder:
    """Deliveries in the order of the queue, any of which may be chosen, for the policy `random`.

    They stand in blocks, so that taking one out moves few others. Choosing one and taking it out
    take about the same time however many there are; what is done by hand goes through all.
    """

    __slots__ = ("_blocks", "_length", "_seen")

    def __init__(self, deliveries: Iterable[Delivery] = ()) -> None:
        self._fill(list(deliveries))

    def _fill(self, deliveries: list[Delivery]) -> None:
        self._blocks = [deliveries[i : i + BLOCK] for i in range(0, len(deliveries), BLOCK)]
        self._length = len(deliveries)
        # Where the one stands that was asked for last, since it is taken out next.
        self._seen: tuple[int, int] | None = None

    def append(self, delivery: Delivery) -> None:
        """Put it at the end."""
        if not self._blocks or len(self._blocks[-1]) == BLOCK:
            self._blocks.append([])
        self._blocks[-1].append(delivery)
        self._length += 1

    def insert(self, index: int, delivery: Delivery) -> None:
        """Put it before the one that has this index now."""
        deliveries = list(self)
        deliveries.insert(index, delivery)
        self._fill(deliveries)

    def remove(self, delivery: Delivery) -> None:
        """Take it out; a `ValueError` says that it is not here."""
        at = self._seen
        if at is None or self._blocks[at[0]][at[1]] is not delivery:
            at = self._find(delivery)
        block = self._blocks[at[0]]
        del block[at[1]]
        if not block:
            del self._blocks[at[0]]
        self._length -= 1
        self._seen = None

    def popleft(self) -> Delivery:
        """Take out the first."""
        first = self[0]
        self.remove(first)
        return first

    def clear(self) -> None:
        """Take out all."""
        self._fill([])

    def _find(self, delivery: Delivery) -> tuple[int, int]:
        for at, block in enumerate(self._blocks):
            with suppress(ValueError):  # it is not in this one
                return at, block.index(delivery)
        raise _not_here(delivery)

    def __getitem__(self, index: int) -> Delivery:
        left = index if index >= 0 else self._length + index
        for at, block in enumerate(self._blocks):
            if left < len(block):
                self._seen = at, left
                return block[left]
            left -= len(block)
        msg = f"There are {self._length} deliveries, none with the index {index}."
        raise IndexError(msg)

    def __iter__(self) -> Iterator[Delivery]:
        return chain.from_iterable(self._blocks)

    def __len__(self) -> int:
        return self._length


class LineOfPairs:
    """Deliveries in the order of the queue, like a `deque`, for the policy `pairs`.

    Choosing one, taking it out and putting another at the end take the same time however many
    there are. What is done by hand, moving one or putting one back, makes it sort itself anew.
    """

    __slots__ = ("_firsts", "_pairs", "_waiting")

    def __init__(self, deliveries: Iterable[Delivery] = ()) -> None:
        self._waiting: dict[int, Delivery] = {}
        self._sort(deliveries)

    def _sort(self, deliveries: Iterable[Delivery]) -> None:
        self._waiting = {d.number: d for d in deliveries}
        self._pairs: dict[Pair, deque[Delivery]] = {}
        self._firsts: list[First] = []  # of each pair, in order
        for delivery in self._waiting.values():
            self._enter(delivery)

    def _enter(self, delivery: Delivery) -> None:
        line = self._pairs.setdefault((delivery.sender, delivery.recipient), deque())
        if not line:
            insort(self._firsts, _first(delivery))
        line.append(delivery)

    @property
    def pairs(self) -> int:
        """Between how many senders and recipients there are deliveries."""
        return len(self._firsts)

    def first_of(self, index: int) -> Delivery:
        """The first delivery of a pair; pairs come in the order of their first deliveries."""
        return self._waiting[self._firsts[index][1]]

    def append(self, delivery: Delivery) -> None:
        """Put it at the end."""
        self._waiting[delivery.number] = delivery
        self._enter(delivery)

    def insert(self, index: int, delivery: Delivery) -> None:
        """Put it before the one that has this index now."""
        deliveries = list(self)
        deliveries.insert(index, delivery)
        self._sort(deliveries)

    def remove(self, delivery: Delivery) -> None:
        """Take it out; a `ValueError` says that it is not here."""
        if delivery not in self:
            raise _not_here(delivery)
        del self._waiting[delivery.number]
        pair = (delivery.sender, delivery.recipient)
        line, first = self._pairs.get(pair), _first(delivery)
        index = bisect_left(self._firsts, first)
        if not line or line[0] is not delivery or self._firsts[index : index + 1] != [first]:
            self._sort(self)
            return
        del self._firsts[index]
        line.popleft()
        if line:
            insort(self._firsts, _first(line[0]))
        else:
            del self._pairs[pair]

    def popleft(self) -> Delivery:
        """Take out the first."""
        first = next(iter(self))
        self.remove(first)
        return first

    def clear(self) -> None:
        """Take out all."""
        self._sort(())

    def __getitem__(self, index: int) -> Delivery:
        return list(self)[index]

    def __contains__(self, delivery: Delivery) -> bool:
        return self._waiting.get(delivery.number) is delivery

    def __iter__(self) -> Iterator[Delivery]:
        return iter(self._waiting.values())

    def __len__(self) -> int:
        return len(self._waiting)


def _first(delivery: Delivery) -> First:
    return place(delivery), delivery.number


def _not_here(delivery: Delivery) -> ValueError:
    return ValueError(f"{delivery!r} does not stand in this line.")


# What deliveries can wait in.
Line = deque["Delivery"] | LineInOrder | LineOfPairs

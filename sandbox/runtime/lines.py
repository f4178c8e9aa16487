"""Lines: what deliveries wait in under a policy, so that it chooses quickly from a long queue."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from typing import TYPE_CHECKING

from sandbox.runtime.queue import place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sandbox.messaging.agent_id import AgentId
    from sandbox.runtime.delivery import Delivery

    Pair = tuple[AgentId | None, AgentId | None]

# A place, and the number of the delivery that stands there, should two stand in one place.
First = tuple[tuple[int, ...], int]


class LineInOrder(list["Delivery"]):
    """Deliveries in the order of the queue, any of which may be chosen, for the policy `random`."""

    __slots__ = ()

    def popleft(self) -> Delivery:
        """Take out the first."""
        return self.pop(0)

    def remove(self, delivery: Delivery) -> None:
        """Take it out."""
        # To compare it with one after the other takes long.
        index = bisect_left(self, place(delivery), key=place)
        if self[index : index + 1] == [delivery]:
            del self[index]
        else:  # it was moved, and still stands where it was
            super().remove(delivery)

    def __contains__(self, delivery: object) -> bool:
        # Its place is known, unless it was moved, and what is no delivery is not asked for.
        index = bisect_left(self, place(delivery), key=place)  # type: ignore[arg-type]
        return self[index : index + 1] == [delivery] or super().__contains__(delivery)


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
        """Take it out."""
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

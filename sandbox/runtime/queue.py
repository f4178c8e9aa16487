"""The one queue in which all pending deliveries wait."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from sandbox.runtime.delivery import HELD, QUEUED, RESPONSE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.messaging.agent_id import AgentId
    from sandbox.runtime.delivery import Delivery


class DeliveryQueue:
    """First in, first out, for requests, events and responses alike.

    A delivery whose turn it is may still have to wait, and each reason has its place:

    * its agent has a serial mailbox, and a turn is open: it waits in `mailboxes`;
    * somebody put it on hold: it waits in `held`.

    Example:
        >>> queue = DeliveryQueue()
        >>> len(queue), queue.pop()
        (0, None)
    """

    __slots__ = ("held", "keepers", "mailboxes", "ready", "unblocked")

    def __init__(self) -> None:
        self.ready: deque[Delivery] = deque()
        # A key here means: this agent's mailbox is closed, its turn is open.
        self.mailboxes: dict[AgentId, deque[Delivery]] = {}
        # Number of the delivery whose turn keeps a mailbox closed -> the agent.
        self.keepers: dict[int, AgentId] = {}
        # The first of each mailbox whose turn has ended, in the order of the queue. Until it
        # goes, its mailbox keeps the others, so that none of them overtakes it.
        self.unblocked: deque[Delivery] = deque()
        self.held: dict[int, Delivery] = {}

    def __len__(self) -> int:
        mailboxes = sum(map(len, self.mailboxes.values())) if self.mailboxes else 0
        return len(self.ready) + len(self.unblocked) + len(self.held) + mailboxes

    def __iter__(self) -> Iterator[Delivery]:
        """All pending deliveries in the order of the queue, wherever they wait."""
        blocked = (d for mailbox in self.mailboxes.values() for d in mailbox)
        pending = [*self.ready, *self.unblocked, *blocked, *self.held.values()]
        return iter(sorted(pending, key=place))

    def append(self, delivery: Delivery) -> None:
        """Add a delivery at the end."""
        self.ready.append(delivery)

    def insert(self, delivery: Delivery) -> None:
        """Put a delivery in its place in the queue."""
        _insert(self.ready, delivery)

    def put_back(self, delivery: Delivery) -> None:
        """Undo `pop`."""
        line = self.unblocked if self._blocked(delivery) else self.ready
        line.appendleft(delivery)

    def pop(self, above_depth: int = -1) -> Delivery | None:
        """Take out the next delivery that may go, or `None` if none may.

        Args:
            above_depth: while an intervention works on a message, only what was sent from
                within that intervention may go; this is the depth that it must exceed.
        """
        if above_depth >= 0:
            return self._pop_from_within(above_depth)
        ready, unblocked, mailboxes = self.ready, self.unblocked, self.mailboxes
        while ready or unblocked:
            if unblocked and (not ready or place(unblocked[0]) < place(ready[0])):
                return unblocked.popleft()
            delivery = ready.popleft()
            if not mailboxes or not self._blocked(delivery):
                return delivery
            _insert(mailboxes[delivery.recipient], delivery)  # type: ignore[index]  # see _blocked
        return None

    def may_go(self, delivery: Delivery, above_depth: int = -1) -> bool:
        """Whether this pending delivery could be delivered now."""
        if delivery.state is HELD or delivery.depth <= above_depth:
            return False
        return delivery in self.unblocked or not self._blocked(delivery)

    def take(self, delivery: Delivery) -> None:
        """Take out this delivery, wherever it waits.

        Raises:
            ValueError: it is not pending.
        """
        if self.held.pop(delivery.number, None) is not None:
            return
        if delivery in self.unblocked:
            self.unblocked.remove(delivery)
            self._unblock_next(delivery.recipient)  # type: ignore[arg-type]  # it has one
            return
        for line in (self.ready, *self.mailboxes.values()):
            if delivery in line:
                line.remove(delivery)
                return
        msg = f"{delivery!r} is not in the queue."
        raise ValueError(msg)

    def hold(self, delivery: Delivery) -> None:
        """Set a pending delivery aside until it is released."""
        self.take(delivery)
        self.held[delivery.number] = delivery
        delivery.state = HELD

    def release(self, delivery: Delivery) -> None:
        """Put a held delivery back in its place in the queue."""
        del self.held[delivery.number]
        delivery.state = QUEUED
        self.insert(delivery)

    def clear(self) -> list[Delivery]:
        """Take out everything that is pending and return it; closed mailboxes stay closed."""
        left = list(self)
        self.ready.clear()
        self.held.clear()
        for waiting in self.mailboxes.values():
            waiting.clear()
        while self.unblocked:
            self.mailboxes.pop(self.unblocked.popleft().recipient)  # type: ignore[arg-type]
        return left

    def close_mailbox(self, delivery: Delivery) -> None:
        """Its turn begins: from now on, what would start another at the same agent waits."""
        agent = delivery.recipient
        assert agent is not None  # nobody has no mailbox
        self.keepers[delivery.number] = agent
        waiting = self.mailboxes.setdefault(agent, deque())
        for next_one in [d for d in self.unblocked if d.recipient == agent]:
            self.unblocked.remove(next_one)  # another was chosen before it
            waiting.appendleft(next_one)

    def open_mailbox(self, delivery: Delivery) -> bool:
        """Its turn has ended: let the first that waited for that go next.

        Returns:
            Whether this turn kept a mailbox closed at all.
        """
        agent = self.keepers.pop(delivery.number, None)
        if agent is None:
            return False
        self._unblock_next(agent)
        return True

    def _unblock_next(self, agent: AgentId) -> None:
        waiting = self.mailboxes[agent]
        if waiting:
            _insert(self.unblocked, waiting.popleft())
        else:
            del self.mailboxes[agent]

    def _blocked(self, delivery: Delivery) -> bool:
        # A response starts no turn, so a closed mailbox does not stop it. If the first of a
        # mailbox is unblocked, no turn is open there, and one that is older may go before it.
        recipient = delivery.recipient
        return (
            delivery.kind is not RESPONSE
            and recipient in self.mailboxes
            and all(other.recipient != recipient for other in self.unblocked)
        )

    def _pop_from_within(self, above_depth: int) -> Delivery | None:
        for line in (self.unblocked, self.ready):
            for delivery in line:
                if self.may_go(delivery, above_depth):
                    line.remove(delivery)
                    return delivery
        return None


def place(delivery: Delivery) -> tuple[int, int]:
    """What the queue is ordered by: numbers, but events stand together with their publication."""
    publication = delivery.publication
    return (
        delivery.number if publication is None else publication.events[0].number,
        delivery.number,
    )


def _insert(line: deque[Delivery], delivery: Delivery) -> None:
    own = place(delivery)
    if not line or place(line[-1]) < own:
        line.append(delivery)
    else:
        later = (index for index, other in enumerate(line) if place(other) > own)
        line.insert(next(later), delivery)

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

    __slots__ = ("held", "mailboxes", "ready", "unblocked")

    def __init__(self) -> None:
        self.ready: deque[Delivery] = deque()
        # A key here means: this agent's mailbox is closed, its turn is open.
        self.mailboxes: dict[AgentId, deque[Delivery]] = {}
        # The first of each mailbox whose turn has ended. It goes before all in `ready`,
        # since it is older, and its mailbox stays closed so that none overtakes it.
        self.unblocked: deque[Delivery] = deque()
        self.held: dict[int, Delivery] = {}

    def __len__(self) -> int:
        mailboxes = sum(map(len, self.mailboxes.values())) if self.mailboxes else 0
        return len(self.ready) + len(self.unblocked) + len(self.held) + mailboxes

    def __iter__(self) -> Iterator[Delivery]:
        """All pending deliveries: first those that may go, in their order, then the others."""
        yield from tuple(self.unblocked)
        yield from tuple(self.ready)
        blocked = [d for mailbox in self.mailboxes.values() for d in mailbox]
        yield from sorted([*blocked, *self.held.values()], key=lambda d: d.number)

    def append(self, delivery: Delivery) -> None:
        """Add a delivery at the end."""
        self.ready.append(delivery)

    def replace(self, old: list[Delivery], new: list[Delivery]) -> None:
        """Take out the deliveries `old` and put `new` in the place of the first of them."""
        place = self.ready.index(old[0]) if old and old[0] in self.ready else len(self.ready)
        for delivery in old:
            self.take(delivery)
        for offset, delivery in enumerate(new):
            self.ready.insert(place + offset, delivery)

    def pop(self, above_depth: int = -1) -> Delivery | None:
        """Take out the next delivery that may go, or `None` if none may.

        Args:
            above_depth: while an intervention works on a message, only what was sent from
                within that intervention may go; this is the depth that it must exceed.
        """
        if above_depth >= 0:
            return self._pop_from_within(above_depth)
        if self.unblocked:
            return self.unblocked.popleft()
        ready, mailboxes = self.ready, self.mailboxes
        while ready:
            delivery = ready.popleft()
            if not mailboxes or not self._blocked(delivery):
                return delivery
            mailboxes[delivery.recipient].append(delivery)  # type: ignore[index]  # see _blocked
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
            assert delivery.recipient is not None
            self.open_mailbox(delivery.recipient)
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
        """Put a held delivery back where its number belongs."""
        del self.held[delivery.number]
        delivery.state = QUEUED
        self._put_back(delivery)

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

    def close_mailbox(self, agent: AgentId) -> None:
        """From now on, what would start a turn at `agent` waits."""
        if agent not in self.mailboxes:
            self.mailboxes[agent] = deque()

    def open_mailbox(self, agent: AgentId) -> None:
        """The agent's turn has ended: let the first delivery that waited for it go next."""
        waiting = self.mailboxes.get(agent)
        if waiting:
            self.unblocked.append(waiting.popleft())
        else:
            self.mailboxes.pop(agent, None)

    def _blocked(self, delivery: Delivery) -> bool:
        # A response starts no turn, so a closed mailbox does not stop it.
        return delivery.kind is not RESPONSE and delivery.recipient in self.mailboxes

    def _pop_from_within(self, above_depth: int) -> Delivery | None:
        for line in (self.unblocked, self.ready):
            for delivery in line:
                if self.may_go(delivery, above_depth):
                    line.remove(delivery)
                    return delivery
        return None

    def _put_back(self, delivery: Delivery) -> None:
        later = (i for i, other in enumerate(self.ready) if other.number > delivery.number)
        self.ready.insert(next(later, len(self.ready)), delivery)

"""The one queue in which all pending deliveries wait."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from sandbox.runtime.delivery import HELD, QUEUED, RESPONSE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sandbox.messaging.agent_id import AgentId
    from sandbox.runtime.delivery import Delivery
    from sandbox.runtime.lines import Line
    from sandbox.runtime.policies import Policy

# Places are compared as tuples, so there is always room for another between two of them.
Place = tuple[int, ...]


class DeliveryQueue:
    """First in, first out, for requests, events and responses alike, unless a policy is set.

    A delivery whose turn it is may still have to wait, and each reason has its place:

    * its agent has a serial mailbox, and a turn is open: it waits in `mailboxes`;
    * somebody put it on hold: it waits in `held`;
    * somebody paused its agent's mailbox: it stays where it is and is passed over.

    Example:
        >>> queue = DeliveryQueue()
        >>> len(queue), queue.pop()
        (0, None)
    """

    __slots__ = (
        "choosy",
        "held",
        "keepers",
        "mailboxes",
        "paused",
        "policy",
        "ready",
        "unblocked",
    )

    def __init__(self) -> None:
        self.ready: Line = deque()
        # A key here means: this agent's mailbox is closed, its turn is open.
        self.mailboxes: dict[AgentId, deque[Delivery]] = {}
        # Number of the delivery whose turn keeps a mailbox closed -> the agent.
        self.keepers: dict[int, AgentId] = {}
        # The first of each mailbox whose turn has ended, in the order of the queue. Until it
        # goes, its mailbox keeps the others, so that none of them overtakes it.
        self.unblocked: deque[Delivery] = deque()
        self.held: dict[int, Delivery] = {}
        # What follows is set by a stepper only; `choosy` says at a glance whether any of it is.
        self.policy: Policy | None = None
        self.paused: dict[AgentId, None] = {}
        self.choosy = False

    def __len__(self) -> int:
        mailboxes = sum(map(len, self.mailboxes.values())) if self.mailboxes else 0
        return len(self.ready) + len(self.unblocked) + len(self.held) + mailboxes

    def __iter__(self) -> Iterator[Delivery]:
        """All pending deliveries in the order of the queue, wherever they wait."""
        blocked = (d for mailbox in self.mailboxes.values() for d in mailbox)
        pending = [*self.ready, *self.unblocked, *blocked, *self.held.values()]
        return iter(sorted(pending, key=place))

    def insert(self, delivery: Delivery) -> None:
        """Put a delivery in its place in the queue."""
        _insert(self.ready, delivery)

    def put_back(self, delivery: Delivery) -> None:
        """Undo `pop`."""
        if self.policy is not None:
            self.policy.made -= 1
        _insert(self.unblocked if self._blocked(delivery) else self.ready, delivery)

    def pop(self, above_depth: int = -1) -> Delivery | None:
        """Take out the next delivery that may go, or `None` if none may.

        Args:
            above_depth: while an intervention works on a message, only what was sent from
                within that intervention may go; this is the depth that it must exceed.
        """
        if self.choosy:
            return self.pop_chosen(above_depth)
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

    def peek(
        self, above_depth: int = -1, among: Callable[[Delivery], bool] | None = None
    ) -> Delivery | None:
        """The next delivery that may go; it stays where it is.

        Args:
            above_depth: as for `pop`.
            among: only those for which this is true.
        """
        if self.policy is not None:
            return self.policy.choose(self._that_may_go(above_depth, among))
        for delivery in self._in_order():
            if self.may_go(delivery, above_depth) and (among is None or among(delivery)):
                return delivery
        return None

    def pop_chosen(
        self, above_depth: int = -1, among: Callable[[Delivery], bool] | None = None
    ) -> Delivery | None:
        """Take out what `peek` shows."""
        delivery = self.peek(above_depth, among)
        if delivery is not None:
            self.take(delivery)
            if self.policy is not None:
                self.policy.made += 1
        return delivery

    def coming(self, above_depth: int = -1) -> list[Delivery]:
        """All pending deliveries in the order in which they would go if no others came.

        Under a policy, those that may not go now come last.
        """
        pending = list(self)
        if self.policy is None:
            return pending
        may_go = [d for d in pending if self.may_go(d, above_depth)]
        may_not_go = [d for d in pending if not self.may_go(d, above_depth)]
        return [*self.policy.order(may_go), *may_not_go]

    def may_go(self, delivery: Delivery, above_depth: int = -1, *, if_paused: bool = False) -> bool:
        """Whether this pending delivery could be delivered now.

        Args:
            delivery: the delivery.
            above_depth: as for `pop`.
            if_paused: whether to pass over that the mailbox of its agent is paused.
        """
        if self.paused and not if_paused and delivery.recipient in self.paused:
            return False
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
        if self.ready and isinstance(self.ready, deque) and self.ready[-1] is delivery:
            self.ready.pop()  # the last is far to seek in a long queue
            return
        for line in (self.ready, *self.mailboxes.values()):
            with suppress(ValueError):  # it is not in this one
                line.remove(delivery)
                return
        msg = f"{delivery!r} is not in the queue."
        raise ValueError(msg)

    def readdress(self, delivery: Delivery) -> None:
        """A pending delivery that went to nobody has a recipient now."""
        if delivery.state is not HELD:
            self.take(delivery)  # the queue may be sorted by recipients
            self.insert(delivery)

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

    def move(self, delivery: Delivery, position: int) -> Delivery | None:
        """Give a pending delivery another place.

        Returns:
            The delivery that it now stands before, or `None` if it is the last.
        """
        others = [d for d in self if d is not delivery]
        before = place(others[position - 1]) if position else None
        after = others[position] if position < len(others) else None
        delivery.place = place_between(before, None if after is None else place(after))
        for line in (self.ready, *self.mailboxes.values()):
            if delivery in line:
                line.remove(delivery)
                _insert(line, delivery)
        agent = delivery.recipient
        for first in [d for d in self.unblocked if agent is not None and d.recipient == agent]:
            # The first of that mailbox may be another one now.
            self.unblocked.remove(first)
            _insert(self.mailboxes[agent], first)  # type: ignore[index]  # it is not None
            self._unblock_next(agent)  # type: ignore[arg-type]  # likewise
        return after

    def choose_by(self, policy: Policy | None) -> None:
        """Let a policy decide what goes next; `None` is first in, first out."""
        self.policy = policy
        self.ready = deque(self.ready) if policy is None else policy.line(self.ready)
        self.choosy = policy is not None or bool(self.paused)

    def pause(self, agent: AgentId) -> None:
        """Pass over the deliveries to this agent."""
        self.paused[agent] = None
        self.choosy = True

    def resume(self, agent: AgentId) -> None:
        """Undo `pause`."""
        self.paused.pop(agent, None)
        self.choosy = self.policy is not None or bool(self.paused)

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

    def _that_may_go(
        self, above_depth: int, among: Callable[[Delivery], bool] | None
    ) -> Sequence[Delivery] | Line:
        line = self._in_order()
        if line is self.ready and above_depth < 0 and not self.paused and among is None:
            return self.ready
        return [d for d in line if self.may_go(d, above_depth) and (among is None or among(d))]

    def _in_order(self) -> Iterable[Delivery]:
        # Sorting what is sorted anyway would make each choice from a long queue slow.
        return self if self.unblocked or self.mailboxes else self.ready

    def _pop_from_within(self, above_depth: int) -> Delivery | None:
        for line in (self.unblocked, self.ready):
            for delivery in line:
                if self.may_go(delivery, above_depth):
                    line.remove(delivery)
                    return delivery
        return None


def place(delivery: Delivery) -> Place:
    """What the queue is ordered by: numbers, but events stand together with their publication."""
    if delivery.place is not None:  # it was moved
        return delivery.place
    publication = delivery.publication
    return (
        delivery.number if publication is None else publication.events[0].number,
        delivery.number,
    )


def place_between(before: Place | None, after: Place | None) -> Place:
    """A place behind `before` and ahead of `after`; `None` stands for the ends of the queue.

    At the end it is still ahead of all that will come later.

    Example:
        >>> place_between((4, 4), (5, 5)), place_between((4, 4), (4, 4, 0))
        ((4, 4, 0), (4, 4, -1))
    """
    if before is None:
        return (0,) if after is None else (after[0] - 1,)
    if after is not None and after[: len(before)] == before:
        return (*before, after[len(before)] - 1)
    return (*before, 0)


def _insert(line: Line, delivery: Delivery) -> None:
    own = place(delivery)
    if not line or place(line[-1]) < own:
        line.append(delivery)
    else:
        later = (index for index, other in enumerate(line) if place(other) > own)
        line.insert(next(later), delivery)

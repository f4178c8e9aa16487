"""Pending deliveries: finding them, and what can be done to them and to those they go to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.messaging.exceptions import MessageDroppedException
from sandbox.runtime.delivery import HELD, Delivery

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.messaging.agent import Agent
    from sandbox.messaging.agent_id import AgentId
    from sandbox.runtime.dispatcher import Dispatcher
    from sandbox.runtime.instruments import Instruments
    from sandbox.runtime.registry import Registry


class PendingDeliveries:
    """What waits in a runtime, and the verbs that apply to it. Every stepper is one."""

    def __init__(
        self, dispatcher: Dispatcher, registry: Registry, instruments: Instruments
    ) -> None:
        self._dispatcher = dispatcher
        self._ledger = dispatcher.ledger
        self._registry = registry
        self._instruments = instruments

    @property
    def pending(self) -> tuple[Delivery, ...]:
        """All queued and held deliveries, in the order of the queue.

        Under the policy `fifo`, a step makes the first that may go: it passes over those that
        are held, or whose agent has a paused mailbox, or a serial one and an open turn.
        """
        self._dispatcher.refresh()
        return tuple(self._ledger.queue)

    def find(self, number: int) -> Delivery:
        """The pending delivery with this number.

        Raises:
            LookupError: it is not pending: unknown, under way, or settled.
        """
        for delivery in self.pending:
            if delivery.number == number:
                return delivery
        under_way = self._ledger.unsettled.get(number)
        if under_way is not None:
            msg = f"Delivery #{number} has left the queue: it is {under_way.state}."
        else:
            waiting = ", ".join(f"#{d.number}" for d in self.pending) or "none"
            msg = f"Delivery #{number} is not pending. Pending are: {waiting}."
        raise LookupError(msg)

    def hold(self, number: int) -> Delivery:
        """Put a pending delivery on hold: it is passed over until `release`."""
        delivery = self.find(number)
        if delivery.state is not HELD:
            self._ledger.queue.hold(delivery)
            if (tell := self._instruments.delivery_held) is not None:
                tell(delivery)
        return delivery

    def release(self, number: int) -> Delivery:
        """Put a held delivery back in its place in the queue."""
        delivery = self.find(number)
        if delivery.state is HELD:
            self._ledger.queue.release(delivery)
            if (tell := self._instruments.delivery_released) is not None:
                tell(delivery)
            self._dispatcher.pump.nudge()
        return delivery

    def drop(self, number: int, *, error: bool = False) -> Delivery:
        """Drop a pending delivery.

        Args:
            number: which one.
            error: whether the caller of a request gets a `MessageDroppedException`. By default
                it is told nothing and goes on waiting, as for a message lost on the way.
        """
        delivery = self.find(number)
        self._ledger.queue.take(delivery)
        if delivery.publication is not None:
            delivery.publication.touched = True
        reason = MessageDroppedException(f"Dropped while it was pending: {delivery!r}")
        self._ledger.drop(delivery, reason if error else None)
        return delivery

    def duplicate(self, number: int) -> Delivery:
        """Put a copy of a pending delivery at the end of the queue, with the very same message.

        It goes to the same agent, whatever becomes of subscriptions. Of two answers to one
        call the caller gets the first; the other ends as `cancelled`.

        Returns:
            The copy, under a number of its own.
        """
        original, ledger = self.find(number), self._ledger
        origin = (original.cause, original.depth)
        # A response has no context of its own before somebody asks for it.
        context = original.context if original.request is None else None
        copy = Delivery(
            next(ledger.numbers),
            original.kind,
            original.message,
            original.recipient,
            context,
            origin,
            ledger,
            subscriptions=original.subscriptions,
        )
        copy.copy_of = original.copy_of or original.number
        copy.request, copy.reply, copy.error = original.request, original.reply, original.error
        if (publication := original.publication) is not None:
            publication.enter_copy(copy)
        ledger.enqueue(copy)
        return copy

    def edit(self, number: int, message: Any, fields: Iterable[str] = ()) -> Delivery:
        """Let a pending delivery carry another message; no other delivery is concerned.

        Args:
            number: which one.
            message: the new message. The original is left as it is, for others may see it.
            fields: the names of the fields in which the two differ, for the record.

        Raises:
            LookupError: it is not pending.
            ValueError: it is a response that carries an exception.
        """
        delivery = self.find(number)
        if delivery.error is not None:
            msg = f"Delivery #{number} carries an exception, which cannot be edited. Drop it."
            raise ValueError(msg)
        if delivery.publication is not None:
            delivery.publication.edited |= {number}
        delivery.message = message
        if (tell := self._instruments.delivery_edited) is not None:
            tell(delivery, tuple(fields))
        return delivery

    def move(self, number: int, position: int) -> Delivery:
        """Give a pending delivery another place in the queue.

        Args:
            number: which one.
            position: how many are to stand before it; 0 makes it the first.

        Raises:
            LookupError: it is not pending.
            IndexError: there are not so many others.
        """
        delivery = self.find(number)
        others = len(self._ledger.queue) - 1
        if not 0 <= position <= others:
            msg = f"Delivery #{number} can be moved to the positions 0 to {others}, not {position}."
            raise IndexError(msg)
        before = self._ledger.queue.move(delivery, position)
        if (tell := self._instruments.delivery_moved) is not None:
            tell(delivery, before)
        return delivery

    # Agents

    def crash(self, agent_id: AgentId) -> tuple[Delivery, ...]:
        """Throw an agent away, as if its process had died: its state is lost.

        The next delivery to it has it built again. Turns that are open go on with the object
        that was thrown away, for running code cannot be taken back.

        Returns:
            The deliveries whose turns are open at that agent.

        Raises:
            LookupError: there is no such agent yet.
            ValueError: it was registered as an instance, so nothing could build it again.
        """
        agent: Agent = self._registry.forget(agent_id)
        if (tell := self._instruments.agent_crashed) is not None:
            tell(agent_id, agent)
        under_way = self._ledger.unsettled.values()
        return tuple(d for d in under_way if d.recipient == agent_id and not d.pending)

    def pause_mailbox(self, agent_id: AgentId) -> None:
        """Pass over all deliveries to this agent, answers included; its open turns go on."""
        if agent_id not in self._ledger.queue.paused:
            self._ledger.queue.pause(agent_id)
            if (tell := self._instruments.mailbox_paused) is not None:
                tell(agent_id, True)

    def resume_mailbox(self, agent_id: AgentId) -> None:
        """Undo `pause_mailbox`."""
        if agent_id in self._ledger.queue.paused:
            self._ledger.queue.resume(agent_id)
            if (tell := self._instruments.mailbox_paused) is not None:
                tell(agent_id, False)
            self._dispatcher.pump.nudge()

    @property
    def paused_mailboxes(self) -> tuple[AgentId, ...]:
        """The agents whose deliveries are passed over, in the order of pausing."""
        return tuple(self._ledger.queue.paused)

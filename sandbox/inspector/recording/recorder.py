"""The recorder: the instrument that writes the recording."""

from __future__ import annotations

import sys
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from sandbox.inspector.recording.printed import Printouts, Stream, install
from sandbox.inspector.recording.records import (
    Changed,
    Crashed,
    Created,
    Edited,
    Handling,
    Held,
    Intercepted,
    Lifecycle,
    MailboxPaused,
    Mode,
    Moved,
    PolicySet,
    Printed,
    Registered,
    Released,
    Rerouted,
    Resumed,
    Settled,
    StateChanged,
    Stopped,
    Subscribed,
    Unregistered,
    Unsubscribed,
    Waiting,
)
from sandbox.inspector.recording.rows import queued, snapshot_of
from sandbox.inspector.recording.snapshots import class_name, snapshot
from sandbox.inspector.recording.watched_messages import WatchedMessages
from sandbox.inspector.recording.watched_states import EMPTY, WatchedStates
from sandbox.inspector.recording.wording import (
    AgentNames,
    current_cell,
    failure_of,
    handles_of,
)
from sandbox.messaging.turn import current_turn
from sandbox.messaging.type_subscription import TypePrefixSubscription, TypeSubscription
from sandbox.runtime.delivery import HANDLED, REQUEST, RESPONSE, State
from sandbox.runtime.instruments import Instrument
from sandbox.runtime.queue import place

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.inspector.recording.recording import Recording
    from sandbox.inspector.recording.rows import Kept, Row
    from sandbox.inspector.recording.watched_messages import Change, Watched
    from sandbox.inspector.recording.watched_states import WatchedAgent
    from sandbox.messaging.agent import Agent
    from sandbox.messaging.agent_id import AgentId
    from sandbox.messaging.subscription import Subscription
    from sandbox.runtime.delivery import Delivery, Publication
    from sandbox.runtime.runtime import SingleThreadedAgentRuntime


class Recorder(Instrument):
    """Writes down every hook call, at once, as plain data.

    It keeps no message and changes none: what handlers see is what they would see without it.
    """

    def __init__(self, recording: Recording) -> None:
        self._write = recording.append
        # The hooks that nearly every delivery comes to make their records themselves.
        self._rows = recording.rows
        self._listeners = recording.listeners
        self._began = recording.began
        # One text for each agent and each group of subscriptions, however often they occur.
        self._names = AgentNames({None: None})
        self._subscriptions: dict[tuple[str, ...], tuple[str, ...]] = {}
        # A response is queued just before its request is settled, with the same object.
        self._answered: tuple[Delivery | None, Kept | None] = (None, None)
        self._messages = WatchedMessages()
        self._watched = self._messages.by_number.get
        # The events of a publication are queued in one go: most of what one row says is said.
        self._publication: Publication | None = None
        self._published: Watched | None = None
        self._first: Row
        self._states = WatchedStates()
        # The agent that was looked for last: most are looked for several times in a row.
        self._recipient: AgentId | None = None
        self._agent: WatchedAgent | None = None
        self._printouts = Printouts(partial(recording.append, Printed))
        self._between_milestones = -1
        self._milestone: Callable[[int], None] | None = None

    def at_milestones(self, every: int, reached: Callable[[int], None]) -> None:
        """Have `reached` called with the number of each so many-th delivery, a power of two."""
        self._between_milestones, self._milestone = every - 1, reached

    def begin(self, runtime: SingleThreadedAgentRuntime) -> None:
        """Write down what there is already, so that a recording may begin at any time."""
        self._messages.under_way = runtime.deliveries
        self._printouts.open(runtime)
        for type_name, registration in runtime.registrations.items():
            self.type_registered(type_name, registration.expected_class, registration.mailbox)
        for agent_id, agent in runtime.agents.items():
            self.agent_created(agent_id, agent)
        for subscription in runtime.subscriptions:
            self.subscription_added(subscription)
        if runtime.started:
            self.runtime_started()
        stepper = runtime.stepper
        if stepper.policy != "fifo":
            self.policy_set(stepper.policy)
        for agent_id in stepper.paused_mailboxes:
            self.mailbox_paused(agent_id, paused=True)
        self._begin_deliveries(runtime)

    def end(self) -> None:
        """Note no longer what handlers print."""
        self._printouts.flush()
        self._printouts.close()

    def _begin_deliveries(self, runtime: SingleThreadedAgentRuntime) -> None:
        under_way = sorted(runtime.deliveries.values(), key=place)
        for delivery in under_way:
            self._publication = None  # its events are not as they were queued any more
            self.delivery_queued(delivery)
            if delivery.state is State.HELD:
                self.delivery_held(delivery)
            elif not delivery.pending:
                self.delivery_handling(delivery)
        pending = [d for d in under_way if d.pending]
        for delivery, before in zip(pending, [*pending[1:], None], strict=False):
            if delivery.place is not None:
                self.delivery_moved(delivery, before)
        waits: dict[tuple[int, int], None] = {}
        for delivery in under_way:
            request = delivery.request or delivery
            turn = runtime.deliveries.get(request.cause or 0)
            if turn is not None and request.reply is not None and not request.reply.done():
                # A turn waits for the answer to what it sent, even if only a copy brings it.
                waits[turn.number, request.copy_of or request.number] = None
        for turn_number, number in waits:
            self._write(Waiting, turn_number, number)

    def mode(self, mode: str) -> None:
        """The runtime was `paused`, a `run` began, or the runtime is `running` freely."""
        self._write(Mode, mode)

    # The hooks of an instrument; their meaning is documented there.

    def type_registered(self, type: str, expected_class: type[Agent] | None, mailbox: str) -> None:
        """Record an agent type, and what its class handles."""
        name = None if expected_class is None else expected_class.__name__
        self._write(Registered, type, name, handles_of(expected_class), mailbox)

    def type_unregistered(self, type: str) -> None:
        """Record that an agent type is gone."""
        self._states.type_gone(type)
        self._recipient = self._agent = None
        self._write(Unregistered, type)

    def agent_created(self, agent_id: AgentId, agent: Agent) -> None:
        """Record a new instance, and the delivery that it was built for."""
        delivery = getattr(current_turn.get(), "delivery", None)
        cause = None if delivery is None else delivery.number
        name = str(agent_id)
        self._write(Created, name, class_name(agent), cause)
        watched = self._states.created(agent_id, agent)
        self._recipient = self._agent = None
        if delivery is not None and delivery.recipient == agent_id:
            watched.turns[delivery.number] = None
        if watched.text != EMPTY:
            self._write(StateChanged, name, None, watched.text)

    def subscription_added(self, subscription: Subscription) -> None:
        """Record a subscription."""
        self._publication = None
        self._write(
            Subscribed,
            subscription.id,
            type(subscription).__name__,
            subscription.topic_type if isinstance(subscription, TypeSubscription) else None,
            subscription.topic_type_prefix
            if isinstance(subscription, TypePrefixSubscription)
            else None,
            getattr(subscription, "agent_type", None),
        )

    def subscription_removed(self, subscription: Subscription) -> None:
        """Record that a subscription is gone."""
        self._publication = None
        self._write(Unsubscribed, subscription.id)

    def delivery_queued(self, delivery: Delivery) -> None:
        """Record a new delivery with its context and what its message is."""
        publication, number = delivery.publication, delivery.number
        if publication is not None and publication is self._publication:
            if (watched := self._published) is not None:
                watched.numbers[number] = None
                self._messages.by_number[number] = watched
            name, now = self._names[delivery.recipient], perf_counter() - self._began
            row: Row = ("sibling", now, number, name, delivery.subscriptions, self._first)
        else:
            row = self._queued(delivery)
            if publication is not None:
                self._publication, self._first = publication, row
                self._published = self._watched(number)
        self._rows.append(row)
        if self._listeners:
            self._tell()
        if not number & self._between_milestones and self._milestone is not None:
            self._milestone(number)

    def _queued(self, delivery: Delivery) -> Row:
        message, request, names = delivery.message, delivery.request, self._names
        if request is not None:
            self._look_after(request, ended=True)
        elif self._printouts.part is not None:
            self._printouts.flush()
        kind = self._messages.class_of(message)
        kept = self._messages.sent(delivery, kind)
        self._printouts.home = delivery.home
        found_by = delivery.subscriptions
        if found_by:
            found_by = self._subscriptions.setdefault(found_by, found_by)
        if request is None:
            sender = delivery.context.sender
            cell = current_cell() if sender is None else None
        else:
            # The context of a response is only made when somebody asks for it.
            sender, cell = request.recipient, None
            self._answered = request, kept
        now = perf_counter() - self._began
        agents = names[sender], names[delivery.recipient]
        return queued(delivery, now, kind.name, kept, *agents, found_by, cell)

    def publication_rerouted(self, publication: Publication, events: list[Delivery]) -> None:
        """Record the new recipients of a pending publication."""
        now = tuple((e.number, self._names[e.recipient], e.subscriptions) for e in events)
        self._write(Rerouted, publication.events[0].number, now)

    def delivery_held(self, delivery: Delivery) -> None:
        """Record a hold."""
        self._write(Held, delivery.number)

    def delivery_released(self, delivery: Delivery) -> None:
        """Record the end of a hold."""
        self._write(Released, delivery.number)

    def delivery_moved(self, delivery: Delivery, before: Delivery | None) -> None:
        """Record a new place in the queue."""
        follows = None if before is None else before.number
        self._write(Moved, delivery.number, follows, delivery.place)

    def delivery_edited(self, delivery: Delivery, fields: tuple[str, ...]) -> None:
        """Record the message that takes the place of the original."""
        self._write(Edited, delivery.number, snapshot(delivery.message), fields)

    def mailbox_paused(self, agent_id: AgentId, paused: bool) -> None:
        """Record that deliveries to an agent are passed over, or no longer."""
        self._write(MailboxPaused, str(agent_id), paused)

    def policy_set(self, name: str) -> None:
        """Record how the next delivery is chosen."""
        self._write(PolicySet, name)

    def agent_crashed(self, agent_id: AgentId, agent: Agent) -> None:
        """Record that an agent lost its state."""
        self._states.gone(agent_id)
        self._recipient = self._agent = None
        self._write(Crashed, str(agent_id))

    def stopped(self, number: int | None, by: str, reason: str) -> None:
        """Record what stopped the run."""
        self._write(Stopped, number, by, reason)

    def delivery_intercepting(self, delivery: Delivery) -> None:
        """Record that a delivery left the queue."""
        if not (type(sys.stdout) is Stream is type(sys.stderr)):
            install()
        self._write(Handling, delivery.number)

    def delivery_handling(self, delivery: Delivery) -> None:
        """Record the begin of a turn, and what was changed before it."""
        number = delivery.number
        if not (type(sys.stdout) is Stream is type(sys.stderr)):
            install()  # somebody has replaced them since
        watched = self._watched(number)
        if watched is not None and not watched.is_still(delivery.message):
            self._look_at_message(delivery)
        recipient = delivery.recipient
        if recipient is not self._recipient:
            self._recipient, self._agent = recipient, self._states.get(recipient)
        if (agent := self._agent) is not None:
            turns = agent.turns
            if agent.look():  # outside any turn, or in one that is still open
                self._state_changed(delivery, next(reversed(turns), None), agent)
            turns[number] = None
        self._rows.append(("handling", perf_counter() - self._began, number))
        if self._listeners:
            self._tell()

    def delivery_waiting(self, delivery: Delivery, request: Delivery) -> None:
        """Record that a turn awaits an answer, and what it has changed before."""
        self._look_after(delivery, ended=False)
        self._write(Waiting, delivery.number, request.number)

    def delivery_resumed(self, delivery: Delivery, request: Delivery) -> None:
        """Record that a turn no longer awaits an answer."""
        self._write(Resumed, delivery.number, request.number)

    def message_intercepted(
        self, delivery: Delivery, handler: object, before: Any, outcome: str
    ) -> None:
        """Record what an intervention did."""
        after = snapshot(delivery.message) if outcome == "replaced" else None
        self._write(Intercepted, delivery.number, class_name(handler), outcome, after)

    def delivery_settled(self, delivery: Delivery) -> None:
        """Record a verdict, with the result or the error."""
        verdict, number, result = delivery.verdict, delivery.number, None
        request, answer = self._answered
        if request is delivery:  # it was looked after when its answer was queued, just before
            self._answered = (None, None)
            result = answer
        elif delivery.kind is not RESPONSE:
            self._look_after(delivery, ended=True)
            if delivery.kind is REQUEST and verdict is HANDLED:
                result = snapshot(delivery.result)
        else:
            watched = self._watched(number)
            if watched is not None and not watched.is_still(delivery.message):
                self._look_at_message(delivery)
        self._messages.settled(delivery)
        self._publication = self._published = None
        if self._printouts.room:
            self._printouts.end(number)
        if verdict is not HANDLED or delivery.error is not None or delivery.unhandled is not None:
            self._settled_otherwise(delivery, result)
            return
        now = perf_counter() - self._began
        plain = result is None
        self._rows.append(("handled", now, number) if plain else ("answered", now, number, result))
        if self._listeners:
            self._tell()

    def _settled_otherwise(self, delivery: Delivery, result: Kept | None) -> None:
        verdict, error = delivery.verdict, delivery.error
        assert verdict is not None  # that is what the hook is about
        text = None if result is None or verdict is not HANDLED else snapshot_of(result)
        failure = None if error is None else failure_of(error)
        self._write(Settled, delivery.number, verdict.value, text, failure, delivery.unhandled)

    def runtime_started(self) -> None:
        """Record the start."""
        self._write(Lifecycle, "started")

    def runtime_stopped(self) -> None:
        """Record the stop."""
        self._write(Lifecycle, "stopped")

    def _look_after(self, delivery: Delivery, *, ended: bool) -> None:
        """Record what a turn has printed and changed up to now, where it rests or ends."""
        number, messages = delivery.number, self._messages
        if self._printouts.part is not None:
            self._printouts.flush()
        recipient = delivery.recipient
        if recipient is not self._recipient:
            self._recipient, self._agent = recipient, self._states.get(recipient)
        agent = self._agent
        if agent is None or number not in agent.turns:
            return  # there was no turn
        if ended:
            del agent.turns[number]
        watched = self._watched(number)
        if watched is not None and not watched.is_still(delivery.message):
            self._look_at_message(delivery, by=number)
        if messages.by_turn:
            for change in messages.look_at_sent(number):
                self._changed(change.number, change, by=number)
        if agent.look():
            self._state_changed(delivery, number, agent)

    def _look_at_message(self, delivery: Delivery, by: int | None = None) -> None:
        if (change := self._messages.look(delivery)) is not None:
            self._changed(delivery.number, change, by)

    def _tell(self) -> None:
        for callback in self._listeners:
            callback()

    def _changed(self, number: int, change: Change, by: int | None = None) -> None:
        when = "turn" if number == by else "delivery"
        _, before, after, shared = change
        self._write(Changed, number, when, before, after, by, shared)

    def _state_changed(self, delivery: Delivery, number: int | None, agent: WatchedAgent) -> None:
        self._write(StateChanged, self._names[delivery.recipient], number, agent.text)

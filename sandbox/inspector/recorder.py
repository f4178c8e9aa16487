"""The recorder: the instrument that writes the recording."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, Any

from sandbox.inspector.records import (
    Created,
    Failure,
    Handles,
    Handling,
    Held,
    Intercepted,
    Lifecycle,
    Mode,
    Queued,
    Registered,
    Released,
    Rerouted,
    Resumed,
    Settled,
    Subscribed,
    Unregistered,
    Unsubscribed,
    Waiting,
)
from sandbox.inspector.snapshots import cut_text, guarded_repr, snapshot
from sandbox.messaging.turn import current_turn
from sandbox.messaging.type_subscription import TypePrefixSubscription, TypeSubscription
from sandbox.runtime.delivery import Kind, State, Verdict
from sandbox.runtime.instruments import Instrument

if TYPE_CHECKING:
    from sandbox.inspector.recording import Recording
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
        self._recording = recording
        self._write = recording.append

    def begin(self, runtime: SingleThreadedAgentRuntime) -> None:
        """Write down what there is already, so that a recording may begin at any time."""
        for type_name, registration in runtime.registrations.items():
            self.type_registered(type_name, registration.expected_class, registration.mailbox)
        for agent_id, agent in runtime.agents.items():
            self.agent_created(agent_id, agent)
        for subscription in runtime.subscriptions:
            self.subscription_added(subscription)
        if runtime.started:
            self.runtime_started()
        for delivery in runtime.deliveries.values():
            self.delivery_queued(delivery)
            if delivery.state is State.HELD:
                self.delivery_held(delivery)
            elif not delivery.pending:
                self.delivery_handling(delivery)

    def mode(self, mode: str) -> None:
        """The runtime was `paused`, or is `running` freely."""
        self._write(Mode, mode)

    # The hooks of an instrument; their meaning is documented there.

    def type_registered(self, type: str, expected_class: type[Agent] | None, mailbox: str) -> None:
        """Record an agent type, and what its class handles."""
        name = None if expected_class is None else expected_class.__name__
        self._write(Registered, type, name, _handles(expected_class), mailbox)

    def type_unregistered(self, type: str) -> None:
        """Record that an agent type is gone."""
        self._write(Unregistered, type)

    def agent_created(self, agent_id: AgentId, agent: Agent) -> None:
        """Record a new instance, and the delivery that it was built for."""
        delivery = getattr(current_turn.get(), "delivery", None)
        cause = None if delivery is None else delivery.number
        self._write(Created, str(agent_id), type(agent).__name__, cause)

    def subscription_added(self, subscription: Subscription) -> None:
        """Record a subscription."""
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
        self._write(Unsubscribed, subscription.id)

    def delivery_queued(self, delivery: Delivery) -> None:
        """Record a new delivery with its context and a snapshot of its message."""
        context = delivery.context
        topic, publication = context.topic_id, delivery.publication
        self._write(
            Queued,
            delivery.number,
            str(delivery.kind),
            type(delivery.message).__name__,
            snapshot(delivery.message),
            context.message_id,
            _text(context.sender),
            _text(delivery.recipient),
            None if topic is None else topic.type,
            None if topic is None else topic.source,
            context.is_rpc,
            delivery.cause,
            None if publication is None else f"p{publication.events[0].number}",
            None if delivery.request is None else delivery.request.number,
            delivery.subscriptions,
            _current_cell() if context.sender is None else None,
        )

    def publication_rerouted(self, publication: Publication, events: list[Delivery]) -> None:
        """Record the new recipients of a pending publication."""
        now = tuple((event.number, _text(event.recipient), event.subscriptions) for event in events)
        self._write(Rerouted, f"p{publication.events[0].number}", now)

    def delivery_held(self, delivery: Delivery) -> None:
        """Record a hold."""
        self._write(Held, delivery.number)

    def delivery_released(self, delivery: Delivery) -> None:
        """Record the end of a hold."""
        self._write(Released, delivery.number)

    def delivery_handling(self, delivery: Delivery) -> None:
        """Record the begin of a turn."""
        self._write(Handling, delivery.number)

    def delivery_waiting(self, delivery: Delivery, request: Delivery) -> None:
        """Record that a turn awaits an answer."""
        self._write(Waiting, delivery.number, request.number)

    def delivery_resumed(self, delivery: Delivery, request: Delivery) -> None:
        """Record that a turn no longer awaits an answer."""
        self._write(Resumed, delivery.number, request.number)

    def message_intercepted(
        self, delivery: Delivery, handler: object, before: Any, outcome: str
    ) -> None:
        """Record what an intervention did."""
        after = snapshot(delivery.message) if outcome == "replaced" else None
        self._write(Intercepted, delivery.number, type(handler).__name__, outcome, after)

    def delivery_settled(self, delivery: Delivery) -> None:
        """Record a verdict, with the result or the error."""
        answered = delivery.kind is Kind.REQUEST and delivery.verdict is Verdict.HANDLED
        self._write(
            Settled,
            delivery.number,
            str(delivery.verdict),
            snapshot(delivery.result) if answered else None,
            None if delivery.error is None else _failure(delivery.error),
            delivery.unhandled,
        )

    def runtime_started(self) -> None:
        """Record the start."""
        self._write(Lifecycle, "started")

    def runtime_stopped(self) -> None:
        """Record the stop."""
        self._write(Lifecycle, "stopped")


def _handles(agent_class: type[Agent] | None) -> tuple[Handles, ...]:
    discover = getattr(agent_class, "_discover_handlers", None)
    if discover is None:
        return ()
    return tuple(
        Handles(getattr(target, "__name__", str(target)), handler.by, handler.__name__)
        for handler in discover()
        for target in handler.target_types
    )


def _failure(error: BaseException) -> Failure:
    try:
        text = cut_text(str(error))
        lines = traceback.format_exception(error, limit=-20)
    except Exception:  # an exception may have a broken __str__
        text, lines = guarded_repr(error), []
    return Failure(type(error).__name__, text, cut_text("".join(lines)))


def _text(identity: AgentId | None) -> str | None:
    return None if identity is None else str(identity)


def _current_cell() -> str | None:
    """The notebook cell that runs now, such as `In [5]`; `None` outside notebooks."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return None if shell is None else f"In [{shell.execution_count}]"

"""Why an agent got a message, or did not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.inspector.diagnosis.following import Follower
from sandbox.inspector.explaining.case import UNKNOWN, Case, as_agent_name
from sandbox.inspector.explaining.delivery_decisions import (
    answer_decision,
    got_there,
    is_on_its_way,
    to_be_routed,
    turn_decision,
    way_decisions,
)
from sandbox.inspector.explaining.explanation import Decision, Explanation
from sandbox.inspector.explaining.glance import Glance
from sandbox.inspector.explaining.handler_decisions import handler_decisions
from sandbox.inspector.explaining.routing_decisions import ONCE, is_registered, routing_decisions
from sandbox.inspector.explaining.routing_history import RoutingHistory
from sandbox.inspector.recording.finding import place_of
from sandbox.inspector.recording.run_state import RecordedDelivery
from sandbox.inspector.recording.snapshots import class_name
from sandbox.messaging.topic import TopicId
from sandbox.runtime.delivery import RESPONSE, Delivery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.inspector.recording.recording import Recording
    from sandbox.inspector.recording.run_state import RunState
    from sandbox.messaging.agent_id import AgentId
    from sandbox.runtime.runtime import SingleThreadedAgentRuntime

SENT = "Was it sent to this agent?"


class Why:
    """Answers why an agent got a message, or did not, from a recording.

    It keeps up with the recording, so that each further question costs little.

    Args:
        recording: live, or loaded from a file.
        runtime: the runtime that it is a recording of, if that is still there: it knows handlers,
            messages and subscriptions that a recording can only name.

    Example:
        >>> from sandbox.inspector import Recording
        >>> print(Why(Recording())("Order", "kitchen/s1", topic="orders/s1"))
        kitchen/s1 would not get a str published to orders/s1. No agent type 'kitchen' is \
registered.
        → ✗ Is the agent type registered? No agent type 'kitchen' is registered. Registered: none.
          To do: Register it, await YourAgent.register(runtime, 'kitchen', YourAgent), or use the \
name of a registered type.
        Decisions about a str published to orders/s1 and kitchen/s1, in order:
          1. ✓ Was it published? Suppose it is, to orders/s1, by somebody outside.
          2. ✗ Is the agent type registered? No agent type 'kitchen' is registered. Registered: \
none.
    """

    def __init__(
        self, recording: Recording, runtime: SingleThreadedAgentRuntime | None = None
    ) -> None:
        self._recording = recording
        self._runtime = runtime
        self._history = RoutingHistory()
        self._follower = Follower(recording)
        self._glance = None if runtime is None else Glance(recording, runtime)

    def __call__(
        self,
        message: Any,
        agent: AgentId | str | None = None,
        *,
        topic: TopicId | str | None = None,
        sender: AgentId | str | None = None,
    ) -> Explanation:
        """Explain the way of a message to an agent.

        Args:
            message: number of a delivery, a delivery, or a message id; or a message that is
                pending; or any message, as if it were sent now.
            agent: the agent, by default the recipient of the delivery.
            topic: publish the message there, in thought; without a topic it is sent directly.
            sender: who does that, in thought; by default somebody outside.

        Raises:
            LookupError: there is no such delivery or message id.
            ValueError: the agent or the topic is not written as it should be, or it is missing.
        """
        name = as_agent_name(agent)
        if topic is not None:
            place = topic if isinstance(topic, TopicId) else TopicId.from_str(topic)
            return _explain(self._supposed(message, name, place, as_agent_name(sender)))
        number = self._number_of(message)
        if number is None:
            if name is None:
                msg = "Say which agent is meant: this message has not been sent to any."
                raise ValueError(msg)
            return _explain(self._supposed(message, name, None, as_agent_name(sender)))
        return _explain(self._recorded(number, name))

    def _known(self, number: int | None) -> tuple[RunState, RoutingHistory]:
        """How the run stands, at least for this delivery, and what was routed where."""
        glance = self._glance
        if glance is not None and glance.is_worth_it:
            run = glance.run(number)
            if run is not None:
                return run, glance.history
        if self._follower.missed_some:
            self._history = RoutingHistory()
        self._history.advance(self._follower.news())
        return self._recording.state, self._history

    def _number_of(self, message: Any) -> int | None:
        if isinstance(message, Delivery | RecordedDelivery):
            message = message.number
        if type(message) is int:
            if place_of(self._recording.rows, message) is not None:
                return message
            return self._recording[message].number
        if isinstance(message, str):
            if self._glance is not None and self._glance.is_worth_it:
                number = self._glance.number_of(message)
            else:
                number = self._known(None)[1].messages.get(message)
            if number is None:
                msg = (
                    f"No message has the id {message!r}. If the text itself is the message, say "
                    "where to: topic='type/source'."
                )
                raise LookupError(msg)
            return number
        unsettled = () if self._runtime is None else self._runtime.deliveries.values()
        own = (d.number for d in unsettled if d.message is message and d.kind is not RESPONSE)
        return max(own, default=None)

    def _supposed(
        self, message: Any, agent: str | None, topic: TopicId | None, sender: str | None
    ) -> Case:
        run, history = self._known(None)
        return Case(
            run=run,
            history=history,
            runtime=self._runtime,
            agent=agent,
            message_type=class_name(message),
            topic=topic,
            sender=sender,
            is_rpc=topic is None,
            message=message,
        )

    def _recorded(self, number: int, agent: str | None) -> Case:
        run, history = self._known(number)
        asked = run.deliveries[number]
        if asked.request in run.deliveries:
            # The way of an answer begins with the way of its request.
            caller, asked = asked.recipient, run.deliveries[asked.request]
            agent = asked.recipient if agent in {None, caller} else agent
        siblings = history.siblings(asked.number) if asked.kind == "event" else [asked.number]
        events = [run.deliveries[n] for n in siblings if n in run.deliveries]
        agent = asked.recipient if agent is None else agent
        own = [d for d in events if d.recipient == agent and d.verdict != "no_recipient"]
        delivery = asked if asked in own else next(iter(own), None)
        live = None if self._runtime is None else self._runtime.deliveries.get(asked.number)
        return Case(
            run=run,
            history=history,
            runtime=self._runtime,
            agent=agent,
            message_type=asked.message_type,
            topic=None if asked.topic is None else TopicId.from_str(asked.topic),
            sender=asked.sender,
            is_rpc=asked.is_rpc,
            message=UNKNOWN if live is None else live.message,
            asked=asked,
            events=events,
            delivery=delivery,
        )


def _explain(case: Case) -> Explanation:
    steps = tuple(_decisions(case))
    return Explanation(_message_in_words(case), case.agent, _verdict(case, steps), steps)


def _decisions(case: Case) -> Iterator[Decision]:
    cut_off = False
    for decision in routing_decisions(case) if case.topic is not None else _sent(case):
        yield decision
        # To get a message twice is a fault, but no reason for not getting it.
        cut_off = decision.outcome == "failed" and decision.question != ONCE
    delivery = case.delivery
    if cut_off:
        # The next fault on the way is worth knowing before the first is mended.
        if case.registered is not None and case.agent is not None:
            yield from _faults(handler_decisions(_without_delivery(case)))
    elif delivery is None:
        if case.asked is not None and case.agent is not None:
            yield to_be_routed(case.asked)
        yield from handler_decisions(case)
    else:
        yield from _delivered(case, delivery)


def _delivered(case: Case, delivery: RecordedDelivery) -> Iterator[Decision]:
    yield from way_decisions(case, delivery)
    arrived = got_there(case, delivery)
    if arrived or is_on_its_way(delivery):
        yield from handler_decisions(case)
    if delivery.handled_at is None or not arrived:
        return
    if delivery.reason is None:
        yield turn_decision(delivery)
    if delivery.kind == "request":
        answer = answer_decision(case, delivery)
        if answer is not None:
            yield answer


def _faults(decisions: Iterator[Decision]) -> Iterator[Decision]:
    return (decision for decision in decisions if decision.outcome == "failed")


def _without_delivery(case: Case) -> Case:
    return Case(
        run=case.run,
        history=case.history,
        runtime=case.runtime,
        agent=case.agent,
        message_type=case.message_type,
        topic=case.topic,
        sender=case.sender,
        is_rpc=case.is_rpc,
        message=case.message,
    )


def _sent(case: Case) -> Iterator[Decision]:
    if case.asked is None:
        yield Decision(SENT, "Suppose it is, by send_message.", "ok")
    elif case.asked.recipient == case.agent:
        by = case.sender or case.asked.cell or "outside"
        yield Decision(SENT, f"Yes, by {by}.", "ok", delivery=case.asked.number)
    else:
        yield _sent_elsewhere(case, case.asked)
        return
    registered = is_registered(case)
    if registered is not None:
        yield registered


def _sent_elsewhere(case: Case, asked: RecordedDelivery) -> Decision:
    answer = (
        f"No, it was sent to {asked.recipient} with send_message, which reaches one agent only; "
        f"you picked {case.agent}."
    )
    advice = f"Send it to {case.agent}, or publish it to a topic that both subscribe to."
    return Decision(SENT, answer, "failed", advice, asked.number)


def _message_in_words(case: Case) -> str:
    how = f"published to {case.topic}" if case.topic is not None else "sent directly"
    if case.asked is None:
        article = "an" if case.message_type[:1] in "AEIOU" else "a"
        return f"{article} {case.message_type} {how}"
    number = case.asked.number if case.delivery is None else case.delivery.number
    return f"#{number} {case.message_type}, {how}"


def _first_sentence(decision: Decision) -> str:
    sentence, stop, _ = decision.answer.partition(". ")
    return f"{sentence}{stop.rstrip()}"


def _verdict(case: Case, steps: tuple[Decision, ...]) -> str:
    who, what = case.agent or "Nobody", _message_in_words(case)
    failing = next((s for s in steps if s.outcome == "failed"), None)
    undecided = next((s for s in steps if s.outcome == "undecided"), None)
    delivery = case.delivery
    if failing is not None:
        if delivery is None and case.agent is None:
            did = "would get" if case.asked is None else "got"
        elif delivery is None:
            did = "would not get" if case.asked is None else "did not get"
        elif delivery.verdict == "handled":
            return f"{who} handled {what}, but: {_first_sentence(failing)}"
        elif delivery.verdict is None:
            did = "has not handled"
        else:
            did = "did not handle"
        return f"{who} {did} {what}. {_first_sentence(failing)}"
    if undecided is not None:
        did = "may handle" if case.asked is None else "has not handled"
        return f"{who} {did} {what}. {_first_sentence(undecided)}"
    return f"{who} {'would handle' if case.asked is None else 'handled'} {what}."

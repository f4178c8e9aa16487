"""Predictions: said before it happens, compared with what the inspector records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sandbox.inspector import Inspector, RecordedDelivery
from sandbox.inspector.explaining.routing_decisions import KEY, SUBSCRIBED
from sandbox.inspector.recording.records import StateChanged
from sandbox.inspector.recording.snapshots import class_name, guarded_repr
from sandbox.inspector.remembering.states import parse
from sandbox.lessons.feedback import Remark
from sandbox.lessons.forms import Form
from sandbox.lessons.question import Question, UndecidedError, in_words
from sandbox.lessons.rules import OF_DECISIONS, RULES, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sandbox.lessons.moments import Moment

NOBODY = "nobody"
OPTIONS_AT_MOST = 12


class Recipients(Question):
    """Who receives a message: those are ticked that get a delivery of it, or `nobody`.

    Args:
        inspector: the run that it is about.
        message: the message that is going to be sent, or the number of a delivery.
        topic: where it is going to be published, as text; `None` if it is sent directly.
        among: the agents to choose from.
    """

    title: ClassVar[str] = "Predict"

    def __init__(
        self, inspector: Inspector, message: Any, topic: str | None, among: Iterable[str]
    ) -> None:
        self._recording = inspector.recording
        self._number = message if type(message) is int else None
        if self._number is not None:
            sent = self._recording[self._number]
            topic, name = sent.topic, sent.message_type
            what = f"#{self._number} {name}"
        else:
            name, what = class_name(message), guarded_repr(message)
        self._message_type, self._topic = name, topic
        self._asked_at = max((d.number for d in self._recording), default=0)
        self._known = frozenset(self._recording.state.agents)
        options = tuple(dict.fromkeys(among))[:OPTIONS_AT_MOST]
        where = f"published to {topic}" if topic is not None else "sent"
        text = f"{what} is {where}. Who receives it?"
        super().__init__(text, Form("ticks", (*options, NOBODY)), RULES["subscribed"], inspector)
        self._run = inspector

    def truth(self) -> list[str]:
        """The agents that get a delivery, in order."""
        events = self._deliveries()
        return list(dict.fromkeys(d.recipient or NOBODY for d in events)) or [NOBODY]

    def remarks(self, given: tuple[str, ...], truth: list[str]) -> list[Remark]:
        """For each agent that is wrongly ticked, or not ticked, which rule decides that."""
        first = self._first().number
        wrong = [a for a in given if a not in truth and a != NOBODY]
        missed = [a for a in truth if a not in given and a != NOBODY]
        remarks = [self._why_not(agent, first) for agent in wrong]
        remarks += [self._why(agent) for agent in missed]
        return remarks or [Remark(f"{in_words(truth)}.", self.rule.sentence, first)]

    def praise(self, truth: list[str]) -> list[Remark]:
        """The right answer once more, with the delivery that shows it."""
        return [Remark(self.rule.sentence, delivery=self._first().number)]

    def _why_not(self, agent: str, number: int) -> Remark:
        failing = Inspector.why(self._run, number, agent).first_failing
        if failing is None:
            return Remark(f"{agent} does not get it.", self.rule.sentence, number)
        rule = RULES[OF_DECISIONS.get(failing.question, "subscribed")]
        return Remark(f"{agent} does not get it: {failing.answer}", rule.sentence, number)

    def _why(self, agent: str) -> Remark:
        number = next(d.number for d in self._deliveries() if d.recipient == agent)
        steps = Inspector.why(self._run, number, agent).steps
        words = [
            f"{s.question} {s.answer}"
            for s in steps
            if s.question in {SUBSCRIBED, KEY} and s.outcome == "ok"
        ]
        rule = RULES["key" if self._topic and agent not in self._known else "subscribed"]
        if self._topic is None:
            rule = RULES["sent"]
        return Remark(" ".join([f"{agent} gets it.", *words]), rule.sentence, number)

    def _deliveries(self) -> list[RecordedDelivery]:
        first = self._first()
        if first.publication is None:
            return [first]
        same = [d for d in self._recording if d.publication == first.publication]
        return [d for d in same if d.verdict != "skipped_sender"]

    def _first(self) -> RecordedDelivery:
        if self._number is not None:
            return self._recording[self._number]
        for delivery in self._recording:
            if delivery.number > self._asked_at and self._is_meant(delivery):
                return delivery
        raise UndecidedError("It has not been sent yet: run the next cell, and see.")

    def _is_meant(self, delivery: RecordedDelivery) -> bool:
        return (
            delivery.message_type == self._message_type
            and delivery.kind != "response"
            and delivery.copy_of is None
            and delivery.topic == self._topic
        )


def may_receive(inspector: Inspector, topic: str | None) -> list[str]:
    """The agents to choose from: those there are, and one of each type for this source."""
    run = inspector.recording.state
    _, _, source = (topic or "").partition("/")
    made = [f"{type}/{source}" for type in run.types] if topic is not None else []
    return sorted({*run.agents, *made})


class Order(Question):
    """In which order things happen: deliveries by number, or agents by their first turn.

    Args:
        inspector: the run that it is about.
        among: numbers of deliveries, or agents as `type/key`.
    """

    title: ClassVar[str] = "Predict the order"

    def __init__(self, inspector: Inspector, among: Sequence[int | str]) -> None:
        self._recording = inspector.recording
        records = self._recording.records
        self._asked_at = records[-1].time if records else 0.0
        self._among = tuple(among)
        options = tuple(self._label(each) for each in among)
        numbers = all(type(each) is int for each in among)
        text = f"Which {'delivery' if numbers else 'agent'} has its turn first, and which next?"
        super().__init__(text, Form("order", options), RULES["order"], inspector)

    def _label(self, each: int | str) -> str:
        if not isinstance(each, int):
            return each
        delivery = self._recording[each]
        return f"#{each} {delivery.kind} {delivery.message_type} to {delivery.recipient}"

    def truth(self) -> list[str]:
        """The options in the order in which it happened."""
        moments = {self._label(each): self._moment(each) for each in self._among}
        return sorted(moments, key=lambda option: moments[option])

    def remarks(self, given: tuple[str, ...], truth: list[str]) -> list[Remark]:
        """The first place at which the answer differs."""
        if len(given) < len(truth):
            return [Remark(f"There are {len(truth)} to put in order.", self.rule.sentence)]
        place = next(k for k, (a, b) in enumerate(zip(given, truth, strict=False)) if a != b)
        here = self._among[[self._label(each) for each in self._among].index(truth[place])]
        number = here if isinstance(here, int) else self._first_to(here).number
        text = f"In place {place + 1} came {truth[place]}, not {given[place]}."
        return [Remark(text, self.rule.sentence, number)]

    def is_right(self, given: tuple[str, ...], truth: list[str]) -> bool:
        """Whether all are there, in this order."""
        return list(given) == truth

    def _moment(self, each: int | str) -> float:
        delivery = self._recording[each] if isinstance(each, int) else self._first_to(each)
        moment = delivery.handled_at if delivery.handled_at is not None else delivery.settled_at
        if moment is None:
            raise UndecidedError("Not all of them have had their turn yet: go on stepping.")
        return moment

    def _first_to(self, agent: str) -> RecordedDelivery:
        turns = [
            d
            for d in self._recording
            if d.recipient == agent and (d.handled_at or 0.0) > self._asked_at
        ]
        if not turns:
            raise UndecidedError("Not all of them have had their turn yet: go on stepping.")
        return min(turns, key=lambda d: d.handled_at or 0.0)


class Value(Question):
    """What an attribute of an agent is at some moment.

    Args:
        inspector: the run that it is about.
        path: the attribute, as `type/key.attribute`.
        moment: when.
        rule: the rule that it is about.
    """

    title: ClassVar[str] = "Predict the state"

    def __init__(self, inspector: Inspector, path: str, moment: Moment, rule: Rule) -> None:
        self._agent, self._steps = parse(path)
        self._moment = moment
        self._run = inspector
        super().__init__(f"What is {path} {moment.words}?", Form("text"), rule, inspector)

    def truth(self) -> Any:
        """The value at that moment, or `none` if there is no such agent or attribute then."""
        seq = self._moment.seq()
        try:
            value: Any = self._run.state(self._agent, at=seq)
            for step in self._steps:
                value = value[step]
        except (LookupError, TypeError):
            return "none"
        return "none" if value is None else value

    def remarks(self, given: tuple[str, ...], truth: Any) -> list[Remark]:
        """What it is, and the delivery that made it so."""
        changed_by = None
        for record in self._run.recording.records[: self._moment.seq()]:
            if type(record) is StateChanged and record.agent == self._agent:
                changed_by = record.number
        return [Remark(f"It is {truth}.", self.rule.sentence, changed_by)]

    def praise(self, truth: Any) -> list[Remark]:
        """The rule, and the delivery that made it so."""
        return self.remarks((), truth)

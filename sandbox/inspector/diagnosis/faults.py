"""Faults: deliveries that ended as they should not have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.inspector.diagnosis.problem import Group, Problem
from sandbox.inspector.explaining.case import described
from sandbox.inspector.explaining.delivery_decisions import words_of
from sandbox.inspector.explaining.near_misses import near_miss

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from sandbox.inspector.recording.records import (
        Changed,
        Intercepted,
        Queued,
        Rerouted,
        Settled,
        Subscribed,
        Unsubscribed,
    )

# Of those who see a change, so many are named.
SHOWN = 5

_TOPIC_ONLY = "takes it only as an event"
_REDEFINED = "another class object of the same name"


class Faults:
    """Collects deliveries that ended as they should not have, like ones together."""

    def __init__(self) -> None:
        self._groups: dict[Hashable, Group] = {}
        self._subscriptions: dict[str, Subscribed] = {}
        self._recipients: tuple[int, dict[str, int]] = (0, {})  # those of the last publication
        self._withdrawn: set[int] = set()  # events whose subscription was removed
        self._refused: dict[int, str] = {}  # delivery -> intervention handler that raised on it
        self._given_up: set[int] = set()  # requests whose callers gave up
        self._copied: set[int] = set()  # duplicates, and what they are duplicates of
        self._changes: dict[int, Hashable] = {}  # message that was changed -> its group
        self._stopped = False

    def problems(self) -> list[Problem]:
        """The faults so far as problems."""
        return [group.problem for group in self._groups.values()]

    def subscribed(self, record: Subscribed) -> None:
        """Take in a subscription."""
        self._subscriptions[record.subscription] = record

    def unsubscribed(self, record: Unsubscribed) -> None:
        """Take in that a subscription is gone."""
        self._subscriptions.pop(record.subscription, None)

    def stopped(self, *, stopped: bool) -> None:
        """Take in whether the runtime was stopped: then callers are told, and go on."""
        self._stopped = stopped

    def queued(self, record: Queued) -> None:
        """Take in a new delivery, and see whether its recipient gets the message twice."""
        if record.copy_of is not None:
            self._copied.update((record.number, record.copy_of))
            return
        if record.publication is None or record.recipient is None:
            return
        publication, recipients = self._recipients
        if publication != record.publication:
            recipients = {}
            self._recipients = record.publication, recipients
        first = recipients.setdefault(record.recipient, record.number)
        if first != record.number:
            self._double(record.recipient, record.number, record.subscriptions)

    def rerouted(self, record: Rerouted) -> None:
        """Take in new recipients of a publication."""
        self._withdrawn.update(number for number, recipient, _ in record.events if not recipient)

    def intercepted(self, record: Intercepted) -> None:
        """Take in what an intervention did."""
        if record.outcome == "failed":
            self._refused[record.number] = record.handler

    def changed(self, record: Changed, delivery: Queued, under_way: Mapping[int, Queued]) -> None:
        """Take in that a message was changed after it was sent, and who else sees that."""
        turn = record.number if record.when == "turn" else record.by
        by = under_way.get(turn or 0)
        whom = None if by is None else by.recipient
        shared = {n: under_way[n].recipient for n in record.shared if n in under_way}
        # Whoever gets it later only finds it changed: that belongs to the change itself.
        message = delivery.publication or delivery.number
        kind = ("changed", delivery.message_type, _type_of(whom))
        key = self._changes.setdefault(message, kind)
        group = self._group(key, "changed", lambda: _changed_words(record, delivery, by, shared))
        group.add(delivery.number, whom, delivery.sender, *shared.values())

    def caller_gone(self, delivery: Queued) -> None:
        """Take in that a caller gave up: before its request was handled, or its answer came."""
        is_answer = delivery.request is not None
        request = delivery.request or delivery.number
        if self._stopped or (is_answer and request in self._given_up):
            self._given_up.discard(request)
            return
        if is_answer and not self._copied.isdisjoint((request, delivery.number)):
            return  # of several answers to one call, the caller gets the first
        if not is_answer:
            self._given_up.add(request)
        caller, other = delivery.sender, delivery.recipient
        if is_answer:
            caller, other = other, caller
        who = caller or delivery.cell or "A caller outside"
        sentence = (
            f"{who} gave up waiting for the answer of {other} to #{request}; the handler goes on, "
            "and its answer is thrown away."
        )
        advice = (
            "Let the caller wait longer, or pass ctx.cancellation_token on in the handler, so "
            "that it ends as well."
        )
        key = ("caller_gone", _type_of(caller), _type_of(other))
        self._group(key, "caller_gone", lambda: (sentence, advice)).add(request, caller, other)

    def settled(self, record: Settled, delivery: Queued) -> None:
        """Take in a verdict."""
        if record.reason is not None:
            self._unhandled(record, delivery, record.reason)
        elif (judge := _JUDGES.get(record.verdict)) is not None:
            judge(self, record, delivery)

    def _unhandled(self, record: Settled, delivery: Queued, reason: str) -> None:
        kind = "unhandled"
        advice = f"inspector.why({record.number}) shows all decisions; mend the first that failed."
        if _TOPIC_ONLY in reason:
            kind = "topic_only"
            advice = "Use publish_message, or decorate the handler with @rpc or @message_handler."
        elif _REDEFINED in reason:
            kind = "redefined"
            advice = "Define the agent class again, after the message class, and register it again."
        recipient = delivery.recipient
        key = (kind, _type_of(recipient), delivery.message_type, delivery.is_rpc)
        self._group(key, kind, lambda: (reason, advice)).add(record.number, recipient)

    def _failed(self, record: Settled, delivery: Queued) -> None:
        handler = self._refused.pop(record.number, None)
        if handler is not None:
            self._intervention_raised(record, delivery, handler)
            return
        if delivery.request is not None or record.error is None:
            return
        error, recipient = record.error, delivery.recipient
        how = "request" if delivery.is_rpc else "event"
        advice = f"Mend the handler; inspector.recording[{record.number}].error has the traceback."
        if not delivery.is_rpc:
            advice += " Nobody but the log hears of the exception of an event."
        sentence = f"{recipient} raised {words_of(error)} on the {how} {delivery.message_type}."
        key = ("failed", _type_of(recipient), delivery.message_type, error.type)
        self._group(key, "failed", lambda: (sentence, advice)).add(record.number, recipient)

    def _dropped(self, record: Settled, delivery: Queued) -> None:
        handler = self._refused.pop(record.number, None)
        if handler is not None:
            self._intervention_raised(record, delivery, handler)

    def _intervention_raised(self, record: Settled, delivery: Queued, handler: str) -> None:
        raised = "an exception" if record.error is None else words_of(record.error)
        sentence = f"The intervention {handler} raised {raised} on {delivery.message_type}."
        advice = f"Mend {handler}: the message went no further."
        key = ("failed", handler, delivery.message_type)
        group = self._group(key, "failed", lambda: (sentence, advice))
        group.add(record.number, delivery.recipient)

    def _undeliverable(self, record: Settled, delivery: Queued) -> None:
        if record.error is None:
            return
        error, recipient = record.error, delivery.recipient
        sentence = f"{recipient} could not be built: {words_of(error)}."
        advice = "Mend the factory or the constructor."
        if error.type == "RecipientNotFoundError":
            sentence = f"{delivery.message_type} could not be delivered: {error.text}"
            advice = "Register the agent type, or remove the subscription that names it."
        key = ("undeliverable", _type_of(recipient), error.type)
        self._group(key, "undeliverable", lambda: (sentence, advice)).add(record.number, recipient)

    def _no_recipient(self, record: Settled, delivery: Queued) -> None:
        if delivery.recipient is not None and record.number not in self._withdrawn:
            return  # its subscription was removed, and others still get the message
        self._withdrawn.discard(record.number)
        key = ("no_recipient", delivery.topic_type, delivery.sender is None)
        group = self._group(key, "no_recipient", lambda: self._nobody(delivery))
        group.add(record.number, delivery.sender)

    def _nobody(self, delivery: Queued) -> tuple[str, str]:
        topic_type = delivery.topic_type or ""
        topic = f"{topic_type}/{delivery.topic_source}"
        if delivery.publication != delivery.number:  # those before it were skipped
            sentence = f"Only {delivery.sender} itself gets what it published to {topic}."
            return sentence, "A sender does not get its own message: subscribe another agent."
        standing = self._subscriptions.values()
        exact = {s.topic_type for s in standing if s.topic_type is not None} - {topic_type}
        prefixes = {s.prefix for s in standing if s.prefix is not None}
        miss = near_miss(topic_type, sorted(exact), sorted(prefixes))
        sentence = f"{delivery.message_type} was published to {topic}, and nobody subscribes."
        if miss is None:
            return sentence, f"Subscribe: TypeSubscription({topic_type!r}, 'your agent type')."
        return (
            f"{sentence[:-1]}: {miss.how}.",
            f"Publish to {miss.meant!r}, or subscribe an agent type to {topic_type!r}.",
        )

    def _cancelled(self, record: Settled, delivery: Queued) -> None:
        if delivery.delivery == "event":
            self._failed(record, delivery)
        elif delivery.delivery == "request":  # its caller hears of it; or has done it, and
            self._given_up.add(record.number)  # the handler has ended as it should

    def _stranded(self, record: Settled, delivery: Queued) -> None:
        sentence = "The runtime was stopped before this was delivered."
        advice = "Await runtime.stop_when_idle() in place of stop()."
        group = self._group("stranded", "stranded", lambda: (sentence, advice))
        group.add(record.number, delivery.recipient)

    def _double(self, recipient: str, number: int, subscriptions: tuple[str, ...]) -> None:
        key = ("double", _type_of(recipient), subscriptions)
        self._group(key, "double", lambda: self._twice(recipient, subscriptions)).add(
            number, recipient
        )

    def _twice(self, recipient: str, subscriptions: tuple[str, ...]) -> tuple[str, str]:
        records = [self._subscriptions[s] for s in subscriptions if s in self._subscriptions]
        by = f" The later one is {described(records[0])}." if records else ""
        sentence = (
            f"{recipient} gets the same message more than once, by several subscriptions.{by}"
        )
        name = subscriptions[0] if subscriptions else ""
        advice = (
            f"Remove one: await runtime.remove_subscription({name!r}). Topic types that begin "
            f"with '{_type_of(recipient)}:' reach it without one."
        )
        return sentence, advice

    def _group(self, key: Hashable, kind: str, words: Callable[[], tuple[str, str]]) -> Group:
        group = self._groups.get(key)
        if group is None:
            # Only the first of many alike costs a sentence.
            group = self._groups[key] = Group(kind, *words())
        return group


def _changed_words(
    record: Changed, delivery: Queued, by: Queued | None, shared: Mapping[int, str | None]
) -> tuple[str, str]:
    what = ", ".join(changed_fields(record.before, record.after)) or "its content"
    sender = delivery.sender or delivery.cell or "somebody outside"
    if by is None:
        how = f"outside of any turn, before {_receiver(delivery.recipient)} got it"
        advice = f"{sender} sent it and may still have it: build a new message in place of changing"
    else:
        how = f"by {_receiver(by.recipient)} in the turn of #{by.number}"
        advice = f"{_receiver(by.recipient)} should work on a copy"
    seen = [] if by is not None and by.recipient == delivery.sender else [f"{sender} (sent it)"]
    readers = {delivery.number: delivery.recipient, **shared}
    if by is not None:
        readers.pop(by.number, None)
    seen += [f"{_receiver(whom)} (#{number})" for number, whom in list(readers.items())[:SHOWN]]
    more = f" and {len(readers) - SHOWN} more" if len(readers) > SHOWN else ""
    sentence = (
        f"{delivery.message_type} (#{delivery.number}) was changed after it was sent, {how}: "
        f"{what}. The same object is seen by {', '.join(seen)}{more}."
    )
    return sentence, (
        f"{advice}; or make the message a frozen dataclass. Messages go by reference, as one "
        "object for all."
    )


def changed_fields(before: str, after: str) -> list[str]:
    """What differs between two snapshots, field by field.

    Example:
        >>> changed_fields('{"json":{"a":1,"b":[1]}}', '{"json":{"a":1,"b":[1,2]}}')
        ['b: [1] → [1, 2]']
    """
    old, new = json.loads(before), json.loads(after)
    return list(
        _differences("", old.get("json", old.get("repr")), new.get("json", new.get("repr")))
    )


def _differences(place: str, old: Any, new: Any) -> list[str]:
    if old == new:
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        inside = [
            _differences(f"{place}.{name}" if place else name, old.get(name), new.get(name))
            for name in [*old, *(name for name in new if name not in old)]
        ]
        return [difference for each in inside for difference in each]
    label = f"{place}: " if place else ""
    return [f"{label}{_cut(old)} → {_cut(new)}"]


def _cut(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"  # noqa: PLR2004  # a line must stay readable


def _receiver(agent: str | None) -> str:
    return agent or "a caller outside"


def _type_of(agent: str | None) -> str:
    return (agent or "").partition("/")[0]


_JUDGES: dict[str, Callable[[Faults, Settled, Queued], None]] = {
    "failed": Faults._failed,  # noqa: SLF001  # one class, in parts
    "dropped": Faults._dropped,  # noqa: SLF001
    "undeliverable": Faults._undeliverable,  # noqa: SLF001
    "no_recipient": Faults._no_recipient,  # noqa: SLF001
    "cancelled": Faults._cancelled,  # noqa: SLF001
    "stranded": Faults._stranded,  # noqa: SLF001
}

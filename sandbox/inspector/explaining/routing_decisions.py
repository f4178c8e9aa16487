"""The decisions by which a publication finds an agent, or does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.inspector.explaining.case import described, is_foreign, matches_by_type
from sandbox.inspector.explaining.explanation import Decision
from sandbox.inspector.explaining.near_misses import near_miss
from sandbox.inspector.explaining.routing_history import NOW
from sandbox.messaging.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.inspector.explaining.case import Case
    from sandbox.inspector.recording.records import Subscribed

PUBLISHED = "Was it published?"
REGISTERED = "Is the agent type registered?"
SUBSCRIBED = "Does a subscription of its type match the topic?"
KEY = "Does the source of the topic lead to this agent?"
SENDER = "Is the agent somebody else than the sender?"
ONCE = "Does it get the message only once?"


def routing_decisions(case: Case) -> Iterator[Decision]:
    """From the topic to the agent; nothing follows a decision that cuts the way off."""
    yield _published(case)
    registered = is_registered(case)
    if registered is not None:
        yield registered
        if registered.outcome == "failed":
            return
    routes = [r for r in case.routes() if case.agent is None or _type_of(r[1]) == case.agent_type]
    if not routes:
        yield _not_subscribed(case)
        return
    yield _subscribed(case, routes)
    if case.agent is None:
        return
    key = _key(case, routes)
    yield key
    if key.outcome == "failed":
        return
    yield _sender(case)
    own = [subscription for subscription, agent in routes if agent == case.agent]
    if len(own) > 1:
        yield _more_than_once(case, own)


def is_registered(case: Case) -> Decision | None:
    """Whether there is such an agent type; `None` if nobody in particular is asked about."""
    agent_type = case.agent_type
    if agent_type is None:
        return None
    number = None if case.delivery is None else case.delivery.number
    if case.registered is not None:
        return Decision(REGISTERED, f"Yes, {agent_type!r} is.", "ok", delivery=number)
    known = case.history.types_at(NOW)
    answer = f"No agent type {agent_type!r} is registered. {did_you_mean(agent_type, known)}"
    advice = (
        f"Register it, await YourAgent.register(runtime, {agent_type!r}, YourAgent), or use the "
        "name of a registered type."
    )
    return Decision(REGISTERED, answer, "failed", advice, delivery=number)


def _published(case: Case) -> Decision:
    if case.asked is None:
        answer = f"Suppose it is, to {case.topic}, by {case.sender or 'somebody outside'}."
        return Decision(PUBLISHED, answer, "ok")
    by = case.sender or case.asked.cell or "outside"
    cause = "" if case.asked.cause is None else f", in the turn of #{case.asked.cause}"
    answer = f"Yes, to {case.topic}, by {by}{cause}."
    return Decision(PUBLISHED, answer, "ok", delivery=case.asked.number)


def _subscribed(case: Case, routes: list[tuple[str | None, str]]) -> Decision:
    # Of several that match, the one that brought this very delivery.
    own = () if case.delivery is None else case.delivery.subscriptions
    name = next((route[0] for route in routes if route[0] in own), routes[0][0])
    record = next((s for s in _all(case) if s.subscription == name), None)
    label = "One" if record is None else described(record)
    return Decision(SUBSCRIBED, f"{label} does.", "ok", subscription=name)


def _not_subscribed(case: Case) -> Decision:
    assert case.topic is not None  # it was published
    judges = (
        _at_another_time,
        _own_code_refused,
        _nearly,
        _anybody_refused,
    )
    found = (decision for judge in judges if (decision := judge(case)) is not None)
    return next(found, None) or _none_at_all(case)


def _at_another_time(case: Case) -> Decision | None:
    assert case.topic is not None
    moment = case.moment
    for span in case.history.subscriptions:
        record: Subscribed = span.record
        if span.stood(moment) or not _is_own(case, record):
            continue
        if not matches_by_type(record, case.topic.type):
            continue
        if record.time > moment:
            answer = f"{described(record)} does, but was added after the message had been routed."
            advice = "Subscribe first; then publish the message again."
        elif case.asked is not None and span.until > case.asked.queued_at:
            answer = f"{described(record)} did, but was removed while the message was pending."
            advice = "Remove a subscription only when its messages are delivered."
        else:
            answer = f"{described(record)} did, but was removed before the message was routed."
            advice = f"Subscribe again: {_add(case)}."
        return _no(answer, advice, record.subscription)
    return None


def _own_code_refused(case: Case) -> Decision | None:
    """A subscription for this agent type that decides by its own code."""
    assert case.topic is not None
    for record in case.history.subscriptions_at(case.moment):
        if record.agent_type is None or not _is_own(case, record):
            continue
        if is_foreign(record):
            return _foreign_refused(case, record)
        if matches_by_type(record, case.topic.type):
            answer = f"{described(record)} would, but its own is_match or map_to_agent refused."
            return _no(answer, f"Look at the class {record.label}.", record.subscription)
    return None


def _anybody_refused(case: Case) -> Decision | None:
    """A subscription of a class that does not say for which agent type it is."""
    for record in case.history.subscriptions_at(case.moment):
        if is_foreign(record) and record.agent_type is None and _is_only_one(case, record):
            return _foreign_refused(case, record)
    return None


def _foreign_refused(case: Case, record: Subscribed) -> Decision:
    advice = f"Look at is_match and map_to_agent of {record.label}."
    if case.live_subscription(record.subscription) is None:
        answer = (
            f"{record.label} decides by its own code, and did not choose it; how it decides is "
            "not in the recording."
        )
    else:
        now = case.answer_of(record)
        if isinstance(now, Exception):
            said = f"it raises {type(now).__name__}: {now}"
        else:
            said = "it says no" if now is None else f"it says {now}"
        answer = f"{record.label} decides by its own code; asked about {case.topic}, {said}."
    return _no(answer, advice, record.subscription)


def _is_only_one(case: Case, record: Subscribed) -> bool:
    """Whether nothing else could have brought the message here."""
    others = (s for s in case.history.subscriptions_at(case.moment) if s is not record)
    return not any(_is_own(case, other) and not _is_direct(case, other) for other in others)


def _nearly(case: Case) -> Decision | None:
    assert case.topic is not None
    own = [s for s in case.history.subscriptions_at(case.moment) if _is_own(case, s)]
    exact = [s.topic_type for s in own if s.topic_type is not None]
    prefixes = [s.prefix for s in own if s.prefix is not None]
    miss = near_miss(case.topic.type, exact, prefixes)
    if miss is None:
        return None
    matching = (s.subscription for s in own if miss.meant in {s.topic_type, s.prefix})
    advice = f"Publish to the topic type {miss.meant!r}, or subscribe: {_add(case)}."
    return _no(f"Nearly: {miss.how}.", advice, next(matching, None))


def _none_at_all(case: Case) -> Decision:
    moment = case.moment
    own = [
        s
        for s in case.history.subscriptions_at(moment)
        if _is_own(case, s) and not _is_direct(case, s)
    ]
    shown = ", ".join(described(s) for s in own[:5])
    if len(own) > 5:  # noqa: PLR2004  # enough to see the pattern
        shown += f" and {len(own) - 5} more"
    who = "Nobody" if case.agent_type is None else f"{case.agent_type!r}"
    has = f"has subscriptions, but for other topics: {shown}" if own else "has no subscription"
    if case.agent_type is None:
        answer = f"Nobody subscribes to {case.topic}." if own else "There are no subscriptions."
    else:
        answer = f"{who} {has}."
    others = sorted({_type_of(agent) for _, agent in case.routes()})
    if others:
        answer += f" The message goes to {', '.join(others[:5])}."
    return _no(answer, f"Subscribe: {_add(case)}.")


def _key(case: Case, routes: list[tuple[str | None, str]]) -> Decision:
    assert case.topic is not None
    own = next((route for route in routes if route[1] == case.agent), None)
    if own is not None:
        answer = f"Yes, the source {case.topic.source!r} becomes the key: {case.agent}."
        number = None if case.delivery is None else case.delivery.number
        return Decision(KEY, answer, "ok", delivery=number, subscription=own[0])
    name, goes_to = routes[0]
    answer = f"The source becomes the key, so it goes to {goes_to}; you picked {case.agent}."
    delivery = next((d for d in case.events if d.recipient == goes_to), None)
    created = case.run.agents.get(goes_to)
    if delivery is not None and created is not None and created.cause == delivery.number:
        answer += f" {goes_to} is a new agent with a state of its own, built for this message."
    if case.agent not in case.run.agents:
        answer += f" {case.agent} has never been built."
    if case.sender is not None and case.sender.partition("/")[2] == case.topic.source:
        answer += " The source is the key of the sender, as with DefaultTopicId() in a handler."
    key = str(case.agent).partition("/")[2]
    advice = f"Publish to TopicId({case.topic.type!r}, source={key!r}), or look at {goes_to}."
    number = None if delivery is None else delivery.number
    return Decision(KEY, answer, "failed", advice, number, name)


def _sender(case: Case) -> Decision:
    if case.sender != case.agent:
        return Decision(SENDER, f"Yes, the sender is {case.sender or 'outside'}.", "ok")
    answer = f"{case.agent} published it itself, and nobody gets what he publishes himself."
    advice = (
        "Publish it from another agent or from outside, or let the agent send_message to its own "
        "id. Agents of the same type with another key do get it."
    )
    number = None if case.delivery is None else case.delivery.number
    return Decision(SENDER, answer, "failed", advice, number)


def _more_than_once(case: Case, own: list[str | None]) -> Decision:
    records = {s.subscription: s for s in _all(case)}
    found = [records[name] for name in own if name in records]
    names = " and ".join(described(s) for s in found)
    answer = f"It gets it {len(own)} times, once by each of its subscriptions: {names}."
    advice = f"Remove one: await runtime.remove_subscription({own[-1]!r})."
    if any(_is_direct(case, s) for s in found):
        advice += (
            f" Topic types that begin with '{case.agent_type}:' reach {case.agent_type!r} "
            "anyway; registering with skip_direct_message_subscription=True leaves that out."
        )
    numbers = [d.number for d in case.events if d.recipient == case.agent]
    return Decision(ONCE, answer, "failed", advice, max(numbers, default=None), own[-1])


def _no(
    answer: str, advice: str, subscription: str | None = None, delivery: int | None = None
) -> Decision:
    return Decision(SUBSCRIBED, answer, "failed", advice, delivery, subscription)


def _add(case: Case) -> str:
    assert case.topic is not None
    agent_type = "your agent type" if case.agent_type is None else case.agent_type
    return (
        "await runtime.add_subscription("
        f"TypeSubscription(topic_type={case.topic.type!r}, agent_type={agent_type!r}))"
    )


def _all(case: Case) -> Iterator[Subscribed]:
    return (span.record for span in case.history.subscriptions)


def _is_own(case: Case, subscription: Subscribed) -> bool:
    return case.agent_type is None or subscription.agent_type == case.agent_type


def _is_direct(case: Case, subscription: Subscribed) -> bool:
    """Whether it is the one that every agent type is registered with."""
    own = subscription.agent_type if case.agent_type is None else case.agent_type
    return subscription.prefix == f"{own}:"


def _type_of(agent: str) -> str:
    return agent.partition("/")[0]

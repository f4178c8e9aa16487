"""The decisions by which a message finds a handler of its agent, or does not."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from sandbox.agents.unhandled import why_unhandled
from sandbox.inspector.explaining.case import UNKNOWN
from sandbox.inspector.explaining.explanation import Decision
from sandbox.messaging.agent_id import AgentId
from sandbox.messaging.cancellation import CancellationToken
from sandbox.messaging.message_context import MessageContext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.inspector.explaining.case import Case
    from sandbox.inspector.recording.records import Handles

CLASS = "Does a handler take exactly this class?"
KIND = "Does the handler take it as it was sent?"
MATCH = "Does the handler's match= agree?"

_ANYTHING = frozenset({"AnyType", "object"})

# How `sandbox.agents.unhandled` says which of the questions got a no.
_NOT_HANDLED = " does not handle "
_KIND_REFUSED = "takes it only as"
_MATCH_REFUSED = "The match function of"


def handler_decisions(case: Case) -> Iterator[Decision]:
    """Which handler takes it: as was recorded or, before the turn, as can be told."""
    delivery = case.delivery
    if delivery is not None and delivery.reason is not None:
        yield from _refused(case, delivery.reason)
    elif delivery is not None and delivery.verdict is not None:
        yield from _taken(case, guess=False)
    else:
        reason = _reason_of_class(case)
        if reason is not None:
            yield from _refused(case, reason)
        else:
            yield from _taken(case, guess=True)


def _taken(case: Case, *, guess: bool) -> Iterator[Decision]:
    if case.agent_type is None:
        return
    number = None if case.delivery is None else case.delivery.number
    fitting = _fitting(case)
    if fitting:
        names = " or ".join(h.handler for h in fitting)
        source = source_of(case.agent_class, fitting[0].handler)
        yield Decision(CLASS, f"Yes, {names}.", "ok", delivery=number, source=source)
        if guess and any(_has_match(case, h) for h in fitting):
            words = "That is seen when it arrives."
            yield Decision(MATCH, words, "undecided", delivery=number, source=source)
    elif not guess:
        yield Decision(CLASS, "Yes.", "ok", delivery=number)
    elif case.registered is None or not case.registered.handles:
        words = "Its class decides that by its own code."
        yield Decision(CLASS, words, "undecided", delivery=number)
    else:
        yield from _refused(case, _reason_by_name(case))


def _refused(case: Case, reason: str) -> Iterator[Decision]:
    number = None if case.delivery is None else case.delivery.number
    named = _named(case)
    source = source_of(case.agent_class, named[0].handler) if named else None
    if _MATCH_REFUSED in reason:
        yield Decision(CLASS, "Yes.", "ok", delivery=number, source=source)
        words = f"Change match= of {_list(named)}, or add a handler for the rest."
        yield Decision(MATCH, _short(reason), "failed", words, number, source=source)
    elif _KIND_REFUSED in reason:
        yield Decision(CLASS, "Yes.", "ok", delivery=number, source=source)
        # What follows the colon is the advice, once more.
        answer = f"{_short(reason).partition(': use ')[0].rstrip('.')}."
        yield Decision(KIND, answer, "failed", _kind_advice(case, named), number, source=source)
    else:
        answer, advice = _split(_short(reason))
        yield Decision(CLASS, answer, "failed", advice, number, source=source)


def _kind_advice(case: Case, named: list[Handles]) -> str:
    instead = "publish_message" if case.is_rpc else "send_message"
    decorator = "@rpc" if case.is_rpc else "@event"
    return (
        f"Use {instead}, or decorate {_list(named)} with {decorator} or, for both ways, "
        "@message_handler."
    )


def _short(reason: str) -> str:
    """A reason without the sentence that only says that the agent does not handle the message."""
    begin = reason.find(_NOT_HANDLED)
    _, stop, rest = reason[begin:].partition(". ") if begin >= 0 else ("", "", "")
    return rest if stop else reason


def _split(reason: str) -> tuple[str, str]:
    """What is so, and what to do about it: the last sentence."""
    answer, _, advice = reason.rpartition(". ")
    return (f"{answer}.", advice) if answer else (reason, "Add a handler for it.")


def _named(case: Case) -> list[Handles]:
    """The handlers that take a class of this name."""
    handles = () if case.registered is None else case.registered.handles
    return [h for h in handles if h.message == case.message_type or h.message in _ANYTHING]


def _fitting(case: Case) -> list[Handles]:
    unfit = "event" if case.is_rpc else "rpc"
    return [h for h in _named(case) if h.by != unfit]


def _list(handles: list[Handles]) -> str:
    return " and ".join(dict.fromkeys(h.handler for h in handles)) or "the handler"


def _reason_by_name(case: Case) -> str:
    """Why a message that is not there yet will not be handled, judged by names alone."""
    registered, named = case.registered, _named(case)
    assert registered is not None  # it has handlers
    if named:
        how = "a request" if named[0].by == "rpc" else "an event"
        return f"{_list(named)} {_KIND_REFUSED} {how} (@{named[0].by})."
    handled = ", ".join(dict.fromkeys(h.message for h in registered.handles))
    return (
        f"{registered.agent_class} handles {handled}. Add a handler with the hint "
        f"'message: {case.message_type}'."
    )


def _reason_of_class(case: Case) -> str | None:
    """Why the live class of the agent will not handle the live message; `None` if it may."""
    discover = getattr(case.agent_class, "_discover_handlers", None)
    if case.message is UNKNOWN or discover is None:
        return None
    handlers: list[Any] = list(discover())
    assert case.agent_class is not None
    assert case.agent is not None
    context = MessageContext(
        sender=None if case.sender is None else AgentId.from_str(case.sender),
        topic_id=case.topic,
        is_rpc=case.is_rpc,
        cancellation_token=CancellationToken(),
        message_id="",
    )
    reason = why_unhandled(case.agent, case.agent_class, handlers, case.message, context)
    # Which of several handlers a match= chooses is seen when the message arrives.
    return None if _MATCH_REFUSED in reason else reason


def _has_match(case: Case, handles: Handles) -> bool:
    handler = getattr(case.agent_class, handles.handler, None)
    return getattr(handler, "match", None) is not None


def source_of(agent_class: type | None, handler: str) -> str | None:
    """Where a handler is written, as `file:line`; `None` if the class is not at hand."""
    function = inspect.unwrap(getattr(agent_class, handler, None) or _nothing)
    code = getattr(function, "__code__", None)
    if function is _nothing or code is None:
        return None
    return f"{code.co_filename}:{code.co_firstlineno}"


def _nothing() -> None:
    """Stands for a handler that is not at hand."""

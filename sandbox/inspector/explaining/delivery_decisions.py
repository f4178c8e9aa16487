"""The decisions about a delivery on its way: the queue, interventions, the turn, the answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.inspector.explaining.case import PENDING
from sandbox.inspector.explaining.explanation import Decision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.inspector.explaining.case import Case
    from sandbox.inspector.recording.records import Failure, Intercepted
    from sandbox.inspector.recording.run_state import RecordedDelivery

QUEUE = "Has it left the queue?"
INTERVENTION = "Did the interventions let it pass?"
BUILT = "Could the agent be built?"
RAISED = "Did the handler come to its end?"
ANSWER = "Has the answer reached the caller?"

# Of several deliveries, so many are named.
SHOWN = 5

_LINE = re.compile(r'File "([^"]+)", line (\d+)')


def way_decisions(case: Case, delivery: RecordedDelivery) -> Iterator[Decision]:
    """From the queue to the agent; nothing follows a decision that cuts the way off."""
    yield from _queue(case, delivery)
    if delivery.state in PENDING:
        return
    stopped = _intervention(case, delivery)
    if stopped is not None:
        yield stopped
        if stopped.outcome == "failed":
            return
    elif delivery.verdict in {"dropped", "stranded"}:
        return
    yield _built(case, delivery)


def to_be_routed(asked: RecordedDelivery) -> Decision:
    """That a publication is pending, and gets a delivery to this agent when it leaves the queue."""
    answer = f"Not yet: the publication is pending (#{asked.number}), and will be routed here too."
    advice = f"await inspector.step({asked.number})"
    return Decision(QUEUE, answer, "undecided", advice, asked.number)


def is_on_its_way(delivery: RecordedDelivery) -> bool:
    """Whether it is not known yet what its handler makes of it."""
    return delivery.verdict is None


def got_there(case: Case, delivery: RecordedDelivery) -> bool:
    """Whether it reached a handler, or failed to find one."""
    if delivery.reason is not None or delivery.verdict in {"handled", "unhandled"}:
        return True
    stopped = any(i.outcome != "replaced" for i in _interventions(case, delivery))
    return delivery.handled_at is not None and not stopped and delivery.verdict != "undeliverable"


def turn_decision(delivery: RecordedDelivery) -> Decision:
    """What became of the turn."""
    number = delivery.number
    if delivery.verdict == "handled":
        return Decision(RAISED, "Yes.", "ok", delivery=number)
    if delivery.verdict is None:
        waits = ", ".join(f"#{n}" for n in delivery.waits_for)
        answer = f"Not yet: its turn waits for {waits}." if waits else "Not yet: its turn is open."
        advice = f"Deliver {waits}, or ask why about it." if waits else None
        return Decision(RAISED, answer, "undecided", advice, number)
    if delivery.error is None:
        return Decision(RAISED, f"No, it was {delivery.verdict}.", "failed", delivery=number)
    error = delivery.error
    if delivery.verdict == "cancelled":
        answer = f"No, it was cancelled: {words_of(error)}."
        advice = "Look for who cancelled it: a token, a task, or asyncio.timeout."
    else:
        answer = f"No, it raised {words_of(error)}."
        to_whom = (
            "the exception goes to the caller"
            if delivery.is_rpc
            else "nobody but the log hears of the exception of an event"
        )
        advice = f"Mend the line it was raised in; {to_whom}."
    return Decision(RAISED, answer, "failed", advice, number, source=line_of(error))


def answer_decision(case: Case, request: RecordedDelivery) -> Decision | None:
    """What became of the answer to a request; `None` if there is none yet."""
    sent = (case.run.deliveries.get(number) for number in request.sent)
    answers = [d for d in sent if d is not None and d.request == request.number]
    if not answers:
        return None
    response = next((d for d in answers if d.verdict == "handled"), answers[0])
    done = case.history.interventions.get(response.number, [])
    if done and done[-1].outcome != "replaced":
        handler, outcome = done[-1].handler, done[-1].outcome
        answer = f"No, {handler} {'dropped it' if outcome == 'dropped' else 'raised on it'}."
        advice = f"Change on_response of {handler}."
        return Decision(ANSWER, answer, "failed", advice, response.number)
    return _ANSWERS.get(response.verdict or str(response.state), _answer_undecided)(response)


def words_of(error: Failure) -> str:
    """An exception in a few words."""
    text = error.text if len(error.text) < 300 else f"{error.text[:300]}…"  # noqa: PLR2004
    return f"{error.type}: {text}" if text else error.type


def line_of(error: Failure | None) -> str | None:
    """The line that raised it, as `file:line`."""
    found = _LINE.findall(error.traceback) if error is not None else []
    return ":".join(found[-1]) if found else None


def _queue(case: Case, delivery: RecordedDelivery) -> Iterator[Decision]:
    number = delivery.number
    stop = case.run.stopped
    if delivery.state == "held":
        advice = f"inspector.release({number})"
        yield Decision(QUEUE, "No, it is held.", "failed", advice, number)
    elif delivery.state == "queued" and delivery.recipient in case.run.paused_mailboxes:
        by = case.history.pausers.get(delivery.recipient or "")
        paused = "is paused" if by is None else f"was paused by the breakpoint {by!r}"
        answer = f"No, the mailbox of {delivery.recipient} {paused}."
        advice = f"inspector.resume_mailbox({delivery.recipient!r})"
        yield Decision(QUEUE, answer, "failed", advice, number)
    elif delivery.state == "queued" and stop is not None and stop.number == number:
        answer = f"Not yet: the run was stopped before it, by {stop.by!r}: {stop.reason}"
        advice = f"await inspector.step({number}), or inspector.resume()."
        yield Decision(QUEUE, answer, "undecided", advice, number)
    elif delivery.state == "queued":
        yield _waits_in_queue(case, delivery)
    elif delivery.verdict == "stranded" and delivery.handled_at is None:
        answer = "No, the runtime was stopped before; it ended as stranded."
        advice = "Await runtime.stop_when_idle() in place of stop()."
        yield Decision(QUEUE, answer, "failed", advice, number)
    elif _was_dropped_by_hand(case, delivery):
        yield _dropped_by_hand(delivery)
    else:
        yield Decision(QUEUE, f"Yes.{_edited(delivery)}", "ok", delivery=number)


def _edited(delivery: RecordedDelivery) -> str:
    if delivery.original_snapshot is None:
        return ""
    what = ", ".join(delivery.edited) or "all of it"
    return f" It was edited while it was pending: {what}; the original is kept."


def _waits_in_queue(case: Case, delivery: RecordedDelivery) -> Decision:
    number = delivery.number
    answer = f"Not yet: {_place(case, delivery)}{_edited(delivery)}"
    advice = f"await inspector.step({number}) makes it the next."
    open_turn = _open_turn_at(case, delivery.recipient)
    if open_turn is not None:
        answer += f" Its agent has a serial mailbox, and the turn of #{open_turn} is open."
        advice = f"Let the turn of #{open_turn} end first."
    elif case.run.mode != "paused" and not case.run.started:
        answer += " The runtime is not started."
        advice = f"runtime.start(), or {advice}"
    return Decision(QUEUE, answer, "undecided", advice, number)


def _place(case: Case, delivery: RecordedDelivery) -> str:
    """Where it stands in the queue, and what put it there."""
    run, number = case.run, delivery.number
    queue = run.queue
    if run.policy != "fifo" and case.runtime is not None:
        queue = [coming.number for coming in case.runtime.stepper.coming]
    place = queue.index(number) if number in queue else len(queue) - 1
    words = f"it is number {place + 1} of {len(queue)} in the queue."
    if run.policy != "fifo":
        words += f" The policy {run.policy!r} decides which goes next, not who came first."
    if number in run.places:
        words += " It was moved there."
    ahead = [f"#{n}" for n in queue[:place] if n in run.places]
    if ahead:
        more = f" and {len(ahead) - SHOWN} more" if len(ahead) > SHOWN else ""
        words += f" {', '.join(ahead[:SHOWN])}{more} {_were(ahead)} moved, and may go before it."
    return words


def _were(several: list[str]) -> str:
    return "was" if len(several) == 1 else "were"


def _open_turn_at(case: Case, agent: str | None) -> int | None:
    registered = case.registered
    if registered is None or registered.mailbox != "serial":
        return None
    turns = (d for d in case.run.deliveries.values() if d.state in {"handling", "waiting"})
    return next((d.number for d in turns if d.recipient == agent and d.kind != "response"), None)


def _was_dropped_by_hand(case: Case, delivery: RecordedDelivery) -> bool:
    return delivery.verdict == "dropped" and not _interventions(case, delivery)


def _dropped_by_hand(delivery: RecordedDelivery) -> Decision:
    if delivery.kind == "request":
        told = (
            "and its caller waits for ever"
            if delivery.error is None
            else "and its caller got an exception"
        )
    else:
        told = "without a trace for the sender"
    answer = f"It was dropped while it was pending, by the inspector, {told}."
    advice = (
        f"Do not drop it; or inspector.drop({delivery.number}, error=True), so that the caller "
        "is told."
        if delivery.kind == "request" and delivery.error is None
        else "Do not drop it, or send it again."
    )
    return Decision(QUEUE, answer, "failed", advice, delivery.number)


def _interventions(case: Case, delivery: RecordedDelivery) -> list[Intercepted]:
    numbers = case.history.siblings(delivery.number) if delivery.kind == "event" else []
    every = case.history.interventions
    return [i for number in numbers or [delivery.number] for i in every.get(number, [])]


def _intervention(case: Case, delivery: RecordedDelivery) -> Decision | None:
    done = _interventions(case, delivery)
    if not done:
        return None
    last, number = done[-1], delivery.number
    if last.outcome == "dropped":
        answer = f"No, {last.handler} dropped it."
        advice = f"Change {last.handler} so that it returns the message in place of DropMessage."
        return Decision(INTERVENTION, answer, "failed", advice, number)
    if last.outcome == "failed":
        error = delivery.error
        raised = words_of(error) if error is not None else "an exception"
        answer = f"No, {last.handler} raised {raised}, so the message went no further."
        advice = f"Mend {last.handler}."
        source = line_of(error)
        return Decision(INTERVENTION, answer, "failed", advice, number, source=source)
    by = ", then ".join(i.handler for i in done)
    answer = f"Yes, but {by} put another message in its place."
    return Decision(INTERVENTION, answer, "ok", delivery=number)


def _built(case: Case, delivery: RecordedDelivery) -> Decision:
    number, agent = delivery.number, delivery.recipient
    if delivery.verdict == "undeliverable":
        error = delivery.error
        answer = f"No: {words_of(error)}." if error is not None else "No."
        advice = f"Mend the factory or the constructor of {str(agent).partition('/')[0]!r}."
        return Decision(BUILT, answer, "failed", advice, number, source=line_of(error))
    created = case.run.agents.get(agent or "")
    if created is not None and created.cause == number:
        return Decision(BUILT, f"Yes, {agent} was built for this message.", "ok", delivery=number)
    return Decision(BUILT, "Yes.", "ok", delivery=number)


def _answer_handled(response: RecordedDelivery) -> Decision:
    words = "Yes." if response.error is None else "Yes, as an exception."
    return Decision(ANSWER, words, "ok", delivery=response.number)


def _answer_cancelled(response: RecordedDelivery) -> Decision:
    answer = "No, the caller had given up: its call was cancelled before the answer came."
    advice = (
        "Let the caller wait longer (wait_for, timeout, cancellation token), or make the handler "
        "quicker; a handler learns of it only by ctx.cancellation_token."
    )
    return Decision(ANSWER, answer, "failed", advice, response.number)


def _answer_dropped(response: RecordedDelivery) -> Decision:
    silent = "; the caller waits for ever" if response.error is None else ""
    advice = f"Do not drop #{response.number}; with error=True the caller is told."
    answer = f"No, the answer was dropped{silent}."
    return Decision(ANSWER, answer, "failed", advice, response.number)


def _answer_stranded(response: RecordedDelivery) -> Decision:
    advice = "Await runtime.stop_when_idle() in place of stop()."
    return Decision(ANSWER, "No, the runtime was stopped.", "failed", advice, response.number)


def _answer_held(response: RecordedDelivery) -> Decision:
    advice = f"inspector.release({response.number})"
    return Decision(ANSWER, "Not yet: the answer is held.", "failed", advice, response.number)


def _answer_undecided(response: RecordedDelivery) -> Decision:
    answer = f"Not yet: the answer is #{response.number}, {response.verdict or response.state}."
    advice = f"await inspector.step({response.number})"
    return Decision(ANSWER, answer, "undecided", advice, response.number)


_ANSWERS = {
    "handled": _answer_handled,
    "cancelled": _answer_cancelled,
    "dropped": _answer_dropped,
    "failed": _answer_dropped,
    "stranded": _answer_stranded,
    "held": _answer_held,
}

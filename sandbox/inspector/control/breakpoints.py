"""Breakpoints: what stops a run, and where."""

from __future__ import annotations

import html
import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.inspector.control.patterns import agent_matches, message_matches, topic_matches
from sandbox.inspector.recording.snapshots import class_name, cut_text
from sandbox.inspector.recording.wording import only_paused
from sandbox.runtime.delivery import EVENT, RESPONSE, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from sandbox.inspector.control.patterns import AgentPattern, MessagePattern, TopicPattern
    from sandbox.messaging.agent_id import AgentId
    from sandbox.messaging.message_context import MessageContext
    from sandbox.runtime.delivery import Delivery

    Condition = Callable[[Any, MessageContext | None, Any], object]

# Kind -> when it stops, in words. The first four stop before the delivery leaves the queue.
KINDS = {
    "before": "before a message is delivered",
    "reply": "before an answer is delivered",
    "routed": "before a publication goes to its recipients",
    "no_recipient": "before a publication that nobody receives is done with",
    "sent": "when a message is sent",
    "created": "when an agent is built",
    "after": "after a turn",
    "failed": "after a turn that raised, or an agent that could not be built",
    "unhandled": "after a turn in which no handler took the message",
    "dropped": "when a message is dropped",
    "changed": "when a message was changed after it was sent",
    "invariant": "when an invariant is broken",
}

VERDICTS = {
    Verdict.FAILED: "failed",
    Verdict.UNDELIVERABLE: "failed",
    Verdict.UNHANDLED: "unhandled",
    Verdict.DROPPED: "dropped",
}
TURN_ENDED = {
    Verdict.HANDLED,
    Verdict.UNHANDLED,
    Verdict.FAILED,
    Verdict.CANCELLED,
}


@dataclass(eq=False)
class Breakpoint:
    """Stops a run when something happens. Made by `Inspector.break_on`, which explains it.

    Attributes:
        kind: what happens; one of `KINDS`.
        agent: to which agents, `None` for all.
        topic: under which topics, `None` for all and for messages sent directly.
        message: with messages of which class, `None` for all.
        when: a condition over `(message, context, agent)`, or `None`.
        recipients: for `routed`, how many recipients there must be, or `None`.
        from_hit: how often it must be met to stop; it stops from then on.
        once: whether it is removed once it has stopped.
        hold_only: whether it only pauses the mailbox of the agent, and not the runtime.
        hits: how often it was met so far.
        error: what the condition raised last, or `None`.

    Raises:
        ValueError: there is no such kind, or an argument makes no sense with it.

    Example:
        >>> from sandbox import Inspector, SingleThreadedAgentRuntime
        >>> inspector = Inspector(SingleThreadedAgentRuntime())
        >>> breakpoint = inspector.break_on("failed", agent="worker", once=True)
        >>> breakpoint
        <Breakpoint failed, agent worker, once: never met>
        >>> breakpoint.label
        'failed, agent worker, once'
        >>> breakpoint.meets(Moment("sent", None, None, None))
        False
        >>> breakpoint.remove()
        >>> inspector.breakpoints
        ()
    """

    kind: str
    agent: AgentPattern | None = None
    topic: TopicPattern | None = None
    message: MessagePattern | None = None
    when: Condition | None = None
    recipients: int | Container[int] | None = None
    from_hit: int = 1
    once: bool = False
    hold_only: bool = False
    hits: int = field(default=0, init=False)
    error: Exception | None = field(default=None, init=False)
    on_remove: Callable[[Breakpoint], None] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            msg = f"There is no kind of breakpoint {self.kind!r}. There are: {', '.join(KINDS)}."
            raise ValueError(msg)
        if self.hold_only and self.kind in {"no_recipient", "routed", "invariant"}:
            msg = f"A breakpoint on {self.kind!r} is about no single agent, so it has no mailbox."
            raise ValueError(msg)
        if self.recipients is not None and self.kind != "routed":
            msg = f"Recipients are counted by breakpoints on 'routed', not on {self.kind!r}."
            raise ValueError(msg)
        if self.from_hit < 1:
            msg = f"It can stop at the first hit or a later one, not at hit {self.from_hit}."
            raise ValueError(msg)

    def remove(self) -> None:
        """Stop no more. Removing it twice changes nothing."""
        if self.on_remove is not None:
            self.on_remove(self)

    @property
    def label(self) -> str:
        """What it is about, in a few words."""
        parts = [self.kind]
        parts += [f"agent {self.agent}"] if self.agent is not None else []
        parts += [f"topic {self.topic}"] if self.topic is not None else []
        if self.message is not None:
            name = self.message if isinstance(self.message, str) else self.message.__name__
            parts.append(f"message {name}")
        parts += [f"{self.recipients} recipients"] if self.recipients is not None else []
        parts += [f"when {_name(self.when)}"] if self.when is not None else []
        parts += [f"from hit {self.from_hit}"] if self.from_hit > 1 else []
        parts += ["once"] if self.once else []
        parts += ["hold only"] if self.hold_only else []
        return ", ".join(parts)

    def meets(self, moment: Moment) -> bool:
        """Find out whether it stops here; an inspector asks that at each moment.

        It counts the hit, and keeps the error of a condition that raises.

        Returns:
            Whether it stops.
        """
        if not self._concerns(moment):
            return False
        if self.when is not None:
            try:
                wanted = self._ask(self.when, moment)
            except Exception as error:  # the user's condition may do anything
                self.error = error
                self.hits += 1
                return True
            if not wanted:
                return False
        self.error = None
        self.hits += 1
        return self.hits >= self.from_hit

    def _concerns(self, moment: Moment) -> bool:
        if moment.kind != self.kind or not topic_matches(self.topic, moment.topic):
            return False
        if self.message is not None and not moment.has_message:
            return False
        if self.recipients is not None and not _counts(self.recipients, moment.recipients):
            return False
        return message_matches(self.message, moment.message) and any(
            agent_matches(self.agent, agent_id) for agent_id in moment.parties
        )

    def _ask(self, when: Condition, moment: Moment) -> bool:
        answer = when(moment.message, moment.context, moment.agent)
        if inspect.isawaitable(answer):
            if inspect.iscoroutine(answer):
                answer.close()
            msg = "A condition must be a plain function, for nothing can wait for it."
            raise TypeError(msg)
        return bool(answer)

    def __repr__(self) -> str:
        error = f"; its condition raised {_said(self.error)}" if self.error is not None else ""
        return f"<Breakpoint {self.label}: {_times(self.hits)}{error}>"

    def _repr_html_(self) -> str:
        said = f"<br>Its condition raised {html.escape(_said(self.error))}." if self.error else ""
        return (
            f"<b>{html.escape(self.label)}</b>: stops {html.escape(KINDS[self.kind])}; "
            f"{_times(self.hits)}.{said}"
        )


class Moment:
    """Something that happens, in the terms in which breakpoints ask about it.

    Attributes:
        kind: which kind of breakpoint it is for.
        delivery: what it happens to, if that is a delivery.
        agent_id: the agent concerned: the sender of what is sent, else the recipient.
        agent: that agent itself, if it was built.
        recipients: to how many agents a publication goes.
        text: what is to be said about it beyond that.
    """

    def __init__(
        self,
        kind: str,
        delivery: Delivery | None,
        agent_id: AgentId | None,
        agent: Any,
        *,
        recipients: int = 0,
        text: str = "",
    ) -> None:
        self.kind = kind
        self.delivery = delivery
        self.agent_id = agent_id
        self.agent = agent
        self.recipients = recipients
        self.text = text

    @property
    def has_message(self) -> bool:
        """Whether it is about a message at all."""
        return self.delivery is not None

    @property
    def message(self) -> Any:
        """The message, or `None`."""
        return None if self.delivery is None else self.delivery.message

    @property
    def context(self) -> MessageContext | None:
        """The context of the delivery, or `None`."""
        return None if self.delivery is None else self.delivery.context

    @property
    def topic(self) -> Any:
        """The topic of the delivery, or `None`."""
        return None if self.delivery is None else self.delivery.topic_id

    @property
    def parties(self) -> list[AgentId | None]:
        """The agents that a filter may mean; of an answer, both who gives and who gets it."""
        if self.kind == "reply" and self.delivery is not None:
            return [self.agent_id, self.delivery.sender]
        if self.kind == "routed" and self.delivery is not None:
            publication = self.delivery.publication
            return [e.recipient for e in publication.events if e.pending] if publication else []
        return [self.agent_id]

    def __str__(self) -> str:
        about = f": {self.delivery!r}" if self.delivery is not None else ""
        named = f" {self.agent_id}" if self.kind == "created" else ""
        text = f" ({self.text})" if self.text else ""
        return f"{self.kind}{named}{text}{about}"


def moments_before(delivery: Delivery, agent: Any) -> list[Moment]:
    """What is about to happen when this delivery leaves the queue.

    Args:
        delivery: it is pending still.
        agent: its recipient, if that was built.
    """
    kinds = ["before"]
    recipients = 0
    publication = delivery.publication
    if publication is not None and not publication.touched:
        recipients = sum(e.pending and e.recipient is not None for e in publication.events)
        kinds.append("routed")
    if delivery.kind is EVENT and delivery.recipient is None:
        kinds.append("no_recipient")
    if delivery.kind is RESPONSE:
        kinds.append("reply")
    return [
        Moment(kind, delivery, delivery.recipient, agent, recipients=recipients) for kind in kinds
    ]


def moments_after(delivery: Delivery, agent: Any) -> list[Moment]:
    """What has happened when this delivery got its verdict."""
    verdict = delivery.verdict
    assert verdict is not None  # it has just got it
    kinds = [VERDICTS[verdict]] if verdict in VERDICTS else []
    if delivery.kind is not RESPONSE and verdict in TURN_ENDED:
        kinds.append("after")
    return [Moment(kind, delivery, delivery.recipient, agent) for kind in kinds]


def reason_of(breakpoint: Breakpoint, moment: Moment) -> str:
    """Why it stopped there, in words."""
    held = f"; {only_paused(str(moment.agent_id))}" if breakpoint.hold_only else ""
    if breakpoint.error is not None:
        return f"its condition raised {_said(breakpoint.error)} at {moment}{held}"
    count = f" (hit {breakpoint.hits})" if breakpoint.hits > 1 else ""
    return f"{moment}{count}{held}"


def _counts(wanted: int | Container[int], count: int) -> bool:
    return count == wanted if isinstance(wanted, int) else count in wanted


def _said(error: Exception) -> str:
    try:
        return cut_text(f"{class_name(error)}: {error}")
    except Exception:  # an exception may have a broken __str__
        return class_name(error)


def _name(function: object) -> str:
    return str(getattr(function, "__name__", class_name(function)))


def _times(count: int) -> str:
    return {0: "never met", 1: "met once"}.get(count, f"met {count} times")

"""The delivery: one message on its way to one recipient."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sandbox.messaging.message_context import MessageContext
from sandbox.messaging.turn import Turn

if TYPE_CHECKING:
    import asyncio

    from sandbox.messaging.agent_id import AgentId
    from sandbox.messaging.cancellation import CancellationToken
    from sandbox.messaging.topic import TopicId


class Kind(StrEnum):
    """What a delivery is: a call, its answer, or one recipient's share of a publication."""

    REQUEST = "request"
    RESPONSE = "response"
    EVENT = "event"


class State(StrEnum):
    """Where a delivery stands before its verdict."""

    QUEUED = "queued"
    HELD = "held"
    HANDLING = "handling"
    WAITING = "waiting"


class Verdict(StrEnum):
    """How a delivery ended. Every delivery gets exactly one."""

    HANDLED = "handled"
    UNHANDLED = "unhandled"
    FAILED = "failed"
    DROPPED = "dropped"
    UNDELIVERABLE = "undeliverable"
    NO_RECIPIENT = "no_recipient"
    SKIPPED_SENDER = "skipped_sender"
    CANCELLED = "cancelled"
    STRANDED = "stranded"


# The members once more, as names of this module: the hot path reads several per delivery, and
# on Python 3.11 reading one off its class takes some 100 ns.
REQUEST, RESPONSE, EVENT = Kind
QUEUED, HELD, HANDLING, WAITING = State
HANDLED, UNHANDLED, FAILED, DROPPED, UNDELIVERABLE = list(Verdict)[:5]
NO_RECIPIENT, SKIPPED_SENDER, CANCELLED, STRANDED = list(Verdict)[5:]


class _Seldom(Turn):
    """What few deliveries have. Most never set these, and making one costs so much less."""

    __slots__ = ()

    error: BaseException | None = None
    task: asyncio.Task[None] | None = None
    copy_of: int | None = None
    place: tuple[int, ...] | None = None


class Delivery(_Seldom):
    """One message on its way to one recipient, with its `MessageContext`.

    The runtime makes one for every request, for every response, and for every recipient of a
    publication. It is also the turn in which a handler runs (see `sandbox.messaging.turn`), so
    whatever a handler sends knows its cause.

    Attributes:
        number: 1, 2, … in the order in which deliveries entered the queue.
        kind: `request`, `response` or `event`.
        context: the `MessageContext` of this delivery. Requests and events hand this very object
            to the handler. A response has one as well: its sender is the agent that answered,
            and it shares the request's `message_id`.
        message: the very object that was sent; for a response, what the handler returned.
        recipient: the agent it goes to; `None` for a response to a caller outside any agent
            and for a publication that nobody receives.
        cause: number of the delivery in whose turn this one was sent, or `None` if it came
            from outside, for instance from a notebook cell.
        publication: the `publish_message` call that an event belongs to, else `None`.
        request: the request that a response answers, else `None`.
        reply: the future that the caller of a request awaits; `None` once no answer can come.
        subscriptions: ids of the subscriptions by which an event found its recipient.
        state: before the verdict, one of `State`; afterwards `None`.
        verdict: how it ended, one of `Verdict`; `None` until then.
        result: what the handler returned.
        error: the exception it ended with; for a response, the one it carries to the caller.
        unhandled: why no handler took the message, in words, else `None`.
        open_calls: how many requests sent in this turn are still unanswered.
        depth: how many interventions, one inside another, this message was sent from within.
        home: identity of the runtime it belongs to, so that two runtimes never mix causes.
        copy_of: number of the delivery that it duplicates, the first one if that is a copy itself.
        place: where it stands in the queue, if it was moved; else `None`.
    """

    __slots__ = (
        "__dict__",
        "cause",
        "context",
        "depth",
        "home",
        "kind",
        "message",
        "number",
        "open_calls",
        "publication",
        "reply",
        "request",
        "result",
        "state",
        "subscriptions",
        "verdict",
    )

    context: MessageContext

    def __init__(
        self,
        number: int,
        kind: Kind,
        message: Any,
        recipient: AgentId | None,
        context: MessageContext | None,
        origin: tuple[int | None, int],
        home: object,
        publication: Publication | None = None,
        subscriptions: tuple[str, ...] = (),
    ) -> None:
        self.number = number
        self.kind = kind
        self.message = message
        self.recipient = recipient
        if context is not None:
            self.context = context
        self.cause, self.depth = origin
        self.home = home
        self.state: State | None = QUEUED
        self.verdict: Verdict | None = None
        self.result: Any = None
        self.unhandled: str | None = None
        self.publication = publication
        self.subscriptions = subscriptions
        self.request: Delivery | None = None
        self.reply: asyncio.Future[Any] | None = None
        self.open_calls = 0

    if not TYPE_CHECKING:  # else any misspelt attribute would do

        def __getattr__(self, name: str) -> Any:
            # Called for what is not set: the context of a response, made if somebody asks.
            if name != "context" or self.request is None:
                msg = f"{type(self).__name__!r} object has no attribute {name!r}"
                raise AttributeError(msg)
            asked = self.request.context
            self.context = MessageContext(
                sender=self.request.recipient,
                topic_id=None,
                is_rpc=True,
                cancellation_token=asked.cancellation_token,
                message_id=asked.message_id,
            )
            return self.context

    @property
    def message_id(self) -> str:
        """Id of the message; the events of one publication share it, a response its request's."""
        return self.context.message_id

    @property
    def sender(self) -> AgentId | None:
        """The agent that sent it, or `None` if it came from outside."""
        return self.context.sender

    @property
    def topic_id(self) -> TopicId | None:
        """The topic it was published to, or `None` if it was sent directly."""
        return self.context.topic_id

    @property
    def pending(self) -> bool:
        """Whether it still waits to be delivered (`queued` or `held`)."""
        return self.state is QUEUED or self.state is HELD

    @property
    def parked(self) -> bool:
        """Whether its turn has ended, or rests until another agent answers."""
        return self.verdict is not None or self.open_calls > 0

    def __repr__(self) -> str:
        where = "outside" if self.recipient is None else str(self.recipient)
        if self.recipient is None and self.kind is EVENT:
            where = "nobody"
        came_from = "outside" if self.sender is None else str(self.sender)
        ended = self.verdict or self.state
        return (
            f"<Delivery #{self.number} {self.kind} {type(self.message).__name__} "
            f"{came_from} -> {where}: {ended}>"
        )


class Publication:
    """One `publish_message` call: the group of its `event` deliveries.

    Attributes:
        message: the published object, shared by all its events.
        topic_id: the topic it was published to.
        sender: the publishing agent, or `None` if it came from outside.
        cancellation_token: handed to every recipient.
        message_id: shared by all its events.
        origin: number of the delivery in whose turn it was published, or `None`, and the depth.
        events: its deliveries, in subscription order, the skipped sender's included; none any more
            once all have a verdict, so that nothing holds them.
        open: how many of them have no verdict yet; one more while it is being published.
        touched: whether its first delivery has left the queue; from then on its recipients
            are settled, and changes to subscriptions no longer count.
        intercepted: whether its message has gone to the interventions, which see it once.
        version: version of the router's subscriptions that it was routed by.
        edited: numbers of those events whose message was edited. They share neither it, nor
            what interventions make of the message of the others.
    """

    __slots__ = (
        "cancellation_token",
        "edited",
        "events",
        "intercepted",
        "message",
        "message_id",
        "open",
        "origin",
        "sender",
        "topic_id",
        "touched",
        "version",
    )

    def __init__(
        self,
        message: Any,
        topic_id: TopicId,
        sender: AgentId | None,
        cancellation_token: CancellationToken,
        message_id: str,
        origin: tuple[int | None, int],
        version: int,
    ) -> None:
        self.message = message
        self.topic_id = topic_id
        self.sender = sender
        self.cancellation_token = cancellation_token
        self.message_id = message_id
        self.origin = origin
        self.events: list[Delivery] = []
        self.open = 1
        self.touched = False
        self.intercepted = False
        self.version = version
        self.edited: frozenset[int] = frozenset()

    def enter_copy(self, copy: Delivery) -> None:
        """Make a copy of one of its events a publication of its own, whose recipient stays."""
        own = Publication(
            copy.message,
            self.topic_id,
            self.sender,
            self.cancellation_token,
            self.message_id,
            self.origin,
            self.version,
        )
        own.events.append(copy)  # the one that `open` counts, in place of the publishing
        own.touched = True
        own.intercepted = self.intercepted
        copy.publication = own

    def __repr__(self) -> str:
        return (
            f"<Publication {self.message_id} {type(self.message).__name__} to {self.topic_id}: "
            f"{len(self.events)} deliveries>"
        )

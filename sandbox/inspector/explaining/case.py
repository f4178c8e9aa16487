"""A case: one message and one agent, and everything known about the two."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from sandbox.inspector.explaining.routing_history import NOW
from sandbox.messaging.agent_id import AgentId

if TYPE_CHECKING:
    from sandbox.inspector.explaining.routing_history import RoutingHistory
    from sandbox.inspector.recording.records import Registered, Subscribed
    from sandbox.inspector.recording.run_state import RecordedDelivery, RunState
    from sandbox.messaging.subscription import Subscription
    from sandbox.messaging.topic import TopicId
    from sandbox.runtime.runtime import SingleThreadedAgentRuntime

UNKNOWN: Final = object()
"""In place of a message that only its snapshot is left of."""

PENDING = frozenset({"queued", "held"})


@dataclass(slots=True)
class Case:
    """One message and one agent.

    Attributes:
        run: the run as it stands.
        history: what could be routed where, and when.
        runtime: the live runtime, or `None` if there is only a recording.
        agent: the agent asked about, as `type/key`; `None` for nobody in particular.
        message_type: name of the message's class.
        topic: what it is published to; `None` if it is sent directly.
        sender: who sends it, as `type/key`; `None` from outside.
        is_rpc: whether the sender awaits an answer.
        message: the live message, or `UNKNOWN`.
        asked: the delivery asked about; `None` if the message is not sent yet.
        events: all deliveries of the publication.
        delivery: the one that goes to the agent, or `None`.
    """

    run: RunState
    history: RoutingHistory
    runtime: SingleThreadedAgentRuntime | None
    agent: str | None
    message_type: str
    topic: TopicId | None
    sender: str | None
    is_rpc: bool
    message: Any = UNKNOWN
    asked: RecordedDelivery | None = None
    events: list[RecordedDelivery] = field(default_factory=list)
    delivery: RecordedDelivery | None = None

    @property
    def agent_type(self) -> str | None:
        """The type of the agent asked about."""
        return None if self.agent is None else self.agent.partition("/")[0]

    @property
    def moment(self) -> float:
        """When subscriptions counted: as the first event of the publication left the queue."""
        left = [d for d in self.events if d.state not in PENDING and d.verdict != "skipped_sender"]
        # Of several events, one that ended so was withdrawn before, with its subscription.
        left = [d for d in left if d.verdict != "no_recipient"] or left
        moments = [d.settled_at if d.handled_at is None else d.handled_at for d in left]
        return min((m for m in moments if m is not None), default=NOW)

    @property
    def registered(self) -> Registered | None:
        """The registration of the agent's type when it mattered: when its turn began, or now."""
        if self.agent_type is None:
            return None
        handled = self.delivery.handled_at if self.delivery is not None else None
        moments = (self.moment if handled is None else handled, NOW)
        found = (self.history.registration(self.agent_type, moment) for moment in moments)
        return next((each for each in found if each is not None), None)

    @property
    def agent_class(self) -> type | None:
        """The live class of the agent, or `None`."""
        if self.runtime is None or self.agent_type is None:
            return None
        known = self.runtime.registrations.get(self.agent_type)
        return None if known is None else known.expected_class

    def routes(self) -> list[tuple[str | None, str]]:
        """Subscription and agent, for everyone whom the message goes to.

        What is pending is routed again if subscriptions change before it leaves the queue.
        """
        copied = self.asked is not None and self.asked.copy_of is not None
        if self.asked is not None and (copied or self.moment != NOW):
            return [
                (next(iter(d.subscriptions), None), d.recipient)
                for d in self.events
                if d.recipient is not None and d.verdict != "no_recipient"
            ]
        found = ((s.subscription, self.answer_of(s)) for s in self.history.subscriptions_at(NOW))
        return [(name, answer) for name, answer in found if type(answer) is str]

    def answer_of(self, subscription: Subscribed) -> str | Exception | None:
        """Whom a subscription maps the topic to: an agent, `None`, or the exception it raises.

        A subscription of a class that the recording knows nothing about is asked itself, if it
        is still there.
        """
        assert self.topic is not None  # only publications are routed
        if not is_foreign(subscription):
            matches = matches_by_type(subscription, self.topic.type)
            return f"{subscription.agent_type}/{self.topic.source}" if matches else None
        live = self.live_subscription(subscription.subscription)
        if live is None:
            found = (
                d.recipient for d in self.events if subscription.subscription in d.subscriptions
            )
            return next(found, None)
        try:
            return str(live.map_to_agent(self.topic)) if live.is_match(self.topic) else None
        except Exception as error:  # the code of the subscription's author
            return error

    def live_subscription(self, id: str) -> Subscription | None:
        """The live subscription with this id, or `None`."""
        standing = () if self.runtime is None else self.runtime.subscriptions
        return next((s for s in standing if s.id == id), None)


def is_foreign(subscription: Subscribed) -> bool:
    """Whether only the subscription's own class knows what it matches."""
    return subscription.topic_type is None and subscription.prefix is None


def matches_by_type(subscription: Subscribed, topic_type: str) -> bool:
    """Whether a subscription matches by its topic type or prefix."""
    if subscription.topic_type is not None:
        return subscription.topic_type == topic_type
    return subscription.prefix is not None and topic_type.startswith(subscription.prefix)


def described(subscription: Subscribed) -> str:
    """A recorded subscription in a few words."""
    if subscription.topic_type is not None:
        return f"{subscription.label}({subscription.topic_type!r})"
    if subscription.prefix is not None:
        return f"{subscription.label}({subscription.prefix + '*'!r})"
    return f"{subscription.label} (a class of its own)"


def as_agent_name(agent: AgentId | str | None) -> str | None:
    """An agent as `type/key`.

    Raises:
        ValueError: it is a text without a slash.
        TypeError: it is neither an `AgentId` nor a text.
    """
    if agent is None:
        return None
    if isinstance(agent, AgentId):
        return str(agent)
    if not isinstance(given := cast("object", agent), str):
        msg = f"The agent must be an AgentId or 'type/key', not {given!r}."
        raise TypeError(msg)
    if "/" not in agent:
        msg = f"Invalid agent: {agent!r}. Write it as 'type/key', for instance '{agent}/default'."
        raise ValueError(msg)
    return agent

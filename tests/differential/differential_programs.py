"""Random programs of agents, as plain data, and how Hypothesis makes them.

A program says which agents exist, which script each runs for which message, who is subscribed to
what, and what is sent from outside, phase by phase. `differential_interpreter` runs it.
"""

from dataclasses import dataclass

from hypothesis import strategies as st

KEYS = ("default", "k1")
TAGS = (0, 1, 2)
TOPICS = ("default", "default", "news", "news", "news-local", "a:x", "b:y")
# Mostly what has a handler; an Ask that is published and a News that is sent have none.
PUBLISHED = (*["News"] * 5, *["Either"] * 3, "Ask", "Strange")
SENT = (*["Ask"] * 5, *["Either"] * 3, "News", "Strange")


@dataclass(frozen=True)
class Publish:
    """Publish; a source of None takes the topic from `DefaultTopicId`."""

    message: str
    tag: int
    topic: str
    source: str | None
    token: str | None = None


@dataclass(frozen=True)
class Send:
    """Send and await the answer; `token` is None, "shared" or "forward" (the handled message's)."""

    message: str
    tag: int
    type: str
    key: str
    catch: bool = True
    token: str | None = None


@dataclass(frozen=True)
class Gather:
    """Send several messages at once and await all answers."""

    sends: tuple[Send, ...]


@dataclass(frozen=True)
class Raise:
    """Raise an error of a built-in type."""

    type: str
    text: str


@dataclass(frozen=True)
class Yield:
    """Give way to the event loop once."""


@dataclass(frozen=True)
class Cancel:
    """Cancel the token that is shared by the whole program."""


@dataclass(frozen=True)
class Subscribe:
    """Add the subscription of this index."""

    index: int


@dataclass(frozen=True)
class Unsubscribe:
    """Remove the subscription of this index."""

    index: int


Action = Publish | Send | Gather | Raise | Yield | Cancel | Subscribe | Unsubscribe


@dataclass(frozen=True)
class AgentSpec:
    """One agent type.

    Kinds: "routed" handles all but Strange, "listener" only News, "closure" is a closure agent,
    "instance" is one object registered under the key "default", "broken" cannot be built.
    """

    type: str
    kind: str
    scripts: tuple[tuple[Action, ...], ...]


@dataclass(frozen=True)
class SubscriptionSpec:
    """Kinds: "type", "prefix", "default", and "custom" (a class of the user's: one fixed agent)."""

    kind: str
    topic: str
    agent_type: str
    initial: bool


@dataclass(frozen=True)
class Rule:
    """What the intervention handler does at a stage with messages of a tag."""

    stage: str
    tag: int
    outcome: str


@dataclass(frozen=True)
class Program:
    """All there is to run."""

    agents: tuple[AgentSpec, ...]
    subscriptions: tuple[SubscriptionSpec, ...]
    rules: tuple[Rule, ...] | None
    phases: tuple[tuple[Action, ...], ...]


@st.composite
def publishes(draw, *, tokens, outside=False):
    """Inside a handler the source may be left to `DefaultTopicId`."""
    source = draw(st.sampled_from(KEYS)) if outside else draw(st.sampled_from((None, *KEYS)))
    return Publish(
        message=draw(st.sampled_from(PUBLISHED)),
        tag=draw(st.sampled_from(TAGS)),
        topic="default" if source is None else draw(st.sampled_from(TOPICS)),
        source=source,
        token=draw(st.sampled_from(tokens)),
    )


@st.composite
def sends(draw, agents, *, tokens, unknown):
    """To a registered agent or, where errors are allowed, to an unknown type."""
    targets = []
    for name, kind in agents:
        keys = ("default",) if kind == "instance" else KEYS
        targets += [(name, key) for key in keys] * (1 if kind in {"broken", "listener"} else 4)
    if unknown:
        targets.append(("nobody", "default"))
    recipient, key = draw(st.sampled_from(targets))
    return Send(
        message=draw(st.sampled_from(SENT)),
        tag=draw(st.sampled_from(TAGS)),
        type=recipient,
        key=key,
        catch=draw(st.booleans()),
        token=draw(st.sampled_from(tokens)),
    )


def small(subscriptions, *phase, rules=None, script=()):
    """A program of two agents, for an example by hand; b runs `script` whatever it gets."""
    listening = ("routed", ((),) * len(TAGS)), ("routed", (tuple(script),) * len(TAGS))
    agents = [AgentSpec(name, *spec) for name, spec in zip("ab", listening, strict=True)]
    return Program(tuple(agents), tuple(subscriptions), rules, (phase,))


def news(tag=0, topic="news"):
    """A publication from outside."""
    return Publish("News", tag, topic, "default")


def listens(agent_type, topic="news"):
    """A subscription that is there from the beginning."""
    return SubscriptionSpec("type", topic, agent_type, initial=True)


def raises():
    """The kinds of errors whose texts Python words differently."""
    return st.builds(
        Raise, st.sampled_from(("ValueError", "KeyError", "LookupError")), st.sampled_from("xy")
    )


@st.composite
def programs(draw, family):
    """Programs of up to four agent types, of one of three families.

    "erring" programs have errors, gathers, and handlers that give way to the event loop. What
    comes of these has no certain place in the queue. So they have nothing that its place would
    change: in "cancelling" programs handlers cancel, in "subscribing" ones they subscribe.
    """
    erring, cancelling = family == "erring", family == "cancelling"
    kinds = (*["routed"] * 5, "listener", "instance", *(["closure", "broken"] if erring else []))
    agents = [(name, draw(st.sampled_from(kinds))) for name in "abcd"[: draw(st.integers(2, 4))]]
    subscriptions = draw(subscription_lists(agents))
    indices = st.integers(0, max(len(subscriptions) - 1, 0))
    changes = [st.builds(kind, indices) for kind in (Subscribe, Unsubscribe) if subscriptions]
    cancels = [st.just(Cancel())] if cancelling else []
    inside = (None, "shared", "forward") if cancelling else (None,)
    sending = sends(agents, tokens=inside, unknown=erring)
    parts = [publishes(tokens=inside)] * 4 + [sending] * 4 + cancels
    if erring:
        gathers = st.lists(sending, min_size=1, max_size=3).map(tuple).map(Gather)
        parts += [gathers, raises(), st.just(Yield())]
    if family == "subscribing":
        parts += changes
    script = st.lists(st.one_of(parts), min_size=2, max_size=4).map(tuple)
    scripts = st.tuples(*(script for _ in TAGS))
    outside = (None, "shared") if cancelling else (None,)
    events = [publishes(tokens=outside, outside=True)] * 3
    events += [sends(agents, tokens=outside, unknown=erring)] * 3 + changes + cancels
    phase = st.lists(st.one_of(events), min_size=4, max_size=7).map(tuple)
    return Program(
        agents=tuple(AgentSpec(name, kind, draw(scripts)) for name, kind in agents),
        subscriptions=subscriptions,
        rules=draw(st.none() | rule_lists(erring=erring)),
        phases=tuple(draw(st.lists(phase, min_size=1, max_size=2))),
    )


@st.composite
def subscription_lists(draw, agents):
    """Broken agents have none, instances only such as reach the one instance."""
    listening = [name for name, kind in agents if kind in {"routed", "listener", "closure"}]
    reachable = [*listening, *(name for name, kind in agents if kind == "instance")]
    if not reachable:
        return ()
    kinds = ("type", "prefix", "default", "custom") if listening else ("custom",)
    found = []
    for _ in range(draw(st.integers(3, 6))):
        kind = draw(st.sampled_from(kinds))
        topic = "default" if kind == "default" else draw(st.sampled_from(TOPICS))
        target = draw(st.sampled_from(reachable if kind == "custom" else listening))
        found.append(
            SubscriptionSpec(
                kind, topic, target, initial=draw(st.sampled_from((True, True, True, False)))
            )
        )
    return tuple(found)


@st.composite
def rule_lists(draw, *, erring):
    """At most one rule for a stage and a tag."""
    outcomes = ("replace", "replace", "replace", "drop", "raise") if erring else ("replace",)
    places = [(stage, tag) for stage in ("send", "publish", "response") for tag in TAGS]
    chosen = draw(st.lists(st.sampled_from(places), min_size=1, max_size=4, unique=True))
    return tuple(Rule(stage, tag, draw(st.sampled_from(outcomes))) for stage, tag in chosen)

"""Messages that are changed after they were sent: who did it, which field, who else sees it."""

import json
from dataclasses import dataclass, field
from functools import cached_property

import pytest
from calls import begin_call
from pydantic import BaseModel

from sandbox import (
    AgentId,
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    event,
    rpc,
)
from sandbox.inspector.recording.fingerprints import fingerprint
from sandbox.inspector.recording.records import Changed
from sandbox.testing import run_until_idle

NEWS = TopicId("news", "default")


@dataclass
class News:
    text: str
    tags: list = field(default_factory=list)


class Model(BaseModel):
    text: str = ""
    tags: list[str] = []


class Hearer(RoutedAgent):
    def __init__(self):
        super().__init__("hears")
        self.seen = []

    @event
    async def hear(self, message: News, ctx: MessageContext) -> None:
        self.seen.append((id(message), list(message.tags)))
        if message.text == "tag":
            message.tags.append(self.id.type)

    @event
    async def model(self, message: Model, ctx: MessageContext) -> None:
        message.text = "changed"


class Sender(RoutedAgent):
    def __init__(self):
        super().__init__("sends")

    @rpc
    async def send(self, message: str, ctx: MessageContext) -> None:
        news = News("mine")
        await self.publish_message(news, NEWS)
        news.tags.append("late")


async def crew(*, inspected=True):
    runtime = SingleThreadedAgentRuntime()
    for name in ("a", "b"):
        await Hearer.register(runtime, name, Hearer)
        await runtime.add_subscription(TypeSubscription("news", name))
    await Sender.register(runtime, "sender", Sender)
    return runtime, Inspector(runtime) if inspected else None


async def publish(inspector, message, then=None):
    await inspector.runtime.publish_message(message, NEWS)
    if then is not None:
        then()
    await inspector.run()


def changed(inspector):
    return [
        (
            r.number,
            r.when,
            r.by,
            r.shared,
            *(json.loads(s).get("json") for s in (r.before, r.after)),
        )
        for r in inspector.recording.records
        if type(r) is Changed
    ]


async def test_what_the_first_recipient_changes_is_recorded_once_with_who_else_sees_it():
    _, inspector = await crew()
    await publish(inspector, News("tag"))
    old, mid, new = ({"text": "tag", "tags": tags} for tags in ([], ["a"], ["a", "b"]))
    assert changed(inspector) == [(1, "turn", 1, (2,), old, mid), (2, "turn", 2, (), mid, new)]
    (problem, _) = [p for p in inspector.problems if p.kind == "changed"] * 2
    assert 1 in problem.deliveries
    assert 'tags: [] → ["a"]' in problem.sentence
    inspector.close()


async def test_what_is_changed_outside_after_publishing_is_found_at_the_first_delivery():
    _, inspector = await crew()
    news = News("mine")
    await publish(inspector, news, lambda: news.tags.append("late"))
    assert [c[:4] for c in changed(inspector)] == [(1, "delivery", None, (2,))]
    inspector.close()


async def test_what_its_sender_changes_in_its_turn_is_put_down_to_that_turn():
    runtime, inspector = await crew()
    call = await begin_call(runtime, "go", AgentId("sender", "x"))
    await inspector.run()
    await call
    assert [c[:4] for c in changed(inspector)] == [(2, "delivery", 1, (3,))]
    inspector.close()


async def test_a_flat_message_and_a_model_that_are_changed_are_found_too():
    _, inspector = await crew()
    message = {"n": 1}
    await publish(inspector, message, lambda: message.update(n=2))
    await publish(inspector, Model())
    assert [(c[0], c[1], c[4], c[5]) for c in changed(inspector)] == [
        (1, "delivery", {"n": 1}, {"n": 2}),
        (3, "turn", {"text": "", "tags": []}, {"text": "changed", "tags": []}),
    ]
    inspector.close()


class Whimsical:
    """Its `repr` is never the same twice."""

    said = 0

    def __repr__(self):
        Whimsical.said += 1
        return f"<{Whimsical.said}>"


@dataclass
class Lazy:
    number: int

    @cached_property
    def double(self):
        return 2 * self.number


@pytest.mark.parametrize(
    "message",
    [
        "text",
        News("quiet", ["x", {"deep": [1, float("nan")]}]),
        Whimsical(),
        {"inside": [Whimsical()]},
        {"a", "b", "c"},
        object(),
        (1, [2, 3]),
    ],
    ids=lambda message: type(message).__name__,
)
async def test_what_does_not_change_raises_no_alarm(message):
    _, inspector = await crew()
    await publish(inspector, message)
    await publish(inspector, message)
    assert changed(inspector) == []
    inspector.close()


async def test_what_is_only_computed_or_done_and_undone_raises_no_alarm():
    _, inspector = await crew()
    lazy, numbers = Lazy(4), {3, 4}

    def undone():
        numbers.update(range(100))
        numbers.intersection_update({3, 4})

    await publish(inspector, lazy, lambda: lazy.double)
    await publish(inspector, numbers, undone)
    assert changed(inspector) == []
    inspector.close()


async def test_handlers_get_the_very_object_with_and_without_an_inspector():
    seen = []
    for inspected in (False, True):
        runtime, inspector = await crew(inspected=inspected)
        news = News("tag")
        await runtime.publish_message(news, NEWS)
        runtime.start()
        if inspector is not None:
            inspector.resume()
        await run_until_idle(runtime)
        agents = [runtime.agents[AgentId(name, "default")] for name in ("a", "b")]
        seen.append([(ident == id(news), tags) for a in agents for ident, tags in a.seen])
        if inspector is not None:
            inspector.close()
    assert seen == [[(True, []), (True, ["a"])]] * 2


class Touchy:
    """Runs code of its own whenever it is compared or asked for its hash."""

    touched = 0

    def __eq__(self, other):
        Touchy.touched += 1
        return True

    def __hash__(self):
        Touchy.touched += 1
        return 1


async def test_no_code_of_what_is_in_a_message_is_run_to_compare_it():
    message = {"x": 1, "deep": [Touchy(), {Touchy()}]}
    Touchy.touched = 0
    before = fingerprint(message)
    message["x"] = Touchy()
    assert before != fingerprint(message)
    assert Touchy.touched == 0


def test_a_cyclic_or_huge_object_has_a_fingerprint_in_no_time():
    cyclic = {}
    cyclic["self"] = cyclic
    huge = [[[i] for i in range(1000)] for _ in range(1000)]
    assert fingerprint(cyclic) == fingerprint(cyclic)
    assert len(str(fingerprint(huge))) < 200_000


async def test_nothing_is_kept_of_messages_that_have_arrived():
    _, inspector = await crew()
    for _ in range(5):
        await publish(inspector, News("tag"))
    messages = inspector._recorder._messages
    assert (messages.by_number, messages._by_identity, messages.by_turn) == ({}, {}, {})
    inspector.close()


class Unhashable(type):
    def __hash__(cls):
        raise RuntimeError("hash")


class Hostile(metaclass=Unhashable):
    pass


async def test_a_class_that_cannot_even_be_asked_for_its_hash_is_recorded():
    _, inspector = await crew()
    flat = News("mine")
    flat.__dict__.pop("tags")
    await publish(inspector, Hostile())
    await publish(inspector, flat, lambda: setattr(flat, "text", Hostile()))
    inspector.runtime.agents[AgentId("a", "default")].seen = Hostile()
    await publish(inspector, News("mine"))
    assert [d.message_type for d in inspector.recording] == ["Hostile"] * 2 + ["News"] * 4
    assert [c[:3] for c in changed(inspector)] == [(3, "delivery", None)]
    inspector.close()

"""A page that sends anything at all: every command is answered once, and nothing else happens."""

import asyncio
import json
import logging
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
from sandbox.notebook.answering.commands_of import commands_of
from sandbox.notebook.link import Link
from sandbox.notebook.packing import whole_text

PATIENCE = 10
HALF = "half \ud800"
MARKUP = "<img src=x onerror=hacked()>"


class SpeechlessError(ValueError):
    def __str__(self):
        raise SpeechlessError

    __repr__ = __str__


@dataclass
class Order:
    item: str
    tags: list[str] = field(default_factory=list)

    def __post_init__(self):
        if self.item == "bad":
            raise SpeechlessError


class Kitchen(RoutedAgent):
    def __init__(self):
        super().__init__(MARKUP)

    @property
    def broken(self):
        raise SpeechlessError

    @rpc
    async def cook(self, message: Order, ctx: MessageContext) -> str:
        print(MARKUP, HALF)
        if message.item == MARKUP:
            raise SpeechlessError
        await self.publish_message(message, TopicId("done", HALF))
        return message.item

    @event
    async def hear(self, message: str, ctx: MessageContext) -> None:
        pass


def packed(message):
    """What Jupyter makes of a message; it raises what Jupyter raises."""
    text = json.dumps(message, ensure_ascii=False, allow_nan=False)
    return json.loads(text.encode("utf8", errors="surrogateescape"))


class Page:
    """Says anything to one inspector, and keeps what it is told."""

    def __init__(self, inspector):
        self.told = []
        self.more = asyncio.Event()
        self.link = Link(
            inspector.recording,
            commands_of(inspector),
            self.take,
            home=asyncio.get_running_loop(),
            owner=lambda: inspector.loop,
        )

    def take(self, message):
        self.told.append(packed(message))
        self.more.set()

    def answers(self, id):
        return [each for each in self.told if each["type"] == "answer" and each["id"] == id]

    async def until_answered(self, ids):
        async with asyncio.timeout(PATIENCE):
            while not all(self.answers(id) for id in ids):
                self.more.clear()
                await self.more.wait()


async def kitchen():
    """An inspected runtime with odd names and messages in every state."""
    runtime = SingleThreadedAgentRuntime()
    inspector = Inspector(runtime)
    await Kitchen.register(runtime, "kitchen", Kitchen)
    await runtime.add_subscription(TypeSubscription("done", "kitchen"))
    runtime.start()
    calls = [
        asyncio.create_task(
            runtime.send_message(Order(item), AgentId("kitchen", key), message_id=f"m {HALF}{key}")
        )
        for item, key in (("soup", HALF), (MARKUP, "k"), ("tea", MARKUP), ("late", "k"))
    ]
    await asyncio.sleep(0)
    for _ in range(3):
        await inspector.step()
    inspector.hold(4)
    return inspector, calls


def with_a_kitchen(play):
    """Run `play(inspector, page)` on a loop that nothing may trouble."""
    troubles = []

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda _, what: troubles.append(what))
        inspector, calls = await kitchen()
        page = Page(inspector)
        await play(inspector, page)
        await inspector.runtime.stop()
        await asyncio.gather(*calls, return_exceptions=True)
        inspector.close()

    asyncio.run(main())
    assert troubles == []


names = st.sampled_from(list(commands_of(Inspector(SingleThreadedAgentRuntime()))))
texts = st.sampled_from(
    [
        *["", "Order", "kitchen", "kitchen/k", f"kitchen/{MARKUP}", HALF, MARKUP, "done/x", "a/b"],
        *["bad", "soup", "x" * 300_000, "fifo", "random(1)", "failed", "before", "message.item"],
        *["agent.broken", "broken", "1/0", "(" * 500, "__class__", "../../etc", "html", "jsonl"],
    ]
)
scalars = st.none() | st.booleans() | st.integers(-2, 9) | texts
scalars |= st.sampled_from([10**400, -(2**63), 1e308, 0.5])
json_data = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
argument_names = st.sampled_from(
    [
        *["number", "agent", "agent_type", "topic", "message", "fields", "kind", "when", "path"],
        *["id", "name", "seed", "error", "before", "at", "condition", "format", "hits", "self"],
    ]
)
fields = st.fixed_dictionaries({"item": json_data}, optional={"tags": json_data, "x": json_data})
arguments = st.dictionaries(argument_names, json_data | fields, max_size=4) | json_data
commands = st.fixed_dictionaries(
    {"type": st.just("command"), "name": names | json_data, "args": arguments}
)
likely = st.builds(
    lambda name, args: {"type": "command", "name": name, "args": args},
    st.sampled_from(["edit", "send", "form", "why", "state", "diff", "code", "watch", "break_on"]),
    st.fixed_dictionaries(
        {},
        optional={
            "number": st.integers(0, 7),
            "fields": fields,
            "agent": texts,
            "message": texts,
            "path": texts,
            "kind": texts,
            "when": texts,
        },
    ),
)
others = (
    st.fixed_dictionaries({"type": st.just("resync"), "from": json_data})
    | st.fixed_dictionaries({"type": st.just("ack"), "seq": json_data})
    | st.dictionaries(texts | st.just("type"), json_data)
    | json_data
)


@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(said=st.lists(commands | likely | others, min_size=1, max_size=12))
def test_whatever_a_page_says_each_command_is_answered_once(caplog, said):
    async def play(inspector, page):
        ids = []
        for number, message in enumerate(said):
            if isinstance(message, dict) and message.get("type") == "command":
                ids.append(f"c{number}")
                page.link.receive(message | {"id": ids[-1]})
            else:
                page.link.receive(message)
        # A step may wait for what another command holds back; those are answered at the end.
        inspector.runtime.stepper.resume()
        for delivery in inspector.queue:
            inspector.runtime.stepper.release(delivery.number)
        for agent_id in inspector.paused_mailboxes:
            inspector.resume_mailbox(agent_id)
        await page.until_answered(ids)
        for id in ids:
            (answer,) = page.answers(id)
            assert set(answer) - {"value", "error", "last"} == {"type", "id", "ok"}
            assert answer["ok"] or (0 < len(answer["error"]) < 2_100)
        page.link.receive({"type": "resync", "from": 1})
        page.link.receive({"type": "command", "id": "last", "name": "queue"})
        await page.until_answered(["last"])
        assert any(each["type"] == "batch" for each in page.told)

    with caplog.at_level(logging.CRITICAL):
        with_a_kitchen(play)


def test_half_characters_in_names_reach_the_page_as_escapes():
    async def play(inspector, page):
        page.link.receive({"type": "resync", "from": 1})
        page.link.receive({"type": "command", "id": HALF, "name": HALF})
        page.link.receive({"type": "command", "id": 1, "name": "why", "args": {"number": 1}})
        await page.until_answered([whole_text(HALF), 1])
        batch = next(each for each in page.told if each["type"] == "batch")
        queued = [each for each in batch["records"] if each["kind"] == "queued"]
        assert queued[0]["recipient"] == r"kitchen/half \ud800"
        assert queued[0]["message_id"] == r"m half \ud800half \ud800"
        assert page.answers(1)[0]["ok"]
        assert page.answers(whole_text(HALF))[0]["error"].startswith("LookupError: There is no")

    with_a_kitchen(play)


@pytest.mark.parametrize(
    ("name", "args", "words"),
    [
        ("edit", {"number": 4, "fields": {"item": "bad"}}, "Speechless"),
        ("send", {"message": "Order", "agent": "kitchen/k", "fields": {"item": "bad"}}, "Speech"),
    ],
)
def test_an_error_that_fails_to_say_what_it_is_about_is_told(name, args, words):
    async def play(inspector, page):
        page.link.receive({"type": "command", "id": "c", "name": name, "args": args})
        await page.until_answered(["c"])
        (answer,) = page.answers("c")
        assert not answer["ok"]
        assert words in answer["error"]

    with_a_kitchen(play)


def test_a_huge_command_gets_a_short_answer():
    async def play(inspector, page):
        for number, huge in enumerate(["x" * 5_000_000, ["x"] * 500_000, {"x" * 10**6: 1}]):
            page.link.receive({"type": "command", "id": number, "name": huge, "args": huge})
            page.link.receive({"type": "command", "id": -1 - number, "name": "step", "args": huge})
        await page.until_answered([0, -1, 1, -2, 2, -3])
        assert max(len(str(each)) for each in page.told if each["type"] == "answer") < 2_500

    with_a_kitchen(play)

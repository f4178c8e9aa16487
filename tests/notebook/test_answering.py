"""Every command of a page, given to a link with a real runtime behind it."""

import asyncio
import enum
import inspect
import json
import linecache
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from pydantic import BaseModel, Field

from sandbox import (
    AgentId,
    CancellationToken,
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    event,
    rpc,
)
from sandbox.inspector.control.breakpoints import KINDS
from sandbox.notebook.answering.commands_of import commands_of
from sandbox.notebook.link import Link


class Size(enum.Enum):
    SMALL = 1
    LARGE = 2


class Address(BaseModel):
    street: str
    number: int = Field(ge=1)


@dataclass
class Order:
    item: str
    price: float
    count: int = 1
    size: Size = Size.SMALL
    paid: bool = False
    note: str | None = None
    how: Literal["here", "away"] = "here"
    tags: list[str] = field(default_factory=list)
    due: date | None = None
    address: Address | None = None


@dataclass
class Even:
    number: int

    def __post_init__(self):
        if self.number % 2:
            raise ValueError("not even")


class Point(NamedTuple):
    x: int
    y: int = 0


class Sealed:
    def __init__(self, secret):
        self._secret = secret

    def __repr__(self):
        return "<sealed>"


class Kitchen(RoutedAgent):
    def __init__(self):
        super().__init__("cooks")
        self.count = 0
        self.gate = asyncio.Event()

    @rpc
    async def order(self, message: Order, ctx: MessageContext) -> str:
        self.count += message.count
        print("cooking")
        return message.item

    @event
    async def heard(self, message: Order, ctx: MessageContext) -> None:
        self.count += 1

    @rpc
    async def number(self, message: Even, ctx: MessageContext) -> int:
        return 12 // message.number

    @event
    async def text(self, message: str, ctx: MessageContext) -> None:
        self.count += len(message)

    @event
    async def where(self, message: Address, ctx: MessageContext) -> None:
        await self.rest()

    async def rest(self):
        await self.gate.wait()


class Waiter(RoutedAgent):
    def __init__(self):
        super().__init__("asks")

    @rpc
    async def ask(self, message: str, ctx: MessageContext) -> str:
        return await self.send_message(Order(message, 1.0), AgentId("kitchen", "a"))


class Page:
    """The page: sends commands over a link and waits for the one answer to each."""

    def __init__(self, inspector):
        self.answers = {}
        self.sent = 0
        self.changed = asyncio.Event()
        loop = asyncio.get_running_loop()
        self.link = Link(
            inspector.recording,
            commands_of(inspector),
            self.take,
            home=loop,
            owner=lambda: loop,
        )

    def take(self, message):
        if message["type"] == "answer":
            # Whatever it is, it must survive the way to the page.
            text = json.dumps(message, allow_nan=False)
            self.answers.setdefault(message["id"], []).append(json.loads(text))
            self.changed.set()

    async def command(self, name, /, **args):
        self.sent += 1
        id = f"c{self.sent}"
        self.link.receive({"type": "command", "id": id, "name": name, "args": args})
        while id not in self.answers:
            self.changed.clear()
            await self.changed.wait()
        (answer,) = self.answers[id]
        return answer

    async def ask(self, name, /, **args):
        answer = await self.command(name, **args)
        assert answer["ok"], answer["error"]
        return answer["value"]

    async def refused(self, name, /, **args):
        answer = await self.command(name, **args)
        assert not answer["ok"], answer
        return answer["error"]


@pytest.fixture
async def inspector():
    runtime = SingleThreadedAgentRuntime()
    await Kitchen.register(runtime, "kitchen", Kitchen)
    await Waiter.register(runtime, "waiter", Waiter)
    await runtime.add_subscription(TypeSubscription("orders", "kitchen"))
    runtime.start()
    inspector = Inspector(runtime)
    yield inspector
    inspector.close()
    await runtime.stop()


@pytest.fixture
async def page(inspector):
    page = Page(inspector)
    yield page
    page.link.close()


async def publish(inspector, *messages, topic="orders", source="a"):
    for message in messages:
        await inspector.runtime.publish_message(message, TopicId(topic, source))


def queued(inspector):
    return [delivery.number for delivery in inspector.queue]


# Running


async def test_step_pause_and_resume(inspector, page):
    await publish(inspector, "one", "two")
    assert await page.ask("step", number=2) == {"number": 2}
    assert await page.ask("step") == {"number": 1}
    assert await page.ask("step") is None
    await page.ask("resume")
    assert not inspector.paused
    assert "delivers freely" in await page.refused("step")
    await page.ask("pause")
    assert inspector.paused


async def test_step_over_runs_until_the_answer(inspector, page):
    call = asyncio.create_task(inspector.runtime.send_message("soup", AgentId("waiter", "a")))
    await asyncio.sleep(0)
    await publish(inspector, "other")
    answer = await page.ask("step_over")
    assert inspector.recording[answer["number"]].request == 1
    assert await call == "soup"
    assert queued(inspector) == [2]


async def test_a_conversation_is_run_to_its_end(inspector, page):
    call = asyncio.create_task(inspector.runtime.send_message("soup", AgentId("waiter", "a")))
    await asyncio.sleep(0)
    assert await page.ask("run_conversation", number=1) == {"made": 4}
    assert await call == "soup"


async def test_step_to_an_agent(inspector, page):
    await publish(inspector, "one", source="a")
    await publish(inspector, "two", source="b")
    assert await page.ask("step_to", agent="kitchen/b") == {"number": 2}
    error = await page.refused("step_to", agent="kitchn/b")
    assert error.startswith("No agent type 'kitchn' is registered. Did you mean 'kitchen'?")


async def test_the_policy_is_set_with_its_seed(inspector, page):
    assert await page.ask("policy", name="random", seed=7) == {"policy": "random(7)"}
    assert await page.ask("policy", name="lifo") == {"policy": "lifo"}
    assert "best" in await page.refused("policy", name="best")
    assert inspector.policy == "lifo"


async def test_the_queue_is_told_in_the_order_of_the_policy(inspector, page):
    await publish(inspector, *"abcdefg")
    assert await page.ask("queue") == [1, 2, 3, 4, 5, 6, 7]
    await page.ask("policy", name="lifo")
    assert await page.ask("queue") == [7, 6, 5, 4, 3, 2, 1]
    await page.ask("policy", name="random", seed=7)
    told = await page.ask("queue")
    assert told == [delivery.number for delivery in inspector.queue]
    made = [await page.ask("step") for _ in told]
    assert [step["number"] for step in made] == told


# One delivery


async def test_a_delivery_is_held_released_duplicated_and_dropped(inspector, page):
    await publish(inspector, "one")
    await page.ask("hold", number=1)
    assert inspector.queue[0].state == "held"
    await page.ask("release", number=1)
    assert inspector.queue[0].state == "queued"
    assert await page.ask("duplicate", number=1) == {"number": 2}
    await page.ask("drop", number=1)
    assert queued(inspector) == [2]


async def test_a_request_is_dropped_with_an_error_at_its_caller(inspector, page):
    call = asyncio.create_task(inspector.runtime.send_message("soup", AgentId("waiter", "a")))
    await asyncio.sleep(0)
    await page.ask("drop", number=1, error=True)
    await inspector.run()
    assert "Dropped while it was pending" in str(
        (await asyncio.gather(call, return_exceptions=True))[0]
    )


@pytest.mark.parametrize(
    ("number", "before", "order"),
    [(3, 1, [3, 1, 2]), (1, None, [2, 3, 1]), (1, 3, [2, 1, 3]), (2, 2, [1, 2, 3])],
)
async def test_a_delivery_is_moved_before_another(inspector, page, number, before, order):
    await publish(inspector, "one", "two", "three")
    await page.ask("move", number=number, before=before)
    assert queued(inspector) == order


async def test_what_is_not_pending_can_be_moved_nowhere(inspector, page):
    await publish(inspector, "one")
    assert "Delivery #5 is not pending" in await page.refused("move", number=1, before=5)
    assert "Delivery #5 is not pending" in await page.refused("move", number=5, before=1)


# One agent


async def test_an_agent_crashes(inspector, page):
    await publish(inspector, "one")
    assert "no agent kitchen/a to crash" in await page.refused("crash", agent="kitchen/a")
    await page.ask("step")
    assert await page.ask("crash", agent="kitchen/a") == {"open": []}
    assert AgentId("kitchen", "a") not in inspector.runtime.agents


async def test_a_mailbox_is_paused_and_resumed(inspector, page):
    await page.ask("pause_mailbox", agent="kitchen/a")
    assert inspector.paused_mailboxes == (AgentId("kitchen", "a"),)
    await page.ask("resume_mailbox", agent="kitchen/a")
    assert inspector.paused_mailboxes == ()
    assert "No agent type 'x'" in await page.refused("pause_mailbox", agent="x/a")
    assert await page.refused("pause_mailbox", agent="kitchen")


# Forms


async def test_a_form_shows_every_kind_of_field(inspector, page):
    await publish(
        inspector, Order("soup", 2.5, tags=["hot"], address=Address(street="A", number=1))
    )
    form = await page.ask("form", number=1)
    assert (form["message_type"], form["editable"], form["reason"]) == ("Order", True, None)
    shown = [(f["name"], f["type"], f["value"], f["required"]) for f in form["fields"]]
    assert shown == [
        ("item", "text", "soup", True),
        ("price", "number", 2.5, True),
        ("count", "integer", 1, False),
        ("size", "choice", "SMALL", False),
        ("paid", "boolean", False, False),
        ("note", "text", None, False),
        ("how", "choice", "here", False),
        ("tags", "json", '[\n  "hot"\n]', False),
        ("due", "text", None, False),
        ("address", "json", '{\n  "street": "A",\n  "number": 1\n}', False),
    ]
    choices = {f["name"]: f["choices"] for f in form["fields"] if f["choices"]}
    assert choices == {"size": ["SMALL", "LARGE"], "how": ["here", "away"]}
    assert [f["name"] for f in form["fields"] if f["nullable"]] == ["note", "due", "address"]
    assert {f["reason"] for f in form["fields"]} == {None}


async def test_an_edit_converts_every_kind_of_field(inspector, page):
    await publish(inspector, Order("soup", 2.5))
    await page.ask(
        "edit",
        number=1,
        fields={
            "item": "cake",
            "price": "3",
            "count": "12345678901234567890",
            "size": "LARGE",
            "paid": True,
            "note": "",
            "how": "away",
            "tags": '["a"]',
            "due": "2024-02-29",
            "address": '{"street": "B", "number": 2}',
        },
    )
    assert inspector.queue[0].message == Order(
        "cake",
        3.0,
        12345678901234567890,
        Size.LARGE,
        True,
        "",
        "away",
        ["a"],
        date(2024, 2, 29),
        Address(street="B", number=2),
    )
    form = await page.ask("form", number=1)
    assert form["fields"][2]["value"] == "12345678901234567890"


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"item": 3}, "item: is a text, not 3."),
        ({"price": "dear"}, "price: is a number, not 'dear'."),
        ({"count": 1.5}, "count: is a whole number, not 1.5."),
        ({"count": True}, "count: is a whole number, not True."),
        ({"count": "9" * 2000}, "count: is a whole number, not '9999"),
        ({"count": None}, "count: is a whole number, not None."),
        ({"size": "HUGE"}, "size: is one of SMALL, LARGE, not 'HUGE'."),
        ({"size": ["SMALL"]}, "size: is one of SMALL, LARGE, not ['SMALL']."),
        ({"paid": "yes"}, "paid: is true or false, not 'yes'."),
        ({"tags": "[1"}, "tags: is no JSON: Expecting ',' delimiter, at line 1, character 3."),
        ({"tags": "[1]"}, "tags: at [0]: input should be a valid string, not [1]."),
        ({"tags": "[" * 100_000}, "tags: is no JSON that can be read"),
        ({"due": "tomorrow"}, "due: input should be a valid date"),
        ({"address": '{"street": "B"}'}, "address: at ['number']: field required"),
        ({"pric": 3}, "pric: there is no such field. Did you mean 'price'?"),
        ({}, "Nothing was changed."),
    ],
)
async def test_an_edit_names_the_field_that_is_wrong(inspector, page, fields, line):
    await publish(inspector, Order("soup", 2.5))
    assert (await page.refused("edit", number=1, fields=fields)).startswith(line)
    assert inspector.queue[0].message == Order("soup", 2.5)


async def test_an_edit_names_all_fields_that_are_wrong(inspector, page):
    await publish(inspector, Order("soup", 2.5))
    error = await page.refused("edit", number=1, fields={"price": "x", "item": "b", "count": "y"})
    assert error == "price: is a number, not 'x'.\ncount: is a whole number, not 'y'."


async def test_a_model_keeps_what_its_fields_demand(inspector, page):
    await publish(inspector, Address(street="A", number=1))
    error = await page.refused("edit", number=1, fields={"number": 0})
    assert error == "number: input should be greater than or equal to 1, not 0."


@pytest.mark.parametrize(
    ("message", "given", "expected"),
    [
        ("hello", "bye", "bye"),
        (3, "4", 4),
        (1.5, 2, 2.0),
        ([1, 2], "[3]", [3]),
        ((1, 2), "[3]", (3,)),
        ({1: "a"}, None, None),
        ({}, '{"a": 1}', {"a": 1}),
    ],
)
async def test_a_plain_message_is_edited_as_a_whole(inspector, page, message, given, expected):
    await publish(inspector, message)
    form = await page.ask("form", number=1)
    if given is None:
        assert not form["editable"]
        return
    assert [f["name"] for f in form["fields"]] == ["value"]
    await page.ask("edit", number=1, fields={"value": given})
    assert inspector.queue[0].message == expected


async def test_a_dict_and_a_named_tuple_are_edited_by_field(inspector, page):
    await publish(inspector, {"price": 3, "name": "soup", "self": None}, Point(1))
    fields = (await page.ask("form", number=1))["fields"]
    assert [(f["name"], f["type"]) for f in fields] == [
        ("price", "integer"),
        ("name", "text"),
        ("self", "json"),
    ]
    await page.ask("edit", number=1, fields={"price": 4, "self": "[1]"})
    await page.ask("edit", number=2, fields={"y": "5"})
    assert inspector.queue[0].message == {"price": 4, "name": "soup", "self": [1]}
    assert inspector.queue[1].message == Point(1, 5)


async def test_what_cannot_be_edited_says_why(inspector, page):
    await publish(inspector, Sealed(1), None, "x" * 3000)
    reasons = [(await page.ask("form", number=n))["reason"] for n in (1, 2, 3)]
    assert reasons == [
        (
            "A Sealed has no fields that could be edited here. Type in a cell: "
            "inspector.edit(number, message)"
        ),
        "The message is None: there is nothing to change.",
        "It is too large to be edited here.",
    ]
    assert "Sealed has no fields" in await page.refused("edit", number=1, fields={"a": 1})
    await page.ask("drop", number=1)
    gone = await page.ask("form", number=1)
    assert gone["editable"] is False
    assert "has left the queue" in gone["reason"]
    assert "#1 is not pending" in await page.refused("edit", number=1, fields={"a": 1})
    assert await page.refused("form", number=99)


async def test_a_response_with_an_error_cannot_be_edited(inspector, page):
    call = asyncio.create_task(inspector.runtime.send_message(Even(0), AgentId("kitchen", "a")))
    await asyncio.sleep(0)
    await inspector.step()
    form = await page.ask("form", number=2)
    assert form["reason"] == "#2 carries an exception, which cannot be edited. Drop it instead."
    await inspector.run()
    await asyncio.gather(call, return_exceptions=True)


async def test_what_a_class_itself_refuses_is_told(inspector, page):
    call = asyncio.create_task(inspector.runtime.send_message(Even(2), AgentId("kitchen", "a")))
    await asyncio.sleep(0)
    assert "not even" in await page.refused("edit", number=1, fields={"number": 3})
    await inspector.run()
    assert await call == 6


# Sending


async def test_a_form_for_a_new_message_says_what_is_needed(page):
    form = await page.ask("form", agent_type="kitchen", message="Order")
    assert [f["name"] for f in form["fields"] if f["required"]] == ["item", "price"]
    assert (await page.ask("form", topic="orders", message="str"))["fields"][0]["type"] == "text"
    error = await page.refused("form", agent_type="kitchen", message="Ordr")
    assert "no message class 'Ordr' here. Did you mean 'Order'?" in error
    assert "needs the number" in await page.refused("form")


async def test_a_message_is_published_from_a_form(inspector, page):
    fields = {"item": "tea", "price": "2"}
    assert await page.ask("send", topic="orders/b", message="Order", fields=fields) == {"number": 1}
    delivery = inspector.queue[0]
    assert (delivery.message, delivery.topic_id) == (Order("tea", 2.0), TopicId("orders", "b"))
    assert delivery.recipient == AgentId("kitchen", "b")


async def test_a_request_is_sent_from_a_form_and_nobody_waits_for_it(inspector, page):
    answer = await page.ask("send", agent="kitchen/a", message="Even", fields={"number": 2})
    assert answer == {"number": 1}
    await page.ask("run_conversation", number=1)
    assert inspector.recording[1].result == 6
    # A handler that fails is on record, and no error of a task that nobody awaits.
    await page.ask("send", agent="kitchen/a", message="str", fields={"value": "x"})
    await inspector.run()


async def test_what_cannot_be_sent_says_why(inspector, page):
    refused = page.refused
    assert await refused("send", agent="kitchen/a", message="Order", fields={}) == (
        "item: is needed.\nprice: is needed."
    )
    assert await refused("send", agent="kitchen/a", message="Even", fields={"number": 3}) == (
        "Even refused it: ValueError: not even"
    )
    assert "either an agent" in await refused("send", message="Even", fields={})
    assert "either an agent" in await refused(
        "send", message="Even", fields={}, agent="a/b", topic="c/d"
    )
    assert "No agent type 'cook'" in await refused("send", agent="cook/a", message="str", fields={})
    assert await refused("send", topic="orders", message="str", fields={"value": "x"})
    assert queued(inspector) == []


# Breakpoints, watches, invariants


async def test_a_breakpoint_is_made_met_listed_and_cleared(inspector, page):
    made = await page.ask(
        "break_on", kind="before", agent="kitchen", message="str", when="len(msg) > 3", hits=1
    )
    assert made["words"] == "before, agent kitchen, message str, when len(msg) > 3"
    await publish(inspector, "one", "three")
    await inspector.run()
    assert (inspector.stopped.number, queued(inspector)) == (2, [2])
    (listed,) = await page.ask("breakpoints")
    assert (listed["id"], listed["hits"], listed["error"]) == (made["id"], 1, None)
    await page.ask("clear_breakpoint", id=made["id"])
    assert await page.ask("breakpoints") == []
    assert "no breakpoint" in await page.refused("clear_breakpoint", id=made["id"])


async def test_breakpoints_made_in_a_cell_are_listed_too(inspector, page):
    inspector.break_on("failed", once=True)
    (listed,) = await page.ask("breakpoints")
    assert (listed["kind"], listed["once"], listed["words"]) == ("failed", True, "failed, once")
    await page.ask("clear_breakpoint", id=listed["id"])
    assert inspector.breakpoints == ()


async def test_a_condition_sees_what_the_notebook_defined_also_inside_of_a_comprehension(
    inspector, page, monkeypatch
):
    monkeypatch.setattr("__main__.wanted", ["three"], raising=False)
    when = "any(word == message for word in wanted)  # mine"
    await page.ask("break_on", kind="before", when=when)
    await publish(inspector, "one", "three")
    await inspector.run()
    assert inspector.stopped.number == 2


async def test_a_condition_that_raises_is_told(inspector, page):
    await page.ask("break_on", kind="before", when="message.price > 3")
    await publish(inspector, "one")
    await inspector.run()
    (listed,) = await page.ask("breakpoints")
    assert listed["error"] == "AttributeError: 'str' object has no attribute 'price'"


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("price >", "price > is no expression: invalid syntax"),
        ("", "A condition is an expression, such as message.price > 3."),
        ("   ", "A condition is an expression"),
        ("x = 3", "x = 3 is no expression"),
        ("True) or (False", "True) or (False is no expression: unmatched ')'"),
        ("import os", "import os is no expression"),
        ("await f()", "is no expression"),
        ("(yield)", "is no expression"),
        ("\0", "is no expression"),
        ("(" * 5000, "is no expression"),
    ],
)
async def test_what_is_no_condition_is_refused(inspector, page, when, words):
    assert words in await page.refused("break_on", kind="before", when=when)
    assert words in await page.refused("invariant", condition=when)
    assert inspector.breakpoints == ()
    assert inspector.invariants == ()


def test_the_page_offers_every_kind_of_breakpoint_in_the_same_words():
    page_code = Path(__file__).parents[2] / "frontend" / "src" / "views" / "Breakpoints.tsx"
    offered = re.findall(r'^  \["(\w+)", "(.+)"\],$', page_code.read_text(), re.MULTILINE)
    assert dict(offered) == KINDS


async def test_what_is_no_breakpoint_is_refused(page):
    assert "There are: before, reply" in await page.refused("break_on", kind="sometimes")
    assert "not at hit 0" in await page.refused("break_on", kind="before", hits=0)
    assert "no mailbox" in await page.refused("break_on", kind="invariant", hold_only=True)


async def test_an_attribute_is_watched(inspector, page):
    made = await page.ask("watch", agent="kitchen/a", path="count")
    assert made == {"id": 1, "agent": "kitchen/a", "path": "count", "history": []}
    assert await page.ask("watch", agent="kitchen/a", path=" count ") == made
    await publish(inspector, "one")
    await inspector.run()
    assert await page.ask("watches") == [
        made | {"value": 3, "history": [{"number": None, "value": 0}, {"number": 1, "value": 3}]}
    ]
    await page.ask("unwatch", id=1)
    assert await page.ask("watches") == []
    assert "no watch 1" in await page.refused("unwatch", id=1)
    assert "A watch is" in await page.refused("watch", agent="kitchen/a", path="a..b")
    assert await page.refused("watch", agent="kitchen", path="count")
    assert "contains a dot" in await page.refused("watch", agent="kitchen/a.b", path="count")


async def test_an_invariant_is_checked(inspector, page):
    made = await page.ask("invariant", condition="agents['kitchen/a'].count < 4", pause=True)
    assert (made["holds"], made["times"]) == (True, 0)
    await publish(inspector, "one", "two")
    await inspector.run()
    (listed,) = await page.ask("invariants")
    assert (listed["holds"], listed["broken"]) == (False, [{"number": 2, "text": "It is False."}])
    assert inspector.stopped.number == 2


# Questions


async def test_why_and_problems_are_told_as_data(inspector, page):
    await publish(inspector, 1.5)
    await inspector.run()
    why = await page.ask("why", number=1)
    assert why["steps"][why["first_failing"]]["outcome"] == "failed"
    other = await page.ask("why", number=1, agent="waiter/a")
    assert other["agent"] == "waiter/a"
    assert other["advice"]
    (problem, *_) = await page.ask("problems")
    assert (problem["kind"], problem["deliveries"]) == ("unhandled", [1])
    assert await page.refused("why", number=99)
    assert await page.refused("why", number=1, agent="nobody")


async def test_state_and_diff_are_told(inspector, page):
    await publish(inspector, "one", "two")
    await inspector.run()
    state = await page.ask("state", agent="kitchen/a")
    assert state["count"] == 6
    earlier = await page.ask("state", agent="kitchen/a", at=inspector.recording.steps[1])
    assert earlier["count"] == 3
    diff = await page.ask("diff", number=2)
    assert diff == {
        "number": 2,
        "agent": "kitchen/a",
        "changes": [{"path": "count", "old": 3, "new": 6}],
    }
    assert "There is no agent x/y" in await page.refused("state", agent="x/y")
    assert await page.refused("state", agent="kitchen/a", at=10_000)
    assert await page.refused("diff", number=99)


async def test_whether_a_call_was_called_off_is_told(inspector, page):
    token = CancellationToken()
    await inspector.runtime.publish_message("one", TopicId("orders", "a"), cancellation_token=token)
    assert await page.ask("context", number=1) == {"cancelled": False}
    token.cancel()
    assert await page.ask("context", number=1) == {"cancelled": True}
    await inspector.run()
    assert await page.ask("context", number=1) == {"cancelled": None}
    assert await page.refused("context", number=9)


async def test_the_code_of_a_pending_delivery_is_that_of_its_handler(inspector, page):
    await publish(inspector, "one")
    (code,) = await page.ask("code", number=1)
    assert code["name"] == "Kitchen.text"
    assert code["where"] == __file__
    assert code["source"].startswith("    @event\n    async def text(self")
    assert code["parked"] is None
    assert linecache.getline(__file__, code["first_line"]) == "    @event\n"


async def test_the_code_of_an_open_turn_has_the_line_where_it_is_parked(inspector, page):
    await publish(inspector, Address(street="A", number=1))
    stepper = inspector.runtime.stepper
    stepper.begin()
    await stepper.let_run()
    codes = await page.ask("code", number=1)
    assert [code["name"] for code in codes] == ["Kitchen.where", "Kitchen.rest"]
    lines = [
        code["source"].splitlines()[code["parked"] - code["first_line"]].strip() for code in codes
    ]
    assert lines == ["await self.rest()", "await self.gate.wait()"]
    inspector.runtime.agents[AgentId("kitchen", "a")].gate.set()


async def test_the_code_that_waits_for_an_answer_is_shown(inspector, page):
    call = asyncio.create_task(inspector.runtime.send_message("soup", AgentId("waiter", "a")))
    await asyncio.sleep(0)
    await inspector.step()
    (code,) = await page.ask("code", number=1)
    line = code["source"].splitlines()[code["parked"] - code["first_line"]]
    assert "await self.send_message" in line
    await inspector.run()
    assert await call == "soup"


async def test_code_that_is_not_known_says_so(inspector, page):
    await publish(inspector, 1.5)
    await publish(inspector, "x", topic="nowhere")
    assert "No handler for float is known of Kitchen." in await page.refused("code", number=1)
    assert "Nobody receives it" in await page.refused("code", number=2)
    assert await page.refused("code", number=99)
    call = asyncio.create_task(inspector.runtime.send_message(Even(2), AgentId("kitchen", "a")))
    await asyncio.sleep(0)
    await inspector.run()
    assert "A response starts no turn" in await page.refused("code", number=4)
    await call


async def test_code_without_a_source_is_told_by_name(inspector, page):
    names = {"RoutedAgent": RoutedAgent, "event": event, "MessageContext": MessageContext}
    exec(
        "class Hidden(RoutedAgent):\n"
        "    @event\n"
        "    async def hear(self, message: str, ctx: MessageContext) -> None: ...\n",
        names,
    )
    await names["Hidden"].register(inspector.runtime, "hidden", lambda: names["Hidden"]("hides"))
    await inspector.runtime.add_subscription(TypeSubscription("secret", "hidden"))
    await publish(inspector, "x", topic="secret")
    (code,) = await page.ask("code", number=1)
    assert (code["source"], code["name"]) == (None, "Hidden.hear")


@pytest.mark.parametrize(
    ("format", "beginning"),
    [("jsonl", "{"), ("mermaid", "sequenceDiagram"), ("text", "")],
)
async def test_the_recording_is_exported_as_text(inspector, page, format, beginning):
    await publish(inspector, "one")
    text = await page.ask("export", format=format)
    assert text.startswith(beginning)
    assert len(text) > 20
    assert "There are: jsonl, mermaid" in await page.refused("export", format="docx")


# Hostile input


HOSTILE: list[Any] = [
    None,
    True,
    -1,
    0,
    10**30,
    1.5,
    "",
    "x" * 20_000,
    "\ud800",
    "__class__",
    "</script>",
    [],
    [[[[]]]],
    {},
    {"a": {"b": 1}},
    {"__class__": 1, "self": 2},
]


async def test_no_command_can_be_made_to_raise_or_to_stay_silent(inspector, page):
    await publish(inspector, Order("soup", 2.5), "one")
    for name, command in commands_of(inspector).items():
        parameters = list(inspect.signature(command).parameters)
        await page.command(name, surprise=1)
        for value in HOSTILE:
            # Each argument alone, and all of them at once.
            for each in parameters:
                await page.command(name, **{each: value})
            answer = await page.command(name, **dict.fromkeys(parameters, value))
            if not answer["ok"]:
                assert "Traceback" not in answer["error"]
                assert len(answer["error"]) < 2_000
    assert {len(answers) for answers in page.answers.values()} == {1}
    assert await page.ask("breakpoints") is not None


@pytest.mark.parametrize(
    ("name", "args", "error"),
    [
        ("hold", {}, "hold needs number, a whole number."),
        ("hold", {"number": "1"}, "hold: number is a whole number, not '1'."),
        ("hold", {"number": True}, "hold: number is a whole number, not True."),
        ("hold", {"number": 10**30}, "hold: number is too large a number."),
        ("hold", {"number": 1, "x": 2}, "hold takes number; not 'x'."),
        ("hold", {"number": 7}, "Delivery #7 is not pending. Pending are: none."),
        ("drop", {"number": 1, "error": "yes"}, "drop: error is true or false, not 'yes'."),
        ("edit", {"number": 1, "fields": []}, "edit: fields is an object, not []."),
        (
            "crash",
            {"agent": "x" * 20_000},
            "crash: agent has 20,000 characters, which is too long.",
        ),
        ("crash", {"agent": "\ud800"}, "crash: agent contains half a character."),
        ("step", {"number": "x"}, "step: number is a whole number or null, not 'x'."),
    ],
)
async def test_wrong_arguments_are_refused_in_words(page, name, args, error):
    assert await page.refused(name, **args) == error

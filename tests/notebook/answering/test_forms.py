"""A message is shown as a form, edited with one, and sent from one."""

import asyncio
from datetime import date

import pytest
from answering_parts import Address, Even, Order, Point, Sealed, Size, begin_call, publish, queued

from sandbox import AgentId, TopicId

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
    call = await begin_call(inspector, Even(0), "kitchen/a")
    await inspector.step()
    form = await page.ask("form", number=2)
    assert form["reason"] == "#2 carries an exception, which cannot be edited. Drop it instead."
    await inspector.run()
    await asyncio.gather(call, return_exceptions=True)


async def test_what_a_class_itself_refuses_is_told(inspector, page):
    call = await begin_call(inspector, Even(2), "kitchen/a")
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


@pytest.mark.parametrize(
    "to", [{"topic": "orders/b", "message": "Order"}, {"agent": "kitchen/b", "message": "Order"}]
)
async def test_a_message_from_a_form_comes_from_the_view(inspector, page, to):
    await inspector.runtime.publish_message(Order("cake", 3.0), TopicId("orders", "b"))
    await page.ask("send", **to, fields={"item": "tea", "price": "2"})
    await inspector.runtime.publish_message(Order("milk", 1.0), TopicId("orders", "b"))
    cells = [delivery.cell for delivery in inspector.recording]
    assert cells == [None, "the view", None]
    assert "the view → kitchen/b" in str(inspector.recording[2])
    assert inspector.recording[2].sender is None


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

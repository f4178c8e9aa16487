"""No argument makes a command raise or stay silent; what is wrong with one is said in words."""

import inspect
from typing import Any

import pytest
from answering_parts import Order, publish

from sandbox.notebook.answering.commands_of import commands_of

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

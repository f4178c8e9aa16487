"""The README's first lines of use, run as they stand."""

import ast
import asyncio
import inspect
import re
from pathlib import Path

import pytest

from sandbox import Inspector, Recording

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETUP, SEND, _TEST = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


@pytest.fixture
async def cell_namespace():
    namespace = {"__name__": "readme"}
    code = compile(SETUP, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    running = eval(code, namespace)
    if inspect.isawaitable(running):
        await running
    return namespace


async def test_the_cell_waits_until_the_request_and_its_response_are_stepped(cell_namespace):
    inspector = cell_namespace["inspector"]
    code = compile(SEND.strip(), "README.md", "eval", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    cell = asyncio.ensure_future(eval(code, cell_namespace))
    await asyncio.sleep(0)
    steps = [await inspector.step(), await inspector.step(), await inspector.step()]
    assert [step and str(step.kind) for step in steps] == ["request", "response", None]
    assert await cell == "Tidy up: done"
    inspector.close()


_WHAT_ONE_CAN_DO = README.partition("| to | click or press | or type |")[2].partition("\n\n")[0]
TABLE = re.findall(r"^\| (.+) \| (.+) \| (`.+`) \|$", _WHAT_ONE_CAN_DO, flags=re.MULTILINE)
ACTIONS = (ROOT / "frontend" / "src" / "actions.ts").read_text(encoding="utf-8")
NUMBERS = {"eight": 8, "fifteen": 15}


def test_the_table_of_what_can_be_done_is_found():
    assert len(TABLE) == 8


@pytest.mark.parametrize("typed", [row[2] for row in TABLE])
def test_what_the_table_says_to_type_is_there(typed):
    calls = re.findall(r"(?:inspector\.)?([a-z_]+(?:\.[a-z_]+)?)\(", typed)
    names = calls or re.findall(r"inspector\.([a-z_]+)", typed)
    assert names
    assert [name for name in names if not hasattr(*owner_and_name(name))] == []


def owner_and_name(name):
    """The class that has it, and its name there."""
    of_recording = name.startswith("recording.")
    return (Recording if of_recording else Inspector), name.removeprefix("recording.")


@pytest.mark.parametrize(
    ("label", "key"),
    [pair for row in TABLE for pair in re.findall(r"\*([\w ]+)\* \(([\w+]+)\)", row[1])],
)
def test_the_button_and_its_key_are_in_the_view(label, key):
    [found] = re.findall(rf'label: "{label}",\s*key: "([^"]+)"', ACTIONS)
    assert found.lower() == key.lower()


def test_there_are_as_many_lessons_and_patterns_as_it_says():
    lessons, patterns = re.search(
        r"has (\w+) lessons .*?, and (\w+) patterns", README, re.DOTALL
    ).groups()
    folder = ROOT / "notebooks"
    assert NUMBERS[lessons] == len(list(folder.glob("[0-9][0-9]_*.ipynb")))
    assert NUMBERS[patterns] == len(list((folder / "patterns").glob("*.ipynb")))

"""The README's first lines of use, run as they stand."""

import ast
import asyncio
import inspect
import re
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
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

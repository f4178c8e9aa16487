"""The example that the view shows where there are no agents yet does what it says."""

import ast
import inspect
import re
from pathlib import Path

import sandbox
from sandbox import Inspector, SingleThreadedAgentRuntime

SOURCE = Path(__file__).parents[2] / "frontend" / "src" / "views" / "Empty.tsx"


async def test_the_example_registers_an_agent_that_handles_its_message(capsys):
    (example,) = re.findall(r"const EXAMPLE = `(.*?)`", SOURCE.read_text(), re.DOTALL)
    assert len([line for line in example.splitlines() if line]) == 6
    runtime = SingleThreadedAgentRuntime()
    inspector = Inspector(runtime, paused=False)
    runtime.start()
    code = compile(example, "a cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    names = {**vars(sandbox), "runtime": runtime}
    for name in sandbox.__all__:
        names[name] = getattr(sandbox, name)
    result = eval(code, names)
    assert inspect.isawaitable(result)
    await result
    await runtime.stop_when_idle()
    assert "hello" in capsys.readouterr().out
    # What would matter elsewhere only: a text as a message is short, and this is a first try.
    assert [each for each in inspector.problems if not each.is_note] == []
    assert len(inspector.recording) == 2
    inspector.close()

"""The lessons, their answers, and running a notebook's cells here, without a kernel."""

import ast
import asyncio
import inspect
import json
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "notebooks"
# For each lesson: for each question a wrong and a right answer (none for a challenge, which is met
# by what is mended), the kinds of problems that are planted, and what to change to mend them.
ANSWERS = json.loads((Path(__file__).parent / "answers.json").read_text(encoding="utf-8"))


def sources(name, changes=()):
    """The code of a lesson's cells, after some changes."""
    cells = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    for old, new in changes:
        assert any(old in text for text in texts), f"{name} does not say {old!r}"
        texts = [text.replace(old, new) for text in texts]
    return texts


async def run_cells(texts, names):
    for number, text in enumerate(texts, 1):
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code = compile(text, f"cell {number}", "exec", flags=flags)
        result = eval(code, names)
        if inspect.iscoroutine(result):
            await result
        await asyncio.sleep(0)


def kinds_of_problems(run):
    return sorted({p.kind for each in run.inspectors for p in each.problems})

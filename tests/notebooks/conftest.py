"""What the tests of the notebooks share is a module beside them."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from sandbox import Inspector
from sandbox.lessons import Question

sys.path.insert(0, str(Path(__file__).parent))

from lesson_runs import run_cells, sources  # found by the line above


@pytest.fixture
def run_lesson(monkeypatch):
    """Runs all cells of a lesson; gives its questions, in order, and its inspectors."""
    modules, made = [], SimpleNamespace(questions=[], inspectors=[])
    for kind, found in ((Question, made.questions), (Inspector, made.inspectors)):
        _note_new(monkeypatch, kind, found)

    async def run(name, changes=()):
        made.questions.clear()
        made.inspectors.clear()
        module = ModuleType(f"lesson_{len(modules)}")
        modules.append(module)
        sys.modules[module.__name__] = module
        await run_cells(sources(name, changes), module.__dict__)
        return SimpleNamespace(questions=list(made.questions), inspectors=list(made.inspectors))

    yield run
    for module in modules:
        del sys.modules[module.__name__]


def _note_new(monkeypatch, kind, found):
    begin = kind.__init__

    def noting(self, *arguments, **options):
        begin(self, *arguments, **options)
        found.append(self)

    monkeypatch.setattr(kind, "__init__", noting)

"""The examples in docstrings are run by pytest; here is that none escapes it."""

import ast
import doctest
from pathlib import Path

ROOT = Path(__file__).parent.parent
WITH_DOCSTRING = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def docstrings():
    """Where it stands, and its text, for each docstring of the package."""
    for file in sorted((ROOT / "sandbox").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, WITH_DOCSTRING) and (text := ast.get_docstring(node)):
                yield f"{file.relative_to(ROOT)}: {getattr(node, 'name', 'module')}", text


def test_every_example_is_written_so_that_it_is_run():
    parser = doctest.DocTestParser()
    examples = [(place, text) for place, text in docstrings() if "Example:\n" in text]
    not_run = [
        place for place, text in examples if not parser.get_examples(text.partition("Example:")[2])
    ]
    assert len(examples) > 20
    assert not_run == []


def test_no_example_is_skipped():
    assert [place for place, text in docstrings() if "doctest: +SKIP" in text] == []


def test_pytest_is_told_to_run_them(pytestconfig):
    assert pytestconfig.getini("testpaths")[0] == "sandbox"
    assert "--doctest-modules" in pytestconfig.getini("addopts")

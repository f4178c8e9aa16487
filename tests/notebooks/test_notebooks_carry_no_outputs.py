"""Notebooks are kept as they are written, not as they were last run, and lead to each other."""

import itertools
import re
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(
    path for path in FOLDER.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
)
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
LINK = re.compile(r"\]\(([^)#\s]+)\)")


def name_of(path):
    return str(path.relative_to(FOLDER))


def links_of(text):
    return [target for target in LINK.findall(text) if "://" not in target]


def index():
    return (FOLDER / "README.md").read_text(encoding="utf-8")


def test_there_is_a_tour():
    assert "tour.ipynb" in [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_a_notebook_is_valid_and_carries_no_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.outputs for cell in code] == [[] for _ in code]
    assert [cell.execution_count for cell in code] == [None for _ in code]
    assert notebook.metadata == METADATA
    assert [cell.metadata for cell in notebook.cells] == [{} for _ in notebook.cells]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_the_cells_of_a_notebook_have_names_that_stay(path):
    # Random ones would change whenever a notebook is made anew.
    notebook = nbformat.read(path, as_version=4)
    number = re.match(r"\d+", path.stem)
    prefix = f"lesson-{number[0]}" if number else path.stem.replace("_", "-")
    ids = [cell.id for cell in notebook.cells]
    assert ids == [f"{prefix}-{place:02}" for place in range(len(ids))]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_the_links_of_a_notebook_lead_somewhere(path):
    notebook = nbformat.read(path, as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    links = links_of(text)
    assert links
    assert [target for target in links if not (path.parent / target).exists()] == []


def test_the_index_lists_every_notebook_once_in_order():
    listed = [target for target in links_of(index()) if target.endswith(".ipynb")]
    lessons = [name for name in listed if name[0].isdigit()]
    assert sorted(listed) == sorted(name_of(path) for path in NOTEBOOKS)
    assert lessons == sorted(lessons)


def test_each_notebook_names_the_one_that_comes_next():
    listed = [target for target in links_of(index()) if target.endswith(".ipynb")]
    for name, following in itertools.pairwise(listed):
        notebook = nbformat.read(FOLDER / name, as_version=4)
        targets = {(FOLDER / name).parent / link for link in links_of(notebook.cells[-1].source)}
        assert (FOLDER / following).resolve() in {target.resolve() for target in targets}, name


def test_lessons_are_built_alike():
    # What you will see, first; something to predict or check; a change; what you learned; next.
    for path in NOTEBOOKS:
        if path.stem == "tour":
            continue
        text = path.read_text(encoding="utf-8")
        for part in ("**What you will see**", "change one line and run again", "What you learned"):
            assert part.casefold() in text.casefold(), f"{path.name} lacks {part!r}"

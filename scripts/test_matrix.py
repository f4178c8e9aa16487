"""Runs the tests on every supported Python, with the newest and with the oldest packages.

`make test-matrix`, or `python scripts/test_matrix.py [name ...]` for those whose names contain
one of these. Interpreters are found as `python3.12` on the PATH or by the variable `PYTHON312`;
one that is not found is left out, and the last lines say so.

Newest is what pip chooses today. Oldest is what `pyproject.toml` allows at least, of the packages
in `OLDEST`: what draws and sends the live view, and what it is shown in.
"""

import argparse
import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".venv-matrix"
PYTHONS = ("3.11", "3.12", "3.13")
OLDEST = ("anywidget", "ipykernel", "ipywidgets", "jupyterlab", "notebook")
BROWSER = "tests/browser/test_stepping_in_jupyterlab.py"
VERSION = "import sys; print('{}.{}'.format(*sys.version_info))"
INSTALLED = "from importlib.metadata import version as v; print(*map(v, {names!r}))"


@dataclass
class Place:
    """One environment: a Python, and the packages that are pinned in it."""

    name: str
    python: str
    pins: list[str]

    @property
    def interpreter(self) -> str:
        return str(FOLDER / self.name / "bin" / "python")

    def make(self) -> bool:
        """Make the environment; one that is there is used again."""
        if not Path(self.interpreter).exists():
            script = str(ROOT / "scripts" / "make_venv.py")
            if run(self.python, script, str(FOLDER / self.name)):
                return False
        pip = (self.interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        return run(*pip, "--upgrade", "--editable", ".[dev]", *self.pins) == 0

    def test(self, *, browser: bool) -> str:
        """Run the tests; in words, how that went."""
        if not self.make():
            return "could not be installed"
        pytest = (self.interpreter, "-m", "pytest", "--quiet")
        if run(*pytest, "-m", "not browser"):
            return "FAILED"
        if not browser:
            return "passed, without a browser"
        return "FAILED in the browser" if run(*pytest, BROWSER) else "passed"

    def versions(self) -> str:
        """The versions that were tested, in the order of `OLDEST`."""
        found = capture(self.interpreter, "-c", INSTALLED.format(names=OLDEST))
        return (found or "").replace(" ", ", ")


def run(*command: str) -> int:
    print("+", *command, flush=True)
    # The page code is the same for all, and in place already.
    environment = {**os.environ, "SANDBOX_SKIP_FRONTEND": "1"}
    return subprocess.call(command, cwd=ROOT, env=environment)


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
    """The packages of `OLDEST`, each at the least version that `pyproject.toml` allows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["lab"]]
    least = dict(line.split(">=") for line in lines)
    return [f"{name}=={least[name]}" for name in OLDEST]


def main() -> int:
    """Run them all; the exit code says whether what was found has passed."""
    options = argparse.ArgumentParser(description="Run the tests in several environments.")
    options.add_argument("names", nargs="*", help="only environments whose names contain one")
    options.add_argument("--no-browser", action="store_true", help="leave out JupyterLab")
    given = options.parse_args()
    found = {version: path for version in PYTHONS if (path := find(version))}
    places = [Place(f"{version}-newest", path, []) for version, path in found.items()]
    places += [
        Place(f"{version}-oldest", path, oldest_pins()) for version, path in list(found.items())[:1]
    ]
    places = [p for p in places if not given.names or any(name in p.name for name in given.names)]
    lines, failed = [], not places
    for place in places:
        outcome = place.test(browser=not given.no_browser)
        failed |= not outcome.startswith("passed")
        lines.append(f"| {place.name} | {place.versions()} | {outcome} |")
    print("", f"| environment | {', '.join(OLDEST)} | outcome |", "|---|---|---|", *lines, sep="\n")
    for version in PYTHONS:
        if version not in found:
            print(f"Python {version} was not found: name it with {variable(version)}=...")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

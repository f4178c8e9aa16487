"""Measures the sandbox beside its peers: `python benchmarks/bench.py`, or `make bench`.

For Python 3.11 and the newest Python that it finds, this makes an environment with the sandbox
and all peers, measures everything in it, and then writes `RESULTS.md`, `results.svg` and, for
whoever wants to count again, `results.json`.

    python benchmarks/bench.py --repeat 15
    python benchmarks/bench.py --here RPC publish    # this very Python, some rows, only shown
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from report import report

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OLDEST = (3, 11)
NEWEST_THINKABLE = 30


def pythons() -> list[str]:
    """Python 3.11 and the newest that can be started, or whatever there is."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = {}
    for minor in range(OLDEST[1], NEWEST_THINKABLE):
        name = f"python3.{minor}"
        candidates = [shutil.which(name), *sorted(map(str, pyenv.glob(f"*/bin/{name}")))]
        started = [program for program in candidates if program and _starts(program)]
        if started:
            found[minor] = started[-1]
    if not found:
        return [sys.executable]
    return [found[minor] for minor in sorted({min(found), max(found)})]


def _starts(program: str) -> bool:
    # What pyenv puts on the path need not be switched on.
    tried = subprocess.run([program, "-c", "import venv"], capture_output=True, check=False)
    return tried.returncode == 0


def environment(program: str) -> str:
    """An environment of this Python with the sandbox, as users get it, and all peers."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    version = subprocess.check_output([program, "-c", code], text=True).strip()
    folder = ROOT / f".venv-bench-{version}"
    python = folder / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    without_page = os.environ | {"SANDBOX_SKIP_FRONTEND": "1"}  # the page is not measured
    if (folder / ".bench").exists():
        # All that may have changed since is the sandbox, and its version is still the same.
        pip += ["--force-reinstall", "--no-deps", str(ROOT)]
        subprocess.run(pip, check=True, env=without_page)
    else:
        subprocess.run([program, str(ROOT / "scripts" / "make_venv.py"), str(folder)], check=True)
        subprocess.run([*pip, f"{ROOT}[bench]"], check=True, env=without_page)
        (folder / ".bench").touch()
    return str(python)


def measure(python: str, arguments: list[str]) -> dict[str, Any]:
    """Everything, in this Python."""
    command = [python, str(HERE / "measure.py"), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    results: dict[str, Any] = json.loads(done.stdout)
    return results


def main() -> int:
    """Measure, write and show."""
    parser = argparse.ArgumentParser(description="The sandbox and its peers, side by side.")
    parser.add_argument("filters", nargs="*", metavar="FILTER", help="rows with this in their name")
    parser.add_argument("--repeat", type=int, default=9, help="repetitions of the quick rows")
    parser.add_argument("--here", action="store_true", help="only measure in this Python")
    options = parser.parse_args()
    arguments = ["--repeat", str(options.repeat), *options.filters]
    all_results = []
    for program in [sys.executable] if options.here else pythons():
        python = program if options.here else environment(program)
        print(f"Python: {re.sub('.*/', '', program)}", file=sys.stderr)
        all_results.append(measure(python, arguments))
    text = report(all_results)
    print(text)
    if options.here or options.filters:
        return 0
    (HERE / "RESULTS.md").write_text(text)
    (HERE / "results.json").write_text(json.dumps(all_results, indent=1) + "\n")
    subprocess.run([python, str(HERE / "picture.py")], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

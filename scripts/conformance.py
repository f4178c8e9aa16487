"""AutoGen Core's own messaging tests, run with `autogen_core` naming the sandbox.

    python scripts/conformance.py                      # on the sandbox
    python scripts/conformance.py --core autogen_core  # on AutoGen Core: is the harness right?
    python scripts/conformance.py --sdist DIR          # an unpacked source release, no download
    python scripts/conformance.py --notebooks DIR      # executes the notebooks in DIR as well
    python scripts/conformance.py --helpers DIR        # DIR has the original autogen_test_utils

The tests come from the source release of autogen-core, which pip downloads into a temporary
directory; none of their text is kept here. They need a small package of helpers that the release
lacks: `tests/conformance/autogen_test_utils` is our stand-in for it.

Needs, beside the sandbox: `pip install 'agent-sandbox[dev]'`.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

RELEASE = "0.7.5"
ROOT = Path(__file__).resolve().parents[1]
HELPERS = ROOT / "tests" / "conformance"
TESTS = (
    "test_runtime",
    "test_routed_agent",
    "test_subscription",
    "test_serialization",
    "test_intervention",
    "test_cancellation",
    "test_state",
    "test_types",
    "test_closure_agent",
    "test_base_agent",
    "regressions/test_clean_terminate",
)
# Images are part of the model floors of AutoGen Core, which the sandbox does not have.
LEFT_OUT = ("test_image_type",)
PYTEST_INI = """\
[pytest]
asyncio_default_fixture_loop_scope = session
addopts = --import-mode=prepend -p no:cacheprovider
"""


@dataclass
class Row:
    """How one test file, or one notebook, went."""

    name: str
    passed: int = 0
    failed: int = 0
    reasons: list[str] = field(default_factory=list)


def download(folder: Path) -> Path:
    """The source release, unpacked below `folder`."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*pip, f"autogen-core=={RELEASE}", "--dest", str(folder)], check=True)
    (archive,) = folder.glob("autogen_core-*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def lay_out(folder: Path, sdist: Path, core: str, helpers: Path) -> dict[str, str]:
    """Put tests, helpers and alias into `folder`; the environment that finds them first."""
    shutil.copytree(sdist / "tests", folder / "tests")
    (folder / "tests" / "pytest.ini").write_text(PYTEST_INI)
    paths = folder / "paths"
    shutil.copytree(helpers / "autogen_test_utils", paths / "autogen_test_utils")
    if core == "sandbox":
        shutil.copytree(HELPERS / "autogen_core", paths / "autogen_core")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(paths), str(ROOT)])}


def run_tests(folder: Path, environment: dict[str, str]) -> list[Row]:
    """Run the listed test files in one pytest process; one row for each file."""
    report = folder / "report.xml"
    files = [f"{name}.py" for name in TESTS]
    left_out = " and ".join(f"not {name}" for name in LEFT_OUT)
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", f"--junitxml={report}"]
    subprocess.run(
        [*command, "-k", left_out, *files],
        cwd=folder / "tests",
        env=environment,
        check=False,
        timeout=600,
    )
    return list(rows_of(report))


def rows_of(report: Path) -> Iterator[Row]:
    """The rows of a JUnit report, in the order of `TESTS`; a file without tests is a failure."""
    rows = {name: Row(name) for name in TESTS}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own pytest wrote it
        module = (case.get("classname") or case.get("name") or "").replace(".", "/")
        row = rows[module]
        problem = next((part for part in case if part.tag in {"failure", "error"}), None)
        if problem is None:
            row.passed += 1
        else:
            row.failed += 1
            words = (problem.get("message") or "").strip().splitlines() or ["failed"]
            row.reasons.append(f"{case.get('name')}: {words[0][:160]}")
    for row in rows.values():
        if not row.passed + row.failed:
            row.failed, row.reasons = 1, ["no test was collected"]
        yield row


def run_notebook(path: Path, environment: dict[str, str]) -> Row:
    """Execute one notebook in a kernel of its own; its output is not compared."""
    command = [sys.executable, "-m", "jupyter", "execute", "--timeout=120"]
    done = subprocess.run(
        [*command, path.name],
        cwd=path.parent,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
    )
    if done.returncode == 0:
        return Row(path.name, passed=1)
    last = [line for line in done.stderr.splitlines() if line.strip()][-1:]
    return Row(path.name, failed=1, reasons=[line[:200] for line in last])


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| file | passed | failed | reason |", "|---|---|---|---|"]
    lines += [f"| {r.name} | {r.passed} | {r.failed} | {'; '.join(r.reasons)} |" for r in rows]
    passed, failed = sum(r.passed for r in rows), sum(r.failed for r in rows)
    return "\n".join([*lines, f"| **all** | **{passed}** | **{failed}** | |"])


def main() -> int:
    """Run what the command line asks for, print the table; 0 if nothing failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--core", choices=("sandbox", "autogen_core"), default="sandbox")
    parser.add_argument("--sdist", type=Path, help="unpacked source release of autogen-core")
    parser.add_argument("--notebooks", type=Path, help="folder of notebooks to execute as well")
    parser.add_argument("--helpers", type=Path, default=HELPERS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sdist = options.sdist or download(folder)
        environment = lay_out(folder, sdist, options.core, options.helpers)
        rows = run_tests(folder, environment)
        for notebook in sorted(options.notebooks.glob("*.ipynb")) if options.notebooks else ():
            rows.append(run_notebook(notebook, environment))
    print(table(rows))
    return int(any(row.failed for row in rows))


if __name__ == "__main__":
    sys.exit(main())

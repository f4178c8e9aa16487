"""Does what Binder does, without a container: `python scripts/binder_check.py`.

Takes the tracked files to a folder of their own, has repo2docker read binder/ there, takes the same
install steps in a clean environment with no Node on the PATH, says how large it became, and runs
the tour headless in it. The exit code is 0 if all of that worked.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
MEGABYTE = 1_000_000


def main() -> int:
    """Check, and tell; the exit code says how it went."""
    with tempfile.TemporaryDirectory(prefix="binder-check-") as name:
        tree, environment = Path(name) / "tree", Path(name) / "environment"
        copy_tracked_files(tree)
        without_node = hide_node(Path(name) / "hidden")
        accepted = run([sys.executable, "-m", "repo2docker", "--no-build", tree], quiet=True)
        if accepted != 0:
            return accepted
        print("repo2docker accepts binder/.")
        for step in steps(environment):
            print("$", *step, flush=True)
            code = run(step, cwd=tree, path=[without_node, environment / "bin"])
            if code != 0:
                return code
        print(f"Installed: {size(environment) / MEGABYTE:.0f} MB.", flush=True)
        tour = ["python", "scripts/tour_check.py", "notebooks/tour.ipynb"]
        return run(tour, cwd=tree, path=[without_node, environment / "bin"])


def copy_tracked_files(to: Path) -> None:
    """Copy what a clone would have, as it stands now."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for name in filter(None, listing.stdout.split("\0")):
        if (ROOT / name).is_file():  # not one that was just deleted
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def steps(environment: Path) -> list[list[str]]:
    """Return the commands that Binder runs, after one that makes its environment."""
    return [
        [sys.executable, "scripts/make_venv.py", str(environment)],
        ["python", "-m", "pip", "install", "--quiet", "-r", "binder/requirements.txt"],
        ["binder/postBuild"],
    ]


def hide_node(folder: Path) -> Path:
    """Return a folder for the PATH whose `node` and `npm` fail, as Binder has neither."""
    folder.mkdir()
    for name in ("node", "npm"):
        stand_in = folder / name
        stand_in.write_text("#!/bin/sh\necho 'There is no Node here.' >&2\nexit 127\n")
        stand_in.chmod(0o755)
    return folder


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path = ROOT,
    path: Sequence[Path] = (),
    quiet: bool = False,
) -> int:
    """Run a command with some folders in front of the system's own PATH."""
    search = os.pathsep.join([*map(str, path), os.defpath]) if path else os.environ["PATH"]
    program = shutil.which(command[0], path=search) or cwd / command[0]
    return subprocess.call(
        [program, *command[1:]],
        cwd=cwd,
        env={**os.environ, "PATH": search},
        stdout=subprocess.DEVNULL if quiet else None,
        stderr=subprocess.DEVNULL if quiet else None,
    )


def size(folder: Path) -> int:
    """Return the bytes in all files of a folder."""
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())


if __name__ == "__main__":
    sys.exit(main())

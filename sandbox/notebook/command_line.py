"""The command `agent-sandbox`: the lessons in JupyterLab, a recording in the browser."""

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sandbox.inspector import Recording
from sandbox.version import __version__

FIRST: Final = "tour.ipynb"
"""The notebook that is opened."""

_DESCRIPTION = "Learn and debug messaging between agents, one message at a time."
_EPILOG = """examples:
  agent-sandbox tour                  copy the lessons to ./agent-sandbox-lessons, open the tour
  agent-sandbox tour ~/lessons        copy them there; what you changed there is left as it is
  agent-sandbox play run.jsonl        step through a recording in the browser, without a kernel
"""


class CommandError(Exception):
    """What the user should know and do; it becomes the last line of the output."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: what was typed after `agent-sandbox`; by default what really was.

    Returns:
        The exit code: 0, or 1 if it could not be done, with the reason on standard error.

    Raises:
        SystemExit: the arguments cannot be understood (code 2), or only help was asked for.
    """
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except (CommandError, OSError) as error:
        print(f"agent-sandbox: {error}", file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="agent-sandbox",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"agent-sandbox {__version__}")
    commands = parser.add_subparsers(required=True, metavar="{tour,play}")

    tour = commands.add_parser("tour", help="copy the lessons to a folder and open them")
    tour.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("agent-sandbox-lessons"),
        help="where to copy them (default: %(default)s); files that are there already are kept",
    )
    tour.add_argument("--no-browser", action="store_true", help="only say where JupyterLab listens")
    tour.add_argument("--copy-only", action="store_true", help="copy them and open nothing")
    tour.set_defaults(run=_tour)

    play = commands.add_parser("play", help="open a recording in the browser")
    play.add_argument("file", type=Path, help="a recording that `Recording.save` or `path=` wrote")
    play.add_argument("--output", type=Path, help="keep the page there (default: a temporary file)")
    play.add_argument("--no-browser", action="store_true", help="only write the page")
    play.set_defaults(run=_play)
    return parser


def _tour(options: argparse.Namespace) -> int:
    folder: Path = options.folder.expanduser()
    copied, kept = copy_lessons(folder)
    and_kept = f"; {kept} that were there already are as they were" if kept else ""
    print(f"{_count(copied, 'file', 'files')} copied to {folder}{and_kept}.")
    if options.copy_only:
        return 0
    if importlib.util.find_spec("jupyterlab") is None:
        raise CommandError("JupyterLab is not installed: pip install 'agent-sandbox[lab]'")
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1"]
    command += [
        f"--ServerApp.root_dir={folder.resolve()}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
    ]
    if options.no_browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in a container, say, where there is nobody else
    try:
        return subprocess.call(command)
    except KeyboardInterrupt:  # Jupyter has asked and said goodbye
        return 0


def _play(options: argparse.Namespace) -> int:
    file: Path = options.file
    if not file.is_file():
        raise CommandError(f"there is no file {file}")
    recording = Recording.load(file)
    if recording.report and not recording.last:
        raise CommandError(f"{file} is no recording. {recording.report}")
    page: Path = options.output or _page_of(file)
    recording.to_html(page)
    print(f"{_count(len(recording), 'delivery', 'deliveries')}: {page}")
    if recording.report:
        print(recording.report)
    if not options.no_browser and not webbrowser.open(page.resolve().as_uri()):
        print("No browser could be started: open the file in one.")
    return 0


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _page_of(file: Path) -> Path:
    # It stays: the browser reads it after this command has ended.
    return Path(tempfile.mkdtemp(prefix="agent-sandbox-")) / f"{file.stem}.html"


def copy_lessons(folder: Path) -> tuple[int, int]:
    """Copy the notebooks that come with the package; what is there already is never overwritten.

    Args:
        folder: where to; made if it is missing.

    Returns:
        How many files were copied, and how many were there already.

    Raises:
        CommandError: the package was installed without its notebooks.
        OSError: the folder cannot be written.
    """
    source = _lessons()
    copied = kept = 0
    for file in sorted(source.rglob("*")):
        wanted = file.is_file() and file.suffix in {".ipynb", ".md"}
        if not wanted or ".ipynb_checkpoints" in file.parts:
            continue
        target = folder / file.relative_to(source)
        if target.exists():
            kept += 1
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        copied += 1
    return copied, kept


def _lessons() -> Path:
    # In a wheel they are part of the package; in a clone they stand beside it.
    here = Path(__file__).parent
    for folder in (here / "notebooks", here.parents[1] / "notebooks"):
        if (folder / FIRST).is_file():
            return folder
    raise CommandError("this installation has no lessons: install a wheel, or use a clone")

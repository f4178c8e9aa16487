"""Makes a virtual environment: `python3 scripts/make_venv.py .venv`.

Any Python 3 since 3.6 can read it, so that one that is too old is told so.
"""

import subprocess
import sys

OLDEST = (3, 11)


def main(folder: str) -> int:
    """Make the environment `folder` with this interpreter; the exit code says how it went."""
    if sys.version_info < OLDEST:
        return complain(
            f"The agent sandbox needs Python 3.11 or newer, and this is {sys.version.split()[0]}. "
            "If a newer one is installed, name it: make PYTHON=python3.12 ..."
        )
    if run("-m", "venv", folder) == 0:
        return 0
    # Debian packs ensurepip apart from Python. The pip outside can then put one inside.
    made = run("-m", "venv", "--without-pip", folder) == 0
    if made and run("-m", "pip", "--python", folder + "/bin/python", "install", "pip") == 0:
        return 0
    return complain(
        f"{sys.executable} can make no virtual environment: it has neither ensurepip nor pip 22.3 "
        "or newer. On Debian and Ubuntu: apt install python3-venv"
    )


def run(*arguments: str) -> int:
    return subprocess.call([sys.executable, *arguments])


def complain(words: str) -> int:
    sys.stderr.write("\n" + words + "\n\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

"""Pins what Binder installs: `python scripts/binder_lock.py` writes binder/requirements.txt.

The newest versions of what the sandbox and the tour need, and of what those need, as pip finds
them in a fresh environment of this Python, which should be the one in binder/runtime.txt.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PINS = ROOT / "binder" / "requirements.txt"
HEADER = (
    "# Written by `make binder-lock`: what the sandbox and the tour need, and what those need.\n"
)


def main() -> int:
    """Write the pins; the exit code says how it went."""
    wanted = (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    here = f"python-{sys.version_info.major}.{sys.version_info.minor}"
    if here != wanted:
        print(f"binder/runtime.txt says {wanted}, and this is {here}.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="binder-lock-") as folder:
        python = str(Path(folder) / "bin" / "python")
        made = subprocess.call([sys.executable, ROOT / "scripts" / "make_venv.py", folder])
        if made != 0:
            return made
        environment = {**os.environ, "SANDBOX_SKIP_FRONTEND": "1"}
        install = [python, "-m", "pip", "install", "--quiet", str(ROOT), "jupyterlab"]
        subprocess.run(install, check=True, env=environment)
        freeze = [python, "-m", "pip", "freeze", "--exclude", "agent-sandbox"]
        frozen = subprocess.run(freeze, check=True, capture_output=True, text=True).stdout
    PINS.write_text(HEADER + frozen, encoding="utf-8")
    print(f"{len(frozen.splitlines())} packages pinned in binder/requirements.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main())

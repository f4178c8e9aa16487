"""Sees to a Chromium for the browser tests: the system's, else Playwright's own."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-liberation")  # a bare system has no font, and text without a size


def main() -> int:
    """Install a Chromium if none is there; the exit code says whether there is one now."""
    if system_chromium() is None and may_install_packages():
        subprocess.call(["apt-get", "update", "--quiet"])
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.call(
            ["apt-get", "install", "--quiet", "--yes", "--no-install-recommends", *PACKAGES],
            env=environment,
        )
    found = system_chromium()
    if found is not None:
        print(f"Chromium for the browser tests: {found}")
        return 0
    print("No Chromium on this system: Playwright installs its own.", flush=True)
    return subprocess.call([sys.executable, "-m", "playwright", "install", "chromium"])


def system_chromium() -> str | None:
    for name in NAMES:
        path = shutil.which(name)
        # On some systems the command is only a pointer to another package manager, so try it.
        if path and subprocess.call([path, "--version"], stdout=subprocess.DEVNULL) == 0:
            return path
    return None


def may_install_packages() -> bool:
    return shutil.which("apt-get") is not None and os.geteuid() == 0


if __name__ == "__main__":
    sys.exit(main())

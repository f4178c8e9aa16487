"""Real servers: JupyterLab and Notebook 7, each with settings and folders of its own."""

import json
import os
import re
import secrets
import subprocess
import sys
import time
from contextlib import contextmanager

import nbformat
import pytest
import what_happened

APPLICATIONS = ("jupyterlab", "notebook")


class Server:
    """A running server: where it is, the folder it serves, where it and its kernels tell."""

    def __init__(self, application, url, token, root, log, stacks):
        self.application, self.url, self.token, self.root = application, url, token, root
        self.log, self.stacks = log, stacks

    def write(self, name, cells):
        """Write a notebook of code cells."""
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        nbformat.write(notebook, self.root / name)

    def address(self, name):
        if self.application == "notebook":
            return f"{self.url}notebooks/{name}?token={self.token}"
        # A workspace of its own, so that no test finds what another left open. Its name must be
        # plain: with a dot in it Lab takes it for something else.
        workspace = re.sub(r"\W", "-", name.removesuffix(".ipynb"))
        return f"{self.url}lab/workspaces/{workspace}/tree/{name}?token={self.token}"


@contextmanager
def running(application, scratch):
    """A server of this application on a free port of loopback."""
    root = scratch / "notebooks"
    root.mkdir()
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    token = secrets.token_hex(16)
    environment = {**os.environ, **{name: str(scratch / name) for name in folders}}
    command = [sys.executable, "-m", application, "--no-browser", "--allow-root"]
    command += ["--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", "--expose-app-in-browser"]
    command += [f"--ServerApp.root_dir={root}"]
    _quieten(scratch / "JUPYTER_CONFIG_DIR")
    stacks = scratch / "stacks"
    what_happened.prepare_kernels(scratch / "IPYTHONDIR", stacks)
    log_path = scratch / "server.log"
    with log_path.open("w") as log:
        process = subprocess.Popen(
            command, env={**environment, "JUPYTER_TOKEN": token}, stdout=log, stderr=log
        )
    try:
        url = _address_of(process, scratch / "JUPYTER_RUNTIME_DIR", log_path)
        yield Server(application, url, token, root, log_path, stacks)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:  # it waits for its kernels, on a busy machine for long
            process.kill()
            process.wait()


def _quieten(config):
    """Have no questions about news asked in front of what is looked at."""
    folder = config / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    folder.mkdir(parents=True)
    settings = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
    (folder / "notification.jupyterlab-settings").write_text(json.dumps(settings))


def _address_of(process, runtime, log_path):
    file = runtime / f"jpserver-{process.pid}.json"
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            return json.loads(file.read_text())["url"]
        except (FileNotFoundError, json.JSONDecodeError):  # not there yet, or half written
            time.sleep(0.05)
    pytest.fail(f"the server did not start:\n{log_path.read_text()}")

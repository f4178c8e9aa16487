"""Runs a notebook as JupyterLab does, without a person: `python scripts/tour_check.py tour.ipynb`.

Starts the real server on loopback with a token, opens a session for the notebook, runs its cells
through the kernel's websocket, and prints what they showed and what was delivered. The exit code
is 0 if every cell ran and something was delivered.
"""

import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

START_TIMEOUT = 60.0  # seconds until the server answers
CELL_TIMEOUT = 120.0  # seconds for one cell

# Run in the notebook's kernel after its last cell.
LIST_DELIVERIES = """
def _print_deliveries():
    from sandbox import Inspector

    inspectors = {id(value): value for value in globals().values() if isinstance(value, Inspector)}
    for inspector in inspectors.values():
        for delivery in inspector.recording:
            print(delivery)

_print_deliveries()
"""


class CellError(Exception):
    """A cell raised; holds the traceback."""


class Server(NamedTuple):
    """Where a Jupyter server listens (`127.0.0.1:8888/`) and the token it wants."""

    address: str
    token: str


async def main(notebook: Path) -> int:
    """Run `notebook` and tell; the exit code."""
    with running_server(notebook.parent) as server:
        print(f"JupyterLab serves {notebook.parent}/ on http://{server.address}")
        channel = await open_session(server, notebook.name)
        try:
            for number, source in enumerate(code_cells(notebook), start=1):
                print(f"\n[{number}] {source.strip().splitlines()[0]}", flush=True)
                await run_cell(channel, source)
            print("\nDelivered:", flush=True)
            delivered = await run_cell(channel, LIST_DELIVERIES)
        except CellError as error:
            print(f"\n{error}\n\nThe tour stopped here.", file=sys.stderr)
            return 1
        finally:
            channel.close()
    lines = len(delivered.splitlines())
    print(f"\n{lines} deliveries." if lines else "\nNothing was delivered.")
    return 0 if lines else 1


def code_cells(notebook: Path) -> list[str]:
    """Return the sources of the code cells that are not empty."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return [source for source in sources if source.strip()]


@contextmanager
def running_server(root: Path, *options: str) -> Iterator[Server]:
    """Run JupyterLab on a free port of loopback, untouched by the user's Jupyter settings."""
    with tempfile.TemporaryDirectory(prefix="tour-check-") as name:
        scratch = Path(name)
        token = secrets.token_urlsafe(16)
        folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        environment = {**os.environ, **{key: str(scratch / key) for key in folders}}
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1"]
        command += ["--ServerApp.port=0", f"--ServerApp.root_dir={root.resolve()}", "--allow-root"]
        command += options
        log_file = scratch / "server.log"
        with log_file.open("w") as log:
            process = subprocess.Popen(
                command, env={**environment, "JUPYTER_TOKEN": token}, stdout=log, stderr=log
            )
        try:
            yield Server(address_of(process, scratch / "JUPYTER_RUNTIME_DIR", log_file), token)
        finally:
            process.terminate()
            process.wait(timeout=START_TIMEOUT)


def address_of(process: subprocess.Popen[bytes], runtime: Path, log_file: Path) -> str:
    """Wait for the file in which the server says where it listens."""
    file = runtime / f"jpserver-{process.pid}.json"
    deadline = time.monotonic() + START_TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        try:
            return str(json.loads(file.read_text())["url"]).removeprefix("http://")
        except (FileNotFoundError, json.JSONDecodeError):  # not there yet, or half written
            time.sleep(0.05)
    raise SystemExit(f"JupyterLab did not start:\n{log_file.read_text()}")


async def open_session(server: Server, path: str) -> WebSocketClientConnection:
    """Start a kernel for the notebook `path` and connect to its channels."""
    wanted = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
    headers = {"Authorization": f"token {server.token}"}
    response = await AsyncHTTPClient().fetch(
        f"http://{server.address}api/sessions",
        method="POST",
        body=json.dumps(wanted),
        headers=headers,
    )
    kernel = json.loads(response.body)["kernel"]["id"]
    channels = f"ws://{server.address}api/kernels/{kernel}/channels"
    return await websocket_connect(HTTPRequest(channels, headers=headers))


async def run_cell(channel: WebSocketClientConnection, source: str) -> str:
    """Run `source` in the kernel, print what it shows, and return that."""
    request = uuid.uuid4().hex
    header = {"msg_id": request, "msg_type": "execute_request", "version": "5.3"}
    content = {"code": source, "silent": False, "allow_stdin": False, "stop_on_error": True}
    message = {"header": header, "channel": "shell", "content": content}
    await channel.write_message(json.dumps({**message, "parent_header": {}, "metadata": {}}))
    shown = ""
    waiting_for = {"execute_reply", "idle"}
    while waiting_for:
        answer = await next_message(channel)
        if answer["parent_header"].get("msg_id") != request:
            continue
        waiting_for -= {answer["msg_type"], answer["content"].get("execution_state")}
        text = text_of(answer["msg_type"], answer["content"])
        print(text, end="", flush=True)
        shown += text
    return shown


async def next_message(channel: WebSocketClientConnection) -> dict[str, Any]:
    """Return the kernel's next message."""
    try:
        data = await asyncio.wait_for(channel.read_message(), CELL_TIMEOUT)
    except TimeoutError:
        raise CellError(f"The cell did not end within {CELL_TIMEOUT:.0f} seconds.") from None
    if data is None:
        raise CellError("The kernel's connection was closed.")
    if isinstance(data, bytes):  # a message with binary buffers: only the widget reads those
        return {"msg_type": "", "parent_header": {}, "content": {}}
    answer: dict[str, Any] = json.loads(data)
    return answer


def text_of(kind: str, content: dict[str, Any]) -> str:
    """Return what a person would read of one of the kernel's messages."""
    if kind == "error":
        raise CellError("\n".join(content["traceback"]))
    if kind == "stream":
        return str(content["text"])
    if kind in {"execute_result", "display_data"}:
        return "".join(content["data"].get("text/plain", "")) + "\n"
    return ""


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Path(sys.argv[1]))))

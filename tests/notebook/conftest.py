"""A real kernel, and a page that is played by the test."""

import contextlib
import itertools
import queue

import pytest
from jupyter_client.manager import start_new_kernel

PATIENCE = 30


class Kernel:
    """A kernel: run cells, or start one and talk to its views while it runs."""

    def __init__(self, client, interrupt):
        self.client, self.interrupt = client, interrupt

    def start(self, code):
        """Send a cell and return at once."""
        return Cell(self, self.client.execute(code))

    def run(self, code):
        """Run a cell to its end; it must not raise."""
        cell = self.start(code).finish()
        assert cell.error is None, "\n".join(cell.error["traceback"])
        return cell

    def next_message(self):
        return self.client.get_iopub_msg(timeout=PATIENCE)

    def page(self, comm_id):
        return KernelPage(self, comm_id)


class Cell:
    """A cell that was sent: what it shows, as far as it has come."""

    def __init__(self, kernel, request):
        self.kernel, self.request = kernel, request
        self.text = ""
        self.data = []
        self.views = []
        self.sent = []
        self.error = None
        self.done = False

    def take(self):
        """Take the kernel's next message."""
        message = self.kernel.next_message()
        kind, content = message["msg_type"], message["content"]
        if kind == "comm_open":
            if content["data"]["state"]["_model_module"] == "anywidget":
                self.views.append(content["comm_id"])
        elif kind == "comm_msg" and content["data"].get("method") == "custom":
            self.sent.append((content["comm_id"], content["data"]["content"]))
        elif kind == "stream":
            self.text += content["text"]
        elif message["parent_header"].get("msg_id") != self.request:
            return
        elif kind in {"execute_result", "display_data"}:
            self.data.append(content["data"])
        elif kind == "error":
            self.error = content
        elif kind == "status" and content["execution_state"] == "idle":
            self.done = True

    def until(self, condition):
        """Take messages until `condition()` holds, and return what it returned."""
        while not (value := condition()):
            self.take()
        return value

    def finish(self):
        self.until(lambda: self.done)
        return self


class KernelPage:
    """What a page does, by hand: asks for records, sends commands, awaits answers."""

    ids = itertools.count(1)

    def __init__(self, cell, comm_id):
        self.cell, self.comm_id = cell, comm_id

    def send(self, content):
        session = self.cell.kernel.client.session
        data = {"method": "custom", "content": content}
        message = session.msg("comm_msg", {"comm_id": self.comm_id, "data": data})
        self.cell.kernel.client.shell_channel.send(message)

    def resync(self):
        self.send({"type": "resync", "from": 1})

    def command(self, name, **args):
        """Send a command and wait for its answer."""
        id = f"t{next(self.ids)}"
        self.send({"type": "command", "id": id, "name": name, "args": args})

        def answers():
            return [
                content
                for comm_id, content in self.cell.sent
                if comm_id == self.comm_id and content.get("id") == id
            ]

        return self.cell.until(answers)[0]

    @property
    def records(self):
        """The records received so far, each once, in order."""
        found = {
            record["seq"]: record
            for comm_id, content in self.cell.sent
            if comm_id == self.comm_id and content["type"] == "batch"
            for record in content["records"]
        }
        return [found[seq] for seq in sorted(found)]


@pytest.fixture
def open_page():
    return KernelPage


@pytest.fixture(scope="module")
def running_kernel():
    manager, client = start_new_kernel()
    yield Kernel(client, manager.interrupt_kernel)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(running_kernel):
    """A kernel with the extension newly loaded and no variables."""
    running_kernel.run("%reset -f")
    running_kernel.run("%reload_ext sandbox")
    yield running_kernel
    with contextlib.suppress(queue.Empty):
        while True:
            running_kernel.client.get_iopub_msg(timeout=0)

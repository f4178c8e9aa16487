"""What a page, its kernel and the server were at when a test failed."""

import os
import signal
import time
from contextlib import suppress

LINES = 60
SECONDS_FOR_STACKS = 5

STACKS = """import faulthandler, os, signal
if hasattr(faulthandler, "register"):
    _stacks = open(os.path.join({folder!r}, str(os.getpid())), "w")
    faulthandler.register(signal.SIGUSR1, file=_stacks, all_threads=True)
"""

LISTEN = """() => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const heard = (window.heard = []);
    kernel.anyMessage.connect((_, { msg, direction }) => {
        const { msg_type: type, msg_id: id } = msg.header;
        const { execution_state: state, execution_count: count, code } = msg.content;
        const about = direction === "send" ? id : msg.parent_header?.msg_id;
        const said = state ?? count ?? code?.slice(0, 40) ?? "";
        const line = [Math.round(performance.now()), direction, type, about?.slice(-8), said];
        heard.push(line.join(" "));
        if (heard.length > 400) heard.shift();
    });
}"""

PAGE = """() => {
    const panel = window.jupyterapp?.shell?.currentWidget;
    const session = panel?.sessionContext?.session;
    const cells = panel?.content?.widgets ?? [];
    return {
        kernel: [session?.kernel?.id, session?.kernel?.status, session?.kernel?.connectionStatus],
        dialogs: [...document.querySelectorAll(".jp-Dialog")].map(dialog => dialog.innerText),
        cells: cells.filter(cell => cell.model.type === "code").map(cell => [
            cell.model.executionCount, cell.model.executionState,
            cell.model.sharedModel.getSource().trim().split("\\n")[0].slice(0, 60),
            (cell.model.outputs?.toJSON() ?? []).map(output => output.output_type).join(" "),
        ]),
        heard: window.heard ?? [],
    };
}"""


def prepare_kernels(ipython_dir, folder):
    """Have every kernel write its stacks to a file of its own in `folder` when it gets SIGUSR1."""
    folder.mkdir()
    startup = ipython_dir / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-stacks.py").write_text(STACKS.format(folder=str(folder)))


def of_page(page, console):
    """Cells, kernel, dialogs, the latest messages and the console of a page, as lines."""
    try:
        found = page.evaluate(PAGE)
    except Exception as error:  # the page may be what broke
        return [f"The page does not answer: {error}", *console[-LINES:]]
    cells = [
        f"  [{count}] {state} | {source} | {outputs}"
        for count, state, source, outputs in found["cells"]
    ]
    return [
        f"kernel {found['kernel']}, dialogs {found['dialogs']}",
        *("cells", *cells),
        *("messages", *found["heard"][-4 * LINES :]),
        *("console", *console[-LINES:]),
    ]


def of_kernels(folder):
    """Where each living kernel is in its code, as lines."""
    lines = []
    for file in sorted(folder.iterdir()):
        with suppress(ProcessLookupError):
            os.kill(int(file.name), signal.SIGUSR1)
            deadline = time.monotonic() + SECONDS_FOR_STACKS
            while not file.stat().st_size and time.monotonic() < deadline:
                time.sleep(0.05)  # a stopped kernel never writes
            lines += [f"kernel process {file.name}", *file.read_text().splitlines()]
    return lines

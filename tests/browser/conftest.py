"""Real servers, JupyterLab and Notebook 7, and a real Chromium."""

import contextlib
import itertools
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

import what_happened
from servers import running

_numbers = itertools.count(1)
ARTIFACTS = Path(__file__).parent / "artifacts"
SECONDS = 1_000
PATIENCE = 60 * SECONDS
VIEWPORT = {"width": 1400, "height": 1000}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
KERNEL_IS_READY = """() => {
    const panel = window.jupyterapp?.shell?.currentWidget;
    const context = panel?.sessionContext;
    const kernel = context?.session?.kernel;
    return Boolean(panel?.content?.model && context.isReady
        && kernel?.connectionStatus === 'connected' && kernel.status === 'idle');
}"""
RUN_ALL = "() => void window.jupyterapp.commands.execute('notebook:run-all-cells')"
RUN_ONE = """place => {
    const { commands, shell } = window.jupyterapp;
    shell.currentWidget.content.activeCellIndex = place;
    void commands.execute('notebook:run-cell');
}"""
SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"
SHUT_DOWN = "() => window.jupyterapp.serviceManager.sessions.shutdownAll()"
ERRORS = """() => window.jupyterapp.shell.currentWidget.content.widgets
    .flatMap(cell => cell.model.outputs?.toJSON() ?? [])
    .filter(output => output.output_type === 'error')
    .map(output => `${output.ename}: ${output.evalue}`)"""
CELLS_ARE_DONE = """() => window.jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type === 'code' && cell.model.sharedModel.getSource().trim())
    .every(cell => cell.model.executionCount !== null && cell.model.executionState !== 'running')"""


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A test that fails tells how things stood at that moment."""
    report = yield
    opened = item.funcargs.get("open_notebook") if hasattr(item, "funcargs") else None
    if report.when == "call" and report.failed and opened is not None:
        told = opened.tell(item.name, ARTIFACTS)
        report.sections.append(("what happened", "\n".join(told)))
    return report


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A running JupyterLab."""
    with running("jupyterlab", tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="session")
def notebook_app(tmp_path_factory):
    """A running Notebook 7."""
    with running("notebook", tmp_path_factory.mktemp("notebook")) as server:
        yield server


@pytest.fixture
def server(request):
    """JupyterLab, unless a test asks for another application: `in_both` runs it in each."""
    fixture = {"jupyterlab": "lab", "notebook": "notebook_app"}
    return request.getfixturevalue(fixture[getattr(request, "param", "jupyterlab")])


def _chromium():
    named = os.environ.get("SANDBOX_CHROMIUM")
    if named:
        return named
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@pytest.fixture(scope="module")
def browser():
    # No longer than a module: while it lives, no test of this thread can run an event loop.
    flags = list(CHROMIUM_FLAGS)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")
    with sync_playwright() as playwright:
        # With scroll bars, as people have them.
        browser = playwright.chromium.launch(
            executable_path=_chromium(), args=flags, ignore_default_args=["--hide-scrollbars"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def artifacts():
    """Where pictures of the page go, for a person to look at."""
    ARTIFACTS.mkdir(exist_ok=True)
    return ARTIFACTS


SCROLLED_TO_VIEW = """() => {
    const view = document.querySelector('[data-testid="inspector"]');
    const { top, bottom, height } = view.getBoundingClientRect();
    const seen = Math.min(bottom, innerHeight) - Math.max(top, 0);
    if (height > 0 && seen > 0.8 * Math.min(height, innerHeight)) return true;
    view.scrollIntoView({ block: "center" });
    return false;
}"""


class Notebook:
    """A notebook open in JupyterLab or Notebook 7."""

    def __init__(self, page, server, name):
        self.page, self.server, self.name = page, server, name

    def open(self):
        self.page.goto(self.server.address(self.name))
        self._wait_for_kernel()

    def reload(self):
        """Save and load the page again; the kernel goes on."""
        self.page.evaluate(SAVE)
        self.page.reload()

    def _wait_for_kernel(self):
        self.page.wait_for_function(KERNEL_IS_READY, timeout=PATIENCE)

    def run_all(self):
        """Start running all cells; returns at once."""
        self.page.evaluate(RUN_ALL)

    def run(self, *cells):
        """Start running these cells, one after the other; returns at once."""
        for cell in cells:
            self.page.evaluate(RUN_ONE, cell)

    def wait_until_done(self):
        either = f"() => ({ERRORS})().length > 0 || ({CELLS_ARE_DONE})()"
        self.page.wait_for_function(either, timeout=PATIENCE)
        assert self.page.evaluate(ERRORS) == []

    def part(self, name, **data):
        """The parts of the view with this `data-testid`, and these `data-` attributes."""
        extra = "".join(f'[data-{key}="{value}"]' for key, value in data.items())
        return self.page.locator(f'[data-testid="{name}"]{extra}')

    def output(self, cell):
        """The output area of a cell."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".jp-Cell-outputArea")

    def action(self, name, within="detail"):
        """The button for an action, in a part of the view."""
        return self.part(within).locator(f'[data-action="{name}"]')

    def tab(self, name):
        """Choose a tab."""
        self.page.locator(f'[data-testid="tab"][data-tab="{name}"]:visible').click()

    def made(self, *numbers):
        """Wait until exactly these deliveries have been made, in this order."""
        rows = self.part("log-row")
        expect(rows).to_have_count(len(numbers))
        shown = rows.evaluate_all("all => all.map(one => Number(one.dataset.delivery))")
        assert shown == list(numbers)

    def shot(self, path):
        """Take a picture of the page with the view in sight."""
        # A long notebook lays its cells out anew while it is scrolled, so once may not do.
        self.page.wait_for_function(SCROLLED_TO_VIEW, timeout=PATIENCE)
        self.page.screenshot(path=path)


class Opener:
    """Writes code cells to a notebook and opens it, in a page of its own."""

    def __init__(self, server, browser, prefix):
        self._server, self._browser, self._prefix = server, browser, prefix
        self._pages = []
        self.errors = []
        """What the pages raised."""

    def __call__(self, cells, name=None):
        # Parameters make long names, and two notebooks of one name would share a kernel.
        name = name or f"{self._prefix}-{next(_numbers)}.ipynb"
        if cells is not None:
            self._server.write(name, cells)
        page, console = self._browser.new_context(viewport=VIEWPORT).new_page(), []
        self._pages.append((page, console))
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", self._note)
        page.on("console", lambda message: console.append(f"{message.type}: {message.text}"))
        notebook = Notebook(page, self._server, name)
        notebook.open()
        page.evaluate(what_happened.LISTEN)
        return notebook

    def _note(self, error):
        stack = error.stack or str(error)
        # Notebook 7 fails to read a setting of its own; our code is in none of its files.
        if "/static/notebook/" not in stack or "blob:" in stack:
            self.errors.append(stack)

    def tell(self, title, artifacts):
        """How things stand, as lines; a picture of each page goes to `artifacts`."""
        lines, stem = [], "failed-" + re.sub(r"\W+", "-", title)
        for number, (page, console) in enumerate(self._pages, start=1):
            lines += [f"page {number}: {page.url}", *what_happened.of_page(page, console)]
            with contextlib.suppress(PlaywrightError):
                page.screenshot(path=artifacts / f"{stem}-{number}.png")
        log = self._server.log.read_text().splitlines()[-what_happened.LINES :]
        return [*lines, *what_happened.of_kernels(self._server.stacks), "server", *log]

    def close(self):
        for page, _ in self._pages:
            page.evaluate(SHUT_DOWN)
            page.context.close()


@pytest.fixture
def open_notebook(server, browser, request):
    """Opens notebooks; what their pages log as errors fails the test."""
    expect.set_options(timeout=PATIENCE)
    opener = Opener(server, browser, request.node.originalname)
    yield opener
    opener.close()
    assert opener.errors == []

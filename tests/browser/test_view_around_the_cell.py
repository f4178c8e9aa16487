"""The view outside its cell: in a panel, in a saved notebook, after the kernel is gone."""

import nbformat
import pytest
from playwright.sync_api import expect

PROGRAM = """
from sandbox import *

class Worker(RoutedAgent):
    @event
    async def on(self, message: str, ctx: MessageContext) -> None:
        print("heard", message)

runtime = SingleThreadedAgentRuntime()
await Worker.register(runtime, "worker", lambda: Worker("works"))
await runtime.add_subscription(TypeSubscription("news", "worker"))
for number in range(3):
    await runtime.publish_message(f"news {number}", TopicId("news", "one"))
inspector = Inspector(runtime)
"""
SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"
RESTART = """() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"""


@pytest.fixture
def server(lab):
    return lab


@pytest.mark.parametrize("where", ["side", "split"])
def test_a_panel_shows_the_view_and_another_call_moves_it(open_notebook, artifacts, where):
    show = f"inspector.show({where!r})"
    notebook = open_notebook([PROGRAM, show, "inspector", show])
    notebook.run_all()
    notebook.wait_until_done()
    views = notebook.page.locator("[data-testid=inspector]:visible")
    expect(views).to_have_count(2)
    in_panel = notebook.page.locator("[data-testid=inspector]:visible:not(.jp-Notebook *)")
    expect(in_panel).to_have_count(1)
    expect(notebook.page.get_by_role("tab", name="Inspector", exact=True)).to_have_count(1)
    in_panel.get_by_test_id("step").click()
    for view in views.all():
        expect(view.get_by_test_id("spoken")).to_contain_text("Step 1:")
    notebook.page.screenshot(path=artifacts / f"panel-{where}.png")


def test_the_still_picture_is_hidden_while_the_view_is_alive_and_saved_with_the_last_state(
    open_notebook,
):
    notebook = open_notebook([PROGRAM, "inspector"])
    notebook.run_all()
    notebook.wait_until_done()
    still = notebook.page.locator("[class*='sb-still-']")
    expect(still).to_have_count(1)
    expect(still).to_be_hidden()
    for step in (1, 2, 3):
        notebook.part("step").click()
        expect(notebook.part("spoken")).to_contain_text(f"Step {step}:")
    expect(still).to_contain_text("idle: 0 pending, 3 recorded")
    notebook.page.evaluate(SAVE)
    saved = nbformat.read(notebook.server.root / notebook.name, as_version=4)
    pictures = [output.get("data", {}).get("text/html", "") for output in saved.cells[1].outputs]
    assert any("idle: 0 pending, 3 recorded" in picture for picture in pictures)


def test_the_saved_picture_is_of_the_last_state_also_after_the_page_was_loaded_anew(open_notebook):
    notebook = open_notebook([PROGRAM, "inspector"])
    notebook.run_all()
    notebook.wait_until_done()
    notebook.part("step").click()
    expect(notebook.part("spoken")).to_contain_text("Step 1:")
    notebook.reload()
    expect(notebook.part("spoken")).to_contain_text("Step 1:")
    still = notebook.page.locator("[class*='sb-still-']")
    expect(still).to_be_hidden()
    for step in (2, 3):
        notebook.part("step").click()
        expect(notebook.part("spoken")).to_contain_text(f"Step {step}:")
    expect(still).to_contain_text("idle: 0 pending, 3 recorded")
    notebook.page.evaluate(SAVE)
    saved = nbformat.read(notebook.server.root / notebook.name, as_version=4)
    pictures = [output.get("data", {}).get("text/html", "") for output in saved.cells[1].outputs]
    assert ["idle: 0 pending, 3 recorded" in one for one in pictures if "sb-still" in one] == [True]


class ButForTheRestart(list):
    """Errors of a page, without JupyterLab's own: it gives up what it had asked of the kernel."""

    def append(self, words):
        if "Canceled future" not in words:
            super().append(words)


def test_after_a_kernel_restart_the_view_is_frozen_and_says_so(open_notebook, artifacts):
    open_notebook.errors = ButForTheRestart()
    notebook = open_notebook([PROGRAM, "inspector"])
    notebook.run_all()
    notebook.wait_until_done()
    notebook.part("step").click()
    expect(notebook.part("spoken")).to_contain_text("Step 1:")
    notebook.page.evaluate(RESTART)
    expect(notebook.part("frozen")).to_be_visible()
    expect(notebook.part("notice")).to_contain_text("run the cell again")
    expect(notebook.part("step")).to_have_attribute("aria-disabled", "true")
    expect(notebook.part("log-row")).to_have_count(1)
    notebook.part("back").click()
    expect(notebook.part("state-word")).to_have_text("viewing the past")
    notebook.shot(artifacts / "frozen.png")

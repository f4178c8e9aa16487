"""The second part of the page code, which comes when the first shows something already."""

import pytest
from playwright.sync_api import expect

PROGRAM = """
from sandbox import *
from sandbox.notebook import InspectorWidget

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

asked = []
receive = InspectorWidget._receive

def receive_and_count(*message):
    if message[2]["type"] == "page_code":
        asked.append(message)
        if not answers:
            return
    receive(*message)

InspectorWidget._receive = receive_and_count
answers = {answers}
"""
ANSWER = """
answers = True
for message in asked:
    receive(*message)
"""
RESTART = """() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"""
ONE_MOMENT = "One moment…"


@pytest.fixture
def begin(open_notebook):
    """Opens a notebook with the program and these cells, and runs all but the last."""

    def begin(*cells, answers):
        program = PROGRAM.replace("{answers}", str(answers))
        notebook = open_notebook([program, *cells])
        notebook.run(*range(len(cells)))
        expect(notebook.part("queue-item").first).to_be_visible()
        return notebook

    return begin


def test_a_pane_comes_when_it_is_first_asked_for(begin, artifacts):
    notebook = begin("inspector", "print(len(asked))", answers=True)
    for tab, part in (("spacetime", "space-time"), ("matrix", "matrix")):
        notebook.tab(tab)
        expect(notebook.part(part)).to_be_visible()
    expect(notebook.part("coming")).to_have_count(0)
    notebook.shot(artifacts / "panes-on-demand.png")
    notebook.run(2)
    expect(notebook.output(2)).to_have_text("1")


def test_two_views_on_a_page_ask_once_and_both_show_it(begin):
    notebook = begin("inspector", "inspector", "print(len(asked))", answers=True)
    expect(notebook.part("inspector")).to_have_count(2)
    notebook.part("tab", tab="problems").first.click()
    for view in notebook.part("inspector").all():
        expect(view.get_by_test_id("problem")).to_contain_text("not portable")
    notebook.run(3)
    expect(notebook.output(3)).to_have_text("1")


def test_a_kernel_that_does_not_answer_is_told_and_what_it_sends_later_is_shown(begin, artifacts):
    notebook = begin("inspector", ANSWER, answers=False)
    notebook.part("queue-item").first.click()
    notebook.page.keyboard.press("e")
    waits = notebook.part("detail").get_by_test_id("coming").first
    expect(waits).to_have_text(ONE_MOMENT)
    expect(waits).to_contain_text("The kernel has not sent this part of the view yet")
    notebook.shot(artifacts / "pane-not-there.png")
    waits.get_by_test_id("try-again").click()
    expect(waits).to_have_text(ONE_MOMENT)
    # All else works meanwhile.
    notebook.part("step").click()
    expect(notebook.part("spoken")).to_contain_text("Step 1:")
    notebook.part("queue-item").first.click()
    notebook.page.keyboard.press("e")
    notebook.run(2)
    expect(notebook.part("edit-form")).to_be_visible()
    expect(notebook.part("coming")).to_have_count(0)


class ButForTheRestart(list):
    """Errors of a page, without JupyterLab's own: it gives up what it had asked of the kernel."""

    def append(self, words):
        if "Canceled future" not in words:
            super().append(words)


@pytest.mark.parametrize("answers", [True, False])
def test_a_restarted_kernel_takes_nothing_away_and_sends_nothing_more(
    begin, open_notebook, answers
):
    open_notebook.errors = ButForTheRestart()
    notebook = begin("inspector", "", answers=answers)
    if answers:
        expect(notebook.part("search")).to_be_visible()
    notebook.page.evaluate(RESTART)
    expect(notebook.part("frozen")).to_be_visible()
    notebook.tab("spacetime")
    if answers:
        expect(notebook.part("space-time")).to_be_visible()
        notebook.tab("problems")
        expect(notebook.page.locator(".sb-problems-list")).to_be_visible()
    else:
        waits = notebook.page.locator(".sb-bottom").get_by_test_id("coming")
        expect(waits).to_contain_text("when the connection to the kernel was closed")
        waits.get_by_test_id("try-again").click()
        expect(waits).to_contain_text("when the connection to the kernel was closed")

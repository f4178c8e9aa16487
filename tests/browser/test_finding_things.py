"""Journeys through a longer run: what goes next, what happened, what went wrong."""

from kitchen import ASK, PROGRAM, publish
from playwright.sync_api import expect

MISSPELT = "await runtime.publish_message(Order('soup'), TopicId('order', 's1'))"
NEW_VIEW = """async () => {
    const { commands, shell } = window.jupyterapp;
    shell.currentWidget.content.activeCellIndex = 0;
    await commands.execute('notebook:create-output-view');
}"""


def search(notebook, text, *numbers):
    notebook.part("search").fill(text)
    notebook.made(*numbers)


def test_an_order_is_chosen_the_log_searched_and_a_problem_found(open_notebook, artifacts):
    cells = [PROGRAM, publish(), publish("tea"), ASK.format(text="salt?"), MISSPELT]
    notebook = open_notebook(cells)
    notebook.run_all()
    expect(notebook.part("queue-item", delivery=6)).to_be_visible()
    notebook.part("policy").select_option("lifo")
    expect(notebook.part("queue-item", delivery=6)).to_contain_text("next")
    expect(notebook.part("detail")).to_contain_text("Next: #6")
    notebook.part("step").click()
    notebook.part("step").click()
    notebook.made(6, 5)
    notebook.part("policy").select_option("fifo")
    notebook.part("run").click()
    expect(notebook.part("state-word")).to_have_text("idle")
    made = (6, 5, 1, 2, 3, 4, 7, 8, 9)
    notebook.made(*made)

    notebook.part("search").press_sequentially("ty")
    notebook.part("offer").first.click()
    expect(notebook.part("search")).to_have_value("type:")
    search(notebook, "type:Order to:kitchen", 1, 3)
    search(notebook, "from:kitchen", 7, 9)
    search(notebook, "topic:order/s1", 6)
    search(notebook, "state:no_recipient", 6)
    search(notebook, "before:#2 tea")
    search(notebook, "tea", 3, 4)
    expect(notebook.part("found")).to_have_text("2 of 9")
    notebook.part("search").fill("form:bar")
    expect(notebook.part("search-trouble")).to_contain_text("Did you mean from:")
    notebook.shot(artifacts / "searched.png")
    search(notebook, "", *made)

    notebook.tab("problems")
    problem = notebook.part("problem", kind="no_recipient")
    expect(problem).to_have_count(1)
    expect(problem).to_contain_text("orders")
    problem.get_by_role("button", name="#6").click()
    expect(notebook.part("detail")).to_contain_text("#6")
    notebook.tab("why")
    expect(notebook.part("advice")).to_contain_text("orders")
    notebook.shot(artifacts / "problem.png")


def test_a_view_beside_the_notebook_shows_the_same_and_steps_the_same(open_notebook, artifacts):
    notebook = open_notebook([PROGRAM, publish(), ASK.format(text="salt?")])
    notebook.run_all()
    expect(notebook.part("queue-item", delivery=3)).to_be_visible()
    notebook.page.evaluate(NEW_VIEW)
    views = notebook.part("inspector")
    expect(views).to_have_count(2)
    beside = notebook.page.locator(".jp-LinkedOutputView")
    expect(beside.get_by_test_id("queue-item")).to_have_count(3)
    expect(beside.get_by_test_id("state-word")).to_have_text("paused")
    beside.get_by_test_id("step").click()
    for view in views.all():
        expect(view.get_by_test_id("log-row")).to_have_count(1)
        expect(view.get_by_test_id("spoken")).to_contain_text("Step 1:")
    beside.locator('[data-testid="queue-item"][data-delivery="3"]').click()
    inside = notebook.page.locator(".jp-Notebook").get_by_test_id("inspector")
    chosen = inside.locator('[data-testid="queue-item"][data-delivery="3"]')
    expect(chosen).to_have_attribute("aria-selected", "true")
    inside.get_by_test_id("step").click()
    for view in views.all():
        expect(view.get_by_test_id("log-row")).to_have_count(2)
    beside.get_by_test_id("back").click()
    for view in views.all():
        expect(view.get_by_test_id("state-word")).to_have_text("viewing the past")
    notebook.page.screenshot(path=artifacts / "two-views.png")

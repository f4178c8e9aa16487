"""What a class does in its first five minutes, in JupyterLab and in Notebook 7."""

import pytest
from kitchen import ASK, ASK_AND_WAIT, PROGRAM, publish
from playwright.sync_api import expect
from servers import APPLICATIONS

in_both = pytest.mark.parametrize("server", APPLICATIONS, indirect=True)


@in_both
def test_the_first_five_minutes(open_notebook, artifacts):
    cells = [PROGRAM, publish(), publish(), publish(source="s2"), ASK.format(text="salt?")]
    notebook = open_notebook(cells)
    stem = f"five-minutes-{notebook.server.application}"
    see_what_is_there(notebook)
    notebook.shot(artifacts / f"{stem}-0-begun.png")
    see_that_sending_is_not_calling(notebook)
    notebook.shot(artifacts / f"{stem}-1-published.png")
    deliver_in_two_orders(notebook)
    see_a_new_source_build_an_agent(notebook)
    lose_a_request(notebook)
    notebook.shot(artifacts / f"{stem}-2-stuck.png")


def see_what_is_there(notebook):
    notebook.run(0)
    expect(notebook.part("agent-type")).to_have_count(3)
    expect(notebook.part("subscription")).to_have_count(2)
    expect(notebook.part("empty")).to_contain_text("nothing was sent yet")


def see_that_sending_is_not_calling(notebook):
    notebook.run(1)
    expect(notebook.part("queue-item")).to_have_count(2)
    expect(notebook.part("topic", id="orders")).to_be_visible()
    for ghost in ("kitchen/s1", "bar/s1"):
        expect(notebook.part("agent", id=ghost)).to_have_attribute("data-state", "ghost")
    expect(notebook.part("state-word")).to_have_text("paused")
    expect(notebook.output(1)).not_to_contain_text("cooking")


def deliver_in_two_orders(notebook):
    notebook.part("step").click()
    notebook.made(1)
    expect(notebook.part("agent", id="kitchen/s1")).to_have_attribute("data-state", "idle")
    expect(notebook.part("agent", id="bar/s1")).to_have_attribute("data-state", "ghost")
    notebook.part("step").click()
    notebook.made(1, 2)
    expect(notebook.part("state-word")).to_have_text("idle")

    notebook.run(2)
    notebook.part("queue-item", delivery=4).click()
    notebook.action("deliver").click()
    notebook.made(1, 2, 4)
    expect(notebook.part("queue-item", delivery=3)).to_be_visible()
    notebook.part("step").click()
    notebook.made(1, 2, 4, 3)


def see_a_new_source_build_an_agent(notebook):
    notebook.run(3)
    newcomer = notebook.part("agent", id="kitchen/s2")
    expect(newcomer).to_have_attribute("data-state", "ghost")
    notebook.part("step").click()
    expect(newcomer).to_have_attribute("data-state", "idle")
    newcomer.click()
    expect(notebook.part("detail")).to_contain_text("yes, for delivery #5")
    notebook.part("step").click()
    expect(notebook.part("state-word")).to_have_text("idle")


def lose_a_request(notebook):
    notebook.run(4)
    notebook.part("step").click()
    expect(notebook.part("agent", id="kitchen/s1")).to_have_attribute("data-state", "waiting")
    notebook.part("queue-item", delivery=8).click()
    notebook.action("drop").click()
    notebook.part("drop-silently").click()
    expect(notebook.part("state-word")).to_have_text("stuck")
    expect(notebook.part("dead-letter", delivery=8)).to_be_visible()
    stuck = notebook.part("stuck")
    expect(stuck).to_contain_text("kitchen/s1 waits for store/cellar (#8), which was dropped")


@in_both
def test_a_request_from_a_cell_that_waits_is_stepped_to_its_answer(open_notebook, artifacts):
    notebook = open_notebook([PROGRAM, ASK_AND_WAIT.format(text="salt?")])
    notebook.run(0, 1)
    expect(notebook.part("queue-item", delivery=1)).to_be_visible()
    expect(notebook.part("agent", id="kitchen/s1")).to_have_attribute("data-state", "ghost")
    for made in range(1, 5):
        notebook.part("step").click()
        notebook.made(*range(1, made + 1))
    expect(notebook.part("state-word")).to_have_text("idle")
    expect(notebook.output(1)).to_contain_text("heard SALT?!")
    rows = notebook.part("log-row").evaluate_all("rows => rows.map(row => row.dataset.kind)")
    assert rows == ["request", "request", "response", "response"]
    notebook.shot(artifacts / f"asked-{notebook.server.application}.png")

"""Journeys back to an earlier step, and to what is left of a run in a file."""

import subprocess
import sys

from kitchen import PROGRAM, publish
from playwright.sync_api import expect

SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"


def expect_past(notebook, step, last):
    """The page shows an earlier step, and says so wherever one may look."""
    view = notebook.part("inspector")
    expect(notebook.part("state-word")).to_have_text("viewing the past")
    expect(notebook.part("slider")).to_have_attribute("aria-valuenow", str(step))
    expect(notebook.part("history")).to_contain_text(f"step {step} of {last}")
    expect(notebook.part("spoken")).to_contain_text("Viewing the past.")
    assert "repeating-linear-gradient" in view.locator(".sb-bar").evaluate(
        "bar => getComputedStyle(bar).backgroundImage"
    )
    expect(notebook.part("log-row")).to_have_count(step)


def test_the_past_is_looked_at_without_changing_it_and_left_with_one_key(open_notebook, artifacts):
    notebook = open_notebook([PROGRAM, publish(), publish("tea"), publish("pie")])
    notebook.run_all()
    for made in range(1, 5):
        notebook.part("step").click()
        expect(notebook.part("log-row")).to_have_count(made)
    word, press = notebook.part("state-word"), notebook.page.keyboard.press
    expect(notebook.part("history-step")).to_have_count(4)

    slider = notebook.part("slider")
    width = slider.bounding_box()["width"]
    slider.click(position={"x": width / 4, "y": 10})
    expect_past(notebook, 1, last=4)
    expect(notebook.part("agent", id="kitchen/s1")).to_have_attribute("data-state", "idle")
    expect(notebook.part("agent", id="bar/s1")).to_have_attribute("data-state", "ghost")
    expect(notebook.part("queue-item", delivery=3)).to_be_visible()
    notebook.shot(artifacts / "past.png")

    notebook.part("queue-item", delivery=2).click()
    for key in ("h", "e", "Delete", "2", "o", "Space"):
        press(key)
        expect(notebook.part("notice")).to_contain_text("You are viewing step 1: press Esc for now")
    for button in ("run", "pause", "over"):
        expect(notebook.part(button)).to_have_attribute("aria-disabled", "true")
    press("Escape")
    expect(word).to_have_text("paused")
    expect(notebook.part("log-row")).to_have_count(4)
    expect(notebook.part("queue-item")).to_have_count(2)

    for key, step in {"Home": 0, "ArrowRight": 1, "End": None, "ArrowLeft": 3}.items():
        slider.press(key)
        if step is not None:
            expect_past(notebook, step, last=4)
    press("Shift+S")
    expect_past(notebook, 2, last=4)
    press("s")
    expect_past(notebook, 3, last=4)
    notebook.part("now").click()
    expect(word).to_have_text("paused")
    notebook.part("step").click()
    expect(notebook.part("log-row")).to_have_count(5)
    expect_pictures_without_scripts(notebook, artifacts)


def expect_pictures_without_scripts(notebook, artifacts):
    """Convert the saved notebook, and read it in a browser that runs no scripts."""
    still = notebook.page.locator("[class*='sb-still-']")
    expect(still).to_contain_text("1 pending, 6 recorded")
    # A save while another is under way is put off; this one ends when the file is written.
    notebook.page.evaluate(SAVE)
    path = notebook.server.root / notebook.name
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--log-level", "ERROR", str(path)]
    subprocess.run(command, check=True)
    context = notebook.page.context.browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(path.with_suffix(".html").as_uri())
    output = page.locator(".jp-OutputArea").first
    picture = output.get_by_role("img").first
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth > 100")
    for words in ("kitchen", "bar", "orders", "1 pending, 6 recorded"):
        expect(output).to_contain_text(words)
    page.screenshot(path=artifacts / "converted.png", full_page=True)
    context.close()

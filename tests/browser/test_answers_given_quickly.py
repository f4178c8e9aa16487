"""What was answered last counts, though the kernel was busy when Check was clicked."""

from playwright.sync_api import expect

ASKED = """
from sandbox.lessons import Lesson, round_trip, seal

round_trip.PATIENCE = 600  # so it is the page that answers
Lesson().check(
    "How often?", [seal("twice")], options=["once", "twice"], several=True, rule="twice"
)
"""
BUSY = """
from pathlib import Path

while not Path("free").exists():
    pass
"""


def test_a_click_does_not_overtake_the_answer(open_notebook):
    notebook = open_notebook([ASKED, BUSY])
    notebook.run(0)
    form = notebook.page.locator(".sandbox-question")
    once, twice = (form.get_by_role("checkbox", name=name) for name in ("once", "twice"))
    expect(once).to_be_visible()
    notebook.run(1)
    once.check()
    twice.check()
    once.uncheck()
    form.get_by_role("button", name="Check").click()
    (notebook.server.root / "free").touch()
    notebook.wait_until_done()
    said = form.locator(".sandbox-feedback [data-state]")
    expect(said).to_have_attribute("data-state", "right")

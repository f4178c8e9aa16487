"""The tour, opened and run as a reader would."""

import shutil
from pathlib import Path

from playwright.sync_api import expect

TOUR = Path(__file__).parents[2] / "notebooks" / "tour.ipynb"


def test_the_tour_runs_from_top_to_bottom_and_shows_the_view(lab, open_notebook, artifacts):
    shutil.copy(TOUR, lab.root / "tour.ipynb")
    notebook = open_notebook(None, name="tour.ipynb")
    notebook.run_all()
    notebook.wait_until_done()
    expect(notebook.part("state-word")).to_have_text("idle")
    expect(notebook.part("log-row").first).to_be_visible()
    notebook.shot(artifacts / "tour.png")

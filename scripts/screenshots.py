"""Takes the README's pictures of the live view: `python scripts/screenshots.py`.

Starts the real JupyterLab, runs the restaurant in a notebook, steps it with the buttons, and
takes the view in the light and in the dark theme, into `docs/pictures` or the folder named.
"""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from ensure_chromium import system_chromium
from playwright.async_api import Page, async_playwright
from tour_check import Server, running_server

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
PATIENCE = 60_000  # milliseconds
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
STEPS = 6

AGENTS = (Path(__file__).parent / "restaurant.py").read_text(encoding="utf-8")
OPENING = "runtime = SingleThreadedAgentRuntime()\nawait open_restaurant(runtime)\n"
VIEW = """\
from sandbox import Inspector

inspector = Inspector(runtime, paused=True)
inspector"""
ORDERS = """\
import asyncio

orders = [
    asyncio.create_task(runtime.send_message(Order(dish), AgentId("waiter", table)))
    for dish, table in (("soup", "table-1"), ("cake", "table-2"))
]
await runtime.publish_message(Ready("tea"), TopicId("reday", "table-1"))
await asyncio.sleep(0)
"""
READY = """() => {
    const panel = window.jupyterapp?.shell?.currentWidget;
    return Boolean(panel?.content?.model && panel.sessionContext?.isReady
        && panel.sessionContext.session?.kernel?.status === 'idle');
}"""
HAS_ROWS = """made => document.querySelectorAll('[data-testid="log-row"]').length >= made"""
RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
SET_THEME = "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })"
HAS_THEME = "light => document.body.dataset.jpThemeLight === String(light)"


def notebook() -> str:
    """Return the notebook that is shown, as a file has it."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "execution_count": None, "id": f"cell-{number}", "metadata": {}}
        | {"outputs": [], "source": source}
        for number, source in enumerate((AGENTS + OPENING, VIEW, ORDERS))
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


async def step(page: Page) -> None:
    """Make some deliveries with the button, and look at one of them."""
    view = page.get_by_test_id("inspector")
    await view.get_by_test_id("queue-item").first.wait_for()
    for made in range(1, STEPS + 1):
        await view.get_by_test_id("step").click()
        await page.wait_for_function(HAS_ROWS, arg=made)


async def take(server: Server, folder: Path) -> None:
    """Open the notebook in a browser, run it and take the pictures."""
    path = system_chromium()
    flags = ["--disable-gpu"] + (["--no-sandbox"] if os.geteuid() == 0 else [])
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=flags)
        size = {"width": 1360, "height": 1300}
        context = await browser.new_context(viewport=size, device_scale_factor=1.5)  # type: ignore[arg-type]
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        address = f"http://{server.address}lab/workspaces/picture/tree/restaurant.ipynb"
        await page.goto(f"{address}?token={server.token}")
        await page.wait_for_function(READY)
        await page.evaluate(RUN_ALL)
        await step(page)
        await page.locator('[title="1 problem"]:visible').wait_for()
        for name, theme in THEMES.items():
            await page.evaluate(SET_THEME, theme)
            await page.wait_for_function(HAS_THEME, arg=name == "light")
            view = page.get_by_test_id("inspector")
            await view.screenshot(path=folder / f"inspector-{name}.png", animations="disabled")
        await browser.close()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="screenshots-") as name:
        (Path(name) / "restaurant.ipynb").write_text(notebook(), encoding="utf-8")
        with running_server(Path(name), "--expose-app-in-browser") as server:
            asyncio.run(take(server, folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)

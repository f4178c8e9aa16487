"""How soon Pause is heard while messages flow, in a real JupyterLab and a real Chromium.

    python benchmarks/pause.py
    python benchmarks/pause.py --clicks 20

A ring of agents passes messages on as fast as it can. Pause is clicked again and again. Three times
are told, all from the click: until the button has answered (`pausing…`), until the kernel has
paused, and until the page has its word for that. Afterwards the page must have every delivery. The
page, the server and the kernel share the processors, so a busy machine makes all of them slower.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

sys.path.append(str(Path(__file__).parents[1] / "tests" / "browser"))

from conftest import CHROMIUM_FLAGS, VIEWPORT, Notebook
from servers import running
from test_a_flood import MADE, PAUSE, PROGRAM
from view import chromium

MINUTE = 60_000
APART = 5_000
"""Deliveries between two clicks."""
AT_REST = """() => {
    const words = document.querySelector('[data-testid="progress"]').textContent;
    return !/a second|catching up/.test(words)
        && Number(/([\\d,]+) made/.exec(words)[1].replaceAll(',', ''));
}"""
TELL = """
import json, time
records = inspector.recording.records
epoch = time.time() - time.perf_counter() + inspector.recording.began
spans, pauses, began, made = [], [], 0.0, 0
for record in records:
    name = type(record).__name__
    if name == "Handling":
        made += 1
    elif name == "Mode" and record.mode == "running":
        began, made = record.time, 0
    elif name == "Mode" and began:
        spans.append(round(made / (record.time - began)))
        pauses.append(epoch + record.time)
total = sum(type(record).__name__ == "Handling" for record in records)
print(json.dumps({"rates": spans, "pauses": pauses, "made": total, "records": len(records)}))
"""


def measure(page: Page, notebook: Any, clicks: int) -> tuple[dict[str, list[int]], dict[str, Any]]:
    """Milliseconds from each click until three things, and what the kernel tells afterwards."""
    notebook.open()
    notebook.run(0)
    expect(notebook.part("queue-item").first).to_be_visible()
    times, made = [], 0.0
    for _ in range(clicks):
        notebook.part("run").click()
        page.wait_for_function(MADE, arg=made + APART)
        times.append(page.evaluate(PAUSE))
        made = page.wait_for_function(AT_REST).json_value()
    notebook.run(1)
    expect(notebook.output(1)).to_contain_text("rates")
    told = json.loads(notebook.output(1).inner_text())
    page.wait_for_function(MADE, arg=told["made"])
    kernel = [round(1000 * (at - time[0])) for at, time in zip(told["pauses"], times, strict=True)]
    return {
        "the button answers": [time[1] for time in times],
        "the kernel has paused": kernel,
        "the page says so": [time[2] for time in times],
    }, told


def main() -> None:
    """Measure, and print a line of a table."""
    parser = argparse.ArgumentParser(description="Measure how soon Pause is heard.")
    parser.add_argument("--clicks", type=int, default=10)
    wish = parser.parse_args()
    expect.set_options(timeout=MINUTE)
    with (
        tempfile.TemporaryDirectory() as scratch,
        running("jupyterlab", Path(scratch)) as server,
        sync_playwright() as playwright,
    ):
        server.write("flood.ipynb", [PROGRAM, TELL])
        flags = [*CHROMIUM_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
        page = browser.new_context(viewport=VIEWPORT).new_page()
        page.set_default_timeout(MINUTE)
        times, told = measure(page, Notebook(page, server, "flood.ipynb"), wish.clicks)
        browser.close()
    print(f"milliseconds from {wish.clicks} clicks on Pause (wanted: 200)")
    for what, taken in times.items():
        print(f"{what}: median {statistics.median(taken):.0f}, worst {max(taken)}  {taken}")
    print(f"messages a second before each click: {told['rates']}")
    print(f"the page has all {told['made']:,} deliveries of {told['records']:,} records")


if __name__ == "__main__":
    main()

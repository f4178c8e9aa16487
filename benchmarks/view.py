"""What the live view can take, measured in a real Chromium with the bundle as it is shipped.

    python benchmarks/view.py
    python benchmarks/view.py --repeat 5 graph log     # only these parts

The page is empty but for the view; the kernel is a stand-in that sends records of real runs. Each
part is measured several times and the best counts: whatever else the machine does can only cost
time. Chromium draws in software here, so a machine with a graphics processor does better.
"""

import argparse
import asyncio
import gzip
import json
import os
import shutil
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from sandbox import (
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    event,
)
from sandbox.inspector import Inspector

HERE = Path(__file__).parent
STATIC = HERE.parent / "sandbox" / "notebook" / "static"
VIEWPORT: ViewportSize = {"width": 1000, "height": 600}
PAGE = "<!doctype html><meta charset=utf-8><style>body{margin:0}</style><div id=view></div>"
LOAD = """async (code) => {
    const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    window.inspector = (await import(address)).default;
}"""
KEEP = "([script, style]) => void (window.more = { script, style })"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")

Records = list[dict[str, Any]]


@dataclass
class Order:
    """What a kitchen is sent."""

    table: int


class Cook(RoutedAgent):
    """Cooks what is ordered."""

    @event
    async def cook(self, message: Order, ctx: MessageContext) -> None:
        return None


async def crowd(types: int, agents: int, deliveries: int) -> Records:
    """A run of so many agents, each of which was sent something; a tenth is still pending."""
    runtime = SingleThreadedAgentRuntime()
    inspector = Inspector(runtime)
    runtime.start()
    for number in range(types):
        await Cook.register(runtime, f"kitchen_{number}", lambda: Cook("cooks"))
        await runtime.add_subscription(TypeSubscription(f"orders_{number}", f"kitchen_{number}"))
    for number in range(deliveries):
        key = f"key{number % agents // types}"
        await runtime.publish_message(Order(number), TopicId(f"orders_{number % types}", key))
    await inspector.run(limit=deliveries - deliveries // 10)
    records: Records = json.loads(json.dumps(inspector.recording.since(1)))
    await runtime.stop()
    inspector.close()
    return records


def recorded(run: Coroutine[Any, Any, Records]) -> Records:
    """The records of a run, made while a browser is open."""
    # In a thread of its own: the one that drives the browser has a loop already.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, run).result()


@dataclass
class Line:
    """A row of the table: what was measured, and what was asked for."""

    name: str
    figure: str
    wanted: str
    good: bool


# ------------------------------------------------------------------ the page


def chromium() -> str | None:
    """The browser to use; None for Playwright's own."""
    named = os.environ.get("SANDBOX_CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@contextmanager
def opened(browser: Browser, records: Records, times: int = 1) -> Iterator[tuple[Page, float]]:
    """A page with the view on these records, so many times over; the milliseconds it took."""
    context = browser.new_context(viewport=VIEWPORT)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.set_content(PAGE)
    page.add_style_tag(content=(STATIC / "widget.css").read_text())
    page.evaluate(LOAD, (STATIC / "widget.js").read_text())
    page.evaluate(KEEP, [(STATIC / name).read_text() for name in ("more.js", "more.css")])
    page.add_script_tag(content=(HERE / "view" / "kernel.js").read_text())
    took = page.evaluate("wish => measure.open(...wish)", [records, times])
    yield page, took
    context.close()


def in_graph(page: Page) -> None:
    """Show the picture, also of a run for which the table comes by itself."""
    page.locator('[data-testid="tab"][data-tab="graph"]').click()
    page.get_by_test_id("graph").wait_for()


# ------------------------------------------------------------------ the parts


class Parts:
    """What can be measured; each part gives lines of the table."""

    def __init__(self, browser: Browser, repeat: int) -> None:
        self._browser = browser
        self._repeat = repeat

    def first(self) -> list[Line]:
        lines = []
        for types in (20, 200):
            records = recorded(crowd(types, 2_000, 2_200))
            best = min(self._first_draw(records) for _ in range(self._repeat))
            name = f"first draw, 2,000 agents of {types} types"
            lines.append(Line(name, f"{best:.0f} ms", "< 150 ms", best < 150))
        return lines

    def _first_draw(self, records: Records) -> float:
        with opened(self._browser, records) as (_, took):
            return took

    def graph(self) -> list[Line]:
        lines = []
        for types in (20, 200):
            records = recorded(crowd(types, 2_000, 2_200))
            for zoom, words in ((0, "all in sight"), (6, "zoomed in")):
                best = self._best_frames(records, f"measure.panning(3, {zoom})")
                name = f"panning and 30 messages/s, 2,000 agents of {types} types, {words}"
                lines.append(frames_line(name, best))
        return lines

    def _best_frames(self, records: Records, measure: str) -> dict[str, float]:
        found: list[dict[str, float]] = []
        for _ in range(self._repeat):
            with opened(self._browser, records) as (page, _):
                in_graph(page)
                found.append(page.evaluate(measure))
        return max(found, key=lambda one: one["fps"])

    def log(self) -> list[Line]:
        records = recorded(crowd(20, 200, 1_112))
        lines = []
        with opened(self._browser, records, 100) as (page, _):
            page.locator('[data-testid="tab"][data-tab="log"]').click()
            for rows, words in ((0, "scrolled"), (1, "growing at its end")):
                results = [
                    page.evaluate(f"measure.scrolling(3, {rows})") for _ in range(self._repeat)
                ]
                best = max(results, key=lambda one: one["fps"])
                lines.append(frames_line(f"log of 100,000 rows, {words}", best))
            nodes = best["nodes"]
            lines.append(Line("nodes of that log", f"{nodes}", "< 400", nodes < 400))
        return lines

    def step(self) -> list[Line]:
        lines = []
        for agents in (20, 2_000):
            records = recorded(crowd(20, agents, agents + 200))
            with opened(self._browser, records) as (page, _):
                times = [page.evaluate("measure.stepping(50)") for _ in range(self._repeat)]
            best = min(percentile(one, 95) for one in times)
            name = f"click on Step to paint, {agents:,} agents, 95th percentile"
            lines.append(Line(name, f"{best:.0f} ms", "≤ 100 ms", best <= 100))
        return lines

    def travel(self) -> list[Line]:
        records = recorded(crowd(20, 200, 1_112))
        with opened(self._browser, records, 10) as (page, _):
            times = [page.evaluate("measure.travelling(30)") for _ in range(self._repeat)]
        best = min(times, key=max)
        name = "travel to one of 10,000 steps"
        figure = f"{max(best):.0f} ms at most, {percentile(best, 50):.0f} ms in the middle"
        return [Line(name, figure, "≤ 100 ms", max(best) <= 100)]

    def size(self) -> list[Line]:
        first, rest = gzipped("widget"), gzipped("more")
        figure = f"the view: {first:.1f} KB, the rest on demand: {rest:.1f} KB"
        return [Line("bundle, gzipped", figure, "the view ≤ 60 KB", first <= 60)]


def gzipped(part: str) -> float:
    """Thousands of bytes that a part of the page code comes to, script and style sheet."""
    files = [(STATIC / f"{part}.{kind}").read_bytes() for kind in ("js", "css")]
    return sum(len(gzip.compress(one, 9)) for one in files) / 1000


NAMES = ("first", "graph", "log", "step", "travel", "size")


def percentile(values: list[float], percent: int) -> float:
    """The value that so many percent of all do not exceed."""
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def frames_line(name: str, found: dict[str, float]) -> Line:
    """A line of the table about frames a second."""
    # A browser that skips one frame in a hundred still reads as 59 and some.
    figure = f"{found['fps']:.1f} frames/s (95 % within {found['p95']:.0f} ms)"
    return Line(name, figure, "60 frames/s", found["fps"] >= 59)


def main() -> None:
    """Measure the parts that were named, and print the table."""
    parser = argparse.ArgumentParser(description="Measure the live view in Chromium.")
    parser.add_argument("parts", nargs="*", default=NAMES, metavar="part", help=", ".join(NAMES))
    parser.add_argument("--repeat", type=int, default=3, help="measure so often; the best counts")
    wish = parser.parse_args()
    flags = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    print("| what | measured | wanted | |\n|---|---:|---:|---|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
        parts = Parts(browser, wish.repeat)
        for name in wish.parts:
            for line in getattr(parts, name)():
                mark = "✓" if line.good else "✗"
                print(f"| {line.name} | {line.figure} | {line.wanted} | {mark} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()

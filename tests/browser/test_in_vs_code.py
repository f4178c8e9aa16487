"""The view in the colours of VS Code, set as a webview of it sets them, and no others."""

import asyncio
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from sandbox.inspector import Recording

sys.path.insert(0, str(Path(__file__).parent.parent / "inspector"))

from busy_run import busy_run

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
COLOURS = ("editor-background", "editor-foreground", "sideBar-background", "widget-border")
LINK = "textLink-foreground"
THEMES = {
    "vscode-dark": ("#1f1f1f", "#cccccc", "#181818", "#313131", "#4daafc"),
    "vscode-light": ("#ffffff", "#3b3b3b", "#f8f8f8", "#e5e5e5", "#005fb8"),
    "vscode-high-contrast": ("#000000", "#ffffff", "#000000", "#6fc3df", "#21a6ff"),
    "vscode-high-contrast-light": ("#ffffff", "#292929", "#ffffff", "#0f4a85", "#0f4a85"),
}
"""The colours of Dark Modern, Light Modern, Dark and Light High Contrast, by theme kind."""

WEAR = """([kind, colours, jupyter]) => {
    const { style } = document.documentElement;
    for (const [name, colour] of Object.entries(colours))
        style.setProperty(`--vscode-${name}`, colour);
    if (jupyter) {
        style.setProperty("--jp-layout-color1", "white");
        style.setProperty("--jp-ui-font-color1", "black");
    }
    document.body.classList.add(kind);
    // What was written before there was a light theme of high contrast knows this one.
    if (kind === "vscode-high-contrast-light") document.body.classList.add("vscode-high-contrast");
    document.body.dataset.vscodeThemeKind = kind;
}"""
FOUND = """async () => {
    const runOnly = ["color-contrast"];
    const { violations } = await axe.run('[data-testid="inspector"]', { runOnly });
    return violations.flatMap(({ id, nodes }) =>
        nodes.slice(0, 4).map(node => `${id}: ${node.target} ${node.failureSummary}`));
}"""
CONTRASTS = """() => {
    const view = document.querySelector('[data-testid="inspector"]');
    const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const light = name => {
        const probe = document.createElement("i");
        probe.style.color = `var(--sb-${name})`;
        view.append(probe);
        pen.fillStyle = getComputedStyle(probe).color;
        probe.remove();
        pen.fillRect(0, 0, 1, 1);
        const [red, green, blue] = [...pen.getImageData(0, 0, 1, 1).data].map(part =>
            part <= 10 ? part / 3294 : ((part / 255 + 0.055) / 1.055) ** 2.4);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (one, other) => {
        const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
        return Math.round(10 * (high + 0.05) / (low + 0.05)) / 10;
    };
    const lowest = (names, ...grounds) => Object.fromEntries(names.map(
        name => [name, Math.min(...grounds.map(ground => contrast(name, ground)))]));
    return {
        texts: lowest(["text", "quiet", "brand", "wrong"], "ground", "shade", "picked"),
        lines: lowest(["line", "request", "response", "event", "failed"], "ground", "shade"),
    };
}"""


@pytest.fixture(scope="module", autouse=True)
def pages(tmp_path_factory):
    # Before there is a browser: while that lives, this thread can run no event loop.
    folder = tmp_path_factory.mktemp("vs-code")
    asyncio.run(busy_run(path=folder / "run.jsonl"))
    Recording.load(folder / "run.jsonl").to_html(folder / "run.html")
    return folder


@pytest.fixture
def dressed(pages, browser):
    """The page of a recording at its end, in a theme."""
    contexts = []

    def dress(kind, jupyter=False):
        # The system is dark where the theme is light: the theme decides.
        scheme = "dark" if "light" in kind else "light"
        context = browser.new_context(color_scheme=scheme, viewport={"width": 1000, "height": 640})
        contexts.append(context)
        page = context.new_page()
        page.goto((pages / "run.html").as_uri())
        *grounds, link = THEMES[kind]
        colours = {**dict(zip(COLOURS, grounds, strict=True)), LINK: link}
        page.evaluate(WEAR, [kind, colours, jupyter])
        page.get_by_test_id("slider").press("End")
        expect(page.get_by_test_id("log-row").first).to_be_visible()
        return page

    yield dress
    for context in contexts:
        context.close()


@pytest.mark.parametrize("kind", THEMES)
def test_every_pane_can_be_read(dressed, artifacts, kind):
    page = dressed(kind)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(FOUND)
    page.screenshot(path=artifacts / f"{kind}.png")
    page.get_by_test_id("log-row").last.click()
    for tab in ("context", "state", "why", "code", "watches", "problems", "spacetime", "matrix"):
        page.locator(f'[data-testid="tab"][data-tab="{tab}"]:visible').click()
        found += [f"{tab}: {one}" for one in page.evaluate(FOUND)]
        page.screenshot(path=artifacts / f"{kind}-{tab}.png")
    assert found == []
    contrasts = page.evaluate(CONTRASTS)
    assert {name: one for name, one in contrasts["texts"].items() if one < 4.5} == {}
    assert {name: one for name, one in contrasts["lines"].items() if one < 3} == {}


@pytest.mark.parametrize("kind", THEMES)
def test_colours_of_jupyterlab_that_do_not_fit_the_theme_are_left_alone(dressed, kind):
    alone, beside = dressed(kind), dressed(kind, jupyter=True)
    assert alone.evaluate(CONTRASTS) == beside.evaluate(CONTRASTS)
    ground = "document.querySelector('.sb-inspector')"
    colour = f"() => getComputedStyle({ground}).backgroundColor"
    assert alone.evaluate(colour) == beside.evaluate(colour)

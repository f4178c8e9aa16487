"""Every pane in light and dark, wide and narrow: looked over by axe, with a picture of each."""

from pathlib import Path

import pytest
from kitchen import ASK, PROGRAM, publish
from playwright.sync_api import expect

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
OVEN = """
class Oven(RoutedAgent):
    @event
    async def bake(self, message: Order, ctx: MessageContext) -> None:
        raise ValueError(f"there is no {message.dish}")

await Oven.register(runtime, "oven", lambda: Oven("bakes"))
await runtime.add_subscription(TypeSubscription("baking", "oven"))
await runtime.publish_message(Order("bread"), TopicId("baking", "s1"))
await runtime.publish_message(Order("soup"), TopicId("order", "s1"))
"""
HAPPENED = """
for _ in range(5):
    await inspector.step()
inspector.edit(7, price=99.5)
inspector.hold(8)
inspector.drop(9)
inspector.break_on("before", agent="store")
inspector.invariant("agents['bar/s1'].glasses < 3")
await asyncio.sleep(0)
"""
LOST = "inspector.drop(10)\ninspector.release(8)\nawait inspector.run()"
CELLS = [PROGRAM, publish(), ASK.format(text="salt?"), OVEN, publish(), publish("tea", "s2")]
CHANGE_THEME = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
IS_DARK = "dark => (document.body.dataset.jpThemeLight === 'false') === dark"
HIDE_FILES = "() => window.jupyterapp.shell.collapseLeft()"
FOUND = """async () => {
    const { violations } = await axe.run('[data-testid="inspector"]');
    return violations.flatMap(({ id, nodes }) =>
        nodes.slice(0, 4).map(node => `${id}: ${node.target} ${node.failureSummary}`));
}"""
CUT = """() => [...document.querySelectorAll(
    '[data-testid="inspector"] :is(button, h3, h4, label, select)')].flatMap(element => {
    const { scrollWidth, clientWidth, innerText, title } = element;
    return element.checkVisibility() && scrollWidth > clientWidth + 1
        && getComputedStyle(element).overflowX !== 'visible' && !title ? [innerText] : [];
})"""
# Words that lie on the picture, behind its buttons.
BEHIND = """() => [...document.querySelectorAll('[data-testid="thread-words"]')].flatMap(words => {
    const own = words.getBoundingClientRect();
    return [...words.closest('section').querySelectorAll('button')].filter(button => {
        const { left, right, top, bottom } = button.getBoundingClientRect();
        return left < own.right && right > own.left && top < own.bottom && bottom > own.top;
    }).map(button => button.title);
})"""
# Columns of the log that do not stand below their headings.
SHIFTED = """() => {
    const left = one => one.getBoundingClientRect().left;
    const row = document.querySelector('[data-testid="log-row"]');
    const head = row?.checkVisibility() && row.closest('section').querySelector('.sb-log-head');
    return head ? [...head.children].filter((one, at) =>
        one.innerText && Math.abs(left(one) - left(row.children[at])) > 1
    ).map(one => one.innerText) : [];
}"""
SIDEWAYS = """() => {
    const view = document.querySelector('[data-testid="inspector"]');
    return view.scrollWidth - view.clientWidth;
}"""


class Onlooker:
    """Looks at the view as it is, and keeps what axe finds wrong with it."""

    def __init__(self, notebook, artifacts):
        self.notebook, self._artifacts = notebook, artifacts
        self.found, self._dress = [], ""
        notebook.page.evaluate(AXE.read_text(encoding="utf-8"))
        notebook.page.evaluate(HIDE_FILES)

    def wear(self, theme, width):
        """Have the view in this theme, so many pixels wide."""
        page, view = self.notebook.page, self.notebook.part("inspector")
        name = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}[theme]
        page.evaluate(CHANGE_THEME, name)
        page.wait_for_function(IS_DARK, arg=theme == "dark")
        # What is around the view has another width itself in a narrow window.
        for _ in range(2):
            around = page.viewport_size["width"] - round(view.bounding_box()["width"])
            page.set_viewport_size({"width": width + around, "height": 1000})
        self._dress = f"{theme}-{width}"

    def look(self, name, take=True):
        page, view = self.notebook.page, self.notebook.part("inspector")
        page.mouse.move(1, 1)
        where = f"{self._dress}-{name}"
        self.found += [f"{where}: {one}" for one in page.evaluate(FOUND)]
        self.found += [f"{where}: cut: {one}" for one in page.evaluate(CUT)]
        self.found += [f"{where}: words behind: {one}" for one in page.evaluate(BEHIND)]
        self.found += [f"{where}: shifted: {one}" for one in page.evaluate(SHIFTED)]
        if page.evaluate(SIDEWAYS) > 0:
            self.found.append(f"{where}: wider than its room")
        if take:
            view.screenshot(path=self._artifacts / f"look-{where}.png")


@pytest.fixture
def onlooker(open_notebook, artifacts):
    notebook = open_notebook([*CELLS, HAPPENED, LOST])
    notebook.run(*range(len(CELLS)))
    expect(notebook.part("queue-item", delivery=9)).to_be_visible()
    notebook.run(len(CELLS))
    expect(notebook.part("dead-letter", delivery=9)).to_be_visible()
    row(notebook, 1).click()
    notebook.tab("state")
    notebook.part("watch-field").last.click()
    onlooker = Onlooker(notebook, artifacts)
    yield onlooker
    assert onlooker.found == []


def row(notebook, number):
    return notebook.page.locator(f'[data-testid="log-row"][data-delivery="{number}"]:visible')


def look_at_deliveries(onlooker):
    notebook = onlooker.notebook
    onlooker.look("graph")
    for number, tabs in {3: ("message", "code"), 1: ("context", "state", "why", "printed")}.items():
        row(notebook, number).click()
        for tab in tabs:
            notebook.tab(tab)
            ready = {"code": "parked", "why": "verdict"}.get(tab, "detail")
            expect(notebook.part(ready).first).to_be_visible()
            onlooker.look(tab)
    row(notebook, 4).click()
    notebook.tab("message")
    onlooker.look("failed")
    for tab, part in {"breakpoints": "breakpoint", "watches": "watch"}.items():
        notebook.tab(tab)
        expect(notebook.part(part).first).to_be_visible()
        onlooker.look(tab)


def look_at_things(onlooker):
    notebook = onlooker.notebook
    for part, name in {"agent": "kitchen/s1", "topic": "orders", "agent-type": "kitchen"}.items():
        notebook.part(part, id=name).locator("text").first.click()
        notebook.tab("about")
        onlooker.look(part)


def look_at_forms(onlooker):
    notebook = onlooker.notebook
    # At its beginning: in a narrow queue, buttons come up in its middle.
    notebook.part("queue-item", delivery=6).click(position={"x": 20, "y": 8})
    for action, form in {"edit": "edit-form", "drop": "drop-form", "break": "break-form"}.items():
        notebook.action(action).click()
        expect(notebook.part(form).locator("button").first).to_be_visible()
        onlooker.look(form)
        notebook.part(form).get_by_role("button", name="Cancel").click()
    notebook.page.keyboard.press("m")
    expect(notebook.part("send-form")).to_be_visible()
    onlooker.look("send-form")
    notebook.page.keyboard.press("Escape")


def look_below(onlooker):
    notebook = onlooker.notebook
    for tab, part in {"problems": "problem", "spacetime": "space-time", "log": "log"}.items():
        notebook.tab(tab)
        expect(notebook.part(part).first).to_be_visible()
        onlooker.look(tab)
    notebook.part("search").fill("form:bar")
    onlooker.look("search-trouble", take=False)
    notebook.part("search").fill("")
    notebook.part("search").press("Escape")


def look_at_the_rest(onlooker):
    notebook = onlooker.notebook
    notebook.tab("matrix")
    onlooker.look("matrix")
    notebook.tab("graph")
    notebook.part("queue-item", delivery=6).click(button="right")
    onlooker.look("menu")
    notebook.page.keyboard.press("Escape")
    notebook.part("back").click()
    onlooker.look("past")
    notebook.part("now").click()
    notebook.page.keyboard.press("?")
    onlooker.look("help")
    notebook.page.keyboard.press("Escape")


def look_at_narrow_panes(onlooker):
    notebook = onlooker.notebook
    for tab in ("pane-queue", "pane-log", "pane-problems", "pane-spacetime", "pane-detail"):
        notebook.tab(tab)
        onlooker.look(tab)
    notebook.tab("why")
    onlooker.look("why")
    notebook.tab("message")
    notebook.tab("pane-log")


def look_at_large_text(onlooker):
    notebook = onlooker.notebook
    switch_large_text(notebook)
    for tab in ("problems", "spacetime", "matrix", "graph", "log"):
        notebook.tab(tab)
        onlooker.look(f"large-{tab}")
    look_whether_it_follows_the_pointer(notebook)
    onlooker.wear("light", 400)
    look_at_narrow_panes(onlooker)
    switch_large_text(notebook)


def switch_large_text(notebook):
    notebook.part("view-menu").click()
    menu, button = (notebook.part(part).bounding_box() for part in ("menu", "view-menu"))
    assert 0 <= menu["y"] - button["y"] - button["height"] < 8
    notebook.action("large", within="menu").click()


def look_whether_it_follows_the_pointer(notebook):
    mouse, bar = notebook.page.mouse, notebook.part("agent-type", id="bar")
    bar.scroll_into_view_if_needed()
    before = bar.bounding_box()
    mouse.move(before["x"] + 30, before["y"] + 6)
    mouse.down()
    mouse.move(before["x"] + 60, before["y"] + 26, steps=3)
    mouse.up()
    after = bar.bounding_box()
    moved = (after["x"] - before["x"], after["y"] - before["y"])
    assert moved == pytest.approx((30, 20), abs=3)
    notebook.part("tidy").click()


def test_every_pane_is_accessible_in_light_and_dark_wide_and_narrow(onlooker):
    for theme in ("light", "dark"):
        onlooker.wear(theme, 1000)
        look_at_deliveries(onlooker)
        look_at_things(onlooker)
        look_at_forms(onlooker)
        look_below(onlooker)
        look_at_the_rest(onlooker)
        onlooker.wear(theme, 400)
        look_at_narrow_panes(onlooker)
    onlooker.wear("light", 1000)
    look_at_large_text(onlooker)
    onlooker.wear("light", 1000)
    onlooker.notebook.run(len(CELLS) + 1)
    expect(onlooker.notebook.part("state-word")).to_have_text("stuck")
    for theme in ("light", "dark"):
        onlooker.wear(theme, 1000)
        onlooker.look("stuck")

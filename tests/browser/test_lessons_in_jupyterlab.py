"""The lessons, opened in JupyterLab, with each question answered once wrongly and once rightly."""

import json
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks"
ANSWERS = json.loads((ROOT / "tests/notebooks/answers.json").read_text(encoding="utf-8"))
PATIENCE = 60_000
ASKS = re.compile(r"^\w*lesson\.(predict\w*|check|challenge)\(", re.MULTILINE)
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"

OPEN = """async path => {
    const app = window.jupyterapp;
    const panel = await app.commands.execute('docmanager:open', {path, factory: 'Notebook'});
    await panel.context.ready;
    await panel.sessionContext.ready;
    app.shell.activateById(panel.id);
    await panel.revealed;
}"""
RUN_ALL = """async () => {
    const app = window.jupyterapp;
    const panel = app.shell.currentWidget;
    panel.content.activeCellIndex = 0;
    await app.commands.execute('notebook:run-all-cells');
    return panel.content.widgets
        .flatMap(cell => cell.model.outputs?.toJSON() ?? [])
        .filter(output => output.output_type === 'error')
        .map(output => `${output.ename}: ${output.evalue}`);
}"""
SCROLL_TO = """async place => {
    const panel = window.jupyterapp.shell.currentWidget;
    panel.content.activeCellIndex = place;
    await panel.content.scrollToItem(place, 'center');
}"""
RUN_TO = """async place => {
    const app = window.jupyterapp;
    const panel = app.shell.currentWidget;
    for (let cell = 0; cell <= place; cell += 1) {
        panel.content.activeCellIndex = cell;
        await app.commands.execute('notebook:run-cell');
    }
}"""
CHANGE = """changes => {
    const panel = window.jupyterapp.shell.currentWidget;
    for (const cell of panel.content.widgets.filter(cell => cell.model.type === 'code')) {
        let source = cell.model.sharedModel.getSource();
        for (const [old, now] of changes) source = source.replaceAll(old, now);
        cell.model.sharedModel.setSource(source);
    }
}"""
CLOSE = """async () => {
    const app = window.jupyterapp;
    const panel = app.shell.currentWidget;
    await panel.sessionContext.shutdown();
    await panel.context.save();
    panel.dispose();
}"""


class Desk:
    """One JupyterLab page, in which one lesson after the other is opened."""

    def __init__(self, page):
        self.page = page

    def open(self, name):
        self.page.evaluate(OPEN, f"{name}.ipynb")
        self._cells = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]

    def run_all(self):
        assert self.page.evaluate(RUN_ALL) == []

    def run_to_the_first_question(self):
        places = [place for place, cell in enumerate(self._cells) if _asks(cell)]
        self.page.evaluate(RUN_TO, places[0])

    def part(self, name, **data):
        """Parts of the live view, by their `data-testid`."""
        extra = "".join(f'[data-{key}="{value}"]' for key, value in data.items())
        return self.page.locator(f'{PANEL} [data-testid="{name}"]{extra}')

    def change(self, changes):
        self.page.evaluate(CHANGE, changes)

    def close(self):
        self.page.evaluate(CLOSE)

    def questions(self):
        """The forms of the questions, in order, each scrolled to."""
        for place, cell in enumerate(self._cells):
            if _asks(cell):
                self.page.evaluate(SCROLL_TO, place)
                here = f'.jp-Cell[data-windowed-list-index="{place}"]'
                form = self.page.locator(f"{PANEL} {here} .sandbox-question")
                expect(form).to_be_visible()
                yield form


def _asks(cell):
    return cell["cell_type"] == "code" and ASKS.search("".join(cell["source"]))


@pytest.fixture(scope="module")
def desk(lab, browser):
    """JupyterLab with the lessons in its folder; what the page logs as errors fails the test."""
    for path in FOLDER.rglob("*.ipynb"):
        if ".ipynb_checkpoints" not in path.parts:
            there = lab.root / path.relative_to(FOLDER)
            there.parent.mkdir(exist_ok=True)
            shutil.copy(path, there)
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{lab.url}lab/workspaces/lessons?token={lab.token}")
    page.wait_for_function("() => window.jupyterapp?.shell?.isAttached")
    page.evaluate("() => window.jupyterapp.restored")
    yield Desk(page)
    page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    context.close()
    assert errors == []


def answer(form, given):
    """Fill in a form as a reader would, by the words beside its controls."""
    parts = given if isinstance(given, list) else [given]
    if form.get_by_role("checkbox").count():
        for box in form.get_by_role("checkbox").all():
            box.uncheck()
        for part in parts:
            form.get_by_role("checkbox", name=part, exact=True).check()
    elif form.get_by_role("radio").count():
        form.get_by_role("radio", name=parts[0], exact=True).check()
    elif form.get_by_role("combobox").count():
        for place, part in enumerate(parts, 1):
            label = re.compile(rf"^#{part} ") if isinstance(part, int) else part
            form.get_by_label(label).select_option(label=str(place))
    else:
        form.get_by_role("textbox", name="Answer").fill(parts[0])


def expect_said(form, state):
    expect(form.locator(".sandbox-feedback [data-state]")).to_have_attribute("data-state", state)


@pytest.mark.parametrize("name", ANSWERS)
def test_each_question_of_a_lesson_tells_a_wrong_answer_from_a_right_one(desk, name):
    lesson = ANSWERS[name]
    desk.open(name)
    desk.run_all()
    for form, answers in zip(desk.questions(), lesson["answers"], strict=True):
        check = form.get_by_role("button", name="Check")
        if answers is None:
            check.click()
            expect_said(form, "wrong")
            continue
        for given, state in zip(answers, ("wrong", "right"), strict=True):
            answer(form, given)
            check.click()
            expect_said(form, state)
    if None in lesson["answers"]:
        desk.change(lesson["mend"])
        desk.run_all()
        for form, answers in zip(desk.questions(), lesson["answers"], strict=True):
            if answers is None:
                form.get_by_role("button", name="Check").click()
                expect_said(form, "right")
    desk.close()


def test_a_question_is_answered_with_the_keyboard_alone_and_hints_come_one_by_one(desk, artifacts):
    name = "01_what_a_message_is"
    desk.open(name)
    desk.run_all()
    form = next(desk.questions())
    form.get_by_role("textbox", name="Answer").focus()
    press = desk.page.keyboard.press
    desk.page.keyboard.type("1")
    press("Tab")
    expect(form.get_by_role("button", name="Check")).to_be_focused()
    press("Enter")
    expect_said(form, "right")
    press("Tab")
    expect(form.get_by_role("button", name="Hint")).to_be_focused()
    for state in ("hint", "hint", "revealed"):
        press("Space")
        expect_said(form, state)
    expect(form.get_by_role("status")).to_contain_text("1")
    desk.page.screenshot(path=artifacts / "question.png")
    desk.close()


@pytest.mark.parametrize(("said", "state"), [("2", "wrong"), ("1", "right")])
def test_a_prediction_is_compared_as_soon_as_step_is_pressed_and_shown_in_the_view(
    desk, said, state
):
    desk.open("01_what_a_message_is")
    desk.run_to_the_first_question()
    form = next(desk.questions())
    answer(form, said)
    form.get_by_role("button", name="Check").click()
    expect_said(form, "noted")
    desk.part("step").click()
    expect_said(form, state)
    form.get_by_role("button", name="Show #1").click()
    row = desk.part("log-row", delivery=1)
    expect(row).to_have_attribute("aria-selected", "true")
    expect(desk.part("inspector")).to_be_in_viewport()
    desk.close()

"""The main job: a cell sends messages between agents, and a person delivers them one by one."""

import re

import pytest
from playwright.sync_api import expect

PROGRAM = """
import asyncio
from dataclasses import dataclass
from sandbox import *

@dataclass
class Task:
    name: str

@dataclass
class Result:
    name: str

@dataclass
class Progress:
    stage: str

class Worker(RoutedAgent):
    def __init__(self):
        super().__init__("worker")

    @rpc
    async def work(self, message: Task, ctx: MessageContext) -> Result:
        topic = TopicId("progress", message.name)
        await self.publish_message(Progress("begun"), topic)
        return Result(message.name)

class Monitor(RoutedAgent):
    def __init__(self):
        super().__init__("monitor")

    @event
    async def note(self, message: Progress, ctx: MessageContext) -> None:
        print("monitor heard", message.stage)

async def set_up(runtime):
    await Worker.register(runtime, "worker", Worker)
    await Monitor.register(runtime, "monitor", Monitor)
    await runtime.add_subscription(TypeSubscription("progress", "monitor"))
    runtime.start()

async def send(runtime, name="pears"):
    result = await runtime.send_message(Task(name), AgentId("worker", "desk"))
    print("the answer is about", result.name)
"""
INSPECTED = "runtime = SingleThreadedAgentRuntime()\nawait set_up(runtime)\nInspector(runtime)"
SCRIPT = """%%inspect
async def main():
    runtime = SingleThreadedAgentRuntime()
    await set_up(runtime)
    await send(runtime)
    await runtime.stop_when_idle()

asyncio.run(main())
"""
OUTSIDE = re.compile(r"outside|In \[\d+\]")
NONE = "\N{EN DASH}"
CONTEXTS = [
    ("request", "Task", OUTSIDE, "worker/desk", NONE, "True", "m1"),
    ("event", "Progress", "worker/desk", "monitor/pears", "progress/pears", "False", "m2"),
    ("response", "Result", "worker/desk", OUTSIDE, NONE, "True", "m1"),
]
COLUMNS = ("message", "sender", "recipient", "topic", "is_rpc", "message_id")


def step_until_idle(notebook, count):
    """Click Step `count` times; each click delivers exactly one."""
    for delivered in range(1, count + 1):
        notebook.part("step").click()
        expect(notebook.part("log-row")).to_have_count(delivered)
        settled = notebook.part("log-row").nth(delivered - 1)
        expect(settled).to_have_attribute("data-state", "handled")
    expect(notebook.part("queue-item")).to_have_count(0)
    expect(notebook.part("state-word")).to_have_text("idle")


def expect_log(notebook, contexts):
    """The log lists these deliveries, each with its whole context."""
    rows = notebook.part("log-row")
    expect(rows).to_have_count(len(contexts))
    for number, (kind, *values) in enumerate(contexts, start=1):
        row = notebook.part("log-row", delivery=number)
        expect(row).to_have_attribute("data-kind", kind)
        for column, value in zip(COLUMNS, values, strict=True):
            expect(row.locator(f'[data-column="{column}"]')).to_have_text(value)


def expect_picture(notebook):
    """The graph has the agents, their types, the topic and the subscription."""
    for part, ids in {
        "agent-type": ["monitor", "worker"],
        "agent": ["monitor/pears", "worker/desk"],
        "topic": ["progress"],
    }.items():
        shown = notebook.part(part).evaluate_all("all => all.map(one => one.dataset.id).sort()")
        assert shown == ids
    expect(notebook.part("subscription")).not_to_have_count(0)


def test_a_cell_that_awaits_an_answer_is_stepped_to_its_end(open_notebook, artifacts):
    notebook = open_notebook([PROGRAM, INSPECTED, "await send(runtime)"])
    notebook.run_all()
    expect(notebook.part("queue-item", delivery=1)).to_be_visible()
    expect(notebook.part("state-word")).to_have_text("paused")
    expect(notebook.output(2)).not_to_contain_text("the answer")
    notebook.shot(artifacts / "blocked-cell.png")
    step_until_idle(notebook, 3)
    notebook.wait_until_done()
    expect(notebook.output(2)).to_contain_text("the answer is about pears")
    expect_log(notebook, CONTEXTS)
    expect_picture(notebook)
    notebook.shot(artifacts / "stepped.png")


def test_a_script_under_inspect_is_stepped_to_its_end(open_notebook, artifacts):
    notebook = open_notebook([PROGRAM, "%load_ext sandbox", SCRIPT, "print('a later cell')"])
    notebook.run_all()
    expect(notebook.part("queue-item", delivery=1)).to_be_visible()
    expect(notebook.output(2)).not_to_contain_text("the answer")
    step_until_idle(notebook, 3)
    notebook.wait_until_done()
    expect(notebook.output(2)).to_contain_text("monitor heard begun")
    expect(notebook.output(2)).to_contain_text("the answer is about pears")
    expect(notebook.output(3)).to_contain_text("a later cell")
    expect_log(notebook, CONTEXTS)
    notebook.shot(artifacts / "script.png")


@pytest.mark.parametrize(
    "cells",
    [
        [INSPECTED, "await send(runtime)"],
        [INSPECTED, "answer = asyncio.create_task(send(runtime))"],
        ["%load_ext sandbox", SCRIPT],
    ],
    ids=["awaiting", "in the background", "script"],
)
def test_a_page_that_is_loaded_again_in_the_middle_shows_the_same_and_goes_on(
    open_notebook, artifacts, cells
):
    notebook = open_notebook([PROGRAM, *cells])
    notebook.run_all()
    notebook.part("step").click()
    expect(notebook.part("log-row")).to_have_count(1)
    notebook.reload()
    expect(notebook.part("log-row")).to_have_count(1)
    expect(notebook.part("queue-item")).to_have_count(2)
    notebook.shot(artifacts / "reloaded.png")
    for delivered in (2, 3):
        notebook.part("step").click()
        expect(notebook.part("log-row")).to_have_count(delivered)
    expect_log(notebook, CONTEXTS)


def test_a_page_that_is_loaded_again_shows_what_was_moved_where_it_was_moved_to(open_notebook):
    notebook = open_notebook([PROGRAM, INSPECTED, "answer = asyncio.create_task(send(runtime))"])
    notebook.run_all()
    notebook.wait_until_done()
    notebook.part("zoom-in").click()
    worker = notebook.part("agent-type", id="worker")
    worker.focus()
    worker.press("Shift+ArrowDown")
    worker.press("Shift+ArrowRight")
    where = place_of(notebook)
    notebook.reload()
    expect(notebook.part("queue-item", delivery=1)).to_be_visible()
    assert place_of(notebook) == where
    notebook.part("tidy").click()
    notebook.part("fit").click()
    assert place_of(notebook) != where
    back = place_of(notebook)
    notebook.reload()
    expect(notebook.part("queue-item", delivery=1)).to_be_visible()
    assert place_of(notebook) == back


def place_of(notebook):
    """Where the worker is drawn in the stage, and how large."""
    stage = notebook.page.locator(".sb-stage-frame").bounding_box()
    worker = notebook.part("agent-type", id="worker").bounding_box()
    place = (worker["x"] - stage["x"], worker["y"] - stage["y"], worker["width"])
    return [round(one) for one in place]


def test_run_lets_everything_flow_and_pause_holds_it_again(open_notebook):
    notebook = open_notebook(
        [PROGRAM, INSPECTED, "await send(runtime)", "held = asyncio.create_task(send(runtime))"]
    )
    notebook.run_all()
    expect(notebook.part("queue-item", delivery=1)).to_be_visible()
    notebook.part("run").click()
    expect(notebook.output(2)).to_contain_text("the answer is about pears")
    expect(notebook.part("log-row")).to_have_count(6)
    notebook.part("pause").click()
    expect(notebook.part("run")).to_have_attribute("aria-disabled", "false")


def test_a_delivery_chosen_in_the_queue_shows_its_context_and_can_go_first(open_notebook):
    cells = [PROGRAM, INSPECTED]
    cells += [f"{name} = asyncio.create_task(send(runtime, '{name}'))" for name in ("a", "b")]
    notebook = open_notebook(cells)
    notebook.run_all()
    notebook.part("queue-item", delivery=2).click()
    notebook.part("tab", tab="context").click()
    field = notebook.part("context-field", id="message_id")
    expect(field).to_contain_text("m2")
    notebook.part("detail").locator('[data-action="deliver"]').click()
    expect(notebook.part("log-row", delivery=2)).to_be_visible()
    expect(notebook.part("queue-item", delivery=1)).to_be_visible()


def test_a_click_on_a_row_is_none_on_the_button_that_comes_up_under_it(open_notebook):
    notebook = open_notebook([PROGRAM, INSPECTED, "asked = asyncio.create_task(send(runtime))"])
    notebook.run_all()
    row, mouse = notebook.part("queue-item", delivery=1), notebook.page.mouse
    button = row.locator('[data-action="deliver"]')
    row.hover()
    at = button.bounding_box()
    mouse.move(1, 1)
    expect(button).to_have_count(0)
    mouse.click(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    expect(row).to_have_attribute("aria-selected", "true")
    expect(notebook.part("log-row")).to_have_count(0)
    button.click()
    expect(notebook.part("log-row", delivery=1)).to_be_visible()


@pytest.mark.parametrize("views", [2])
def test_several_views_of_an_inspector_show_the_same(open_notebook, views):
    shown = ["inspector = Inspector(runtime)", *["display(inspector)"] * views]
    setting = INSPECTED.replace("Inspector(runtime)", "\n".join(shown))
    notebook = open_notebook([PROGRAM, setting, "await send(runtime)"])
    notebook.run_all()
    expect(notebook.part("queue-item", delivery=1)).to_have_count(views)
    for delivered in (1, 2, 3):
        notebook.part("step").nth(delivered % views).click()
        expect(notebook.part("log-row", delivery=delivered)).to_have_count(views)
    notebook.wait_until_done()

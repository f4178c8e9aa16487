"""The magics in a real kernel."""

import pytest

PROGRAM = """
import asyncio
from dataclasses import dataclass
from sandbox import *

@dataclass
class Ask:
    text: str

@dataclass
class Answer:
    text: str

class Echo(RoutedAgent):
    def __init__(self):
        super().__init__("echo")

    @rpc
    async def echo(self, message: Ask, ctx: MessageContext) -> Answer:
        print("echo heard", message.text)
        return Answer(message.text.upper())

async def main(word="hello"):
    runtime = SingleThreadedAgentRuntime()
    await Echo.register(runtime, "echo", Echo)
    runtime.start()
    answer = await runtime.send_message(Ask(word), AgentId("echo", "default"))
    print("answered", answer.text)
    await runtime.stop_when_idle()
    return answer.text
"""

MADE_BY_HAND = """
runtime = SingleThreadedAgentRuntime()
await Echo.register(runtime, "echo", Echo)
"""


def step_through(cell, open_page):
    """Press Step until nothing is pending; returns the numbers that were delivered."""
    cell.until(lambda: cell.views or cell.done)
    page = open_page(cell, cell.views[-1])
    page.resync()
    delivered = []
    while not cell.done:
        pending = [r["number"] for r in page.records if r["kind"] == "queued"]
        pending = [number for number in pending if number not in delivered]
        if not pending:
            cell.take()
            continue
        answer = page.command("step")
        assert answer["ok"], answer
        delivered.append(answer["value"]["number"])
    return delivered, page


@pytest.mark.parametrize(
    "ending",
    ["asyncio.run(main())", "await main()", "def start():\n    asyncio.run(main())\nstart()"],
)
def test_a_cell_under_inspect_is_stepped_from_the_page_while_it_runs(kernel, open_page, ending):
    kernel.run(PROGRAM)
    cell = kernel.start("%%inspect\n" + ending)
    delivered, page = step_through(cell, open_page)
    assert cell.error is None
    assert delivered == [1, 2]
    queued = [record for record in page.records if record["kind"] == "queued"]
    assert [
        (r["number"], r["delivery"], r["message_type"], r["sender"], r["recipient"], r["is_rpc"])
        for r in queued
    ] == [
        (1, "request", "Ask", None, "echo/default", True),
        (2, "response", "Answer", "echo/default", None, True),
    ]
    assert "echo heard hello" in cell.text
    assert "answered HELLO" in cell.text


def test_the_value_of_the_last_line_is_shown_as_in_any_cell(kernel, open_page):
    kernel.run(PROGRAM)
    cell = kernel.start("%%inspect\nawait main('x')")
    step_through(cell, open_page)
    assert cell.data[-1]["text/plain"] == "'X'"


def test_the_view_is_above_the_output_and_has_a_still_picture(kernel, open_page):
    kernel.run(PROGRAM)
    cell = kernel.start("%%inspect\nawait main('x')")
    step_through(cell, open_page)
    live, still = cell.data[:2]
    assert set(live) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
    assert set(still) == {"text/plain", "text/html"}
    assert "live view" in live["text/plain"]
    assert still["text/plain"].startswith("idle: 0 pending")


def test_cells_that_wait_in_line_behind_asyncio_run_are_run(kernel, open_page):
    kernel.run(PROGRAM)
    cell = kernel.start("%%inspect\nasyncio.run(main())")
    second = kernel.client.execute("print('the next cell')")
    step_through(cell, open_page)
    cell.until(lambda: "the next cell" in cell.text)
    assert second != cell.request


def test_an_error_in_the_cell_is_the_cells_error_and_ends_the_watching(kernel):
    kernel.run(PROGRAM)
    cell = kernel.start("%%inspect\nraise ValueError('on line two')").finish()
    assert cell.error["ename"] == "ValueError"
    later = kernel.run("SingleThreadedAgentRuntime()")
    assert later.views == []


@pytest.mark.parametrize("ending", ["asyncio.run(main())", "await main()"])
def test_an_interrupted_cell_ends_and_so_does_the_watching(kernel, ending):
    kernel.run(PROGRAM)
    cell = kernel.start("%%inspect\n" + ending)
    cell.until(lambda: cell.views)
    kernel.interrupt()
    assert cell.finish().error["ename"] in {"KeyboardInterrupt", "CancelledError"}
    assert kernel.run("other = SingleThreadedAgentRuntime()").views == []


def test_a_cell_without_inspect_makes_no_view(kernel):
    kernel.run(PROGRAM)
    kernel.run("%%inspect\n1 + 1")
    assert kernel.run("other = SingleThreadedAgentRuntime()").views == []


def test_two_runtimes_of_one_cell_have_a_view_each(kernel):
    kernel.run(PROGRAM)
    cell = kernel.run(
        "%%inspect\na = SingleThreadedAgentRuntime(); b = SingleThreadedAgentRuntime()"
    )
    views = [data for data in cell.data if "application/vnd.jupyter.widget-view+json" in data]
    assert len(views) == 2


def test_asyncio_run_without_inspect_is_what_it_was(kernel):
    kernel.run("%%inspect\n1")
    cell = kernel.start("import asyncio\nprint(asyncio.run.__module__)").finish()
    assert cell.text.strip() in {"asyncio.runners", "sandbox.notebook.loops"}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("%%inspect runtime\n1", "%%inspect takes nothing after it"),
        ("%inspect 3", "3 is no runtime"),
        ("%step two", "A number is expected here, not 'two'"),
        ("%why", "Type %why, the number of a delivery or a message id"),
    ],
)
def test_what_is_typed_wrongly_is_told_in_words(kernel, code, words):
    cell = kernel.start(code).finish()
    assert words in cell.text + str(cell.error)


def test_without_an_inspector_the_magics_say_what_to_type(kernel):
    for magic in ("%inspect", "%step", "%continue", "%why 1", "%messages"):
        cell = kernel.start(magic).finish()
        assert "There is no inspector yet. Type %inspect" in cell.text + str(cell.error)


def test_step_continue_and_messages_by_hand(kernel):
    kernel.run(PROGRAM)
    kernel.run(MADE_BY_HAND)
    kernel.run("inspector = %inspect runtime")
    kernel.run(
        "answer = asyncio.create_task("
        "runtime.send_message(Ask('hi'), AgentId('echo', 'default')))\n"
        "await asyncio.sleep(0)"
    )
    assert "#1 request Ask" in kernel.run("%step").data[0]["text/plain"]
    kernel.run("%continue")
    assert kernel.run("(await answer).text").data[0]["text/plain"] == "'HI'"
    assert kernel.run("%step").data == []
    rows = [line.split() for line in kernel.run("%messages").text.splitlines()]
    assert [row[:2] + row[-1:] for row in rows] == [
        ["number", "kind", "state"],
        ["1", "request", "handled"],
        ["2", "response", "handled"],
    ]
    handled = kernel.run("%why 1").data[0]["text/plain"]
    assert handled == kernel.run("print(inspector.why(1))").text.strip()
    elsewhere = kernel.run("%why m1 echo/other").data[0]["text/plain"]
    assert elsewhere == kernel.run("print(inspector.why('m1', 'echo/other'))").text.strip()
    assert elsewhere != handled


def test_a_runtime_in_the_notebook_is_found_without_its_name(kernel):
    kernel.run(PROGRAM)
    kernel.run(MADE_BY_HAND)
    kernel.run("found = %inspect")
    assert kernel.run("found.runtime is runtime").data[0]["text/plain"] == "True"


def test_loading_twice_is_loading_once_and_unloading_takes_everything_away(kernel):
    kernel.run("%load_ext sandbox")
    kernel.run("%unload_ext sandbox")
    cell = kernel.start("%step").finish()
    assert "not found" in cell.text
    assert kernel.start("%%inspect\n1").finish().error is not None or "not found" in cell.text


def test_several_displays_of_an_inspector_are_views_of_one_model(kernel):
    kernel.run(PROGRAM)
    kernel.run(MADE_BY_HAND)
    kernel.run("inspector = Inspector(runtime)")
    shown = [kernel.run("inspector") for _ in range(2)]
    models = [
        cell.data[0]["application/vnd.jupyter.widget-view+json"]["model_id"] for cell in shown
    ]
    assert models[0] == models[1]
    assert shown[1].views == []

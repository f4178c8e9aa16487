"""What a page is told about code and classes that were typed into a notebook."""

PROGRAM = """
from dataclasses import dataclass
from sandbox import *
@dataclass
class Ask:
    text: str
class Echo(RoutedAgent):
    @rpc
    async def ask(self, message: Ask, ctx: MessageContext) -> str:
        return await self.send_message(message.text, AgentId("late", "a"))
class Late(RoutedAgent):
    @rpc
    async def answer(self, message: str, ctx: MessageContext) -> str:
        return message
runtime = SingleThreadedAgentRuntime()
await Echo.register(runtime, "echo", lambda: Echo("asks"))
await Late.register(runtime, "late", lambda: Late("answers"))
inspector = Inspector(runtime)
"""


def open_view(kernel, open_page):
    kernel.run(PROGRAM)
    cell = kernel.start("inspector")
    cell.until(lambda: cell.views)
    cell.finish()
    return open_page(cell, cell.views[-1])


def test_the_code_of_a_turn_names_its_cell_and_the_line_where_it_waits(kernel, open_page):
    page = open_view(kernel, open_page)
    ask = {"text": "tea"}
    sent = page.command("send", agent="echo/a", message="Ask", fields=ask)
    assert sent["value"] == {"number": 1}
    assert page.command("step")["ok"]
    (code,) = page.command("code", number=1)["value"]
    assert code["where"].startswith("In [")
    assert code["name"] == "Echo.ask"
    lines = code["source"].splitlines()
    assert lines[0].strip() == "@rpc"
    assert "await self.send_message" in lines[code["parked"] - code["first_line"]]


def test_a_condition_knows_the_classes_of_the_notebook(kernel, open_page):
    page = open_view(kernel, open_page)
    made = page.command("break_on", kind="before", when="isinstance(message, Ask)")
    assert made["ok"], made
    page.command("send", agent="late/a", message="str", fields={"value": "one"})
    page.command("send", agent="echo/a", message="Ask", fields={"text": "two"})
    page.command("run_conversation", number=1)
    page.command("run_conversation", number=2)
    assert page.command("breakpoints")["value"][0]["hits"] == 1

"""Names with half a surrogate pair in them, which Jupyter refuses to send, reach a page."""

PROGRAM = r"""
import asyncio
from sandbox import *

class Echo(RoutedAgent):
    def __init__(self):
        super().__init__("echo")

    @rpc
    async def echo(self, message: str, ctx: MessageContext) -> str:
        return message

runtime = SingleThreadedAgentRuntime()
await Echo.register(runtime, "echo", Echo)
here = AgentId("echo", "half \ud800")
call = asyncio.create_task(runtime.send_message("hi", here, message_id="m\udfff"))
await asyncio.sleep(0)
Inspector(runtime)
"""


def test_a_view_with_half_characters_in_names_is_shown_and_stepped(kernel, open_page):
    shown = kernel.run(PROGRAM)
    assert r"half \ud800" in shown.data[-1]["text/plain"]
    cell = kernel.start("await call")
    page = open_page(cell, shown.views[-1])
    page.resync()
    cell.until(lambda: [each for each in page.records if each["kind"] == "queued"])
    (queued,) = [each for each in page.records if each["kind"] == "queued"]
    assert (queued["recipient"], queued["message_id"]) == (r"echo/half \ud800", r"m\udfff")
    for number in (1, 2):
        assert page.command("step")["value"] == {"number": number}
    assert cell.finish().data[-1]["text/plain"] == "'hi'"

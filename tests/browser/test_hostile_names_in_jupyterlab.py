"""A run in which every name, message, error and line of print is markup with a script in it."""

from playwright.sync_api import expect

PROGRAM = r"""
import asyncio
from sandbox import *

MARKUP = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>"
Order = type(MARKUP, (), {"__init__": lambda self, **fields: self.__dict__.update(fields)})

class Kitchen(RoutedAgent):
    def __init__(self):
        super().__init__(MARKUP)
        self.heard = {MARKUP: [MARKUP]}

    @message_handler
    async def cook(self, message: object, ctx: MessageContext) -> object:
        print(MARKUP)
        self.heard[MARKUP].append(MARKUP)
        if ctx.topic_id is None:
            await self.publish_message({MARKUP: MARKUP}, TopicId("done", MARKUP))
            return Order(item=MARKUP)
        raise type(MARKUP, (Exception,), {})(MARKUP)

Kitchen.__qualname__ = MARKUP
runtime = SingleThreadedAgentRuntime()
await Kitchen.register(runtime, "kitchen", Kitchen)
await runtime.add_subscription(TypeSubscription("done", "kitchen", MARKUP))
inspector = Inspector(runtime)
order = Order(item=MARKUP)
here = AgentId("kitchen", MARKUP)
call = asyncio.create_task(runtime.send_message(order, here, message_id=MARKUP))
inspector
"""
FOREIGN = (
    '[data-testid="inspector"] :is(img, script, iframe, object, embed, link, base, form[action])'
)


def visit_every_tab(notebook):
    tabs = notebook.part("tab")
    for number in range(tabs.count()):
        if tabs.nth(number).is_visible():
            tabs.nth(number).click()
            assert notebook.page.locator(FOREIGN).count() == 0


def test_nothing_that_a_run_names_is_run_by_the_page(open_notebook):
    notebook = open_notebook([PROGRAM, "await inspector.run()"])
    notebook.run_all()
    notebook.wait_until_done()
    for delivery in (1, 2, 3):
        notebook.part("tab", tab="log").click()
        row = notebook.part("log-row", delivery=delivery)
        expect(row).to_contain_text("<img src=x")
        row.click()
        visit_every_tab(notebook)
    assert notebook.page.evaluate("window.hacked") is None

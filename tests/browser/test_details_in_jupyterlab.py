"""Journeys of somebody who wants to know, and to try what happens if."""

import pytest
from playwright.sync_api import expect

PROGRAM = """
import asyncio
from dataclasses import dataclass
from sandbox import *

@dataclass
class Order:
    dish: str
    price: float = 1.5
    note: str | None = None

class Kitchen(RoutedAgent):
    def __init__(self):
        super().__init__("cooks")
        self.cooked = []

    @event
    async def cook(self, message: Order, ctx: MessageContext) -> None:
        print("cooking", message.dish, "for", message.price)
        self.cooked.append(message.dish)

    @rpc
    async def ask(self, message: str, ctx: MessageContext) -> str:
        answer = await self.send_message(message, AgentId("store", "default"))
        return f"{answer}!"

class Store(RoutedAgent):
    @rpc
    async def look(self, message: str, ctx: MessageContext) -> str:
        return message

runtime = SingleThreadedAgentRuntime()
await Kitchen.register(runtime, "kitchen", Kitchen)
await Store.register(runtime, "store", lambda: Store("knows"))
await runtime.add_subscription(TypeSubscription("order", "kitchen"))
runtime.start()
inspector = Inspector(runtime)
inspector
"""
PUBLISH = "await runtime.publish_message(Order('soup'), TopicId('{}', 's1'))"


@pytest.fixture
def begin(open_notebook):
    """Opens a notebook with the program and these cells, and waits for the first delivery."""

    def begin(*cells):
        notebook = open_notebook([PROGRAM, *cells])
        notebook.run_all()
        expect(notebook.part("queue-item", delivery=1)).to_be_visible()
        return notebook

    return begin


def look_at(notebook, number, tab):
    notebook.part("queue-item", delivery=number).click()
    notebook.part("tab", tab=tab).click()


def do(notebook, action):
    notebook.part("detail").locator(f'[data-action="{action}"]').click()


def test_a_subscription_that_does_not_fire_is_found_out_by_why(begin, artifacts):
    notebook = begin(PUBLISH.format("orders"))
    look_at(notebook, 1, "why")
    agent = notebook.part("why").locator("input")
    agent.fill("kitchen/s1")
    agent.press("Enter")
    expect(notebook.part("verdict")).to_contain_text("kitchen/s1 did not get #1 Order")
    first = notebook.part("why").locator('[aria-current="true"]')
    expect(first).to_contain_text("'orders' ≠ 'order'")
    expect(notebook.part("advice")).to_contain_text("TypeSubscription")
    notebook.shot(artifacts / "why-not.png")


def test_a_pending_payload_is_edited_and_the_original_stays_in_sight(begin, artifacts):
    notebook = begin(PUBLISH.format("order"))
    look_at(notebook, 1, "message")
    do(notebook, "edit")
    price = notebook.part("edit-form").get_by_label("price")
    price.fill("dear")
    price.press("Enter")
    expect(notebook.part("edit-form")).to_contain_text("price is a number, not 'dear'.")
    expect(price).to_be_focused()
    price.fill("99.5")
    price.press("Enter")
    expect(notebook.part("edit-form")).to_have_count(0)
    expect(notebook.part("original")).to_contain_text("1.5")
    notebook.shot(artifacts / "edited.png")
    do(notebook, "deliver")
    notebook.part("tab", tab="printed").click()
    expect(notebook.part("printed")).to_have_text("cooking soup for 99.5\n")
    notebook.part("tab", tab="state").click()
    expect(notebook.part("change")).to_contain_text("cooked[0] nothing →")


def test_a_breakpoint_stops_the_run_and_the_code_shows_where_a_turn_waits(begin, artifacts):
    notebook = begin(
        PUBLISH.format("order"),
        "asked = asyncio.create_task(runtime.send_message('salt?', AgentId('kitchen', 'a')))",
    )
    notebook.part("tab", tab="breakpoints").click()
    form = notebook.part("break-form")
    form.get_by_label("Agent type/key").fill("store")
    form.get_by_label("Condition").fill("message == 'salt?' and")
    form.get_by_role("button", name="Add").click()
    expect(form).to_contain_text("is no expression: invalid syntax")
    form.get_by_label("Condition").fill("message == 'salt?'")
    form.get_by_role("button", name="Add").click()
    expect(notebook.part("breakpoint")).to_contain_text("never met")
    notebook.part("run").click()
    expect(notebook.part("stopped")).to_contain_text("Paused by before, agent store")
    expect(notebook.part("breakpoint")).to_contain_text("met 1 time")
    expect(notebook.part("state-word")).to_have_text("paused")
    notebook.part("log-row", delivery=2).click()
    notebook.part("tab", tab="code").click()
    expect(notebook.part("parked")).to_contain_text("await self.send_message")
    expect(notebook.part("code")).to_contain_text("In [1]")
    notebook.shot(artifacts / "parked.png")


def test_an_attribute_is_watched_and_a_message_is_made_with_a_form(begin, artifacts):
    notebook = begin(PUBLISH.format("order"))
    notebook.part("step").click()
    notebook.part("log-row", delivery=1).click()
    notebook.part("tab", tab="state").click()
    notebook.part("watch-field").last.click()
    notebook.part("tab", tab="watches").click()
    expect(notebook.part("watch")).to_contain_text('cooked = ["soup"]')
    notebook.part("topic", id="order").click()
    notebook.part("tab", tab="about").click()
    do(notebook, "send")
    form = notebook.part("send-form")
    form.get_by_label("dish").fill("tea")
    form.get_by_label("source").fill("s1")
    form.get_by_role("button", name="Publish").click()
    expect(notebook.part("queue-item", delivery=2)).to_be_visible()
    notebook.part("step").click()
    notebook.part("tab", tab="watches").click()
    expect(notebook.part("watch")).to_contain_text('cooked = ["soup","tea"]')
    notebook.shot(artifacts / "watched.png")


def test_what_a_cell_watches_or_checks_is_shown_at_once_and_taken_away_on_either_side(
    open_notebook,
):
    few = "few = inspector.invariant('len(agents) < 9')"
    watch = "cooked = inspector.watch('kitchen/s1.cooked')"
    notebook = open_notebook(
        [PROGRAM, watch, few, "cooked.remove()", "print(inspector.invariants)"]
    )
    notebook.run(0)
    notebook.tab("watches")
    notebook.run(1, 2)
    expect(notebook.part("watch", id="kitchen/s1.cooked")).to_be_visible()
    expect(notebook.part("invariant")).to_contain_text("len(agents) < 9")
    notebook.run(3)
    expect(notebook.part("watch")).to_have_count(0)
    notebook.part("invariant").get_by_role("button", name="Stop checking").click()
    expect(notebook.part("invariant")).to_have_count(0)
    notebook.run(4)
    expect(notebook.output(4)).to_contain_text("()")

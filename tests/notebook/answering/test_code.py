"""The code of a delivery: that of its handler, and the line where a turn is parked."""

import linecache

import answering_parts
from answering_parts import Address, Even, begin_call, publish

from sandbox import AgentId, MessageContext, RoutedAgent, TypeSubscription, event


async def test_the_code_of_a_pending_delivery_is_that_of_its_handler(inspector, page):
    await publish(inspector, "one")
    (code,) = await page.ask("code", number=1)
    assert code["name"] == "Kitchen.text"
    assert code["where"] == answering_parts.__file__
    assert code["source"].startswith("    @event\n    async def text(self")
    assert code["parked"] is None
    assert linecache.getline(answering_parts.__file__, code["first_line"]) == "    @event\n"


async def test_the_code_of_an_open_turn_has_the_line_where_it_is_parked(inspector, page):
    await publish(inspector, Address(street="A", number=1))
    stepper = inspector.runtime.stepper
    stepper.begin()
    await stepper.let_run()
    codes = await page.ask("code", number=1)
    assert [code["name"] for code in codes] == ["Kitchen.where", "Kitchen.rest"]
    lines = [
        code["source"].splitlines()[code["parked"] - code["first_line"]].strip() for code in codes
    ]
    assert lines == ["await self.rest()", "await self.gate.wait()"]
    inspector.runtime.agents[AgentId("kitchen", "a")].gate.set()


async def test_the_code_that_waits_for_an_answer_is_shown(inspector, page):
    call = await begin_call(inspector, "soup", "waiter/a")
    await inspector.step()
    (code,) = await page.ask("code", number=1)
    line = code["source"].splitlines()[code["parked"] - code["first_line"]]
    assert "await self.send_message" in line
    await inspector.run()
    assert await call == "soup"


async def test_code_that_is_not_known_says_so(inspector, page):
    await publish(inspector, 1.5)
    await publish(inspector, "x", topic="nowhere")
    assert "No handler for float is known of Kitchen." in await page.refused("code", number=1)
    assert "Nobody receives it" in await page.refused("code", number=2)
    assert await page.refused("code", number=99)
    call = await begin_call(inspector, Even(2), "kitchen/a")
    await inspector.run()
    assert "A response starts no turn" in await page.refused("code", number=4)
    await call


async def test_code_without_a_source_is_told_by_name(inspector, page):
    names = {"RoutedAgent": RoutedAgent, "event": event, "MessageContext": MessageContext}
    exec(
        "class Hidden(RoutedAgent):\n"
        "    @event\n"
        "    async def hear(self, message: str, ctx: MessageContext) -> None: ...\n",
        names,
    )
    await names["Hidden"].register(inspector.runtime, "hidden", lambda: names["Hidden"]("hides"))
    await inspector.runtime.add_subscription(TypeSubscription("secret", "hidden"))
    await publish(inspector, "x", topic="secret")
    (code,) = await page.ask("code", number=1)
    assert (code["source"], code["name"]) == (None, "Hidden.hear")

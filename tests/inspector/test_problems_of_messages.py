"""Messages changed after they were sent, of classes defined again, or that cannot travel."""

import json
import sys
import types
from dataclasses import dataclass, field

import pytest
from kitchens import Order, kitchen, publish, send
from planted_faults import other_order
from problems_found import only

from sandbox import (
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    event,
    rpc,
)
from sandbox.inspector.diagnosis.faults import changed_fields

pytestmark = pytest.mark.usefixtures("quiet")


@dataclass
class Menu:
    dishes: list


class Waiter(RoutedAgent):
    """Crosses out the first dish of a menu, or sends a menu and changes it too late."""

    def __init__(self) -> None:
        super().__init__("Changes menus.")

    @event
    async def cross_out(self, message: Menu, ctx: MessageContext) -> None:
        if message.dishes:
            del message.dishes[0]

    @rpc
    async def send(self, message: str, ctx: MessageContext) -> None:
        menu = Menu([])
        await self.publish_message(menu, TopicId("menus", "s1"))
        menu.dishes.append(message)


async def waiters():
    runtime = SingleThreadedAgentRuntime()
    for name in ("ann", "bob", "cid"):
        await Waiter.register(runtime, name, Waiter)
        if name != "cid":
            await runtime.add_subscription(TypeSubscription("menus", name))
    return runtime, Inspector(runtime)


async def test_a_message_changed_by_a_recipient_names_it_the_field_and_who_else_sees_it():
    runtime, inspector = await waiters()
    await runtime.publish_message(Menu(["soup"]), TopicId("menus", "s1"))
    await inspector.run()
    problem = only(inspector, "changed")
    assert problem.sentence == (
        'Menu (#1) was changed after it was sent, by ann/s1 in the turn of #1: dishes: ["soup"] → '
        "[]. The same object is seen by somebody outside (sent it), bob/s1 (#2)."
    )
    assert problem.deliveries == (1,)
    assert problem.agents == ("ann/s1", "bob/s1")
    assert "ann/s1 should work on a copy" in problem.advice


async def test_a_message_changed_by_its_sender_names_the_turn_and_all_who_get_it():
    _, inspector = await waiters()
    _, call = await send(inspector, "cake", "cid/x")
    await call
    first, *_ = (p for p in inspector.problems if p.kind == "changed")
    assert first.sentence.startswith(
        'Menu (#2) was changed after it was sent, by cid/x in the turn of #1: dishes: [] → ["cake"]'
        ". The same object is seen by ann/s1 (#2), bob/s1 (#3)."
    )
    assert set(first.agents) >= {"cid/x", "ann/s1", "bob/s1"}


async def test_a_message_changed_outside_of_any_turn_says_so():
    runtime, inspector = await waiters()
    menu = Menu([])
    await runtime.publish_message(menu, TopicId("menus", "s1"))
    menu.dishes.extend(("soup", "cake"))
    await inspector.step()
    first, *_ = (p for p in inspector.problems if p.kind == "changed")
    assert "outside of any turn, before ann/s1 got it: dishes: [] → " in first.sentence
    assert "bob/s1 (#2)" in first.sentence


def test_changed_fields_are_named_however_deep():
    before = {"json": {"a": {"b": [1], "c": 1}, "gone": 1}}
    after = {"json": {"a": {"b": [1, 2], "c": 1}, "new": 2}}
    assert changed_fields(json.dumps(before), json.dumps(after)) == [
        "a.b: [1] → [1, 2]",
        "gone: 1 → null",
        "new: null → 2",
    ]


async def test_a_message_class_of_a_reloaded_module_is_redefined():
    _, inspector = await kitchen()
    await publish(inspector, other_order(Order.__module__)("soup"))
    problem = only(inspector, "redefined")
    assert "register it again" in problem.advice


async def test_an_agent_class_that_was_defined_again_is_named(monkeypatch):
    source = (
        "from sandbox import RoutedAgent\n"
        "class Cook(RoutedAgent):\n"
        "    def __init__(self):\n"
        "        super().__init__('Cooks.')\n"
    )
    module = types.ModuleType("cooks")
    monkeypatch.setitem(sys.modules, "cooks", module)
    exec(source, vars(module))  # as running a notebook cell does
    runtime, inspector = await kitchen()
    await module.Cook.register(runtime, "cook", module.Cook)
    assert inspector.problems == []
    exec(source, vars(module))
    [problem] = inspector.problems
    assert problem.kind == "redefined"
    assert "replace=True" in problem.advice


async def test_what_could_not_leave_the_process_is_a_note_and_comes_last():
    @dataclass
    class Basket:
        items: set = field(default_factory=set)

    class Shop(RoutedAgent):
        @event
        async def buy(self, message: Basket | str, ctx: MessageContext) -> None: ...

    runtime, inspector = await kitchen()
    await Shop.register(runtime, "shop", lambda: Shop("Sells."))
    await runtime.add_subscription(TypeSubscription("baskets", "shop"))
    await publish(inspector, Basket(), "baskets/s1")
    await publish(inspector, "text", "baskets/s1")
    await publish(inspector, Order("soup"), "basket/s1")
    assert [(p.kind, p.is_note, p.deliveries) for p in inspector.problems] == [
        ("no_recipient", False, (3,)),
        ("not_portable", True, (1,)),
        ("not_portable", True, (2,)),
    ]
    assert "Basket.items" in inspector.problems[1].sentence


async def test_portability_is_asked_once_for_each_type(monkeypatch):
    asked = []

    def ask_about(cls):
        asked.append(cls)
        return []

    monkeypatch.setattr("sandbox.inspector.diagnosis.code_checks.why_not_portable", ask_about)

    @dataclass
    class Letter:
        text: str

    class Reader(RoutedAgent):
        @event
        async def read(self, message: Letter, ctx: MessageContext) -> None: ...

    runtime, inspector = await kitchen()
    await Reader.register(runtime, "reader", lambda: Reader("Reads."))
    for _ in range(3):
        await publish(inspector, Letter("hi"), "reader:x/s1")
        assert inspector.problems == []
    assert asked.count(Letter) == 1

"""What agents remember: recorded when it changes, and looked at as it was."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

import pytest

from sandbox import (
    AgentId,
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    rpc,
)
from sandbox.inspector.recording.records import StateChanged, Stopped
from sandbox.inspector.remembering.differences import MISSING, Diff, differences
from sandbox.testing import run_until_idle

KITCHEN = AgentId("kitchen", "s1")


@dataclass
class Order:
    dish: str
    price: int = 1


@dataclass
class Shelf:
    pots: list[str] = field(default_factory=list)


class Kitchen(RoutedAgent):
    def __init__(self):
        super().__init__("cooks")
        self.count = 0
        self._orders = []
        self.shelf = Shelf()
        self.lately = deque(maxlen=3)

    @rpc
    async def cook(self, message: Order, ctx: MessageContext) -> int:
        self.count += 1
        if message.dish == "nothing":
            self.count -= 1
            return self.count
        self._orders.append({"dish": message.dish})
        if message.dish == "pot":
            self.shelf.pots.append("pot")
        if message.dish == "help":
            await self.send_message(Order("nothing"), AgentId("kitchen", "s2"))
            self.count += 10
        return self.count


@pytest.fixture
async def inspector():
    runtime = SingleThreadedAgentRuntime()
    await Kitchen.register(runtime, "kitchen", Kitchen)
    inspector = Inspector(runtime)
    yield inspector
    inspector.close()


async def order(inspector, *dishes):
    for dish in dishes:
        call = asyncio.create_task(inspector.runtime.send_message(Order(dish), KITCHEN))
        await asyncio.sleep(0)
        await inspector.run()
        await call


def changes(inspector):
    records = inspector.recording.records
    return [(r.agent, r.number) for r in records if type(r) is StateChanged]


async def test_the_state_is_recorded_at_creation_and_whenever_a_turn_has_changed_it(inspector):
    await order(inspector, "soup", "nothing", "pot")
    assert changes(inspector) == [("kitchen/s1", None), ("kitchen/s1", 1), ("kitchen/s1", 5)]


async def test_the_state_can_be_looked_at_now_and_after_any_record(inspector):
    await order(inspector, "soup", "pot")
    empty = {"count": 0, "_orders": [], "shelf": {"pots": []}, "lately": "deque([], maxlen=3)"}
    soup = {**empty, "count": 1, "_orders": [{"dish": "soup"}]}
    pot = {**soup, "count": 2, "_orders": [{"dish": "soup"}, {"dish": "pot"}]}
    pot["shelf"] = {"pots": ["pot"]}
    assert inspector.state(KITCHEN) == inspector.state("kitchen/s1") == pot
    steps = inspector.recording.steps
    seen = [inspector.state(KITCHEN, at=end) for end in steps[1:]]
    assert seen == [soup, soup, pot, pot]
    with pytest.raises(LookupError, match=r"no agent kitchen/s1 after record 0"):
        inspector.state(KITCHEN, at=0)
    with pytest.raises(LookupError, match=r"no agent kitchen/x. There are: kitchen/s1"):
        inspector.state("kitchen/x")
    with pytest.raises(IndexError):
        inspector.state(KITCHEN, at=10_000)


async def test_a_recording_that_lets_go_of_records_still_knows_the_states():
    runtime = SingleThreadedAgentRuntime()
    await Kitchen.register(runtime, "kitchen", Kitchen)
    inspector = Inspector(runtime, limit=8)
    await order(inspector, *["soup"] * 8)
    await order(inspector, *["nothing"] * 8)
    recording = inspector.recording
    assert recording.let_go
    assert inspector.state(KITCHEN, at=recording.let_go)["count"] == 8
    assert any(type(r) is StateChanged for r in recording.opening)
    inspector.close()


async def test_a_delivery_that_is_looked_at_again_shows_field_by_field_what_it_changed(inspector):
    await order(inspector, "soup", "pot")
    diff = inspector.diff(3)
    assert isinstance(diff, Diff)
    assert diff.as_data() == {
        "number": 3,
        "agent": "kitchen/s1",
        "changes": [
            {"path": "count", "old": 1, "new": 2},
            {"path": "_orders[1]", "new": {"dish": "pot"}},
            {"path": "shelf.pots[0]", "new": "pot"},
        ],
    }
    assert str(diff).splitlines() == [
        "#3 changed kitchen/s1:",
        "  count: 1 → 2",
        '  _orders[1]: nothing → {"dish": "pot"}',
        '  shelf.pots[0]: nothing → "pot"',
    ]
    assert "<td style='text-align:left'>shelf.pots[0]</td>" in diff._repr_html_()
    assert not inspector.diff(2)
    assert str(inspector.diff(2)) == "#2 changed nothing in any agent."
    with pytest.raises(IndexError):
        inspector.diff(99)


async def test_what_a_turn_changed_before_and_after_it_waited_belongs_to_it(inspector):
    await order(inspector, "help")
    assert changes(inspector)[:2] == [("kitchen/s1", None), ("kitchen/s1", 1)]
    assert str(next(iter(inspector.diff(1)))) == "count: 0 → 11"


async def test_a_change_from_outside_is_not_blamed_on_the_next_turn(inspector):
    await order(inspector, "soup")
    inspector.runtime.agents[KITCHEN].count = 50
    await order(inspector, "soup")
    assert changes(inspector)[-2:] == [("kitchen/s1", None), ("kitchen/s1", 3)]
    assert str(next(iter(inspector.diff(3)))) == "count: 50 → 51"


async def test_text_from_a_program_is_escaped_in_a_diff():
    changed = differences({"a": "<b>"}, {"a": "<script>", "x y": 1})
    page = Diff(1, "a/b", tuple(changed))._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert [c.path for c in changed] == ["a", '["x y"]']


async def test_a_watch_has_the_value_now_and_each_that_it_had(inspector):
    count = inspector.watch("kitchen/s1.count")
    dish = inspector.watch("kitchen/s1._orders[0].dish")
    assert (count.value, count.history) == (MISSING, [])
    await order(inspector, "soup", "nothing", "pot")
    assert (count.value, count.history) == (2, [(None, 0), (1, 1), (5, 2)])
    assert (dish.value, dish.history) == ("soup", [(1, "soup")])
    assert repr(count) == "<kitchen/s1.count = 2, changed by #5>"
    for wrong in ("kitchen", "kitchen/s1", "kitchen.count", "kitchen/s1.", "kitchen/s1.a[", "/.a"):
        with pytest.raises(ValueError, match=r"watch is|must match"):
            inspector.watch(wrong)


async def test_watches_are_listed_until_they_are_removed(inspector):
    count = inspector.watch("kitchen/s1.count")
    dish = inspector.watch("kitchen/s1._orders[0].dish")
    assert inspector.watch("kitchen/s1.count") is count
    assert inspector.watches == (count, dish)
    count.remove()
    count.remove()
    assert inspector.watches == (dish,)
    await order(inspector, "soup")
    assert (count.value, dish.value) == (1, "soup")


async def test_an_invariant_that_was_removed_is_checked_no_more(inspector):
    few = inspector.invariant("agents['kitchen/s1'].count < 1")
    some = inspector.invariant("agents['kitchen/s1'].count < 2")
    few.remove()
    few.remove()
    assert inspector.invariants == (some,)
    await order(inspector, "soup", "soup")
    assert (few.broken, [number for number, _ in some.broken]) == ([], [3])
    some.remove()
    inspector.runtime.agents[KITCHEN].count = 0
    await order(inspector, "soup", "soup")
    assert [number for number, _ in some.broken] == [3]
    assert inspector.invariant("agents['kitchen/s1'].count < 2").broken == [(None, "It is False.")]


async def test_an_invariant_can_remove_another_one_while_it_is_checked(inspector):
    checked = []

    def first():
        second.remove()
        return checked.append("first") is None

    def second_holds():
        return checked.append("second") is None

    second = inspector.invariant("len(agents) < 9")
    inspector.invariant(first)
    inspector.invariant(second_holds)
    checked.clear()
    await order(inspector, "soup")
    assert checked == ["first", "second"]


async def test_a_broken_invariant_names_the_delivery_and_becomes_a_problem(inspector):
    invariant = inspector.invariant("agents['kitchen/s1'].count < 2")
    assert inspector.invariants == (invariant,)
    await order(inspector, "soup")
    assert invariant.holds
    await order(inspector, "soup", "soup")
    assert invariant.broken == [(3, "It is False.")]
    (problem,) = [p for p in inspector.problems if p.kind == "invariant"]
    assert problem.deliveries == (3,)
    assert problem.agents == ("kitchen/s1",)
    assert "agents['kitchen/s1'].count < 2" in problem.sentence
    inspector.runtime.agents[KITCHEN].count = 0
    await order(inspector, "soup", "soup")
    assert [number for number, _ in invariant.broken] == [3, 9]


async def test_an_invariant_that_raises_is_broken_and_says_so(inspector):
    def there_are_spoons():
        raise KeyError("spoons")

    invariant = inspector.invariant(there_are_spoons)
    assert invariant.name == "there_are_spoons"
    assert invariant.broken == [(None, "It raised KeyError: KeyError('spoons')")]
    with pytest.raises(SyntaxError):
        inspector.invariant("1 +")
    with pytest.raises(TypeError, match="function without arguments"):
        inspector.invariant(3)


async def test_a_broken_invariant_pauses_a_free_run_if_asked_to(inspector):
    runtime = inspector.runtime
    inspector.invariant("agents['kitchen/s1'].count < 2", name="few", pause=True)
    inspector.resume()
    runtime.start()
    calls = [asyncio.create_task(runtime.send_message(Order("soup"), KITCHEN)) for _ in range(5)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert inspector.paused
    assert runtime.agents[KITCHEN].count == 2
    (stopped,) = [r for r in inspector.recording.records if type(r) is Stopped]
    assert (stopped.by, stopped.reason) == ("invariant 'few'", "It is False.")
    inspector.resume()
    await asyncio.gather(*calls)
    await run_until_idle(runtime)


async def test_a_broken_invariant_meets_the_breakpoints_that_ask_for_it(inspector):
    inspector.break_on("invariant")
    inspector.invariant("agents['kitchen/s1'].count < 1")
    call = asyncio.create_task(inspector.runtime.send_message(Order("soup"), KITCHEN))
    await asyncio.sleep(0)
    await inspector.run()
    assert inspector.recording.state.stopped is not None
    await inspector.run()
    await call


class Secretive:
    """Says something else each time."""

    said = 0

    def __repr__(self):
        Secretive.said += 1
        return f"<{Secretive.said}>"


async def test_what_never_says_the_same_twice_is_no_change_of_state(inspector):
    await order(inspector, "soup")
    inspector.runtime.agents[KITCHEN].client = Secretive()
    await order(inspector, "nothing", "nothing")
    assert changes(inspector) == [("kitchen/s1", None), ("kitchen/s1", 1), ("kitchen/s1", None)]


async def test_a_deque_that_grows_is_a_change_of_state(inspector):
    await order(inspector, "soup")
    inspector.runtime.agents[KITCHEN].lately.append("soup")
    await order(inspector, "nothing")
    assert changes(inspector)[-1] == ("kitchen/s1", None)
    assert inspector.state(KITCHEN)["lately"] == "deque(['soup'], maxlen=3)"


async def test_a_crashed_agent_has_no_state_until_it_is_built_again(inspector):
    await order(inspector, "soup")
    inspector.crash(KITCHEN)
    with pytest.raises(LookupError):
        inspector.state(KITCHEN)
    await order(inspector, "soup")
    assert inspector.state(KITCHEN)["count"] == 1
    assert str(next(iter(inspector.diff(3)))) == "count: 0 → 1"

"""Planted problems: each is found, with its deliveries, its agents and what to do."""

import asyncio
import json
import logging
import sys
import types
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory

import pytest

from sandbox import (
    AgentId,
    CancellationToken,
    DefaultInterventionHandler,
    DefaultTopicId,
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    default_subscription,
    event,
    message_handler,
    rpc,
)
from sandbox.inspector.diagnosis.faults import changed_fields
from sandbox.inspector.diagnosis.problems import Problems
from sandbox.inspector.recording import records
from sandbox.inspector.recording.recorder import Recorder
from sandbox.inspector.recording.recording import Recording


@dataclass
class Order:
    dish: str


@dataclass
class Question:
    text: str


@dataclass
class Number:
    value: int


class Kitchen(RoutedAgent):
    def __init__(self) -> None:
        super().__init__("Cooks.")

    @event
    async def cook(self, message: Order, ctx: MessageContext) -> None: ...

    @rpc
    async def answer(self, message: Question, ctx: MessageContext) -> Order:
        return Order(message.text)


class Relay(RoutedAgent):
    """Asks another agent before it answers."""

    def __init__(self, other: str) -> None:
        super().__init__("Asks on.")
        self.other = AgentId.from_str(other)

    @message_handler
    async def ask(self, message: Question, ctx: MessageContext) -> Order:
        return await self.send_message(message, self.other)


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL, logger="sandbox")


async def kitchen(**options):
    runtime = SingleThreadedAgentRuntime(**options)
    await Kitchen.register(runtime, "kitchen", Kitchen)
    await runtime.add_subscription(TypeSubscription("orders", "kitchen", id="sub"))
    return runtime, Inspector(runtime)


async def publish(inspector, message, topic="orders/s1", sender=None):
    await inspector.runtime.publish_message(message, TopicId.from_str(topic), sender=sender)
    await inspector.run()


async def ask(inspector, message, agent="kitchen/s1", **options):
    recipient = AgentId.from_str(agent)
    call = asyncio.create_task(inspector.runtime.send_message(message, recipient, **options))
    await asyncio.sleep(0)
    return call


def only(inspector, kind):
    """The one problem there is, as the live inspector and the recording alone see it."""
    live, recorded = inspector.problems, Problems(inspector.recording)()
    with TemporaryDirectory() as folder:
        inspector.recording.save(f"{folder}/run.jsonl")
        assert Recording.load(f"{folder}/run.jsonl").problems == recorded
    assert [p.kind for p in live] == [kind], live
    assert recorded == live
    assert str(live[0]).startswith(f"{kind}: {live[0].sentence} To do: ")
    return live[0]


async def test_a_run_in_which_all_goes_well_has_no_problems():
    _, inspector = await kitchen()
    await publish(inspector, Order("soup"))
    call = await ask(inspector, Question("soup"))
    await inspector.run()
    await call
    assert inspector.problems == []


async def test_unhandled_messages_of_one_type_are_one_problem():
    _, inspector = await kitchen()
    for _ in range(3):
        await publish(inspector, Number(1))
    problem = only(inspector, "unhandled")
    assert (problem.deliveries, problem.count) == ((1, 2, 3), 3)
    assert problem.agents == ("kitchen/s1",)
    assert "does not handle the event Number" in problem.sentence
    assert "(3 times, first with #1)" in problem.sentence
    assert "inspector.why(1)" in problem.advice


async def test_a_request_to_a_handler_of_events_is_told_apart():
    _, inspector = await kitchen()
    call = await ask(inspector, Order("soup"))
    await inspector.run()
    await call
    problem = only(inspector, "topic_only")
    assert problem.deliveries == (1,)
    assert "publish_message" in problem.advice


async def test_a_publication_to_nobody_names_the_near_miss():
    _, inspector = await kitchen()
    await publish(inspector, Order("soup"), "order/s1")
    problem = only(inspector, "no_recipient")
    assert problem.deliveries == (1,)
    assert "'order' ≠ 'orders', 1 letter" in problem.sentence
    assert "'orders'" in problem.advice


async def test_a_publication_that_only_its_sender_subscribes_to_says_so():
    _, inspector = await kitchen()
    await publish(inspector, Order("soup"), sender=AgentId("kitchen", "s1"))
    problem = only(inspector, "no_recipient")
    assert problem.sentence == "Only kitchen/s1 itself gets what it published to orders/s1."


async def test_a_handler_that_raised_is_a_problem_of_requests_and_of_events():
    class Clumsy(RoutedAgent):
        @message_handler
        async def cook(self, message: Order, ctx: MessageContext) -> None:
            raise ValueError("burnt")

    runtime, inspector = await kitchen()
    await Clumsy.register(runtime, "cook", lambda: Clumsy("Burns it."))
    await runtime.add_subscription(TypeSubscription("soups", "cook"))
    await publish(inspector, Order("soup"), "soups/s1")
    call = await ask(inspector, Order("soup"), "cook/s2")
    await inspector.run()
    with pytest.raises(ValueError, match="burnt"):
        await call
    problem = only(inspector, "failed")
    assert problem.deliveries == (1, 2)
    assert problem.agents == ("cook/s1", "cook/s2")
    assert "cook/s1 raised ValueError: burnt on the event Order" in problem.sentence
    assert "inspector.recording[1].error" in problem.advice


async def test_an_intervention_that_raised_is_named():
    class Broken(DefaultInterventionHandler):
        async def on_publish(self, message, *, message_context):
            raise OSError("no network")

        async def on_send(self, message, *, message_context, recipient):
            raise OSError("no network")

    _, inspector = await kitchen(intervention_handlers=[Broken()])
    await publish(inspector, Order("soup"))
    problem = only(inspector, "failed")
    assert problem.sentence == "The intervention Broken raised OSError: no network on Order."
    call = await ask(inspector, Question("soup"))
    await inspector.run()
    with pytest.raises(OSError, match="no network"):
        await call
    assert [p.kind for p in inspector.problems] == ["failed", "failed"]


async def test_an_agent_that_cannot_be_built_and_one_that_is_not_registered_are_undeliverable():
    class Unbuildable(RoutedAgent):
        def __init__(self) -> None:
            raise RuntimeError("no gas")

    runtime, inspector = await kitchen()
    await Unbuildable.register(runtime, "cook", Unbuildable)
    for name in ("cook", "bar"):
        await runtime.add_subscription(TypeSubscription("orders", name))
    await publish(inspector, Order("soup"))
    assert [(p.kind, p.deliveries) for p in inspector.problems] == [
        ("undeliverable", (2,)),
        ("undeliverable", (3,)),
    ]
    built, registered = inspector.problems
    assert built.sentence == "cook/s1 could not be built: RuntimeError: no gas."
    assert "'bar'" in registered.sentence or "bar" in registered.sentence
    assert "Register the agent type" in registered.advice


async def test_two_subscriptions_for_one_agent_deliver_twice():
    runtime, inspector = await kitchen()
    await runtime.add_subscription(TypeSubscription("kitchen:soup", "kitchen"))
    await publish(inspector, Order("soup"), "kitchen:soup/s1")
    problem = only(inspector, "double")
    assert problem.deliveries == (2,)
    assert "TypeSubscription('kitchen:soup')" in problem.sentence
    assert "remove_subscription" in problem.advice


async def test_agents_that_wait_for_each_other_are_stuck_and_the_cycle_is_named():
    runtime = SingleThreadedAgentRuntime(mailbox="serial")
    for name, other in (("a", "b/x"), ("b", "c/x"), ("c", "a/x")):
        await Relay.register(runtime, name, lambda other=other: Relay(other))
    inspector = Inspector(runtime)
    call = await ask(inspector, Question("?"), "a/x")
    while await inspector.step():
        pass
    problem = only(inspector, "stuck")
    assert problem.sentence == (
        "a/x waits for b/x (#2), and b/x waits for c/x (#3), and c/x waits for a/x (#4): "
        "none of them can ever go on."
    )
    assert problem.deliveries == (1, 2, 3, 4)
    assert set(problem.agents) == {"a/x", "b/x", "c/x"}
    assert "interleaved" in problem.advice
    call.cancel()


async def test_a_serial_agent_that_asks_itself_is_stuck():
    runtime = SingleThreadedAgentRuntime(mailbox="serial")
    await Relay.register(runtime, "a", lambda: Relay("a/x"))
    inspector = Inspector(runtime)
    call = await ask(inspector, Question("?"), "a/x")
    await inspector.step()
    problem = only(inspector, "stuck")
    assert problem.sentence == "a/x waits for itself (#2), and can never go on."
    call.cancel()


async def test_a_serial_mailbox_alone_is_no_problem():
    runtime = SingleThreadedAgentRuntime(mailbox="serial")
    await Relay.register(runtime, "a", lambda: Relay("kitchen/x"))
    await Kitchen.register(runtime, "kitchen", Kitchen)
    inspector = Inspector(runtime)
    calls = [await ask(inspector, Question(text), "a/x") for text in "abc"]
    while await inspector.step():
        assert inspector.problems == []
    await asyncio.gather(*calls)


async def test_a_request_or_an_answer_that_is_lost_leaves_its_caller_stuck():
    runtime, inspector = await kitchen()
    await Relay.register(runtime, "relay", lambda: Relay("kitchen/x"))
    call = await ask(inspector, Question("?"), "relay/x")
    await inspector.step()
    inspector.drop(2)
    problem = only(inspector, "stuck")
    assert problem.deliveries == (2,)
    assert problem.agents == ("relay/x", "kitchen/x")
    assert problem.sentence.startswith("relay/x waits for an answer of kitchen/x that never comes")
    assert "inspector.drop(2, error=True)" in problem.advice
    second = await ask(inspector, Question("?"), "kitchen/x")
    await inspector.step()
    inspector.drop(4)
    assert [p.deliveries for p in inspector.problems] == [(2,), (3, 4)]
    for waiting in (call, second):
        waiting.cancel()


async def test_a_request_dropped_with_an_error_leaves_nobody_stuck():
    _, inspector = await kitchen()
    call = await ask(inspector, Question("?"))
    inspector.drop(1, error=True)
    with pytest.raises(Exception, match="Dropped"):
        await call
    assert inspector.problems == []


async def test_a_turn_that_waits_for_something_outside_is_not_stuck():
    gate = asyncio.Event()

    class Slow(RoutedAgent):
        @event
        async def cook(self, message: Order, ctx: MessageContext) -> None:
            await gate.wait()

    runtime = SingleThreadedAgentRuntime()
    await Slow.register(runtime, "slow", lambda: Slow("Slow."))
    await runtime.add_subscription(TypeSubscription("orders", "slow"))
    inspector = Inspector(runtime, paused=False)
    runtime.start()
    await runtime.publish_message(Order("soup"), TopicId("orders", "s1"))
    await asyncio.sleep(0.01)
    assert inspector.problems == []
    gate.set()
    await runtime.stop_when_idle()


@default_subscription
class Modifier(RoutedAgent):
    def __init__(self, step: int) -> None:
        super().__init__("Counts.")
        self.step = step

    @message_handler
    async def modify(self, message: Number, ctx: MessageContext) -> None:
        if message.value < 60:
            await self.publish_message(Number(message.value + self.step), DefaultTopicId())


async def modifiers(step):
    runtime = SingleThreadedAgentRuntime()
    await Modifier.register(runtime, "left", lambda: Modifier(step))
    await Modifier.register(runtime, "right", lambda: Modifier(step))
    return runtime, Inspector(runtime)


async def test_messages_that_cause_each_other_without_end_are_a_livelock():
    runtime, inspector = await modifiers(0)
    await runtime.publish_message(Number(0), DefaultTopicId(), sender=AgentId("left", "default"))
    await inspector.run(limit=200)
    problem = only(inspector, "livelock")
    assert "left/default → Number → right/default" in problem.sentence
    assert "right/default → Number → left/default" in problem.sentence
    assert set(problem.agents) == {"left/default", "right/default"}
    assert len(problem.deliveries) == problem.count == 2
    assert "condition to stop" in problem.advice


async def test_a_run_paused_at_its_budget_names_the_cycle():
    runtime, inspector = await modifiers(0)
    await runtime.publish_message(Number(0), DefaultTopicId(), sender=AgentId("left", "default"))
    await inspector.run(budget=100)
    [pending] = inspector.queue
    assert "livelock" in [p.kind for p in inspector.problems]
    assert "budget" in inspector.why(pending.number).first_failing.answer


async def test_a_long_exchange_that_has_ended_is_no_livelock():
    runtime, inspector = await modifiers(1)
    await runtime.publish_message(Number(0), DefaultTopicId(), sender=AgentId("left", "default"))
    await inspector.run()
    assert len(inspector.recording) > 60
    assert inspector.problems == []


async def test_many_messages_alike_that_do_not_cause_each_other_are_no_livelock():
    runtime, inspector = await kitchen()
    for _ in range(100):
        await runtime.publish_message(Order("soup"), TopicId("orders", "s1"))
    assert inspector.problems == []


async def test_a_caller_that_gave_up_is_a_problem_once():
    runtime, inspector = await kitchen()
    await Relay.register(runtime, "relay", lambda: Relay("kitchen/x"))
    token = CancellationToken()
    call = await ask(inspector, Question("?"), cancellation_token=token)
    token.cancel()
    await inspector.run()
    assert call.cancelled()
    problem = only(inspector, "caller_gone")
    assert (problem.deliveries, problem.count) == ((1,), 1)
    assert "gave up waiting for the answer of kitchen/s1 to #1" in problem.sentence


async def test_a_turn_that_gave_up_is_a_problem_once():
    class Impatient(RoutedAgent):
        @rpc
        async def ask(self, message: Question, ctx: MessageContext) -> None:
            token = CancellationToken()
            call = asyncio.ensure_future(
                self.send_message(message, AgentId("kitchen", "x"), cancellation_token=token)
            )
            await asyncio.sleep(0)
            token.cancel()
            await asyncio.wait([call])

    runtime, inspector = await kitchen()
    await Impatient.register(runtime, "impatient", lambda: Impatient("Cannot wait."))
    call = await ask(inspector, Question("?"), "impatient/x")
    await inspector.run()
    await call
    problem = only(inspector, "caller_gone")
    assert problem.agents == ("impatient/x", "kitchen/x")
    assert problem.count == 1


async def test_what_was_pending_when_the_runtime_was_stopped_is_stranded():
    runtime, inspector = await kitchen()
    runtime.start()
    for _ in range(2):
        await runtime.publish_message(Order("soup"), TopicId("orders", "s1"))
    await runtime.stop()
    problem = only(inspector, "stranded")
    assert problem.deliveries == (1, 2)
    assert "stop_when_idle()" in problem.advice


async def test_a_hold_is_a_problem_only_when_nothing_else_is_left():
    runtime, inspector = await kitchen()
    for dish in ("soup", "salad"):
        await runtime.publish_message(Order(dish), TopicId("orders", "s1"))
    inspector.hold(1)
    assert inspector.problems == []
    await inspector.run()
    problem = only(inspector, "held")
    assert problem.deliveries == (1,)
    assert "inspector.release(1)" in problem.advice
    inspector.release(1)
    assert inspector.problems == []


async def test_a_paused_mailbox_is_a_problem_only_when_nothing_else_is_left():
    runtime, inspector = await kitchen()
    for source in ("s1", "s2"):
        await runtime.publish_message(Order("soup"), TopicId("orders", source))
    inspector.pause_mailbox("kitchen/s1")
    assert inspector.problems == []
    await inspector.run()
    problem = only(inspector, "held")
    assert problem.deliveries == (1,)
    assert problem.advice == "inspector.resume_mailbox('kitchen/s1')."


async def test_a_duplicate_is_neither_double_nor_lost_nor_given_up():
    runtime, inspector = await kitchen()
    await runtime.publish_message(Order("soup"), TopicId("orders", "s1"))
    inspector.duplicate(1)
    call = await ask(inspector, Question("?"))
    inspector.duplicate(3)
    inspector.duplicate(3)
    inspector.drop(5)
    await inspector.run()
    await call
    assert inspector.problems == []


async def test_after_records_were_let_go_problems_are_still_found():
    runtime = SingleThreadedAgentRuntime()
    await Kitchen.register(runtime, "kitchen", Kitchen)
    await runtime.add_subscription(TypeSubscription("orders", "kitchen"))
    inspector = Inspector(runtime, paused=True)
    recording = Recording(limit=20)
    recorder = Recorder(recording)
    recorder.begin(runtime)
    runtime.add_instrument(recorder)
    problems = Problems(recording)
    await publish(inspector, Order("soup"), "order/s1")
    assert [p.count for p in problems()] == [1]
    for _ in range(50):
        await publish(inspector, Order("soup"))
    assert recording.let_go > 20
    await publish(inspector, Order("soup"), "order/s1")
    assert [p.count for p in problems()] == [2]


def changed(number, when, before, after):
    return records.Changed(9.0, number, when, json.dumps(before), json.dumps(after))


async def test_a_message_changed_after_sending_names_who_what_and_who_sees_it():
    runtime, inspector = await kitchen()
    await Kitchen.register(runtime, "bar", Kitchen)
    await runtime.add_subscription(TypeSubscription("orders", "bar"))
    await runtime.publish_message(Order("soup"), TopicId("orders", "s1"))
    before, after = {"json": {"dish": "soup"}}, {"json": {"dish": "salad"}}
    recording = Recording()
    recording.records = [
        *inspector.recording.records,
        changed(1, "turn", before, after),
        changed(2, "delivery", before, after),
    ]
    [problem] = Problems(recording)()
    assert problem.kind == "changed"
    assert problem.deliveries == (1, 2)
    assert 'Order (#1) was changed by kitchen/s1 after it was sent: dish: "soup" → "salad".' in (
        problem.sentence
    )
    assert "all other recipients" in problem.sentence
    assert "copy" in problem.advice


def test_changed_fields_are_named_however_deep():
    before = {"json": {"a": {"b": [1], "c": 1}, "gone": 1}}
    after = {"json": {"a": {"b": [1, 2], "c": 1}, "new": 2}}
    assert changed_fields(json.dumps(before), json.dumps(after)) == [
        "a.b: [1] → [1, 2]",
        "gone: 1 → null",
        "new: null → 2",
    ]


async def test_a_message_class_of_a_reloaded_module_is_redefined():
    namespace = {"dataclass": dataclass, "__name__": __name__}
    exec("@dataclass\nclass Order:\n    dish: str", namespace)  # as a reload does
    _, inspector = await kitchen()
    await publish(inspector, namespace["Order"]("soup"))
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


async def test_each_record_is_looked_at_once():
    _, inspector = await kitchen()

    class Counting(list):
        given = 0

        def __getitem__(self, place):
            found = super().__getitem__(place)
            type(self).given += len(found) if isinstance(place, slice) else 1
            return found

    inspector.recording.records = Counting(inspector.recording.records)
    for _ in range(50):
        await publish(inspector, Number(1))
        assert [p.kind for p in inspector.problems] == ["unhandled"]
    inspector.recording.state  # noqa: B018  # not counted below
    looked_at = Counting.given
    assert inspector.problems[0].count == 50
    assert Counting.given == looked_at
    assert looked_at <= 4 * len(inspector.recording.records)


async def test_a_problem_is_text_html_and_data():
    _, inspector = await kitchen()
    await publish(inspector, Order("<b>"), "order/<i>")
    [problem] = inspector.problems
    assert repr(problem) == f"<no_recipient: {problem.sentence}>"
    assert "<i>" not in problem._repr_html_()
    data = problem.as_data()
    assert json.loads(json.dumps(data)) == data


async def test_a_problem_that_comes_up_often_lists_the_first_hundred():
    runtime, inspector = await kitchen()
    for _ in range(150):
        await runtime.publish_message(Number(1), TopicId("orders", "s1"))
    await inspector.run()
    [problem] = inspector.problems
    assert problem.deliveries == tuple(range(1, 101))
    assert problem.count == 150


async def test_a_problem_found_elsewhere_is_listed_as_well():
    _, inspector = await kitchen()
    await publish(inspector, Number(1))
    [problem] = inspector.problems
    inspector._problems.report(problem)
    assert inspector.problems == [problem, problem]

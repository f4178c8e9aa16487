"""Messages that have not arrived yet, or were stopped on the way: `why` says by whom and where."""

import pytest
from explanations import assert_each_failing, assert_failing, both
from kitchens import BigOrder, Kitchen, Order, Question, kitchen, order, publish
from planted_faults import Broken, Closed, Picky

from sandbox import (
    AgentId,
    DefaultInterventionHandler,
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TypeSubscription,
    event,
)

pytestmark = pytest.mark.usefixtures("quiet")


async def test_a_pending_message_says_its_place_in_the_queue():
    runtime, inspector = await kitchen()
    await order(runtime, "soup", "salad")
    for explanation in both(inspector, 2, "kitchen/s1"):
        failing = explanation.first_failing
        assert (failing.question, failing.outcome) == ("Has it left the queue?", "undecided")
        assert "number 2 of 2" in failing.answer
        assert "inspector.step(2)" in explanation.advice
        assert explanation.verdict.startswith("kitchen/s1 has not handled #2 Order")


async def test_a_held_message_says_so():
    runtime, inspector = await kitchen()
    await order(runtime, "soup")
    inspector.hold(1)
    assert_each_failing(
        both(inspector, 1, "kitchen/s1"), "Has it left the queue?", "held", advice="release(1)"
    )


async def test_a_message_behind_an_open_turn_of_a_serial_mailbox_says_so():
    class Slow(RoutedAgent):
        @event
        async def cook(self, message: Order, ctx: MessageContext) -> None:
            await self.send_message(Question("salt?"), AgentId("cellar", "x"))

    runtime = SingleThreadedAgentRuntime(mailbox="serial")
    await Slow.register(runtime, "kitchen", lambda: Slow("Slow."))
    await Kitchen.register(runtime, "cellar", Kitchen)
    await runtime.add_subscription(TypeSubscription("orders", "kitchen"))
    inspector = Inspector(runtime)
    await order(runtime, "soup", "salad")
    await inspector.step()
    for explanation in both(inspector, 2, "kitchen/s1"):
        assert "the turn of #1 is open" in explanation.first_failing.answer
        assert "#1" in explanation.advice
    await inspector.run()


async def test_a_message_for_a_paused_mailbox_says_so():
    runtime, inspector = await kitchen()
    inspector.pause_mailbox("kitchen/s1")
    await order(runtime, "soup")
    assert_each_failing(
        both(inspector, 1, "kitchen/s1"),
        "Has it left the queue?",
        "mailbox of kitchen/s1 is paused",
        advice="resume_mailbox('kitchen/s1')",
    )


async def test_a_mailbox_that_a_breakpoint_paused_names_the_breakpoint():
    runtime, inspector = await kitchen()
    inspector.break_on("before", agent="kitchen", message=Order, hold_only=True)
    await order(runtime, "soup")
    await inspector.run()
    assert_each_failing(
        both(inspector, 1, "kitchen/s1"),
        "Has it left the queue?",
        "mailbox of kitchen/s1 was paused by the breakpoint",
        "before, agent kitchen, message Order",
        advice="resume_mailbox('kitchen/s1')",
    )
    inspector.resume_mailbox("kitchen/s1")
    inspector.pause_mailbox("kitchen/s1")
    for explanation in both(inspector, 1, "kitchen/s1"):
        assert "breakpoint" not in explanation.first_failing.answer


async def test_a_message_behind_one_that_was_moved_names_it():
    runtime, inspector = await kitchen()
    await order(runtime, "soup", "salad", "tart")
    inspector.move(3, 0)
    for explanation in both(inspector, 1, "kitchen/s1"):
        answer = explanation.first_failing.answer
        assert "number 2 of 3" in answer
        assert "#3 was moved, and may go before it" in answer
    for explanation in both(inspector, 3, "kitchen/s1"):
        assert "It was moved there." in explanation.first_failing.answer


async def test_a_policy_that_lets_others_go_first_is_named():
    runtime, inspector = await kitchen()
    await order(runtime, "soup", "salad")
    inspector.policy = "lifo"
    assert "number 2 of 2" in inspector.why(1).first_failing.answer
    for explanation in both(inspector, 1, "kitchen/s1"):
        assert "The policy 'lifo' decides" in explanation.first_failing.answer


async def test_a_message_that_was_edited_says_so_before_and_after_it_went():
    runtime, inspector = await kitchen(Picky)
    await order(runtime, "soup")
    inspector.edit(1, dish="cake")
    for explanation in both(inspector, 1, "kitchen/s1"):
        assert "edited while it was pending: dish" in explanation.first_failing.answer
    await inspector.run()
    for explanation in both(inspector, 1, "kitchen/s1"):
        assert any("edited while it was pending: dish" in s.answer for s in explanation.steps)
        assert explanation.first_failing is not None


async def test_a_run_that_was_stopped_before_it_says_by_what():
    runtime, inspector = await kitchen()
    inspector.break_on("before", agent="kitchen")
    await order(runtime, "soup")
    await inspector.run()
    for explanation in both(inspector, 1, "kitchen/s1"):
        assert "stopped before it, by 'before, agent kitchen'" in explanation.first_failing.answer


async def test_a_message_that_the_inspector_dropped_says_so():
    runtime, inspector = await kitchen()
    await order(runtime, "soup")
    inspector.drop(1)
    assert_each_failing(
        both(inspector, 1, "kitchen/s1"),
        "Has it left the queue?",
        "dropped",
        "inspector",
        advice="Do not drop it",
    )


async def test_a_stranded_message_says_that_the_runtime_was_stopped():
    runtime, inspector = await kitchen()
    runtime.start()
    await order(runtime, "soup")
    await runtime.stop()
    assert_each_failing(
        both(inspector, 1, "kitchen/s1"),
        "Has it left the queue?",
        "stopped",
        advice="stop_when_idle()",
    )


async def test_an_intervention_that_dropped_it_is_named():
    _, inspector = await kitchen(intervention_handlers=[Closed()])
    number = await publish(inspector)
    assert_each_failing(
        both(inspector, number, "kitchen/s1"),
        "Did the interventions let it pass?",
        "Closed dropped it",
        advice="DropMessage",
    )


async def test_an_intervention_that_raised_is_named():
    _, inspector = await kitchen(intervention_handlers=[Broken()])
    number = await publish(inspector)
    assert_each_failing(
        both(inspector, number, "kitchen/s1"),
        "Did the interventions let it pass?",
        "Broken raised OSError: no network",
        advice="Mend Broken",
    )


async def test_an_intervention_that_put_another_message_in_its_place_is_named():
    class Translator(DefaultInterventionHandler):
        async def on_publish(self, message, *, message_context):
            return BigOrder("menu")

    _, inspector = await kitchen(intervention_handlers=[Translator()])
    number = await publish(inspector)
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(
            explanation,
            "Does a handler take exactly this class?",
            "It handles",
            advice="subclass of",
        )
        passed = next(s for s in explanation.steps if "interventions" in s.question)
        assert passed.answer == "Yes, but Translator put another message in its place."

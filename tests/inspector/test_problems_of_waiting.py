"""Who waits for ever, messages without end, callers that gave up, and what somebody holds."""

import asyncio

import pytest
from kitchens import Kitchen, Number, Order, Question, ask, kitchen, order
from problems_found import only

from sandbox import (
    AgentId,
    CancellationToken,
    DefaultTopicId,
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TypeSubscription,
    default_subscription,
    event,
    message_handler,
    rpc,
)
from sandbox.testing import run_until_idle

pytestmark = pytest.mark.usefixtures("quiet")


class Relay(RoutedAgent):
    """Asks another agent before it answers."""

    def __init__(self, other: str) -> None:
        super().__init__("Asks on.")
        self.other = AgentId.from_str(other)

    @message_handler
    async def ask(self, message: Question, ctx: MessageContext) -> Order:
        return await self.send_message(message, self.other)


@default_subscription
class Modifier(RoutedAgent):
    """Publishes a number again, with its step added, until it is large."""

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
    begun, gate = asyncio.Event(), asyncio.Event()

    class Slow(RoutedAgent):
        @event
        async def cook(self, message: Order, ctx: MessageContext) -> None:
            begun.set()
            await gate.wait()

    runtime = SingleThreadedAgentRuntime()
    await Slow.register(runtime, "slow", lambda: Slow("Slow."))
    await runtime.add_subscription(TypeSubscription("orders", "slow"))
    inspector = Inspector(runtime, paused=False)
    runtime.start()
    await order(runtime, "soup")
    await begun.wait()
    assert inspector.problems == []
    gate.set()
    await run_until_idle(runtime)


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
    await order(runtime, *["soup"] * 100)
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


async def test_a_hold_is_a_problem_only_when_nothing_else_is_left():
    runtime, inspector = await kitchen()
    await order(runtime, "soup", "salad")
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
        await order(runtime, "soup", source=source)
    inspector.pause_mailbox("kitchen/s1")
    assert inspector.problems == []
    await inspector.run()
    problem = only(inspector, "held")
    assert problem.deliveries == (1,)
    assert problem.advice == "inspector.resume_mailbox('kitchen/s1')."


async def test_a_duplicate_is_neither_double_nor_lost_nor_given_up():
    runtime, inspector = await kitchen()
    await order(runtime, "soup")
    inspector.duplicate(1)
    call = await ask(inspector, Question("?"))
    inspector.duplicate(3)
    inspector.duplicate(3)
    inspector.drop(5)
    await inspector.run()
    await call
    assert inspector.problems == []


async def test_a_held_message_and_a_paused_mailbox_are_both_named():
    runtime, inspector = await kitchen()
    for source in ("s1", "s2"):
        await order(runtime, "soup", source=source)
    inspector.hold(1)
    inspector.pause_mailbox("kitchen/s2")
    problem = only(inspector, "held")
    assert "#1, #2; of kitchen/s2 the mailbox is paused" in problem.sentence
    assert "inspector.release(1)" in problem.advice
    assert "inspector.resume_mailbox('kitchen/s2')" in problem.advice

from dataclasses import dataclass

import pytest

from sandbox import (
    AgentId,
    DefaultInterventionHandler,
    DropMessage,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    message_handler,
)
from sandbox.testing import Trace, any_order, run_until_idle


@dataclass
class Task:  # a dataclass that is not frozen, so it cannot be put into a set
    n: int


class Worker(RoutedAgent):
    @message_handler
    async def work(self, message: Task, ctx: MessageContext) -> int:
        if message.n < 0:
            raise ValueError("negative")
        return 2 * message.n


async def traced(**options):
    runtime, trace = SingleThreadedAgentRuntime(**options), Trace()
    runtime.add_instrument(trace)
    await Worker.register(runtime, "worker", lambda: Worker("Works."))
    await runtime.add_subscription(TypeSubscription("tasks", "worker"))
    return runtime, trace


async def test_a_trace_holds_requests_responses_and_events_in_order():
    runtime, trace = await traced()
    runtime.start()
    await runtime.send_message(Task(1), AgentId("worker", "a"))
    await runtime.publish_message(Task(2), TopicId("tasks", "b"), sender=AgentId("boss", "x"))
    await run_until_idle(runtime)
    trace.assert_sequence(
        ("request", None, "worker/a", Task(1)),
        ("response", "worker/a", None, 2),
        ("event", "boss/x", "worker/b", Task(2)),
    )


async def test_an_exception_that_travels_back_is_the_message_of_its_response():
    runtime, trace = await traced()
    runtime.start()
    with pytest.raises(ValueError, match="negative"):
        await runtime.send_message(Task(-1), AgentId("worker", "a"))
    trace.assert_sequence(
        ("request", None, "worker/a", Task), ("response", "worker/a", None, ValueError)
    )


async def test_what_nobody_received_is_not_in_the_trace():
    class DropAll(DefaultInterventionHandler):
        async def on_publish(self, message, *, message_context):
            return DropMessage

    runtime, trace = await traced(intervention_handlers=[DropAll()])
    await runtime.publish_message(Task(1), TopicId("tasks", "a"))
    await runtime.publish_message(Task(2), TopicId("unheard", "a"))
    await run_until_idle(runtime)
    trace.assert_sequence()


async def three_events():
    runtime, trace = await traced()
    for n in (1, 2, 3):
        await runtime.publish_message(Task(n), TopicId("tasks", "a"))
    await run_until_idle(runtime)
    return trace, [("event", None, "worker/a", Task(n)) for n in (1, 2, 3)]


async def test_any_order_leaves_the_order_of_a_group_free_and_no_more():
    trace, (one, two, three) = await three_events()
    trace.assert_sequence(any_order(two, one), three)
    trace.assert_sequence(any_order(three, two, one))
    with pytest.raises(AssertionError, match="Expected at 0"):
        trace.assert_sequence(any_order(two, three), one)
    with pytest.raises(AssertionError, match="in any order"):
        trace.assert_sequence(one, any_order(two, two))


async def test_a_difference_is_shown_where_it_is():
    trace, (one, two, three) = await three_events()
    with pytest.raises(AssertionError) as caught:
        trace.assert_sequence(one, three, two)
    assert str(caught.value) == (
        "Expected at 1: ('event', None, 'worker/a', Task(n=3)). Arrived:\n"
        "   0: ('event', None, 'worker/a', Task(n=1))\n"
        "-> 1: ('event', None, 'worker/a', Task(n=2))\n"
        "   2: ('event', None, 'worker/a', Task(n=3))"
    )


async def test_too_many_and_too_few_arrivals_are_differences():
    trace, (one, two, three) = await three_events()
    with pytest.raises(AssertionError, match="Expected at 2: nothing more"):
        trace.assert_sequence(one, two)
    with pytest.raises(AssertionError, match=r"(?s)Expected at 3: .*-> 3: \(nothing\)"):
        trace.assert_sequence(one, two, three, one)

from dataclasses import dataclass
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from sandbox.testing import Arrival, Trace, any_order, run_until_idle
from sandbox.testing.differences import difference


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
    runtime = SingleThreadedAgentRuntime(**options)
    trace = Trace(runtime)
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
    with pytest.raises(AssertionError, match=r"(?m)^\+ 0: .*n=1"):
        trace.assert_sequence(any_order(two, three), one)
    with pytest.raises(AssertionError, match="in any order"):
        trace.assert_sequence(one, any_order(two, two))


async def test_a_class_takes_what_no_other_of_its_group_needs():
    trace, (one, two, _) = await three_events()
    any_task = ("event", None, "worker/a", Task)
    trace.assert_sequence(any_order(any_task, any_task, one))
    with pytest.raises(AssertionError, match=r"\(in any order\)"):
        trace.assert_sequence(any_order(any_task, one, one))
    trace.assert_sequence(one, two, ("event", ANY, ANY, ANY))


def test_a_large_group_is_compared():
    trace = Trace()
    trace.arrivals = [Arrival("event", None, "worker/a", n % 3) for n in range(1500)]
    trace.assert_sequence(any_order(*trace.arrivals[::-1]))


async def refusal(trace, *expected):
    with pytest.raises(AssertionError) as caught:
        trace.assert_sequence(*expected)
    return str(caught.value).splitlines()[1:]


async def test_a_difference_is_shown_where_it_is():
    trace, (one, two, three) = await three_events()
    with pytest.raises(AssertionError) as caught:
        trace.assert_sequence(one, three, two)
    assert str(caught.value) == (
        "What arrived is not what was expected (- expected, + arrived):\n"
        "  0: ('event', None, 'worker/a', Task(n=1))\n"
        "- 1: ('event', None, 'worker/a', Task(n=3))\n"
        "  1: ('event', None, 'worker/a', Task(n=2))\n"
        "+ 2: ('event', None, 'worker/a', Task(n=3))"
    )


async def test_like_messages_are_told_apart_by_their_fields():
    trace, (one, _, three) = await three_events()
    assert await refusal(trace, one, ("event", None, "worker/a", Task(20)), three) == [
        "  0: ('event', None, 'worker/a', Task(n=1))",
        "- 1: ('event', None, 'worker/a', Task(n=20))",
        "+ 1: ('event', None, 'worker/a', Task(n=2))",
        "     n: expected 20, arrived 2",
        "  2: ('event', None, 'worker/a', Task(n=3))",
    ]


async def test_too_many_and_too_few_arrivals_are_differences():
    trace, (one, two, three) = await three_events()
    assert (await refusal(trace, one, two))[-1] == "+ 2: ('event', None, 'worker/a', Task(n=3))"
    assert (await refusal(trace, one, two, three, one))[-1] == (
        "- 3: ('event', None, 'worker/a', Task(n=1))"
    )


async def test_only_what_really_differs_is_marked_in_a_group_of_free_order():
    trace, (_, two, three) = await three_events()
    lines = await refusal(trace, any_order(three, two, ("event", None, "worker/b", Task(1))))
    assert lines == [
        "+ 0: ('event', None, 'worker/a', Task(n=1))",
        "  1: ('event', None, 'worker/a', Task(n=2))",
        "  2: ('event', None, 'worker/a', Task(n=3))",
        "- 2: ('event', None, 'worker/b', Task(n=1))  (in any order)",
    ]


async def test_long_stretches_that_agree_are_left_out():
    trace = Trace()
    trace.arrivals = [Arrival("event", None, "worker/a", n) for n in range(1000)]
    expected = [*trace.arrivals[:500], *trace.arrivals[501:]]
    assert await refusal(trace, *expected) == [
        "  … 497 that agree",
        *(f"  {n}: ('event', None, 'worker/a', {n})" for n in (497, 498, 499)),
        "+ 500: ('event', None, 'worker/a', 500)",
        *(f"  {n}: ('event', None, 'worker/a', {n})" for n in (501, 502, 503)),
        "  … 496 that agree",
    ]


@given(st.lists(st.integers(0, 3), max_size=12), st.lists(st.integers(0, 3), max_size=12))
def test_a_difference_shows_all_of_both_sides(expected, arrived):
    groups = [[("event", None, "worker/a", n)] for n in expected]
    lines = difference(groups, [("event", None, "worker/a", n) for n in arrived]).splitlines()[1:]
    shown = [line for line in lines if "event" in line]
    if shown == lines:  # else some that agree are left out
        assert [int(line[-2]) for line in shown if line[0] in " -"] == expected
        assert [int(line[-2]) for line in shown if line[0] in " +"] == arrived


async def test_a_message_that_cannot_be_shown_does_not_hide_the_difference():
    class Shy:
        def __repr__(self):
            raise RuntimeError

    trace = Trace()
    trace.arrivals = [Arrival("event", None, "worker/a", Shy())]
    assert await refusal(trace) == [
        "+ 0: ('event', None, 'worker/a', <Shy whose repr raised RuntimeError>)"
    ]


def test_what_is_expected_has_four_values():
    with pytest.raises(ValueError, match="kind, sender, recipient, message"):
        Trace().assert_sequence(("event", "worker/a", 1))


def test_a_runtime_that_nobody_traced_has_no_trace():
    with pytest.raises(LookupError, match="Make a Trace"):
        Trace.of(SingleThreadedAgentRuntime())


async def test_a_traced_runtime_has_its_trace():
    runtime, trace = await traced()
    assert Trace.of(runtime) is trace

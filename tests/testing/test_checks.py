import pytest

from sandbox import (
    AgentId,
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    rpc,
)
from sandbox.testing import (
    Trace,
    assert_no_problems,
    assert_nothing_unhandled,
    close_and_check,
    counted_ids,
    run_until_idle,
)


class Worker(RoutedAgent):
    @rpc
    async def work(self, message: int, ctx: MessageContext) -> int:
        return 2 * message


async def started():
    runtime = SingleThreadedAgentRuntime()
    await Worker.register(runtime, "worker", lambda: Worker("Works."))
    runtime.start()
    return runtime


async def test_nothing_is_unhandled_where_handlers_took_everything():
    runtime = await started()
    trace = Trace(runtime)
    assert await runtime.send_message(2, AgentId("worker", "a")) == 4
    assert_nothing_unhandled(runtime)
    assert_nothing_unhandled(trace)


async def test_what_no_handler_took_is_named_with_the_reason():
    runtime = await started()
    trace = Trace(runtime)
    for message in ("text", 1.5):
        await runtime.send_message(message, AgentId("worker", "a"))
    with pytest.raises(AssertionError) as caught:
        assert_nothing_unhandled(runtime)
    first, *each = str(caught.value).splitlines()
    assert first == "2 messages were not handled:"
    assert [line.partition(":")[0] for line in each] == [
        "  #1 str from outside to worker/a",
        "  #3 float from outside to worker/a",
    ]
    assert trace.unhandled[0].unhandled in each[0]


async def test_an_untraced_runtime_cannot_be_asked():
    with pytest.raises(LookupError):
        assert_nothing_unhandled(SingleThreadedAgentRuntime())


async def test_problems_are_listed_with_what_to_do_unless_they_are_allowed():
    runtime = await started()
    inspector = Inspector(runtime, paused=False)
    await runtime.send_message(2, AgentId("worker", "a"))
    assert_no_problems(inspector)
    await runtime.publish_message(1, TopicId("news", "today"))
    await run_until_idle(runtime)
    assert_no_problems(inspector, allowed={"no_recipient"})
    with pytest.raises(AssertionError) as caught:
        assert_no_problems(inspector.recording)
    assert "1 problem:\n  no_recipient: " in str(caught.value)
    assert inspector.problems[0].advice in str(caught.value)


async def test_closing_names_an_agent_that_cannot_be_closed():
    class Stubborn(Worker):
        async def close(self):
            raise OSError("no")

    runtime = SingleThreadedAgentRuntime()
    await Stubborn.register(runtime, "worker", lambda: Stubborn("Stays."))
    runtime.start()
    await runtime.send_message(2, AgentId("worker", "a"))
    with pytest.raises(AssertionError, match="failed to close: OSError"):
        await close_and_check(runtime)


async def test_closing_an_unused_runtime_is_nothing_special():
    await close_and_check(SingleThreadedAgentRuntime())


def test_counted_ids_are_the_same_in_every_run_and_random_afterwards():
    for _ in range(2):
        with counted_ids():
            ids = [TypeSubscription("t", "a").id for _ in range(2)]
            with counted_ids():
                ids.append(TypeSubscription("t", "a").id)
            ids.append(TypeSubscription("t", "a").id)
        assert ids == ["s1", "s2", "s3", "s4"]
    assert len(TypeSubscription("t", "a").id) == 36

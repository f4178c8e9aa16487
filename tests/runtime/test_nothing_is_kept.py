"""What has been handled is let go at once, not when the garbage collector finds it."""

import gc
import weakref

import pytest
from runtime_parts import add, agent

from sandbox import SingleThreadedAgentRuntime, TopicId

TOPIC = TopicId("news", "default")


class Letter:
    """A message that can be watched."""


@pytest.fixture
def _no_collector():
    gc.disable()
    yield
    gc.enable()


async def hear(puppet, message, ctx):
    pass


async def publish(runtime, sender=None):
    letter = Letter()
    await runtime.publish_message(letter, TOPIC, sender=sender)
    return weakref.ref(letter)


@pytest.mark.usefixtures("_no_collector")
@pytest.mark.parametrize("readers", [0, 1, 3])
@pytest.mark.parametrize("by_one_of_them", [False, True])
async def test_a_publication_is_let_go_with_its_last_verdict(readers, by_one_of_them):
    runtime = SingleThreadedAgentRuntime()
    for number in range(readers):
        await add(runtime, f"reader{number}", hear, topics=[TOPIC.type])
    letters = [await publish(runtime, agent("reader0") if by_one_of_them else None)]
    letters.append(await publish(runtime))
    runtime.start()
    await runtime.stop_when_idle()
    assert [letter() for letter in letters] == [None, None]


@pytest.mark.usefixtures("_no_collector")
async def test_it_is_let_go_also_if_subscriptions_have_changed_before_it_left():
    runtime = SingleThreadedAgentRuntime()
    await add(runtime, "first", hear, topics=[TOPIC.type])
    from_first = await publish(runtime, agent("first"))
    from_outside = await publish(runtime)
    await add(runtime, "second", hear, topics=[TOPIC.type])
    await runtime.remove_subscription("first on news")
    runtime.start()
    await runtime.stop_when_idle()
    assert (from_first(), from_outside()) == (None, None)


@pytest.mark.usefixtures("_no_collector")
async def test_one_of_many_events_under_way_keeps_the_message():
    runtime = SingleThreadedAgentRuntime()
    seen = []

    async def look(puppet, message, ctx):
        seen.append(letter() is message)

    await add(runtime, "reader", look, topics=[TOPIC.type])
    await add(runtime, "other", look, topics=[TOPIC.type])
    letter = await publish(runtime)
    await runtime.step()
    assert letter() is not None
    await runtime.step()
    assert (seen, letter()) == ([True, True], None)


@pytest.mark.usefixtures("_no_collector")
async def test_a_call_is_let_go_with_its_answer():
    runtime = SingleThreadedAgentRuntime()
    await add(runtime, "reader", hear)
    runtime.start()
    letter = Letter()
    kept = weakref.ref(letter)
    await runtime.send_message(letter, agent("reader"))
    del letter
    await runtime.stop_when_idle()
    assert kept() is None

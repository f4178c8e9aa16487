import asyncio
from contextvars import ContextVar

import pytest
from runtime_parts import TOPIC, Puppet, add, agent, come_to_rest, echo, new_runtime, outcome_of

from sandbox import (
    AgentInstantiationContext,
    DefaultInterventionHandler,
    DefaultTopicId,
    MessageHandlerContext,
)

colour = ContextVar("colour", default="none")


def causes(books):
    """Number, kind and cause of each delivery."""
    ordered = sorted(books.queued, key=lambda d: d.number)
    return [(d.number, str(d.kind), d.cause) for d in ordered]


def caller_context():
    try:
        return str(MessageHandlerContext.agent_id())
    except RuntimeError:
        return "nobody"


async def test_causes_form_a_tree_whose_roots_come_from_outside(mode):
    async def ask(puppet, message, ctx):
        await puppet.send_message(message, agent("b"))
        await puppet.publish_message(message, TOPIC)

    runtime, books = new_runtime()
    await add(runtime, "a", ask)
    await add(runtime, "b")
    await add(runtime, "c", topics=["news"])
    await add(runtime, "d", topics=["news"])
    async with mode(runtime):
        await runtime.send_message("hi", agent("a"))
        await runtime.publish_message("hi", TOPIC)
    assert causes(books) == [
        (1, "request", None),
        (2, "request", 1),
        (3, "response", 2),
        (4, "event", 1),
        (5, "event", 1),
        (6, "response", 1),
        (7, "event", None),
        (8, "event", None),
    ]
    numbers = [number for number, _, _ in causes(books)]
    assert all(cause is None or cause < n for n, _, cause in causes(books))
    assert numbers == list(range(1, 9))


async def test_tasks_that_a_handler_starts_share_its_cause_even_when_it_has_ended(mode):
    tasks = []

    async def publish_later(puppet):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await puppet.publish_message(caller_context(), TOPIC)

    async def spawn(puppet, message, ctx):
        tasks.append(asyncio.create_task(publish_later(puppet)))

    runtime, books = new_runtime()
    await add(runtime, "a", spawn)
    await add(runtime, "b", topics=["news"])
    async with mode(runtime):
        await runtime.send_message("hi", agent("a", "k"))
        await asyncio.gather(*tasks)
    assert causes(books) == [(1, "request", None), (2, "response", 1), (3, "event", 1)]
    assert books.queued[2].message == "a/k"


async def test_what_a_constructor_and_an_intervention_send_has_the_message_as_its_cause(mode):
    async def factory():
        await runtime.send_message("from the factory", agent("b"))
        return Puppet(echo)

    class Ask(DefaultInterventionHandler):
        async def on_send(self, message, *, message_context, recipient):
            if message == "hi":
                await runtime.send_message("from the intervention", agent("b"))
            return message

    runtime, books = new_runtime(intervention_handlers=[Ask()])
    await add(runtime, "a", factory=factory)
    await add(runtime, "b")
    async with mode(runtime):
        assert await runtime.send_message("hi", agent("a")) == "hi!"
    assert [(*line, books.queued[i].message) for i, line in enumerate(causes(books))] == [
        (1, "request", None, "hi"),
        (2, "request", 1, "from the intervention"),
        (3, "response", 2, "from the intervention!"),
        (4, "request", 1, "from the factory"),
        (5, "response", 4, "from the factory!"),
        (6, "response", 1, "hi!"),
    ]


async def test_two_runtimes_do_not_mix_their_causes(mode):
    async def relay(puppet, message, ctx):
        return await inner.send_message(message, agent("b"))

    async def call_back(puppet, message, ctx):
        await outer.publish_message(message, TOPIC)
        return caller_context()

    outer, outer_books = new_runtime()
    inner, inner_books = new_runtime()
    await add(outer, "a", relay)
    await add(inner, "b", call_back)
    async with mode(outer), mode(inner):
        assert await outer.send_message("1", agent("a", "k")) == "b/default"
        assert await outer.send_message("2", agent("a")) == "b/default"
    assert causes(inner_books) == [
        (1, "request", None),
        (2, "response", 1),
        (3, "request", None),
        (4, "response", 3),
    ]
    assert causes(outer_books) == [
        (1, "request", None),
        (2, "event", None),
        (3, "response", 1),
        (4, "request", None),
        (5, "event", None),
        (6, "response", 4),
    ]
    inner_books.check()
    outer_books.check()


async def test_handlers_run_in_the_context_in_which_the_runtime_was_started(mode):
    seen = []

    async def look(puppet, message, ctx):
        seen.append(colour.get())
        colour.set("changed by a handler")

    runtime, _ = new_runtime()
    await add(runtime, "a", look, topics=["news"])
    colour.set("at the start")
    async with mode(runtime):
        colour.set("at the call")
        await runtime.publish_message("1", TOPIC)
        await runtime.send_message("2", agent("a"))
    assert seen == ["at the start", "at the start"]
    assert colour.get() == "at the call"
    async with mode(runtime):
        await runtime.send_message("3", agent("a"))
    assert seen[-1] == "at the call"


async def test_the_handling_agent_is_known_in_handlers_and_their_tasks_only(mode):
    seen = {}

    async def look(puppet, message, ctx):
        seen["handler"] = caller_context()
        seen["child task"] = await asyncio.create_task(child())
        seen["after a call"] = await puppet.send_message(message, agent("b", "other"))
        seen["handler again"] = caller_context()
        return DefaultTopicId()

    async def child():
        return caller_context()

    async def look_too(puppet, message, ctx):
        return caller_context()

    def factory():
        seen["factory"] = caller_context()
        seen["built"] = str(AgentInstantiationContext.current_agent_id())
        return Puppet(look)

    async def async_factory():
        await asyncio.sleep(0)
        seen["async factory"] = caller_context()
        return Puppet(look_too)

    class Look(DefaultInterventionHandler):
        async def on_send(self, message, *, message_context, recipient):
            seen["intervention"] = caller_context()
            return message

    runtime, _ = new_runtime(intervention_handlers=[Look()])
    await add(runtime, "a", factory=factory)
    await add(runtime, "b", factory=async_factory)
    async with mode(runtime):
        topic = await runtime.send_message("hi", agent("a", "key"))
    assert seen == {
        "intervention": "nobody",
        "factory": "nobody",
        "built": "a/key",
        "handler": "a/key",
        "child task": "a/key",
        "async factory": "nobody",
        "after a call": "b/other",
        "handler again": "a/key",
    }
    assert (topic.type, topic.source) == ("default", "key")
    assert caller_context() == "nobody"
    assert not AgentInstantiationContext.is_in_factory_call()


async def test_cancelling_the_waiting_task_does_not_reach_the_handler(mode):
    gate, ended = asyncio.Event(), []

    async def wait(puppet, message, ctx):
        await gate.wait()
        ended.append(message)

    runtime, books = new_runtime()
    await add(runtime, "a", wait)
    async with mode(runtime):
        call = asyncio.create_task(runtime.send_message("hi", agent("a")))
        await come_to_rest()
        call.cancel()
        assert type(await outcome_of(call)) is asyncio.CancelledError
        assert ended == []
        gate.set()
    assert ended == ["hi"]
    assert books.verdicts() == ["request -> a/default: handled", "response -> outside: cancelled"]


@pytest.mark.parametrize("forwarded", [False, True])
async def test_a_token_reaches_the_calls_it_is_forwarded_to(mode, forwarded):
    from sandbox import CancellationToken

    gate = asyncio.Event()

    async def ask(puppet, message, ctx):
        token = ctx.cancellation_token if forwarded else None
        return await puppet.send_message(message, agent("b"), cancellation_token=token)

    async def wait(puppet, message, ctx):
        await gate.wait()

    runtime, books = new_runtime()
    await add(runtime, "a", ask)
    await add(runtime, "b", wait)
    token = CancellationToken()
    async with mode(runtime):
        call = asyncio.create_task(runtime.send_message("hi", agent("a"), cancellation_token=token))
        await come_to_rest()
        token.cancel()
        assert type(await outcome_of(call)) is asyncio.CancelledError
        await come_to_rest()
        gate.set()
    a, b = ("cancelled", "cancelled") if forwarded else ("handled", "handled")
    assert sorted(books.verdicts()) == sorted(
        [
            f"request -> a/default: {a}",
            "request -> b/default: handled",
            f"response -> a/default: {b}",
            "response -> outside: cancelled",
        ]
    )

"""Looking at a runtime and stepping it, from Python."""

import asyncio
import json
from collections import Counter

import pytest
from calls import begin_call
from inspected_programs import (
    BOSS,
    PROGRESS,
    WORKER,
    Log,
    Monitor,
    Progress,
    Result,
    Sleeper,
    Taker,
    Task,
    crew,
)

from sandbox import (
    AgentId,
    CancellationToken,
    Inspector,
    MessageContext,
    SingleThreadedAgentRuntime,
    TopicId,
    TypePrefixSubscription,
    TypeSubscription,
)
from sandbox.runtime.delivery import HANDLED
from sandbox.testing import run_until_idle


@pytest.fixture
async def log():
    return Log()


@pytest.fixture
async def inspector(log):
    return Inspector(await crew(log))


def numbers(deliveries):
    return [delivery.number for delivery in deliveries]


async def test_a_step_makes_one_delivery(inspector, log):
    call = await begin_call(inspector.runtime, Task("t"), WORKER)
    assert numbers(inspector.queue) == [1]
    delivery = await inspector.step()
    assert (delivery.number, delivery.verdict, delivery.result) == (1, HANDLED, Result("t"))
    assert numbers(inspector.queue) == [2, 3, 4]
    assert [name for name, *_ in log] == ["worker/default"]
    assert not call.done()
    assert (await inspector.step(4)).kind == "response"
    assert await call == Result("t")


async def test_a_publish_to_five_takes_five_steps_and_an_rpc_two(inspector):
    runtime = inspector.runtime
    for number in range(5):
        await Monitor.register(runtime, f"m{number}", lambda: Monitor(Log()))
        await runtime.add_subscription(TypeSubscription("five", f"m{number}"))
    await runtime.publish_message(Progress("x"), TopicId("five", "s"))
    assert await inspector.run() == 5
    for name in ("monitor", "auditor"):
        await runtime.remove_subscription(f"progress-{name}")
    call = await begin_call(runtime, Progress("x"), AgentId("monitor", "default"))
    assert await inspector.run() == 2
    assert await call is None


async def test_a_step_with_nothing_to_do_returns_at_once(inspector):
    assert await inspector.step() is None
    with pytest.raises(LookupError, match="not pending"):
        await inspector.step(7)


async def test_a_run_ends_when_nothing_is_left(inspector):
    call = await begin_call(inspector.runtime, Task("t"), BOSS)
    made = await inspector.run()
    assert made == len(inspector.recording)
    assert await call == Result("t-1+t-2")
    assert inspector.queue == ()


async def test_a_run_ends_at_a_condition_or_a_limit(inspector):
    await begin_call(inspector.runtime, Task("t"), BOSS)
    seen = []

    def second_worker(delivery):
        seen.append(delivery.number)
        return delivery.recipient == WORKER and delivery.message.name == "t-2"

    made = await inspector.run(until=second_worker)
    assert made == len(seen)
    assert inspector.recording[seen[-1]].message == {"name": "t-2"}
    assert await inspector.run(limit=2) == 2
    assert await inspector.run(limit=0) == 0
    assert inspector.queue != ()
    await inspector.run()


async def test_a_run_waits_for_turns_that_sleep(inspector, log):
    runtime = inspector.runtime
    await Sleeper.register(runtime, "sleeper", lambda: Sleeper(log))
    await runtime.add_subscription(TypeSubscription("tasks", "sleeper"))
    await runtime.publish_message(Task("nap"), TopicId("tasks", "default"))
    step = asyncio.create_task(inspector.step())
    await asyncio.sleep(0)
    assert await inspector.run() == 2
    assert (await step).verdict == HANDLED
    assert [name for name, *_ in log] == ["sleeper/default", "monitor/default", "auditor/default"]


async def test_a_run_does_not_wait_for_what_can_never_come(inspector):
    call = await begin_call(inspector.runtime, Task("t"), BOSS)
    await inspector.step()
    inspector.runtime.stepper.drop(2)
    await inspector.run()
    assert inspector.recording.state.word == "waiting"
    assert inspector.recording[1].waits_for == [2]
    call.cancel()


async def test_pausing_and_resuming_a_started_runtime(log):
    runtime = await crew(log)
    runtime.start()
    inspector = Inspector(runtime, paused=False)
    assert not inspector.paused
    assert await runtime.send_message(Task("a"), WORKER) == Result("a")
    with pytest.raises(RuntimeError, match="Pause it first"):
        await inspector.step()
    inspector.pause()
    call = await begin_call(runtime, Task("b"), WORKER)
    assert (inspector.paused, inspector.recording.state.word) == (True, "paused")
    assert [d.message for d in inspector.queue][-1:] == [Task("b")]
    inspector.resume()
    assert await call == Result("b")
    await run_until_idle(runtime)
    assert [record.mode for record in inspector.recording.records if hasattr(record, "mode")] == [
        "running",
        "paused",
        "running",
    ]


async def test_closing_lets_the_runtime_go_and_keeps_the_recording(inspector):
    runtime = inspector.runtime
    runtime.start()
    call = await begin_call(runtime, Task("t"), WORKER)
    inspector.close()
    assert await call == Result("t")
    await run_until_idle(runtime)
    assert len(inspector.recording) == 1
    assert inspector.recording[1].state == "queued"


async def test_only_a_runtime_of_this_package_can_be_inspected():
    with pytest.raises(TypeError, match="needs a SingleThreadedAgentRuntime, not 'runtime'"):
        Inspector("runtime")


async def test_the_context_of_every_delivery_has_all_its_fields(inspector):
    await inspector.runtime.publish_message(
        Progress("x"), PROGRESS, sender=WORKER, message_id="chosen"
    )
    call = await begin_call(inspector.runtime, Task("t"), WORKER)
    await inspector.run()
    await call
    contexts = [delivery.context for delivery in inspector.recording]
    assert all(type(context) is MessageContext for context in contexts)
    assert all(type(c.cancellation_token) is CancellationToken for c in contexts)
    fields = [(c.sender, c.topic_id, c.is_rpc, c.message_id) for c in contexts]
    assert fields == [
        (WORKER, PROGRESS, False, "chosen"),
        (WORKER, PROGRESS, False, "chosen"),
        (None, None, True, "m1"),
        (WORKER, PROGRESS, False, "m2"),
        (WORKER, PROGRESS, False, "m2"),
        (WORKER, None, True, "m1"),
    ]


async def test_a_recorded_delivery_says_all_that_the_live_one_does(inspector):
    call = await begin_call(inspector.runtime, Task("t"), BOSS)
    live = []
    while (delivery := await inspector.step()) is not None:
        live.append(delivery)
    await call
    for delivery in live:
        known = inspector.recording[delivery.number]
        for name in ("kind", "message_id", "cause", "verdict", "subscriptions"):
            assert getattr(known, name) == getattr(delivery, name), name
        for name in ("sender", "recipient"):
            identity = getattr(delivery, name)
            assert getattr(known, name) == (None if identity is None else str(identity))
        assert known.message == vars(delivery.message)


async def test_the_inspector_as_text(inspector):
    assert str(inspector) == "idle: 0 pending, 0 recorded, 0 agents, 6 subscriptions"
    call = await begin_call(inspector.runtime, Task("t"), WORKER)
    await inspector.step()
    assert str(inspector) == (
        "paused: 3 pending, 4 recorded, 1 agents, 6 subscriptions\n"
        "pending:\n"
        "  #2 event Progress worker/default → monitor/default via progress/default: queued\n"
        "  #3 event Progress worker/default → auditor/default via progress/default: queued\n"
        "  #4 response Result worker/default → outside: queued\n"
        "delivered:\n"
        "  #1 request Task outside → worker/default: handled"
    )
    assert repr(inspector) == "<Inspector: paused, 3 pending, 4 recorded>"
    assert repr(inspector.recording).startswith("<Recording: 4 deliveries, ")
    call.cancel()


async def test_a_long_text_names_the_newest_and_counts_the_others(inspector):
    for number in range(30):
        await inspector.runtime.publish_message(Progress(str(number)), TopicId("void", "s"))
    assert str(inspector).splitlines()[-1] == "  … and 10 more"
    await inspector.run()
    lines = str(inspector).splitlines()
    assert lines[1] == "delivered:"
    assert lines[-2].startswith("  #30 ")
    assert lines[-1] == "  … and 10 more"


async def test_a_recorded_delivery_as_html_escapes_what_came_from_the_program(inspector):
    nasty = "<script>alert(1)</script>"
    topic = TopicId("void", nasty)
    await inspector.runtime.publish_message(Progress(nasty), topic, message_id=nasty)
    html = inspector.recording[1]._repr_html_()
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 4
    for name in ("sender", "topic_id", "is_rpc", "message_id", "recipient", "cause", "verdict"):
        assert f">{name}</th>" in html


async def test_the_graph_has_the_documented_attributes(inspector):
    runtime = inspector.runtime
    await runtime.add_subscription(TypePrefixSubscription("news-", "auditor", id="prefix"))
    await runtime.add_subscription(TypeSubscription("orders", "nobody", id="ghost"))
    call = await begin_call(runtime, Task("t"), BOSS)
    await inspector.run()
    await call
    await runtime.publish_message(Progress("y"), TopicId("progress", "zwei"))
    await runtime.publish_message(Progress("y"), TopicId("void", "s"))
    graph = inspector.graph()
    assert graph.nodes["agent_type", "worker"] == {
        "kind": "agent_type",
        "agent_class": "Worker",
        "handles": ["Task"],
        "mailbox": "interleaved",
        "registered": True,
    }
    assert graph.nodes["agent_type", "nobody"] == {
        "kind": "agent_type",
        "agent_class": None,
        "handles": [],
        "mailbox": None,
        "registered": False,
    }
    assert graph.nodes["agent", "monitor/default"] == {
        "kind": "agent",
        "type": "monitor",
        "key": "default",
        "agent_class": "Monitor",
        "pending": 0,
        "built": True,
    }
    unbuilt = graph.nodes["agent", "monitor/zwei"]
    assert (unbuilt["pending"], unbuilt["built"], unbuilt["agent_class"]) == (1, False, None)
    assert graph.nodes["topic", "progress"] == {
        "kind": "topic",
        "sources": ["default", "zwei"],
        "prefix": False,
        "direct": False,
    }
    assert graph.nodes["topic", "news-*"]["prefix"] is True
    assert graph.nodes["topic", "worker:*"]["direct"] is True
    assert graph.nodes["topic", "void"]["sources"] == ["s"]
    kinds = Counter(data["kind"] for _, data in graph.nodes(data=True))
    assert kinds == {"agent_type": 5, "agent": 6, "topic": 8}
    edge = graph.get_edge_data(("topic", "progress"), ("agent_type", "monitor"))
    assert edge == {
        "progress-monitor": {
            "kind": "subscription",
            "id": "progress-monitor",
            "label": "TypeSubscription",
        }
    }
    calls = graph.get_edge_data(("agent", "boss/default"), ("agent", "worker/default"))
    assert calls == {"sent": {"kind": "sent", "count": 2}}
    instances = [(u, v) for u, v, kind in graph.edges(data="kind") if kind == "instance"]
    assert (("agent_type", "worker"), ("agent", "worker/default")) in instances


async def test_handlers_and_callers_get_the_very_objects(inspector):
    message = Task("t")
    inspector.runtime.start()
    inspector.resume()
    got = []
    await Taker.register(inspector.runtime, "taker", lambda: Taker(got))
    answer = await inspector.runtime.send_message(message, AgentId("taker", "default"))
    assert got[0] is message
    assert answer is message
    await run_until_idle(inspector.runtime)


async def test_hostile_messages_are_handed_over_and_recorded(log):
    class Hostile:
        def __getattribute__(self, name):
            raise RuntimeError(name)

        def __repr__(self):
            raise RuntimeError

        def __eq__(self, other):
            raise RuntimeError

        __hash__ = None

    runtime = SingleThreadedAgentRuntime()
    got = []
    await Taker.register(runtime, "taker", lambda: Taker(got))
    inspector = Inspector(runtime)
    message = Hostile()
    call = await begin_call(runtime, message, AgentId("taker", "default"))
    await inspector.run()
    assert (await call) is message
    assert got[0] is message
    assert [d.verdict for d in inspector.recording] == ["handled", "handled"]
    json.dumps(inspector.recording.since(1))
    str(inspector)
    inspector.recording[1]._repr_html_()
    assert inspector.recording[1].message_type == "Hostile"


@pytest.mark.parametrize("verb", ["step", "run"])
async def test_what_a_task_that_was_just_made_sends_is_delivered(verb):
    runtime = SingleThreadedAgentRuntime()
    inspector = Inspector(runtime)
    sending = asyncio.create_task(runtime.publish_message("hello", TopicId("news", "today")))
    await getattr(inspector, verb)()
    assert [delivery.verdict for delivery in inspector.recording] == ["no_recipient"]
    await sending

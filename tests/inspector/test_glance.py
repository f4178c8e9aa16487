"""A question about a long recording is answered by a glance at it, and the answer is the same."""

import asyncio
from dataclasses import dataclass

import pytest
from busy_run import busy_run
from inspected_programs import BOSS, PROGRESS, WORKER, DropTasks, Log, Progress, Sleeper, Task, crew

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
from sandbox.inspector.explaining import glance
from sandbox.inspector.explaining.why import Why
from sandbox.inspector.recording.run_state import RunState
from sandbox.testing import run_until_idle


def assert_same_answers(inspector, monkeypatch):
    """Ask about every delivery and every agent, by a glance and by the whole recording."""
    recording, runtime = inspector.recording, inspector.runtime
    asked = {}
    for name, few in (("glance", -1), ("whole", 10**9)):
        monkeypatch.setattr(glance, "FEW", few)
        why = Why(recording, runtime)
        numbers = [*recording.state.deliveries]
        agents = [None, *recording.state.agents, "nobody/x", "worker/other"]
        asked[name] = {(n, a): why(n, a) for n in numbers for a in agents}
        asked[name]["supposed"] = why(Task("t"), "worker/default")
        asked[name]["published"] = why(Task("t"), "worker/default", topic="progress/default")
        for number in numbers:
            message_id = recording.state.deliveries[number].message_id
            asked[name][message_id] = why(message_id)
    for question, answer in asked["whole"].items():
        assert asked["glance"][question] == answer, question


async def test_the_answers_about_a_busy_run_are_the_same(monkeypatch):
    assert_same_answers(await busy_run(), monkeypatch)


@pytest.mark.parametrize("mailbox", ["interleaved", "serial"])
async def test_the_answers_are_the_same_after_each_step(monkeypatch, mailbox):
    log = Log()
    runtime = await crew(log, intervention_handlers=[DropTasks()], mailbox=mailbox)
    await Sleeper.register(runtime, "sleeper", lambda: Sleeper(log))
    await runtime.add_subscription(TypeSubscription("tasks", "sleeper"))
    inspector = Inspector(runtime)
    calls = [
        asyncio.create_task(runtime.send_message(Task(name), to))
        for name, to in (("a", BOSS), ("secret", WORKER), ("impossible", WORKER), ("b", BOSS))
    ]
    await asyncio.sleep(0)
    await runtime.publish_message(Progress("bad"), PROGRESS, sender=AgentId("auditor", "default"))
    await runtime.publish_message(Task("nap"), TopicId("tasks", "default"))
    await runtime.publish_message(Progress("lost"), TopicId("void", "s"))
    inspector.move(7, 0)
    inspector.hold(5)
    inspector.duplicate(4)
    inspector.edit(4, name="c")
    assert_same_answers(inspector, monkeypatch)
    while await inspector.step() is not None:
        assert_same_answers(inspector, monkeypatch)
    inspector.release(5)
    await runtime.remove_subscription("progress-monitor")
    assert_same_answers(inspector, monkeypatch)
    await inspector.run()
    assert_same_answers(inspector, monkeypatch)
    await asyncio.gather(*calls, return_exceptions=True)
    inspector.close()


@dataclass
class Ask:
    number: int


class Answerer(RoutedAgent):
    def __init__(self):
        super().__init__("answers")

    @rpc
    async def answer(self, message: Ask, ctx: MessageContext) -> int:
        return message.number


async def test_the_first_question_about_a_long_recording_does_not_go_through_it(monkeypatch):
    runtime = SingleThreadedAgentRuntime()
    await Answerer.register(runtime, "answerer", Answerer)
    for number in range(1_000):
        await runtime.add_subscription(TypeSubscription(f"topic{number}", "answerer"))
    inspector = Inspector(runtime, paused=False)
    runtime.start()
    for number in range(2_000):
        await runtime.send_message(Ask(number), AgentId("answerer", "x"))
    await runtime.publish_message("hello", TopicId("topic7", "x"))
    await run_until_idle(runtime)
    taken_in = []
    monkeypatch.setattr(
        RunState,
        "advance",
        lambda self, following, advance=RunState.advance: advance(
            self, taken_in.extend(new := list(following)) or new
        ),
    )
    assert inspector.why(2_001).first_failing is None
    assert "str" in inspector.why(4_001).verdict
    assert len(taken_in) < 1_100
    assert inspector.recording.behind > 8_000
    inspector.close()

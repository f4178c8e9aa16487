"""What runs make and where they end: steps over, conversations, limits, budgets, interrupts."""

import asyncio
import os
import signal

import pytest
from control_parts import NEWS, Worker, agent, ask, inspected, let_it_flow, numbers, publish

from sandbox import ClosureAgent, Inspector, SingleThreadedAgentRuntime, TypeSubscription
from sandbox.inspector.control import runs
from sandbox.inspector.recording.records import Mode

# A part of what is pending


async def test_stepping_over_an_rpc_delivers_what_it_takes_and_nothing_else():
    inspector, log = await inspected()
    call = await ask(inspector, "a", 1, via=("b", "c"))
    await publish(inspector, "later")
    over = await inspector.step_over()
    assert (over.kind, over.request.number) == ("response", 1)
    assert await call == "1 by c, its 1."
    assert log == ["a 1", "b 1", "c 1"]
    assert [d.kind for d in inspector.queue] == ["event", "event"]
    assert (await inspector.step_over()).kind == "event"


async def test_the_recording_tells_when_a_run_goes_on():
    inspector, _ = await inspected()
    await publish(inspector, "one")
    words = []
    await inspector.run(until=lambda _: words.append(inspector.recording.state.word))
    assert words == ["running", "idle"]
    modes = [record.mode for record in inspector.recording.records if isinstance(record, Mode)]
    assert modes == ["paused", "run", "paused"]


async def test_a_pause_ends_a_run_before_its_next_delivery():
    inspector, log = await inspected()
    await publish(inspector, "one")
    assert await inspector.run(until=lambda _: inspector.pause()) == 1
    assert (log, numbers(inspector.queue)) == (["a one"], [2])
    assert inspector.recording.state.word == "paused"
    assert await inspector.run() == 1
    assert log == ["a one", "b one"]


async def test_a_pause_ends_a_run_that_waits_for_a_turn():
    runtime, begun, gate = SingleThreadedAgentRuntime(), asyncio.Event(), asyncio.Event()

    async def wait(_agent, _message: str, _ctx) -> None:
        begun.set()
        await gate.wait()

    await ClosureAgent.register_closure(
        runtime, "waiter", wait, subscriptions=lambda: [TypeSubscription("news", "waiter")]
    )
    inspector = Inspector(runtime)
    await runtime.publish_message("one", NEWS)
    run = asyncio.ensure_future(inspector.run())
    await begun.wait()
    inspector.pause()
    assert await run == 1
    gate.set()
    assert await inspector.run() == 0


async def test_stepping_over_an_inner_rpc_stops_at_its_answer():
    inspector, _ = await inspected()
    call = await ask(inspector, "a", 1, via=("b", "c"))
    await inspector.step()
    inner = inspector.queue[0].number
    over = await inspector.step_over(inner)
    assert (over.kind, over.request.number, over.recipient) == ("response", inner, agent("a"))
    assert not call.done()
    assert len(inspector.queue) == 1
    await inspector.run()
    assert await call == "1 by c, its 1."


async def test_stepping_over_a_request_that_gets_no_answer_returns_the_request():
    inspector, _ = await inspected()
    call = await ask(inspector, "a", 1, via=("b",))
    await inspector.step()
    inspector.hold(2)
    assert (await inspector.step_over(1)).number == 1
    assert not call.done()
    with pytest.raises(LookupError):
        await inspector.step_over(9)
    call.cancel()


async def test_a_conversation_is_all_that_one_delivery_leads_to():
    inspector, log = await inspected()
    call = await ask(inspector, "a", 1, via=("b",))
    await publish(inspector, "later")
    assert await inspector.run_conversation(1) == 4
    assert call.done()
    assert log == ["a 1", "b 1"]
    assert await inspector.run_conversation(2) == 1
    assert await inspector.run_conversation() == 1
    assert await inspector.run_conversation() == 0
    with pytest.raises(LookupError):
        await inspector.run_conversation(99)


async def test_a_conversation_may_be_ended_after_it_was_begun():
    inspector, log = await inspected()
    await publish(inspector, "later")
    call = await ask(inspector, "a", 1, via=("b",))
    await inspector.step(3)
    assert await inspector.run_conversation(3) == 3
    assert call.done()
    assert log == ["a 1", "b 1"]


async def test_a_run_to_an_agent_ends_with_its_delivery():
    inspector, log = await inspected()
    await publish(inspector, "one")
    call = await ask(inspector, "c", 1)
    await publish(inspector, "two")
    assert (await inspector.step_to("c")).number == 3
    assert log == ["a one", "b one", "c 1"]
    assert (await inspector.step_to(agent("b"))).number == 5
    assert await inspector.step_to("nobody*") is None
    assert call.done()


# Where a run ends


async def test_a_run_ends_when_idle_at_the_limit_or_when_told():
    inspector, _ = await inspected()
    await publish(inspector, "one", "two", "three")
    assert await inspector.run(limit=2) == 2
    seen = []
    assert await inspector.run(until=lambda d: seen.append(d.number) or d.number == 4) == 2
    assert seen == [3, 4]
    assert await inspector.run(limit=0) == 0
    assert await inspector.run() == 2
    assert await inspector.run() == 0


async def test_a_turn_that_sleeps_keeps_no_other_delivery_waiting():
    inspector, log = await inspected()
    await publish(inspector, "sleep", "one")
    made = []
    assert await inspector.run(until=lambda d: made.append(d.number) or False) == 4
    assert log == ["a sleep", "b sleep", "a one", "b one"]
    assert sorted(made) == [1, 2, 3, 4]
    assert inspector.runtime.deliveries == {}


async def test_a_run_waits_for_a_turn_that_another_delivery_lets_go_on():
    # In a free run the second message ends the first turn's wait; in a stepped one it must too.
    came = asyncio.Event()
    runtime = SingleThreadedAgentRuntime()

    class Waiter(Worker):
        async def on_message_impl(self, message, ctx):
            if message.text == "wait":
                await came.wait()
            came.set()

    await Waiter.register(runtime, "a", lambda: Waiter([]))
    inspector = Inspector(runtime)
    calls = [await ask(inspector, "a", 1, "wait"), await ask(inspector, "a", 2)]
    assert await asyncio.wait_for(inspector.run(), 5) == 4
    assert [await call for call in calls] == [None, None]


async def test_what_flows_freely_cannot_be_run():
    inspector, _ = await inspected(paused=False)
    inspector.runtime.start()
    with pytest.raises(RuntimeError, match="delivers freely, so there is nothing to run"):
        await inspector.run()
    await inspector.runtime.stop()


async def test_a_run_that_is_resumed_meanwhile_ends_and_the_rest_flows():
    inspector, log = await inspected()
    await publish(inspector, "one", "two")
    inspector.runtime.start()
    assert await inspector.run(until=lambda d: inspector.resume()) == 1
    await inspector.runtime.stop_when_idle()
    assert log == ["a one", "b one", "a two", "b two"]


async def test_a_cancelled_run_keeps_the_recording_and_can_go_on():
    inspector, log = await inspected()
    await publish(inspector, "sleep", "one")
    run = asyncio.create_task(inspector.run())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    made = len(log)
    assert made < 4
    await inspector.run()
    assert sorted(log) == ["a one", "a sleep", "b one", "b sleep"]
    assert [d.verdict for d in inspector.recording] == ["handled"] * 4


@pytest.fixture
def interruptible():
    """A shell has what it starts in the background ignore interrupts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupted_run_keeps_the_recording_and_can_go_on(interruptible):
    async def begin():
        inspector, log = await inspected()
        await publish(inspector, "one", "two")
        return inspector, log

    def interrupt(delivery):
        if delivery.number == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return False

    with asyncio.Runner() as runner:
        inspector, log = runner.run(begin())
        with pytest.raises(KeyboardInterrupt):
            runner.run(inspector.run(until=interrupt))
        made = len(log)
        assert 2 <= made < 4
        assert sum(d.verdict == "handled" for d in inspector.recording) == made
        runner.run(inspector.run())
        assert log == ["a one", "b one", "a two", "b two"]


async def test_progress_is_shown_only_when_a_run_takes_long(capsys, monkeypatch):
    inspector, _ = await inspected()
    await publish(inspector, "one")
    await inspector.run()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(runs, "PATIENCE", 0.0)
    await publish(inspector, "one")
    await inspector.run(limit=7)
    assert "run: " in (shown := capsys.readouterr().err)
    assert "2/7" in shown


# Budgets


async def test_a_run_that_never_ends_stops_at_its_budget_and_can_go_on():
    inspector, log = await inspected()
    await publish(inspector, "again")
    assert await inspector.run(budget=10) == 10
    assert (inspector.stopped.by, inspector.stopped.reason) == (
        "budget",
        "10 deliveries were made, which is the budget",
    )
    assert inspector.stopped.number == inspector.queue[0].number
    assert await inspector.run(budget=5) == 5
    assert len(log) == 15
    with pytest.raises(ValueError, match="at least 1"):
        await inspector.run(budget=0)


async def test_a_free_run_is_paused_at_the_budget_of_the_inspector():
    inspector, log = await inspected(paused=False, budget=10)
    inspector.runtime.start()
    await publish(inspector, "again")
    await let_it_flow()
    assert inspector.paused
    assert (inspector.stopped.by, len(log)) == ("budget", 10)
    inspector.resume()
    assert inspector.stopped is None
    await let_it_flow()
    assert (inspector.stopped.by, len(log)) == ("budget", 20)
    await inspector.runtime.stop()


async def test_closing_ends_what_the_inspector_holds():
    inspector, log = await inspected()
    inspector.policy = "lifo"
    inspector.pause_mailbox("a/default")
    inspector.break_on("before")
    inspector.runtime.start()
    await publish(inspector, "one", "two")
    inspector.close()
    await inspector.runtime.stop_when_idle()
    assert log == ["a one", "b one", "a two", "b two"]

"""What can be done to one delivery, to one agent, and to a run."""

import asyncio
import os
import signal
from dataclasses import dataclass, field
from typing import NamedTuple

import pytest
from control_parts import NEWS, Ask, News, Worker, agent, ask, inspected, numbers, publish
from pydantic import BaseModel

from sandbox import Inspector, SingleThreadedAgentRuntime
from sandbox.exceptions import MessageDroppedException
from sandbox.inspector.control import edits, runs
from sandbox.inspector.control.edits import edited

# Holding, dropping, duplicating


async def test_a_held_delivery_is_passed_over_and_keeps_its_place():
    inspector, log = await inspected()
    await publish(inspector, "one", "two")
    inspector.hold(1)
    assert numbers(inspector.queue) == [1, 2, 3, 4]
    assert (await inspector.step()).number == 2
    inspector.release(1)
    assert await inspector.run() == 3
    assert log == ["b one", "a one", "a two", "b two"]


async def test_a_dropped_request_leaves_its_caller_waiting_or_raises_there():
    inspector, log = await inspected()
    silent, loud = await ask(inspector, "a", 1), await ask(inspector, "a", 2)
    inspector.drop(1)
    inspector.drop(2, error=True)
    with pytest.raises(MessageDroppedException):
        await loud
    assert await inspector.run() == 0
    assert not silent.done()
    assert log == []
    silent.cancel()


async def test_of_two_answers_to_one_call_the_caller_gets_the_first():
    inspector, log = await inspected()
    call = await ask(inspector, "a", 1)
    copy = inspector.duplicate(1)
    assert (copy.number, copy.copy_of, copy.message) == (2, 1, Ask(1))
    assert copy.message is inspector.queue[0].message
    assert await inspector.run() == 4
    assert await call == "1 by a, its 1."
    assert log == ["a 1", "a 1"]
    assert [str(d.verdict) for d in inspector.recording] == [
        "handled",
        "handled",
        "handled",
        "cancelled",
    ]
    assert inspector.recording[2].copy_of == 1


async def test_a_copy_of_a_copy_names_the_first():
    inspector, _ = await inspected()
    await publish(inspector, "one")
    assert [inspector.duplicate(n).copy_of for n in (1, 3)] == [1, 1]


async def test_a_duplicated_response_is_the_callers_once():
    inspector, _ = await inspected()
    call = await ask(inspector, "a", 1)
    await inspector.step()
    inspector.duplicate(2)
    await inspector.run()
    assert await call == "1 by a, its 1."
    assert [inspector.recording[n].verdict for n in (2, 3)] == ["handled", "cancelled"]


async def test_a_copy_of_an_event_goes_to_the_same_agent_whatever_becomes_of_subscriptions():
    inspector, log = await inspected()
    await publish(inspector, "one")
    inspector.duplicate(1)
    for subscription in inspector.runtime.subscriptions:
        await inspector.runtime.remove_subscription(subscription.id)
    await inspector.run()
    assert log == ["a one"]


async def test_only_what_is_pending_can_be_treated():
    inspector, _ = await inspected()
    await publish(inspector, "one")
    await inspector.step()
    for verb in (inspector.hold, inspector.release, inspector.drop, inspector.duplicate):
        with pytest.raises(LookupError, match=r"Delivery #1 is not pending\. Pending are: #2\."):
            verb(1)
    with pytest.raises(LookupError):
        inspector.move(1, 0)
    with pytest.raises(LookupError):
        inspector.edit(1, text="x")


# Moving


async def test_moving_changes_which_goes_next_and_nothing_else():
    inspector, log = await inspected()
    await publish(inspector, "one", "two")
    inspector.move(4, 0)
    inspector.move(1, 3)
    inspector.move(2, 1)
    assert numbers(inspector.queue) == [4, 2, 3, 1]
    assert inspector.recording.state.queue == [4, 2, 3, 1]
    await inspector.run()
    assert log == ["b two", "b one", "a two", "a one"]


async def test_what_is_sent_later_stands_behind_what_was_moved_to_the_end():
    inspector, _ = await inspected()
    await publish(inspector, "one")
    inspector.move(1, 1)
    await publish(inspector, "two")
    assert numbers(inspector.queue) == [2, 1, 3, 4]


async def test_a_position_beyond_the_end_is_refused():
    inspector, _ = await inspected()
    await publish(inspector, "one")
    for position in (-1, 2):
        with pytest.raises(IndexError, match=r"the positions 0 to 1, not"):
            inspector.move(1, position)


async def test_what_waits_for_a_serial_mailbox_can_be_moved():
    inspector, log = await inspected("a", "b", mailbox="serial")
    first = await ask(inspector, "a", 1, via=("b",))
    second, third = await ask(inspector, "a", 2), await ask(inspector, "a", 3)
    await inspector.step()
    inspector.move(3, 0)
    assert numbers(inspector.queue) == [3, 2, 4]
    await inspector.run()
    await asyncio.gather(first, second, third)
    assert log == ["a 1", "b 1", "a 3", "a 2"]


# Editing


class Model(BaseModel):
    count: int
    tags: list[str] = []


class Pair(NamedTuple):
    left: int
    right: str


@dataclass(frozen=True)
class Frozen:
    count: float
    inner: Ask | None = None
    made: int = field(default=0, init=False)


@pytest.mark.parametrize(
    ("message", "fields", "expected"),
    [
        (Ask(1), {"number": 2, "via": ("b",)}, Ask(2, "", ("b",))),
        (Frozen(1.5), {"count": 2, "inner": Ask(1)}, Frozen(2, Ask(1))),
        (Model(count=1), {"tags": ["x"]}, Model(count=1, tags=["x"])),
        (Pair(1, "x"), {"right": "y"}, Pair(1, "y")),
        ({"count": 1, "more": None}, {"more": [1]}, {"count": 1, "more": [1]}),
    ],
)
def test_an_edit_makes_a_new_message_and_leaves_the_original(message, fields, expected):
    before = repr(message)
    result = edited(message, fields)
    assert (type(result), result) == (type(message), expected)
    assert result is not message
    assert repr(message) == before


@pytest.mark.parametrize(
    ("message", "fields", "words"),
    [
        (Ask(1), {"nummer": 2}, r"Ask has no field 'nummer'. It has: number, text, via."),
        (Ask(1), {"number": "2"}, r"Ask: number takes int, not '2'."),
        (Ask(1), {"via": [1]}, r"Ask: via takes tuple\[str, ...\], not \[1\]."),
        (Frozen(1.5), {"inner": 3}, r"Frozen: inner takes .*Ask | None, not 3."),
        (Frozen(1.5), {"made": 3}, r"Frozen has no field 'made'."),
        (Model(count=1), {"count": "1"}, r"Model: count takes int, not '1'."),
        (Model(count=1), {"size": 1}, r"Model has no field 'size'. It has: count, tags."),
        (Pair(1, "x"), {"left": None}, r"Pair: left takes int, not None."),
        ({"count": 1}, {"sum": 1}, r"dict has no field 'sum'. It has: count."),
        ({"count": 1}, {"count": "x"}, r"dict: count takes int, not 'x'."),
        ("text", {"count": 1}, r"A str has no fields to edit. Pass a whole message instead"),
    ],
)
def test_an_edit_that_does_not_fit_names_the_fields(message, fields, words):
    with pytest.raises(TypeError, match=words):
        edited(message, fields)


def test_a_class_that_pydantic_does_not_know_is_checked_by_isinstance():
    class Opaque:
        pass

    assert edits._fits(Opaque(), Opaque)
    assert not edits._fits("text", Opaque)


async def test_an_edited_event_differs_for_one_recipient_only_and_the_recording_keeps_both():
    inspector, log = await inspected()
    message = News("one")
    await inspector.runtime.publish_message(message, NEWS)
    inspector.edit(1, text="changed")
    assert inspector.queue[0].message is not message
    assert inspector.queue[1].message is message
    await inspector.run()
    assert log == ["a changed", "b one"]
    assert message == News("one")
    recorded = inspector.recording[1]
    assert (recorded.message, recorded.original) == ({"text": "changed"}, {"text": "one"})
    assert recorded.edited == ("text",)
    assert inspector.recording[2].original == {"text": "one"}


async def test_a_field_called_number_or_message_can_be_edited():
    inspector, _ = await inspected()
    call = await ask(inspector, "a", 1)
    inspector.edit(1, number=7)
    await inspector.run()
    assert await call == "7 by a, its 1."


async def test_a_whole_message_of_the_same_class_may_take_its_place():
    inspector, _ = await inspected()
    call = await ask(inspector, "a", 1)
    await inspector.step()
    with pytest.raises(TypeError, match="The message is of class str, not int"):
        inspector.edit(2, 5)
    with pytest.raises(TypeError, match="Pass either fields"):
        inspector.edit(2)
    inspector.edit(2, "something else")
    await inspector.run()
    assert await call == "something else"


async def test_an_exception_on_its_way_back_cannot_be_edited():
    inspector, _ = await inspected()
    call = await ask(inspector, "a", 1, "fail")
    await inspector.step()
    with pytest.raises(ValueError, match="carries an exception, which cannot be edited"):
        inspector.runtime.stepper.edit(2, "fine")
    await inspector.run()
    with pytest.raises(ValueError, match="1"):
        await call


# Agents


async def test_a_crashed_agent_loses_its_state_and_is_built_again():
    inspector, _ = await inspected()
    first = await ask(inspector, "a", 1)
    await inspector.run()
    before = inspector.runtime.agents[agent("a")]
    assert inspector.crash("a/default") == ()
    assert agent("a") not in inspector.runtime.agents
    assert "a/default" not in inspector.recording.state.agents
    second = await ask(inspector, "a", 2)
    await inspector.run()
    assert [await first, await second] == ["1 by a, its 1.", "2 by a, its 1."]
    assert inspector.runtime.agents[agent("a")] is not before
    assert "a/default" in inspector.recording.state.agents


async def test_the_open_turns_of_a_crashed_agent_are_named_and_go_on():
    inspector, _ = await inspected()
    call = await ask(inspector, "a", 1, via=("b",))
    await inspector.step()
    assert numbers(inspector.crash(agent("a"))) == [1]
    await inspector.run()
    assert await call == "1 by b, its 1."


async def test_only_what_can_be_built_again_can_be_crashed():
    inspector, _ = await inspected()
    with pytest.raises(LookupError, match="There is no agent a/default to crash"):
        inspector.crash(agent("a"))
    await inspector.runtime.register_agent_instance(worker := Worker([]), agent("solo"))
    assert worker.id == agent("solo")
    with pytest.raises(ValueError, match="nothing could build it again"):
        inspector.crash("solo/default")


@pytest.mark.parametrize("free", [False, True])
async def test_a_paused_mailbox_is_passed_over_until_it_is_resumed(free):
    inspector, log = await inspected(paused=not free)
    inspector.pause_mailbox("a/default")
    inspector.pause_mailbox("a/default")
    await publish(inspector, "one", "two")
    if free:
        inspector.runtime.start()
        await _let_it_flow()
    else:
        assert await inspector.run() == 2
    assert log == ["b one", "b two"]
    assert inspector.recording.state.paused_mailboxes == {"a/default": None}
    inspector.resume_mailbox("a/default")
    if free:
        await inspector.runtime.stop_when_idle()
    else:
        assert await inspector.run() == 2
    assert log == ["b one", "b two", "a one", "a two"]
    assert inspector.paused_mailboxes == ()


async def test_a_paused_mailbox_keeps_answers_too_and_a_step_by_number_still_goes():
    inspector, log = await inspected()
    call = await ask(inspector, "a", 1, via=("b",))
    await inspector.run(limit=2)
    inspector.pause_mailbox(agent("a"))
    assert await inspector.step() is None
    assert (await inspector.step(3)).number == 3
    await inspector.run()
    assert await call == "1 by b, its 1."
    assert log == ["a 1", "b 1"]


async def _let_it_flow():
    for _ in range(50):
        await asyncio.sleep(0)


# Runs


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


def test_an_interrupted_run_keeps_the_recording_and_can_go_on():
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


# The budget


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
    await _let_it_flow()
    assert inspector.paused
    assert (inspector.stopped.by, len(log)) == ("budget", 10)
    inspector.resume()
    assert inspector.stopped is None
    await _let_it_flow()
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

"""What can be done to a delivery in the queue: hold it, drop it, copy it, move it."""

import asyncio

import pytest
from control_parts import Ask, ask, inspected, numbers, publish

from sandbox.exceptions import MessageDroppedException

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

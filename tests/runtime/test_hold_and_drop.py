import asyncio

import pytest
from runtime_parts import TOPIC, Steps, add, agent, come_to_rest, new_runtime, outcome_of

from sandbox.exceptions import MessageDroppedException
from sandbox.messaging.exceptions import RuntimeStoppedError


async def test_held_deliveries_are_passed_over_until_they_are_released(parts):
    runtime, books = parts
    for name in "abc":
        await add(runtime, name, topics=["news"])
    await runtime.publish_message("hi", TOPIC)
    runtime.stepper.hold(1)
    held = runtime.stepper.hold(2)
    assert runtime.stepper.hold(2) is held
    assert [(d.number, str(d.state)) for d in runtime.stepper.pending] == [
        (1, "held"),
        (2, "held"),
        (3, "queued"),
    ]
    assert await Steps(runtime).all() == ["event hi -> c/default"]
    runtime.stepper.release(2)
    runtime.stepper.release(2)
    assert await Steps(runtime).all() == ["event hi -> b/default"]
    assert (await runtime.step(1)).verdict == "handled"
    books.check()


async def test_a_released_delivery_goes_back_to_its_place(parts):
    runtime, _ = parts
    await add(runtime, "a", topics=["news"])
    for message in "123":
        await runtime.publish_message(message, TOPIC)
    runtime.stepper.hold(1)
    runtime.stepper.hold(2)
    runtime.stepper.release(2)
    runtime.stepper.release(1)
    assert [d.message for d in runtime.stepper.pending] == ["1", "2", "3"]
    assert [line[6] for line in await Steps(runtime).all()] == ["1", "2", "3"]


async def test_releasing_lets_a_free_runtime_go_on():
    runtime, books = new_runtime()
    await add(runtime, "a", topics=["news"])
    await runtime.publish_message("hi", TOPIC)
    runtime.stepper.hold(1)
    runtime.start()
    await come_to_rest()
    assert books.settled == []
    runtime.stepper.release(1)
    await runtime.stop_when_idle(timeout=1)
    assert books.verdicts() == ["event -> a/default: handled"]


@pytest.mark.parametrize("which", ["request", "response"])
async def test_dropping_with_an_error_raises_at_the_caller(parts, which):
    runtime, books = parts
    await add(runtime, "a")
    call = asyncio.create_task(outcome_of(runtime.send_message("hi", agent("a"))))
    await come_to_rest()
    if which == "response":
        await runtime.step()
    [pending] = runtime.stepper.pending
    dropped = runtime.stepper.drop(pending.number, error=True)
    error = await call
    assert dropped is pending
    assert type(error) is MessageDroppedException
    assert str(error).startswith("Dropped while it was pending: <Delivery #")
    assert (dropped.verdict, dropped.error) == ("dropped", error)
    books.check()


@pytest.mark.parametrize("which", ["request", "response"])
async def test_dropping_silently_leaves_the_caller_waiting_until_the_runtime_stops(which):
    runtime, books = new_runtime()
    await add(runtime, "a")
    call = asyncio.create_task(outcome_of(runtime.send_message("hi", agent("a"))))
    await come_to_rest()
    if which == "response":
        await runtime.step()
    [pending] = runtime.stepper.pending
    assert runtime.stepper.drop(pending.number).error is None
    await come_to_rest()
    assert not call.done()
    books.check()
    runtime.start()
    await runtime.stop()
    assert type(await call) is RuntimeStoppedError


async def test_dropping_one_event_costs_the_other_recipients_nothing(parts):
    runtime, books = parts
    for name in "abc":
        await add(runtime, name, topics=["news"])
    await runtime.publish_message("hi", TOPIC)
    runtime.stepper.drop(2)
    await Steps(runtime).all()
    assert books.verdicts() == [
        "event -> a/default: handled",
        "event -> b/default: dropped",
        "event -> c/default: handled",
    ]

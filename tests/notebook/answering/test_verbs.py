"""Commands that make deliveries, or do something to one of them or to one agent."""

import asyncio

import pytest
from answering_parts import begin_call, publish, queued

from sandbox import AgentId

# Running


async def test_step_pause_and_resume(inspector, page):
    await publish(inspector, "one", "two")
    assert await page.ask("step", number=2) == {"number": 2}
    assert await page.ask("step") == {"number": 1}
    assert await page.ask("step") is None
    await page.ask("resume")
    assert not inspector.paused
    assert "delivers freely" in await page.refused("step")
    await page.ask("pause")
    assert inspector.paused


async def test_step_over_runs_until_the_answer(inspector, page):
    call = await begin_call(inspector, "soup", "waiter/a")
    await publish(inspector, "other")
    answer = await page.ask("step_over")
    assert inspector.recording[answer["number"]].request == 1
    assert await call == "soup"
    assert queued(inspector) == [2]


async def test_a_conversation_is_run_to_its_end(inspector, page):
    call = await begin_call(inspector, "soup", "waiter/a")
    assert await page.ask("run_conversation", number=1) == {"made": 4}
    assert await call == "soup"


async def test_step_to_an_agent(inspector, page):
    await publish(inspector, "one", source="a")
    await publish(inspector, "two", source="b")
    assert await page.ask("step_to", agent="kitchen/b") == {"number": 2}
    error = await page.refused("step_to", agent="kitchn/b")
    assert error.startswith("No agent type 'kitchn' is registered. Did you mean 'kitchen'?")


async def test_the_policy_is_set_with_its_seed(inspector, page):
    assert await page.ask("policy", name="random", seed=7) == {"policy": "random(7)"}
    assert await page.ask("policy", name="lifo") == {"policy": "lifo"}
    assert "best" in await page.refused("policy", name="best")
    assert inspector.policy == "lifo"


async def test_the_queue_is_told_in_the_order_of_the_policy(inspector, page):
    await publish(inspector, *"abcdefg")
    assert await page.ask("queue") == [1, 2, 3, 4, 5, 6, 7]
    await page.ask("policy", name="lifo")
    assert await page.ask("queue") == [7, 6, 5, 4, 3, 2, 1]
    await page.ask("policy", name="random", seed=7)
    told = await page.ask("queue")
    assert told == [delivery.number for delivery in inspector.queue]
    made = [await page.ask("step") for _ in told]
    assert [step["number"] for step in made] == told


# One delivery


async def test_a_delivery_is_held_released_duplicated_and_dropped(inspector, page):
    await publish(inspector, "one")
    await page.ask("hold", number=1)
    assert inspector.queue[0].state == "held"
    await page.ask("release", number=1)
    assert inspector.queue[0].state == "queued"
    assert await page.ask("duplicate", number=1) == {"number": 2}
    await page.ask("drop", number=1)
    assert queued(inspector) == [2]


async def test_a_request_is_dropped_with_an_error_at_its_caller(inspector, page):
    call = await begin_call(inspector, "soup", "waiter/a")
    await page.ask("drop", number=1, error=True)
    await inspector.run()
    assert "Dropped while it was pending" in str(
        (await asyncio.gather(call, return_exceptions=True))[0]
    )


@pytest.mark.parametrize(
    ("number", "before", "order"),
    [(3, 1, [3, 1, 2]), (1, None, [2, 3, 1]), (1, 3, [2, 1, 3]), (2, 2, [1, 2, 3])],
)
async def test_a_delivery_is_moved_before_another(inspector, page, number, before, order):
    await publish(inspector, "one", "two", "three")
    await page.ask("move", number=number, before=before)
    assert queued(inspector) == order


async def test_what_is_not_pending_can_be_moved_nowhere(inspector, page):
    await publish(inspector, "one")
    assert "Delivery #5 is not pending" in await page.refused("move", number=1, before=5)
    assert "Delivery #5 is not pending" in await page.refused("move", number=5, before=1)


# One agent


async def test_an_agent_crashes(inspector, page):
    await publish(inspector, "one")
    assert "no agent kitchen/a to crash" in await page.refused("crash", agent="kitchen/a")
    await page.ask("step")
    assert await page.ask("crash", agent="kitchen/a") == {"open": []}
    assert AgentId("kitchen", "a") not in inspector.runtime.agents


async def test_a_mailbox_is_paused_and_resumed(inspector, page):
    await page.ask("pause_mailbox", agent="kitchen/a")
    assert inspector.paused_mailboxes == (AgentId("kitchen", "a"),)
    await page.ask("resume_mailbox", agent="kitchen/a")
    assert inspector.paused_mailboxes == ()
    assert "No agent type 'x'" in await page.refused("pause_mailbox", agent="x/a")
    assert await page.refused("pause_mailbox", agent="kitchen")

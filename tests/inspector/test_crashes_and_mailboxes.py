"""What can be done to one agent: crash it, or keep its mailbox closed for a while."""

import pytest
from control_parts import Worker, agent, ask, inspected, let_it_flow, numbers, publish


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
        await let_it_flow()
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

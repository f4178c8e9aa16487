"""A recording as an object: any moment of it, its records in pieces, who listens to it."""

import pytest
from inspected_programs import PROGRESS, Log, Monitor, Progress, crew

from sandbox import Inspector


@pytest.fixture
async def inspected():
    runtime = await crew(Log())
    return Inspector(runtime)


async def test_a_message_that_changes_later_is_recorded_as_it_was(inspected):
    message = Progress("before")
    await inspected.runtime.publish_message(message, PROGRESS)
    message.text = "after"
    await inspected.run()
    assert inspected.recording[1].message == {"text": "before"}


async def test_an_unregistered_type_is_gone_with_its_agents(inspected):
    runtime = inspected.runtime
    await runtime.publish_message(Progress("x"), PROGRESS)
    await inspected.run()
    await runtime.unregister("monitor")
    run = inspected.recording.state
    assert list(run.types) == ["worker", "auditor", "boss"]
    assert list(run.agents) == ["auditor/default"]
    await Monitor.register(runtime, "auditor", lambda: Monitor(Log()), replace=True)
    assert list(inspected.recording.state.agents) == []


async def test_any_moment_can_be_looked_at_again(inspected):
    await inspected.runtime.publish_message(Progress("x"), PROGRESS)
    recording = inspected.recording
    before = recording.last
    await inspected.run()
    assert recording.at(before).queue == [1, 2]
    assert recording.at(0).types == {}
    assert recording.at(recording.last).queue == []
    with pytest.raises(IndexError, match=f"no record {recording.last + 1}:"):
        recording.at(recording.last + 1)
    with pytest.raises(IndexError, match="no delivery 9"):
        recording[9]


async def test_listeners_hear_of_each_record_until_they_stop(inspected):
    heard = []
    stop = inspected.recording.listen(lambda: heard.append(inspected.recording.last))
    await inspected.runtime.publish_message(Progress("x"), PROGRESS)
    stop()
    stop()
    await inspected.run()
    assert heard == [heard[0], heard[0] + 1]


async def test_records_can_be_fetched_in_pieces(inspected):
    everything = inspected.recording.since(1)
    assert inspected.recording.since(1, 2) + inspected.recording.since(3) == everything
    assert inspected.recording.since(len(everything) + 1) == []

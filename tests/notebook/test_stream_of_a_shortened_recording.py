"""A recording that keeps only its newest records can still be shown."""

from sandbox import Inspector, SingleThreadedAgentRuntime, TopicId
from sandbox.inspector import RunState
from sandbox.notebook.stream import RecordStream


async def test_a_page_opened_late_learns_how_things_stood_and_what_came_since():
    runtime = SingleThreadedAgentRuntime()
    inspector = Inspector(runtime, limit=100)
    for number in range(300):
        await runtime.publish_message(f"news {number}", TopicId("news", "paper"))
        await inspector.step()
    await runtime.publish_message("last", TopicId("news", "paper"))
    recording = inspector.recording
    assert recording.let_go > 0

    sent = []
    stream = RecordStream(recording, sent.append)
    stream.resync(1)
    while stream.flush():
        pass

    records = [record for batch in sent for record in batch["records"]]
    begin = recording.let_go - len(recording.opening) + 1
    assert [record["seq"] for record in records] == list(range(begin, recording.last + 1))
    assert sent[0]["first"] == begin
    assert [batch.get("let_go") for batch in sent] == [begin - 1, *[None] * (len(sent) - 1)]
    run = RunState()
    run.advance([*recording.opening, *recording.records])
    assert list(run.queue) == list(recording.state.queue) == [301]

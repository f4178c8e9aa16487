"""What went wrong, what an agent remembers, what a call is about, and the run as a file."""

import pytest
from answering_parts import publish

from sandbox import CancellationToken, TopicId


async def test_why_and_problems_are_told_as_data(inspector, page):
    await publish(inspector, 1.5)
    await inspector.run()
    why = await page.ask("why", number=1)
    assert why["steps"][why["first_failing"]]["outcome"] == "failed"
    other = await page.ask("why", number=1, agent="waiter/a")
    assert other["agent"] == "waiter/a"
    assert other["advice"]
    (problem, *_) = await page.ask("problems")
    assert (problem["kind"], problem["deliveries"]) == ("unhandled", [1])
    assert await page.refused("why", number=99)
    assert await page.refused("why", number=1, agent="nobody")


async def test_state_and_diff_are_told(inspector, page):
    await publish(inspector, "one", "two")
    await inspector.run()
    state = await page.ask("state", agent="kitchen/a")
    assert state["count"] == 6
    earlier = await page.ask("state", agent="kitchen/a", at=inspector.recording.steps[1])
    assert earlier["count"] == 3
    diff = await page.ask("diff", number=2)
    assert diff == {
        "number": 2,
        "agent": "kitchen/a",
        "changes": [{"path": "count", "old": 3, "new": 6}],
    }
    assert "There is no agent x/y" in await page.refused("state", agent="x/y")
    assert await page.refused("state", agent="kitchen/a", at=10_000)
    assert await page.refused("diff", number=99)


async def test_whether_a_call_was_called_off_is_told(inspector, page):
    token = CancellationToken()
    await inspector.runtime.publish_message("one", TopicId("orders", "a"), cancellation_token=token)
    assert await page.ask("context", number=1) == {"cancelled": False}
    token.cancel()
    assert await page.ask("context", number=1) == {"cancelled": True}
    await inspector.run()
    assert await page.ask("context", number=1) == {"cancelled": None}
    assert await page.refused("context", number=9)


@pytest.mark.parametrize(
    ("format", "beginning"),
    [("jsonl", "{"), ("mermaid", "sequenceDiagram"), ("text", "")],
)
async def test_the_recording_is_exported_as_text(inspector, page, format, beginning):
    await publish(inspector, "one")
    text = await page.ask("export", format=format)
    assert text.startswith(beginning)
    assert len(text) > 20
    assert "There are: jsonl, mermaid" in await page.refused("export", format="docx")

"""Records are made when somebody reads them, and say what they would have said at once."""

import math
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox import (
    AgentId,
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    event,
    rpc,
)
from sandbox.inspector import Recording
from sandbox.inspector.recording.records import Handling, Queued, Settled
from sandbox.inspector.recording.rows import record_of
from sandbox.inspector.recording.snapshots import snapshot


@dataclass
class Note:
    text: Any
    more: Any = None


class Clerk(RoutedAgent):
    """Changes what it gets, publishes it and answers with it."""

    def __init__(self):
        super().__init__("changes notes")

    @rpc
    async def stamp(self, message: Note, ctx: MessageContext) -> Note:
        message.more = "stamped"
        await self.publish_message(message, TopicId("notes", "default"))
        message.text = "changed after publishing"
        return message

    @event
    async def file(self, message: Note, ctx: MessageContext) -> None:
        message.text = f"filed as {ctx.message_id}"


async def office():
    runtime = SingleThreadedAgentRuntime()
    for name in ("clerk", "copyist", "archivist"):
        await Clerk.register(runtime, name, Clerk)
        await runtime.add_subscription(TypeSubscription("notes", name))
    return runtime, Inspector(runtime, paused=False)


async def work(runtime):
    runtime.start()
    await runtime.send_message(Note("first"), AgentId("clerk", "default"))
    await runtime.publish_message(Note("second", 2), TopicId("notes", "default"))
    await runtime.publish_message(Note(["third"]), TopicId("notes", "default"))
    await runtime.publish_message("fourth", TopicId("nobody", "default"))
    await runtime.stop_when_idle()


async def test_a_record_says_the_same_whenever_it_is_read():
    runtime, inspector = await office()
    begin, at_once = inspector.recording.last, []
    inspector.recording.listen(lambda: at_once.append(inspector.recording.records[-1]))
    await work(runtime)
    assert inspector.recording.records[begin:] == at_once
    assert list(inspector.recording.records) == [*map(record_of, inspector.recording.rows)]
    kinds = {row[0] for row in inspector.recording.rows if type(row) is tuple}
    assert kinds >= {"event", "sibling", "request", "response", "handling", "handled", "answered"}
    texts = {r.message for r in at_once if type(r) is Queued and r.delivery == "event"}
    assert '{"json":{"text":"first","more":"stamped"}}' in texts
    assert '{"json":{"text":"second","more":2}}' in texts


async def test_the_run_is_the_same_from_rows_and_from_records():
    runtime, inspector = await office()
    await work(runtime)
    made = Recording()
    for record in inspector.recording.records:
        made.add(record)
    for seq in range(made.last + 1):
        one, other = inspector.recording.at(seq), made.at(seq)
        assert (one.deliveries, one.queue, one.word) == (other.deliveries, other.queue, other.word)
    assert inspector.recording.since(1) == made.since(1)


@pytest.mark.parametrize(
    "value",
    [
        *(1, -1, 2**53 - 1, 2**53, -(2**53), True, False, None, "", "ä\n\"\x00'", "half \ud800"),
        *("x" * 200, "x" * 201, 0.1, 1e300, -0.0, math.nan, math.inf, b"bytes", [1], {"a": 1}),
    ],
    ids=lambda value: repr(value)[:20],
)
async def test_whatever_is_in_a_message_its_record_holds_its_snapshot(value):
    runtime, inspector = await office()
    await runtime.publish_message(Note(value), TopicId("nobody", "default"))
    await runtime.publish_message(Note("x", value), TopicId("nobody", "default"))
    queued = [r for r in inspector.recording.records if type(r) is Queued]
    assert [r.message for r in queued] == [snapshot(Note(value)), snapshot(Note("x", value))]


async def test_messages_of_one_class_may_have_different_fields():
    runtime, inspector = await office()
    notes = [Note("a"), Note("b"), Note("c"), Note("d")]
    notes[1].extra = 1
    del notes[2].more
    notes[3].__dict__ = {"more": 2, "text": "turned round"}
    for note in notes:
        await runtime.publish_message(note, TopicId("nobody", "default"))
    queued = [r for r in inspector.recording.records if type(r) is Queued]
    assert [r.message for r in queued] == [snapshot(note) for note in notes]


async def test_records_are_read_like_a_list():
    runtime, inspector = await office()
    await work(runtime)
    records = inspector.recording.records
    whole = list(records)
    assert (records[3], records[-1], records[2:9:3]) == (whole[3], whole[-1], whole[2:9:3])
    assert list(reversed(records)) == whole[::-1]
    assert records == whole
    assert records != whole[1:]
    assert records != [*whole[:-1], None]
    assert records != 1
    assert {type(r) for r in whole} >= {Queued, Handling, Settled}
    assert repr(records) == f"<Records: {len(whole)}>"

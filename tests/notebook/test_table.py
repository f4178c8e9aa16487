"""The text table tells what the log of the live view would."""

import re
from dataclasses import dataclass

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
)
from sandbox.notebook.table import COLUMNS, NEWEST, text_table


@dataclass
class News:
    text: str


class Reader(RoutedAgent):
    def __init__(self):
        super().__init__("reads")

    @event
    async def read(self, message: News, ctx: MessageContext) -> None:
        pass


@pytest.fixture
async def inspector():
    runtime = SingleThreadedAgentRuntime()
    await Reader.register(runtime, "reader", Reader)
    await runtime.add_subscription(TypeSubscription("news", "reader"))
    return Inspector(runtime)


async def test_the_table_has_a_line_for_each_delivery_with_its_context(inspector):
    publish = inspector.runtime.publish_message
    await publish(News("a"), TopicId("news", "paper"), sender=AgentId("writer", "w1"))
    await publish(News("b"), TopicId("olds", "paper"))
    await inspector.step()
    rows = [re.split(r" {2,}", line) for line in text_table(inspector.recording.state).splitlines()]
    from_outside = rows[2][3]
    assert re.fullmatch(r"outside|In \[\d+\]", from_outside)
    assert rows == [
        list(COLUMNS),
        ["1", "event", "News", "writer/w1", "reader/paper", "news/paper", "no", "m1", "handled"],
        ["2", "event", "News", from_outside, "nobody", "olds/paper", "no", "m2", "queued"],
    ]


async def test_a_long_recording_shows_the_newest_and_counts_the_others(inspector):
    for number in range(NEWEST + 3):
        await inspector.runtime.publish_message(News(str(number)), TopicId("news", "paper"))
    told, _head, first, *_ = text_table(inspector.recording.state).splitlines()
    assert told == "(3 earlier deliveries are not shown)"
    assert first.split()[0] == "4"

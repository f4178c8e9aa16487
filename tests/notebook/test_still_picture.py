"""The still picture tells what the live view would, and trusts nothing that came from a message."""

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
from sandbox.inspector import Recording
from sandbox.notebook.picture import COLUMNS, NEWEST, html_picture, text_table

NASTY = "<script>alert(1)</script>"


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


async def test_the_html_names_the_types_the_agents_and_the_subscriptions(inspector):
    await inspector.runtime.publish_message(News("a"), TopicId("news", "paper"))
    await inspector.run()
    html = html_picture(inspector.recording.state)
    for words in (
        "Inspector, idle: 0 pending, 1 recorded",
        "Agent types: reader (Reader)",
        "Agents: reader/paper",
        "Subscriptions: news → reader",
    ):
        assert f"{words}<" in html


async def test_what_comes_from_messages_is_escaped(inspector):
    nasty_message = type(NASTY, (), {})()
    await inspector.runtime.publish_message(
        nasty_message, TopicId("news", NASTY), sender=AgentId("writer", "w1"), message_id=NASTY
    )
    await inspector.run()
    html = html_picture(inspector.recording.state)
    assert "<script" not in html
    # The agent in the list; the class, the recipient, the topic and the id in the table.
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 5


def test_an_empty_recording_is_a_line():
    assert html_picture(Recording().state) == (
        "<div><p><strong>Inspector, idle: 0 pending, 0 recorded</strong></p></div>"
    )


async def test_a_long_recording_shows_the_newest_and_counts_the_others(inspector):
    for number in range(NEWEST + 3):
        await inspector.runtime.publish_message(News(str(number)), TopicId("news", "paper"))
    told, _head, first, *_ = text_table(inspector.recording.state).splitlines()
    assert told == "(3 earlier deliveries are not shown)"
    assert first.split()[0] == "4"
    html = html_picture(inspector.recording.state)
    assert told in html
    assert html.count("<tr>") == 1 + NEWEST

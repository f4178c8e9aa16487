"""Pause is answered among the first of what follows, however fast messages flow."""

import asyncio
import threading

import pytest

from sandbox import (
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    event,
)
from sandbox.notebook import InspectorWidget, view

SOON = 2_000
"""Records: a fifth of a second's worth, at ten thousand a second."""


class Relay(RoutedAgent):
    """Passes each message on, for ever."""

    def __init__(self):
        super().__init__("relays")

    @event
    async def relay(self, message: int, ctx: MessageContext) -> None:
        await self.publish_message(message + 1, TopicId("ring", "other" if message % 2 else "one"))


class Page:
    """What the view sends, and when each answer came."""

    def __init__(self):
        self.batches = 0
        self.answers = {}
        self.answered = asyncio.Event()

    def take(self, content, _buffers=None):
        if content["type"] == "batch":
            self.batches += 1
        else:
            self.answers[content["id"]] = content["ok"]
            self.answered.set()

    async def ask(self, widget, name, turn):
        """Give a command as a kernel does that serves its page beside its cells."""
        command = {"type": "command", "id": turn, "name": name, "args": {}}
        self.answered.clear()
        threading.Thread(target=widget._receive, args=(widget, command, None)).start()
        await self.answered.wait()
        assert self.answers[turn]


class Counter:
    """Tells when so many records were made."""

    def __init__(self, recording):
        self.recording, self.goal, self.reached = recording, 0, asyncio.Event()
        recording.listen(self.look)

    def look(self):
        if self.recording.last >= self.goal:
            self.reached.set()

    async def flow(self, count):
        self.goal = self.recording.last + count
        self.reached.clear()
        await self.reached.wait()


@pytest.fixture
async def inspector():
    runtime = SingleThreadedAgentRuntime()
    await Relay.register(runtime, "relay", Relay)
    await runtime.add_subscription(TypeSubscription("ring", "relay"))
    inspector = Inspector(runtime, paused=False)
    for number in (0, 1):
        await runtime.publish_message(number, TopicId("ring", "one"))
    runtime.start()
    yield inspector
    inspector.close()
    view(inspector).close()
    await runtime.stop()


async def test_pause_is_answered_while_messages_flow(inspector, monkeypatch):
    page, counter = Page(), Counter(inspector.recording)
    monkeypatch.setattr(InspectorWidget, "send", lambda _widget, *sent: page.take(*sent))
    widget = view(inspector)
    widget._receive(widget, {"type": "resync", "from": 1}, None)
    for turn in range(5):
        await counter.flow(2_000)
        before = inspector.recording.last
        await page.ask(widget, "pause", turn)
        assert inspector.recording.last - before < SOON
        assert inspector.paused
        inspector.resume()
    assert page.batches

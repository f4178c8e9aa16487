"""The live view, short of a page: what it syncs, what it answers."""

import asyncio
from dataclasses import dataclass
from unittest.mock import ANY

import pytest

from sandbox import AgentId, Inspector, MessageContext, RoutedAgent, SingleThreadedAgentRuntime, rpc
from sandbox.notebook import InspectorWidget, view
from sandbox.notebook.static_files import read_static


@dataclass
class Ask:
    text: str


class Echo(RoutedAgent):
    def __init__(self):
        super().__init__("echoes")

    @rpc
    async def echo(self, message: Ask, ctx: MessageContext) -> Ask:
        return message


class Sent(list):
    """What the view sent to the page; a test can wait for more."""

    def __init__(self):
        super().__init__()
        self.more = asyncio.Event()

    def append(self, message):
        super().append(message)
        self.more.set()


@pytest.fixture
def sent(monkeypatch):
    messages = Sent()
    monkeypatch.setattr(
        InspectorWidget, "send", lambda self, content, buffers=None: messages.append(content)
    )
    return messages


@pytest.fixture
async def inspector():
    runtime = SingleThreadedAgentRuntime()
    await Echo.register(runtime, "echo", Echo)
    runtime.start()
    inspector = Inspector(runtime)
    yield inspector
    inspector.close()
    view(inspector).close()
    await runtime.stop()


async def answer_to(widget, sent, name, **args):
    widget._receive(widget, {"type": "command", "id": name, "name": name, "args": args}, None)
    while not (found := [message for message in sent if message.get("id") == name]):
        sent.more.clear()
        await sent.more.wait()
    return found


async def test_an_inspector_has_one_view_until_it_is_closed(inspector):
    first = view(inspector)
    assert view(inspector) is first
    first.close()
    assert view(inspector) is not first


async def test_the_page_code_is_synced_and_nothing_else_of_ours(inspector):
    state = view(inspector).get_state()
    assert state["_esm"] == read_static("widget.js")
    assert state["_css"] == read_static("widget.css")
    assert state["still"] == view(inspector).stills.name
    inherited = {"layout", "tabbable", "tooltip"}
    assert {name for name in state if not name.startswith("_")} == inherited | {"still"}


async def test_the_second_part_of_the_page_code_is_sent_when_it_is_asked_for(inspector, sent):
    widget = view(inspector)
    assert sent == []
    widget._receive(widget, {"type": "page_code"}, None)
    [message] = sent
    assert message == {
        "type": "page_code",
        "script": read_static("more.js"),
        "style": read_static("more.css"),
    }


async def test_the_bundle_has_the_view_and_a_still_picture_of_the_moment(inspector):
    data, _ = view(inspector)._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == view(inspector).model_id
    assert data["text/plain"] == str(inspector)
    assert data["text/html"].startswith("<div>")
    assert inspector._repr_mimebundle_()[0] == data


async def test_step_resume_and_pause_do_as_the_inspector_does(inspector, sent):
    widget = view(inspector)
    call = asyncio.create_task(
        inspector.runtime.send_message(Ask("hi"), AgentId("echo", "default"))
    )
    await asyncio.sleep(0)
    expected = {"type": "answer", "id": "step", "ok": True, "value": {"number": 1}, "last": ANY}
    assert await answer_to(widget, sent, "step") == [expected]
    sent.clear()
    assert await answer_to(widget, sent, "step", number=2) == [expected | {"value": {"number": 2}}]
    assert await call == Ask("hi")
    sent.clear()
    assert await answer_to(widget, sent, "step") == [expected | {"value": None}]
    assert (await answer_to(widget, sent, "resume"))[0]["ok"]
    assert not inspector.paused
    assert (await answer_to(widget, sent, "pause"))[0]["ok"]
    assert inspector.paused


async def test_a_step_that_cannot_be_made_is_answered_in_words(inspector, sent):
    answers = await answer_to(view(inspector), sent, "step", number=7)
    assert [answer["ok"] for answer in answers] == [False]
    assert "7" in answers[0]["error"]


async def test_the_records_of_a_step_come_before_its_answer(inspector, sent):
    widget = view(inspector)
    widget._receive(widget, {"type": "resync", "from": 1}, None)
    await asyncio.sleep(0)
    call = asyncio.create_task(
        inspector.runtime.send_message(Ask("hi"), AgentId("echo", "default"))
    )
    await asyncio.sleep(0)
    await answer_to(widget, sent, "step")
    assert [message["type"] for message in sent][-1] == "answer"
    records = [r for message in sent if message["type"] == "batch" for r in message["records"]]
    assert records == inspector.recording.since(1)
    await inspector.run()
    await call

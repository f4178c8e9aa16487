import json
import logging
from dataclasses import dataclass

import pytest
from runtime_parts import TOPIC, add, agent, new_runtime, outcome_of

from sandbox import EVENT_LOGGER_NAME, DefaultInterventionHandler, DropMessage
from sandbox.logging import MessageEvent
from sandbox.runtime import event_log


@dataclass
class Note:
    text: str


@pytest.fixture(name="written")
def what_is_written(caplog):
    caplog.set_level(logging.INFO, EVENT_LOGGER_NAME)

    def lines():
        records = [r for r in caplog.records if r.name == EVENT_LOGGER_NAME]
        assert all(json.loads(str(r.msg)) == r.msg.kwargs for r in records)
        return [
            tuple(value for key, value in r.msg.kwargs.items() if key != "delivery")
            for r in records
        ]

    return lines


async def test_a_request_is_written_as_sent_delivered_and_answered(mode, written):
    runtime, _ = new_runtime()
    await add(runtime, "a")
    async with mode(runtime):
        await runtime.send_message("hi", agent("a"), sender=agent("b"))
    direct, respond = "MessageKind.DIRECT", "MessageKind.RESPOND"
    send, deliver = "DeliveryStage.SEND", "DeliveryStage.DELIVER"
    assert written() == [
        ("m1", '"hi"', "b/default", "a/default", direct, send, "Message"),
        ("m1", '"hi"', "b/default", "a/default", direct, deliver, "Message"),
        ("m1", '"hi!"', "a/default", "b/default", respond, send, "Message"),
        ("m1", '"hi!"', "a/default", "b/default", respond, deliver, "Message"),
    ]


async def test_a_publication_is_written_once_per_recipient(mode, written):
    runtime, _ = new_runtime()
    await add(runtime, "a", topics=["news"])
    await add(runtime, "b", topics=["news"])
    async with mode(runtime):
        await runtime.publish_message(Note("hi"), TOPIC)
    publish = "MessageKind.PUBLISH"
    send, deliver = "DeliveryStage.SEND", "DeliveryStage.DELIVER"
    payload = '{"text": "hi"}'
    assert written() == [
        ("m1", payload, None, "a/default", publish, send, "Message"),
        ("m1", payload, None, "b/default", publish, send, "Message"),
        ("m1", payload, None, "a/default", publish, deliver, "Message"),
        ("m1", payload, None, "b/default", publish, deliver, "Message"),
    ]


async def test_drops_exceptions_and_failed_constructors_are_written(mode, written):
    class Drop(DefaultInterventionHandler):
        async def on_publish(self, message, *, message_context):
            return DropMessage

    async def fail(puppet, message, ctx):
        raise ValueError("no")

    def broken():
        raise ValueError("cannot be built")

    runtime, _ = new_runtime(intervention_handlers=[Drop()])
    await add(runtime, "a", fail)
    await add(runtime, "b", factory=broken)
    async with mode(runtime):
        await runtime.publish_message("hi", TOPIC)
        await outcome_of(runtime.send_message("hi", agent("a")))
        await outcome_of(runtime.send_message("hi", agent("b")))
    assert [line for line in written() if line[-1] != "Message"] == [
        ("m1", '"hi"', None, "news/default", "MessageKind.PUBLISH", "MessageDropped"),
        ("m2", '"hi"', "a/default", "no", "MessageHandlerException"),
        ("b/default", "cannot be built", "AgentConstructionException"),
    ]


async def test_what_cannot_be_serialized_harms_nothing(mode, written):
    class Odd:
        def __repr__(self):
            raise ValueError

    runtime, books = new_runtime()
    await add(runtime, "a", topics=["news"])
    async with mode(runtime):
        await runtime.publish_message(object(), TOPIC)
        await runtime.publish_message([object()], TOPIC)
    assert {line[1] for line in written()} == {"Message could not be serialized"}
    assert books.verdicts() == ["event -> a/default: handled"] * 2


async def test_nothing_is_serialized_while_nobody_listens(mode, monkeypatch):
    def refuse(*args):
        raise AssertionError("serialized")

    monkeypatch.setattr(event_log, "payload_of", refuse)
    runtime, books = new_runtime()
    await add(runtime, "a", topics=["news"])
    async with mode(runtime):
        await runtime.publish_message(Note("hi"), TOPIC)
        await runtime.send_message(Note("hi"), agent("a"))
    assert not any(isinstance(i, event_log.EventLog) for i in runtime._instruments._members)
    books.check()


async def test_the_level_of_the_logger_may_change_at_any_time(mode, caplog):
    runtime, _ = new_runtime()
    await add(runtime, "a")
    async with mode(runtime):
        await runtime.send_message("before", agent("a"))
        with caplog.at_level(logging.INFO, EVENT_LOGGER_NAME):
            await runtime.send_message("meanwhile", agent("a"))
        await runtime.send_message("after", agent("a"))
    payloads = [r.msg.kwargs["payload"] for r in caplog.records]
    assert set(payloads) == {'"meanwhile"', '"meanwhile!"'}
    assert all(isinstance(r.msg, MessageEvent) for r in caplog.records)

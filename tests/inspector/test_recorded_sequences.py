"""What small programs leave on record, in order; of each record what matters here."""

import asyncio

import pytest
from calls import begin_call
from inspected_programs import BOSS, PROGRESS, WORKER, DropTasks, Log, Progress, Result, Task, crew

from sandbox import AgentId, DefaultInterventionHandler, Inspector, TopicId, TypeSubscription
from sandbox.exceptions import MessageDroppedException


def told(inspector, seq=1):
    """The records from `seq` on in short: everything but times and what never changes here.

    What agents remember and print is the matter of other tests.
    """
    records = inspector.recording.since(seq)
    return [short(r) for r in records if r["kind"] not in {"statechanged", "printed"}]


def short(record):
    match record["kind"]:
        case "queued":
            goal = record["recipient"] or (record["delivery"] == "event" and "nobody") or "outside"
            return ("queued", record["number"], record["delivery"], goal, record["cause"])
        case "handling" | "held" | "released":
            return (record["kind"], record["number"])
        case "waiting" | "resumed":
            return (record["kind"], record["number"], record["on"])
        case "settled":
            return ("settled", record["number"], record["verdict"])
        case "created":
            return ("created", record["agent"], record["cause"])
        case "rerouted":
            return ("rerouted", [(e["number"], e["recipient"]) for e in record["events"]])
        case "intercepted":
            return ("intercepted", record["number"], record["handler"], record["outcome"])
        case kind:
            return (kind, *(v for k, v in record.items() if k not in {"kind", "seq", "time"}))


@pytest.fixture
async def inspected():
    runtime = await crew(Log())
    return Inspector(runtime)


async def test_a_publication_is_recorded_once_per_recipient(inspected):
    begin = inspected.recording.last
    await inspected.runtime.publish_message(Progress("half"), PROGRESS)
    await inspected.run()
    assert told(inspected, begin + 1) == [
        ("queued", 1, "event", "monitor/default", None),
        ("queued", 2, "event", "auditor/default", None),
        ("mode", "run"),
        ("handling", 1),
        ("created", "monitor/default", 1),
        ("settled", 1, "handled"),
        ("handling", 2),
        ("created", "auditor/default", 2),
        ("settled", 2, "handled"),
        ("mode", "paused"),
    ]
    first, second = inspected.recording
    assert (first.message_id, second.message_id) == ("m1", "m1")
    assert (first.subscriptions, second.subscriptions) == (
        ("progress-monitor",),
        ("progress-auditor",),
    )


async def test_the_exception_of_a_handler_travels_back_as_a_response(inspected):
    begin = inspected.recording.last
    call = await begin_call(inspected.runtime, Task("impossible"), WORKER)
    await inspected.run()
    with pytest.raises(ValueError, match="cannot be done"):
        await call
    assert told(inspected, begin + 1) == [
        ("queued", 1, "request", "worker/default", None),
        ("mode", "run"),
        ("handling", 1),
        ("created", "worker/default", 1),
        ("queued", 2, "response", "outside", 1),
        ("settled", 1, "failed"),
        ("settled", 2, "handled"),
        ("mode", "paused"),
    ]
    error = inspected.recording[1].error
    assert (error.type, error.text) == ("ValueError", "cannot be done")
    assert 'raise ValueError("cannot be done")' in error.traceback
    assert inspected.recording[2].message_type == "ValueError"


async def test_a_message_that_an_intervention_drops(inspected):
    inspector = Inspector(await crew(Log(), intervention_handlers=[DropTasks()]))
    begin = inspector.recording.last
    call = await begin_call(inspector.runtime, Task("secret"), WORKER)
    await inspector.run()
    with pytest.raises(MessageDroppedException):
        await call
    assert told(inspector, begin + 1) == [
        ("queued", 1, "request", "worker/default", None),
        ("mode", "run"),
        ("handling", 1),
        ("intercepted", 1, "DropTasks", "dropped"),
        ("settled", 1, "dropped"),
        ("mode", "paused"),
    ]


async def test_a_message_that_an_intervention_replaces():
    class Rename(DefaultInterventionHandler):
        async def on_publish(self, message, *, message_context):
            return Progress(f"really {message.text}")

    inspector = Inspector(await crew(Log(), intervention_handlers=[Rename()]))
    await inspector.runtime.publish_message(Progress("half"), PROGRESS)
    assert inspector.recording[1].message == {"text": "half"}
    await inspector.run()
    assert inspector.recording[1].message == {"text": "really half"}
    outcomes = [r for r in told(inspector) if r[0] == "intercepted"]
    assert outcomes == [("intercepted", 1, "Rename", "replaced")]


async def test_a_delivery_is_out_of_the_queue_while_an_intervention_works_on_it():
    begun, gate = asyncio.Event(), asyncio.Event()

    class Ponder(DefaultInterventionHandler):
        async def on_publish(self, message, *, message_context):
            begun.set()
            await gate.wait()
            return message

    inspector = Inspector(await crew(Log(), intervention_handlers=[Ponder()]))
    await inspector.runtime.publish_message(Progress("half"), TopicId("void", "default"))
    step = asyncio.create_task(inspector.step())
    await begun.wait()
    run = inspector.recording.state
    assert (run.queue, run.deliveries[1].state) == ([], "handling")
    gate.set()
    await step
    assert inspector.recording[1].verdict == "no_recipient"


async def test_what_no_handler_takes_is_recorded_with_the_reason(inspected):
    begin = inspected.recording.last
    call = await begin_call(inspected.runtime, "a plain text", WORKER)
    await inspected.run()
    assert await call is None
    assert told(inspected, begin + 1) == [
        ("queued", 1, "request", "worker/default", None),
        ("mode", "run"),
        ("handling", 1),
        ("created", "worker/default", 1),
        ("queued", 2, "response", "outside", 1),
        ("settled", 1, "unhandled"),
        ("settled", 2, "handled"),
        ("mode", "paused"),
    ]
    assert "Task" in inspected.recording[1].reason


async def test_what_nobody_receives_is_queued_and_ends(inspected):
    begin = inspected.recording.last
    await inspected.runtime.publish_message(Progress("x"), TopicId("nowhere", "s"))
    await inspected.run()
    assert told(inspected, begin + 1) == [
        ("queued", 1, "event", "nobody", None),
        ("mode", "run"),
        ("settled", 1, "no_recipient"),
        ("mode", "paused"),
    ]


async def test_the_skipped_sender_never_waits(inspected):
    begin = inspected.recording.last
    sender = AgentId("monitor", "default")
    await inspected.runtime.publish_message(Progress("x"), PROGRESS, sender=sender)
    assert told(inspected, begin + 1) == [
        ("queued", 1, "event", "monitor/default", None),
        ("settled", 1, "skipped_sender"),
        ("queued", 2, "event", "auditor/default", None),
    ]
    assert inspected.recording.state.queue == [2]


async def test_a_pending_publication_is_routed_again_when_subscriptions_change(inspected):
    runtime = inspected.runtime
    await runtime.publish_message(Progress("x"), PROGRESS)
    await runtime.publish_message(Progress("y"), TopicId("nowhere", "s"))
    begin = inspected.recording.last
    await runtime.remove_subscription("progress-auditor")
    await runtime.add_subscription(TypeSubscription("progress", "worker", id="s3"))
    assert [delivery.number for delivery in inspected.queue] == [1, 4, 3]
    assert told(inspected, begin + 1) == [
        ("unsubscribed", "progress-auditor"),
        ("subscribed", "s3", "TypeSubscription", "progress", None, "worker"),
        ("queued", 4, "event", "worker/default", None),
        ("settled", 2, "no_recipient"),
        ("rerouted", [(1, "monitor/default"), (4, "worker/default")]),
    ]
    assert inspected.recording.state.queue == [1, 4, 3]


async def test_a_new_event_stands_with_its_publication_though_the_others_are_held(inspected):
    runtime = inspected.runtime
    await runtime.remove_subscription("progress-auditor")
    await runtime.publish_message(Progress("x"), PROGRESS)
    await runtime.publish_message(Progress("y"), TopicId("nowhere", "s"))
    runtime.stepper.hold(1)
    await runtime.add_subscription(TypeSubscription("progress", "worker"))
    assert [delivery.number for delivery in inspected.queue] == [1, 3, 2]
    assert inspected.recording.state.queue == [1, 3, 2]


async def test_a_held_delivery_keeps_its_place_and_is_passed_over(inspected):
    await inspected.runtime.publish_message(Progress("x"), PROGRESS)
    begin = inspected.recording.last
    inspected.runtime.stepper.hold(1)
    assert [delivery.number for delivery in inspected.queue] == [1, 2]
    assert inspected.recording[1].state == "held"
    assert (await inspected.step()).number == 2
    inspected.runtime.stepper.release(1)
    assert inspected.recording[1].state == "queued"
    assert (await inspected.step()).number == 1
    assert told(inspected, begin + 1) == [
        ("held", 1),
        ("handling", 2),
        ("created", "auditor/default", 2),
        ("settled", 2, "handled"),
        ("released", 1),
        ("handling", 1),
        ("created", "monitor/default", 1),
        ("settled", 1, "handled"),
    ]


async def test_a_turn_that_gathers_calls_waits_for_each_of_them(inspected):
    begin = inspected.recording.last
    for name in ("monitor", "auditor"):
        await inspected.runtime.remove_subscription(f"progress-{name}")
    call = await begin_call(inspected.runtime, Task("t"), BOSS)
    await inspected.step()
    run = inspected.recording.state
    assert (run.deliveries[1].state, run.deliveries[1].waits_for) == ("waiting", [2, 3])
    await inspected.run()
    assert await call == Result("t-1+t-2")
    assert told(inspected, begin + 3) == [
        ("queued", 1, "request", "boss/default", None),
        ("handling", 1),
        ("created", "boss/default", 1),
        ("queued", 2, "request", "worker/default", 1),
        ("waiting", 1, 2),
        ("queued", 3, "request", "worker/default", 1),
        ("waiting", 1, 3),
        ("mode", "run"),
        ("handling", 2),
        ("created", "worker/default", 2),
        ("queued", 4, "event", "nobody", 2),
        ("queued", 5, "response", "boss/default", 2),
        ("settled", 2, "handled"),
        ("handling", 3),
        ("queued", 6, "event", "nobody", 3),
        ("queued", 7, "response", "boss/default", 3),
        ("settled", 3, "handled"),
        ("settled", 4, "no_recipient"),
        ("settled", 5, "handled"),
        ("resumed", 1, 2),
        ("settled", 6, "no_recipient"),
        ("settled", 7, "handled"),
        ("resumed", 1, 3),
        ("queued", 8, "response", "outside", 1),
        ("settled", 1, "handled"),
        ("settled", 8, "handled"),
        ("mode", "paused"),
    ]
    assert inspected.recording[1].sent == (2, 3, 8)


async def test_a_stop_strands_what_is_pending(inspected):
    runtime = inspected.runtime
    runtime.start()
    begin = inspected.recording.last
    call = await begin_call(inspected.runtime, Task("t"), WORKER)
    await runtime.stop()
    with pytest.raises(Exception, match="stopped before this could be delivered"):
        await call
    assert told(inspected, begin + 1) == [
        ("queued", 1, "request", "worker/default", None),
        ("settled", 1, "stranded"),
        ("lifecycle", "stopped"),
    ]


async def test_a_recording_that_begins_in_the_middle_of_a_run(inspected):
    runtime = inspected.runtime
    call = await begin_call(inspected.runtime, Task("t"), BOSS)
    await inspected.step()
    await runtime.publish_message(Progress("x"), TopicId("void", "s"))
    await runtime.publish_message(Progress("y"), TopicId("other", "s"))
    await runtime.add_subscription(TypeSubscription("void", "monitor", id="late-1"))
    await runtime.add_subscription(TypeSubscription("void", "auditor", id="late-2"))
    assert [delivery.number for delivery in inspected.queue] == [2, 3, 4, 6, 5]
    runtime.stepper.hold(3)
    late = Inspector(runtime)
    records = [r for r in told(late) if r[0] not in {"registered", "subscribed"}]
    assert records == [
        ("created", "boss/default", None),
        ("queued", 1, "request", "boss/default", None),
        ("handling", 1),
        ("queued", 2, "request", "worker/default", 1),
        ("queued", 3, "request", "worker/default", 1),
        ("held", 3),
        ("queued", 4, "event", "monitor/s", None),
        ("queued", 6, "event", "auditor/s", None),
        ("queued", 5, "event", "nobody", None),
        ("waiting", 1, 2),
        ("waiting", 1, 3),
        ("mode", "paused"),
    ]
    assert late.recording.state.queue == [2, 3, 4, 6, 5]
    runtime.stepper.release(3)
    await late.run()
    assert await call == Result("t-1+t-2")
    assert late.recording.state.word == inspected.recording.state.word == "idle"
    begun = {d.number: d.verdict for d in late.recording}
    assert begun == {d.number: d.verdict for d in inspected.recording}

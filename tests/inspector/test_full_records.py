"""All that is recorded of a small program, field by field."""

from calls import begin_call
from inspected_programs import WORKER, Log, Result, Task, Worker

from sandbox import Inspector, SingleThreadedAgentRuntime, TypeSubscription


async def test_a_worker_a_monitor_and_a_task_in_full():
    runtime = SingleThreadedAgentRuntime()
    inspector = Inspector(runtime)
    await Worker.register(runtime, "worker", lambda: Worker(Log()))
    await runtime.add_subscription(TypeSubscription("progress", "monitor", id="s1"))
    call = await begin_call(inspector.runtime, Task("t1"), WORKER)
    await inspector.run()
    assert await call == Result("t1")
    records = inspector.recording.since(1)
    assert [record.pop("seq") for record in records] == list(range(1, len(records) + 1))
    times = [record.pop("time") for record in records]
    assert times == sorted(times)
    prefix = records[2].pop("subscription")
    records = [record for record in records if record["kind"] != "statechanged"]
    assert records == [
        {"kind": "mode", "mode": "paused"},
        {
            "kind": "registered",
            "type": "worker",
            "class": "Worker",
            "handles": [{"message": "Task", "by": "rpc", "handler": "work"}],
            "mailbox": "interleaved",
        },
        {
            "kind": "subscribed",
            "label": "TypePrefixSubscription",
            "topic_type": None,
            "prefix": "worker:",
            "agent_type": "worker",
        },
        {
            "kind": "subscribed",
            "subscription": "s1",
            "label": "TypeSubscription",
            "topic_type": "progress",
            "prefix": None,
            "agent_type": "monitor",
        },
        {
            "kind": "queued",
            "number": 1,
            "delivery": "request",
            "message_type": "Task",
            "message": {"json": {"name": "t1"}},
            "message_id": "m1",
            "sender": None,
            "recipient": "worker/default",
            "topic": None,
            "is_rpc": True,
            "cause": None,
            "publication": None,
            "request": None,
            "subscriptions": (),
            "cell": None,
            "copy_of": None,
        },
        {"kind": "mode", "mode": "run"},
        {"kind": "handling", "number": 1},
        {"kind": "created", "agent": "worker/default", "class": "Worker", "cause": 1},
        {
            "kind": "queued",
            "number": 2,
            "delivery": "event",
            "message_type": "Progress",
            "message": {"json": {"text": "t1 begun"}},
            "message_id": "m2",
            "sender": "worker/default",
            "recipient": "monitor/default",
            "topic": {"type": "progress", "source": "default"},
            "is_rpc": False,
            "cause": 1,
            "publication": "p2",
            "request": None,
            "subscriptions": ("s1",),
            "cell": None,
            "copy_of": None,
        },
        {
            "kind": "queued",
            "number": 3,
            "delivery": "response",
            "message_type": "Result",
            "message": {"json": {"name": "t1"}},
            "message_id": "m1",
            "sender": "worker/default",
            "recipient": None,
            "topic": None,
            "is_rpc": True,
            "cause": 1,
            "publication": None,
            "request": 1,
            "subscriptions": (),
            "cell": None,
            "copy_of": None,
        },
        {
            "kind": "settled",
            "number": 1,
            "verdict": "handled",
            "result": {"json": {"name": "t1"}},
            "error": None,
            "reason": None,
        },
        {"kind": "handling", "number": 2},
        {
            "kind": "settled",
            "number": 2,
            "verdict": "undeliverable",
            "result": None,
            "error": records[12]["error"],
            "reason": None,
        },
        {
            "kind": "settled",
            "number": 3,
            "verdict": "handled",
            "result": None,
            "error": None,
            "reason": None,
        },
        {"kind": "mode", "mode": "paused"},
    ]
    assert prefix
    error = records[12]["error"]
    assert error["type"] == "RecipientNotFoundError"
    assert error["text"].startswith("Agent with name monitor not found.")
    assert "RecipientNotFoundError" in error["traceback"]

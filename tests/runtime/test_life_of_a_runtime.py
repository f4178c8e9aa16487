import asyncio
import gc
import weakref

import pytest
from runtime_parts import (
    PATIENCE,
    TOPIC,
    Puppet,
    Waiting,
    add,
    agent,
    come_to_rest,
    echo,
    new_runtime,
    outcome_of,
)

from sandbox.exceptions import RuntimeStoppedError, UndeliverableException
from sandbox.runtime import runtime as runtime_module
from sandbox.runtime import watch_new_runtimes


async def test_starting_twice_is_refused_and_harms_nothing(mode):
    runtime, _ = new_runtime()
    await add(runtime, "a")
    async with mode(runtime):
        with pytest.raises(RuntimeError, match=r"^Runtime is already started"):
            runtime.start()
        assert await runtime.send_message("hi", agent("a")) == "hi!"


def test_starting_without_a_loop_says_what_to_do():
    runtime, _ = new_runtime()
    with pytest.raises(RuntimeError, match="start\\(\\) needs a running event loop"):
        runtime.start()
    assert not runtime.started


@pytest.mark.parametrize("end", ["stop", "stop_when_idle", "stop_when"])
async def test_stopping_what_is_not_started_is_refused(end):
    runtime, _ = new_runtime()
    arguments = [lambda: True] if end == "stop_when" else []
    with pytest.raises(RuntimeError, match="Runtime is not started"):
        await getattr(runtime, end)(*arguments)


async def test_messages_sent_before_the_start_wait_for_it(mode):
    runtime, books = new_runtime()
    await add(runtime, "a", topics=["news"])
    await add(runtime, "b", topics=["news"])
    await runtime.publish_message("1", TOPIC)
    call = asyncio.create_task(runtime.send_message("2", agent("a")))
    await come_to_rest()
    assert runtime.unprocessed_messages_count == 2
    assert books.settled == []
    async with mode(runtime):
        assert await call == "2!"
    assert runtime.unprocessed_messages_count == 0


async def test_stop_strands_what_is_pending_and_tells_all_callers():
    waiting = Waiting()
    runtime, books = new_runtime()
    await add(runtime, "a", waiting.play)
    await add(runtime, "b", topics=["news"])
    runtime.start()
    open_call = asyncio.create_task(runtime.send_message("open", agent("a")))
    await come_to_rest()
    pending_call = asyncio.create_task(runtime.send_message("pending", agent("b")))
    await asyncio.sleep(0)
    await runtime.publish_message("event", TOPIC)
    await runtime.stop()
    errors = [await outcome_of(open_call), await outcome_of(pending_call)]
    assert [type(e) for e in errors] == [RuntimeStoppedError] * 2
    assert isinstance(errors[0], UndeliverableException)
    assert str(errors[0]) == (
        "The runtime was stopped while this was being handled: "
        "<Delivery #1 request str outside -> a/default: handling>"
    )
    assert str(errors[1]) == (
        "The runtime was stopped before this could be delivered: "
        "<Delivery #2 request str outside -> b/default: queued>"
    )
    waiting.gate.set()
    await come_to_rest()
    assert books.verdicts() == [
        "request -> a/default: handled",
        "request -> b/default: stranded",
        "event -> b/default: stranded",
        "response -> outside: stranded",
    ]


async def test_a_stopped_runtime_can_be_started_again():
    waiting = Waiting()
    runtime, books = new_runtime()
    await add(runtime, "a", waiting.play)
    await add(runtime, "b")
    runtime.start()
    call = asyncio.create_task(outcome_of(runtime.send_message("1", agent("a"))))
    await come_to_rest()
    await runtime.stop()
    assert type(await call) is RuntimeStoppedError
    late = asyncio.create_task(runtime.send_message("2", agent("b")))
    await come_to_rest()
    assert not late.done()
    waiting.gate.set()
    await come_to_rest()
    runtime.start()
    assert await late == "2!"
    await runtime.stop_when_idle(timeout=PATIENCE)
    books.check()


async def test_what_is_sent_just_after_a_stop_is_not_delivered_by_accident():
    runtime, books = new_runtime()
    await add(runtime, "a", topics=["news"])
    runtime.start()
    await runtime.publish_message("1", TOPIC)
    await runtime.stop()
    await runtime.publish_message("2", TOPIC)
    await come_to_rest()
    assert [(d.message, d.verdict or d.state) for d in books.queued] == [
        ("1", "stranded"),
        ("2", "queued"),
    ]


async def test_pausing_takes_effect_before_the_next_delivery():
    runtime, books = new_runtime()
    await add(runtime, "a", topics=["news"])
    runtime.start()
    await runtime.publish_message("1", TOPIC)
    runtime.stepper.pause()
    await come_to_rest()
    assert [d.state for d in books.queued] == ["queued"]
    runtime.stepper.resume()
    await runtime.stop_when_idle(timeout=PATIENCE)
    assert books.verdicts() == ["event -> a/default: handled"]


async def test_a_handler_may_stop_the_runtime(mode):
    async def stop(puppet, message, ctx):
        await puppet.runtime.stop()

    runtime, books = new_runtime()
    await add(runtime, "a", stop)
    await add(runtime, "b", topics=["news"])
    driver = mode.start(runtime)
    call = asyncio.create_task(outcome_of(runtime.send_message("hi", agent("a"))))
    await asyncio.sleep(0)
    await runtime.publish_message("never", TOPIC)
    assert type(await call) is RuntimeStoppedError
    await come_to_rest()
    assert not runtime.started
    assert books.verdicts() == [
        "request -> a/default: handled",
        "event -> b/default: stranded",
        "response -> outside: stranded",
    ]
    driver.cancel()


async def test_whoever_waits_for_idleness_is_let_go_when_somebody_else_stops():
    waiting = Waiting()
    runtime, _ = new_runtime()
    await add(runtime, "a", waiting.play, topics=["news"])
    runtime.start()
    await runtime.publish_message("1", TOPIC)
    idle = asyncio.create_task(runtime.stop_when_idle())
    never = asyncio.create_task(runtime.stop_when(lambda: False))
    await come_to_rest()
    await runtime.stop()
    assert [await outcome_of(idle), await outcome_of(never)] == [None, None]
    waiting.gate.set()
    await come_to_rest()


@pytest.mark.parametrize("wait_first", [False, True])
async def test_a_handler_that_waits_for_idleness_is_told_at_once(mode, wait_first):
    async def wait(puppet, message, ctx):
        if wait_first:
            await asyncio.sleep(0)
        await puppet.runtime.stop_when_idle()

    runtime, _ = new_runtime()
    await add(runtime, "a", wait)
    async with mode(runtime):
        error = await outcome_of(runtime.send_message("hi", agent("a")))
    assert isinstance(error, RuntimeError)
    assert str(error).startswith("stop_when_idle() was awaited by a message handler.")


async def test_a_task_that_a_handler_started_may_wait_for_idleness(mode):
    tasks = []

    async def spawn(puppet, message, ctx):
        tasks.append(asyncio.create_task(puppet.runtime.stop_when_idle()))
        await asyncio.sleep(0)

    runtime, _ = new_runtime()
    await add(runtime, "a", spawn)
    driver = mode.start(runtime)
    await runtime.send_message("hi", agent("a"))
    assert await outcome_of(tasks[0]) is None
    assert not runtime.started
    driver.cancel()


async def test_idleness_covers_what_handlers_cause(mode):
    async def cascade(puppet, message, ctx):
        await asyncio.sleep(0)
        if message:
            await puppet.publish_message(message - 1, TOPIC)

    runtime, books = new_runtime()
    for name in ("a", "b", "c"):
        await add(runtime, name, cascade, topics=["news"])
    async with mode(runtime):
        await runtime.publish_message(3, TOPIC)
    assert len([v for v in books.verdicts() if v.endswith(": handled")]) == 3 + 6 + 12 + 24


async def test_a_timeout_lists_what_is_outstanding_and_lets_the_runtime_go_on():
    waiting = Waiting()
    runtime, books = new_runtime()
    await add(runtime, "a", waiting.play, topics=["news"])
    runtime.start()
    await runtime.publish_message("1", TOPIC)
    with pytest.raises(TimeoutError, match="Outstanding: <Delivery #1 event str") as caught:
        await runtime.stop_when_idle(timeout=0)
    assert caught.value.__suppress_context__
    waiting.gate.set()
    await runtime.stop_when_idle(timeout=PATIENCE)
    books.check()


async def test_stop_when_looks_at_the_condition_after_every_delivery(mode):
    heard = []

    async def hear(puppet, message, ctx):
        heard.append(message)

    runtime, _ = new_runtime()
    await add(runtime, "a", hear, topics=["news"])
    driver = mode.start(runtime)
    for number in range(5):
        await runtime.publish_message(number, TOPIC)
    async with asyncio.timeout(PATIENCE):
        await runtime.stop_when(lambda: len(heard) >= 3)
    assert heard[:3] == [0, 1, 2]
    assert not runtime.started
    driver.cancel()


async def test_a_condition_that_raises_leaves_the_runtime_running():
    runtime, _ = new_runtime()
    await add(runtime, "a")
    runtime.start()
    with pytest.raises(ZeroDivisionError):
        await runtime.stop_when(lambda: 1 // 0)
    assert await runtime.send_message("hi", agent("a")) == "hi!"
    await runtime.stop()


async def test_process_next_delivers_one_message_to_all_its_recipients():
    runtime, books = new_runtime()
    await add(runtime, "a", topics=["news"])
    await add(runtime, "b", topics=["news"])
    await runtime.publish_message("1", TOPIC)
    await runtime.publish_message("2", TOPIC)
    await runtime.process_next()
    await come_to_rest()
    assert [(d.message, str(d.verdict or d.state)) for d in books.queued] == [
        ("1", "handled"),
        ("1", "handled"),
        ("2", "queued"),
        ("2", "queued"),
    ]
    await runtime._process_next()
    await come_to_rest()
    books.check()


async def test_process_next_waits_for_a_message():
    runtime, _ = new_runtime()
    await add(runtime, "a")
    call = asyncio.create_task(runtime.send_message("hi", agent("a")))
    for _ in range(2):
        async with asyncio.timeout(PATIENCE):
            await runtime.process_next()
    assert await call == "hi!"
    waiting = asyncio.create_task(runtime.process_next())
    await come_to_rest()
    assert not waiting.done()
    await runtime.publish_message("hi", TOPIC)
    await asyncio.wait_for(waiting, PATIENCE)


async def test_closing_stops_and_closes_every_agent_even_if_one_fails(mode):
    closed = []

    class Closing(Puppet):
        async def close(self):
            closed.append(str(self.id))
            if self.id.key != "2":
                raise ValueError(self.id.key)

    runtime, _ = new_runtime()
    await add(runtime, "a", factory=lambda: Closing(echo))
    driver = mode.start(runtime)
    for key in "123":
        await runtime.send_message("hi", agent("a", key))
    with pytest.raises(ValueError, match="1") as caught:
        await runtime.close()
    assert caught.value.__notes__ == ["Another agent failed to close as well: ValueError('3')"]
    assert closed == ["a/1", "a/2", "a/3"]
    assert not runtime.started
    driver.cancel()


async def test_a_runtime_that_was_never_started_can_be_closed():
    runtime, _ = new_runtime()
    await runtime.close()


@pytest.mark.parametrize(
    ("paused", "advice"),
    [
        (False, "the runtime is not running. Call runtime.start(), or step it."),
        (True, "the runtime is paused. Step or resume it."),
    ],
)
async def test_a_call_that_nobody_delivers_gets_one_hint(paused, advice, caplog, monkeypatch):
    monkeypatch.setattr(runtime_module, "HINT_AFTER", 0)
    runtime, _ = new_runtime()
    await add(runtime, "a")
    if paused:
        runtime.stepper.pause()
        runtime.start()
    sent = [runtime.send_message(n, agent("a")) for n in range(2)]
    calls = [asyncio.create_task(outcome_of(call)) for call in sent]
    await come_to_rest()
    due = asyncio.Event()
    asyncio.get_running_loop().call_later(0, due.set)  # after the timers of both calls
    await due.wait()
    assert [r.getMessage() for r in caplog.records] == [
        f"Still waiting: int (delivery #1) from outside to a/default is queued, but {advice}"
    ]
    runtime.stepper.resume()
    if not paused:
        runtime.start()
    assert await asyncio.gather(*calls) == ["0!", "1!"]
    await runtime.stop_when_idle()


async def test_a_call_that_is_delivered_in_time_gets_no_hint(caplog):
    runtime, _ = new_runtime()
    await add(runtime, "a")
    call = asyncio.create_task(runtime.send_message("hi", agent("a")))
    await come_to_rest()
    runtime.start()
    await call
    runtime._hint._run()  # as if it were due
    await runtime.stop()
    assert caplog.records == []


async def test_a_closed_runtime_is_kept_by_nothing():
    runtime, books = new_runtime()
    await runtime.publish_message("nobody delivers it", TOPIC)
    await runtime.close()
    closed = weakref.ref(runtime)
    del runtime, books
    gc.collect()
    assert closed() is None


async def test_a_watcher_sees_every_new_runtime_until_it_stops():
    made = []
    stop = watch_new_runtimes(made.append)
    first, _ = new_runtime()
    stop()
    stop()
    new_runtime()
    assert made == [first]

"""Which event loop owns a runtime, and what becomes of it when that loop ends."""

import asyncio
import gc
import threading

import pytest
from runtime_parts import PATIENCE, TOPIC, add, agent, come_to_rest, new_runtime

from sandbox.messaging.exceptions import WrongLoopError


def in_another_thread(function):
    """Run it in a thread of its own; return its result or the exception that it raised."""
    results = []

    def work():
        try:
            results.append(function())
        except Exception as error:
            results.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(PATIENCE)
    return results[0]


async def test_use_from_another_loop_is_refused_and_loses_nothing():
    runtime, books = new_runtime()
    await add(runtime, "a", topics=["news"])
    await runtime.publish_message("mine", TOPIC)
    uses = {
        "publish": lambda: runtime.publish_message("other", TOPIC),
        "send": lambda: runtime.send_message("other", agent("a")),
        "step": runtime.step,
        "process": runtime.process_next,
    }
    for use in uses.values():
        error = in_another_thread(lambda use=use: asyncio.run(use()))
        assert isinstance(error, WrongLoopError)
        assert "run_coroutine_threadsafe" in str(error)
    runtime.start()
    await runtime.stop_when_idle()
    assert books.verdicts() == ["event -> a/default: handled"]


async def test_an_idle_runtime_may_move_to_another_loop():
    runtime, books = new_runtime()
    await add(runtime, "a")

    async def use():
        runtime.start()
        answer = await runtime.send_message("hi", agent("a"))
        await runtime.stop_when_idle()
        return answer

    assert await use() == "hi!"
    assert in_another_thread(lambda: asyncio.run(use())) == "hi!"
    assert await use() == "hi!"
    books.check()


def test_a_runtime_survives_one_asyncio_run_after_another():
    runtime, books = new_runtime()

    async def abandon():
        await add(runtime, "a", topics=["news"])
        await add(runtime, "serial", mailbox="serial", topics=["news"])
        runtime.start()
        await runtime.publish_message("never", TOPIC)
        call = asyncio.create_task(runtime.send_message("never", agent("a")))
        await asyncio.sleep(0)
        call.cancel()

    async def forget_to_start():
        await runtime.publish_message("refused", TOPIC)

    async def begin_again():
        runtime.start()
        answer = await runtime.send_message("hi", agent("serial"))
        await runtime.stop_when_idle(timeout=PATIENCE)
        return answer

    asyncio.run(abandon())
    with pytest.raises(WrongLoopError, match=r"closed by now\. Call start\(\) again"):
        asyncio.run(forget_to_start())
    assert asyncio.run(begin_again()) == "hi!"
    books.check()
    assert [d.message for d in books.queued] == sorted(
        (d.message for d in books.queued), key=lambda m: m != "never"
    )


def test_what_waited_in_a_closed_loop_is_stranded_and_never_delivered():
    heard = []

    async def hear(puppet, message, ctx):
        heard.append(message)

    runtime, books = new_runtime()

    async def publish(message):
        if not runtime.registrations:
            await add(runtime, "a", hear, topics=["news"], mailbox="serial")
        await runtime.publish_message(message, TOPIC)

    async def publish_and_run(message):
        await publish(message)
        runtime.start()
        await runtime.stop_when_idle(timeout=PATIENCE)

    asyncio.run(publish("old"))
    asyncio.run(publish_and_run("new"))
    assert heard == ["new"]
    assert books.verdicts() == ["event -> a/default: stranded", "event -> a/default: handled"]


@pytest.mark.parametrize("mailbox", ["interleaved", "serial"])
def test_turns_that_were_open_in_a_closed_loop_leave_nothing_behind(mailbox):
    runtime, books = new_runtime()

    async def for_ever(puppet, message, ctx):
        if message == "old":
            await asyncio.get_running_loop().create_future()
        return message

    async def begin():
        await add(runtime, "a", for_ever, topics=["news"], mailbox=mailbox)
        runtime.start()
        await runtime.publish_message("old", TOPIC)
        await runtime.publish_message("old", TOPIC)
        await come_to_rest()

    async def begin_again():
        runtime.start()
        answer = await runtime.send_message("new", agent("a"))
        await runtime.stop_when_idle(timeout=PATIENCE)
        return answer

    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)  # asyncio itself complains of lost tasks
    loop.run_until_complete(begin())
    loop.close()
    assert asyncio.run(begin_again()) == "new"
    gc.collect()
    books.check()
    assert [str(d.verdict) for d in books.queued] == ["stranded", "stranded", "handled", "handled"]


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("wait", [False, True])
def test_an_interrupt_in_a_handler_ends_the_program_but_not_the_pump(interrupt, wait):
    async def play(puppet, message, ctx):
        if wait:
            await asyncio.sleep(0)
        if message == "interrupt":
            raise interrupt
        return message

    runtime, books = new_runtime()
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)  # nobody asks for the result of that task

    async def begin():
        await add(runtime, "a", play, topics=["news"])
        runtime.start()
        await runtime.publish_message("interrupt", TOPIC)
        await runtime.publish_message("1", TOPIC)
        await runtime.publish_message("2", TOPIC)
        await come_to_rest()

    with pytest.raises(interrupt):
        loop.run_until_complete(begin())
    loop.run_until_complete(runtime.stop_when_idle(timeout=PATIENCE))
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    assert books.verdicts() == [
        "event -> a/default: failed",
        "event -> a/default: handled",
        "event -> a/default: handled",
    ]
    gc.collect()


async def test_messages_flow_without_keeping_the_loop_from_other_work():
    turns = 0

    async def hear(puppet, message, ctx):
        pass

    async def count():
        nonlocal turns
        while runtime.started:
            turns += 1
            await asyncio.sleep(0)

    runtime, _ = new_runtime()
    await add(runtime, "a", hear, topics=["news"])
    for number in range(2000):
        await runtime.publish_message(number, TOPIC)
    runtime.start()
    counting = asyncio.create_task(count())
    await runtime.stop_when_idle(timeout=PATIENCE)
    await counting
    assert turns >= 2000 / 64

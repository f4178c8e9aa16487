"""Each turn begins at once and is a task of its own, as far as anybody can tell."""

import asyncio
import gc
import weakref
from contextvars import ContextVar

from runtime_parts import TOPIC, add, agent, come_to_rest, echo, new_runtime, outcome_of

mark = ContextVar("mark", default="untouched")


async def run(play, *messages):
    """Ask an agent that plays this, for one answer after the other."""
    runtime, books = new_runtime()
    await add(runtime, "a", play)
    runtime.start()
    answers = [await outcome_of(runtime.send_message(m, agent("a"))) for m in messages]
    await runtime.stop_when_idle()
    books.check()
    return answers


async def test_turns_that_never_await_have_tasks_of_their_own():
    tasks = []

    async def play(puppet, message, ctx):
        tasks.append(asyncio.current_task())

    await run(play, *range(20))
    assert len(set(tasks)) == 20
    assert asyncio.current_task() not in tasks
    assert all(task.done() for task in tasks)


async def test_a_turn_that_awaits_goes_on_in_the_task_in_which_it_began():
    async def play(puppet, message, ctx):
        before = asyncio.current_task()
        await asyncio.sleep(0)
        return asyncio.current_task() is before

    assert await run(play, 1, 2, 3) == [True, True, True]


async def test_no_task_is_left_when_all_turns_have_ended():
    async def play(puppet, message, ctx):
        if message % 2:
            await asyncio.sleep(0)

    await run(play, *range(10))
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_what_one_turn_does_to_its_task_does_not_show_in_the_next():
    called, names = [], []

    async def play(puppet, message, ctx):
        task = asyncio.current_task()
        names.append(task.get_name())
        if message == "name":
            task.set_name("mine")
        if message == "callback":
            task.add_done_callback(lambda _: called.append(message))

    await run(play, "name", "callback", "another")
    assert len(set(names)) == 1
    assert called == ["callback"]


async def test_what_is_remembered_for_a_task_is_not_found_in_the_next():
    memory = weakref.WeakKeyDictionary()

    async def play(puppet, message, ctx):
        return memory.setdefault(asyncio.current_task(), message)

    assert await run(play, 1, 2, 3) == [1, 2, 3]
    gc.collect()
    assert list(memory.values()) == []


async def test_context_variables_of_one_turn_are_not_seen_by_another():
    async def play(puppet, message, ctx):
        seen = mark.get()
        mark.set(message)
        if message == "waits":
            await asyncio.sleep(0)
            return seen, mark.get()
        return seen

    answers = await run(play, "first", "waits", "last")
    assert answers == ["untouched", ("untouched", "waits"), "untouched"]
    assert mark.get() == "untouched"


async def test_a_turn_cancelled_before_its_first_await_ends_there():
    steps = []
    awaited = asyncio.get_running_loop().create_future()

    async def play(puppet, message, ctx):
        asyncio.current_task().cancel()
        steps.append("before")
        await awaited
        steps.append("after")

    [answer] = await run(play, 1)
    assert type(answer) is asyncio.CancelledError
    assert steps == ["before"]
    assert awaited.cancelled()


async def test_a_turn_that_cancels_itself_and_never_awaits_is_handled():
    tasks = []

    async def play(puppet, message, ctx):
        tasks.append(asyncio.current_task())
        if message == 1:
            tasks[0].cancel()
        return message

    assert await run(play, 1, 2) == [1, 2]
    await asyncio.sleep(0)
    assert [task.cancelled() for task in tasks] == [True, False]


async def test_a_cancellation_can_be_caught_and_the_turn_goes_on():
    async def play(puppet, message, ctx):
        try:
            async with asyncio.timeout(0):
                await asyncio.get_running_loop().create_future()
        except TimeoutError:
            await asyncio.sleep(0)
            return "late"

    assert await run(play, 1, 2) == ["late", "late"]


async def test_others_can_await_the_task_of_a_turn():
    ended = []

    async def watch(task, message):
        await task
        ended.append(message)

    watchers = []

    async def play(puppet, message, ctx):
        watchers.append(asyncio.create_task(watch(asyncio.current_task(), message)))
        if message == "waits":
            await asyncio.sleep(0)

    await run(play, "at once", "waits")
    await asyncio.gather(*watchers)
    assert ended == ["at once", "waits"]


async def test_the_parked_coroutine_can_be_looked_at():
    gate = asyncio.get_running_loop().create_future()
    tasks = []

    async def play(puppet, message, ctx):
        tasks.append(asyncio.current_task())
        await gate

    runtime, _ = new_runtime()
    await add(runtime, "a", play)
    runtime.start()
    call = asyncio.create_task(runtime.send_message(1, agent("a")))
    await come_to_rest()
    parked = tasks[0].get_coro()
    while parked.cr_await is not None and hasattr(parked.cr_await, "cr_frame"):
        parked = parked.cr_await
    assert parked.cr_frame.f_code is play.__code__
    assert "turn" in repr(tasks[0])
    gate.set_result(None)
    await call
    await runtime.stop_when_idle()


async def test_a_turn_may_step_its_own_runtime():
    runtime, _ = new_runtime()
    order = []

    async def play(puppet, message, ctx):
        order.append(("begin", message))
        if message == "outer":
            await runtime.publish_message("inner", TOPIC)
            here = asyncio.current_task()
            runtime.stepper.begin()
            order.append(asyncio.current_task() is here)
        order.append(("end", message))

    await add(runtime, "a", play)
    await add(runtime, "b", play, topics=["news"])
    runtime.stepper.pause()
    runtime.start()
    call = asyncio.create_task(runtime.send_message("outer", agent("a")))
    await asyncio.sleep(0)
    await runtime.step()
    await runtime.step()
    await call
    assert order == [
        ("begin", "outer"), ("begin", "inner"), ("end", "inner"), True, ("end", "outer")
    ]  # fmt: skip
    await runtime.stop_when_idle()


def test_a_runtime_serves_one_loop_after_the_other():
    runtime, books = new_runtime()

    async def session(name):
        if name == "first":
            await add(runtime, "a", echo)
        runtime.start()
        answers = [await runtime.send_message(f"{name} {n}", agent("a")) for n in range(3)]
        await runtime.stop_when_idle()
        return answers

    assert asyncio.run(session("first")) == ["first 0!", "first 1!", "first 2!"]
    assert asyncio.run(session("second")) == ["second 0!", "second 1!", "second 2!"]
    books.check()

import asyncio
import threading

import pytest

from sandbox import CancellationToken


def test_cancelling_runs_every_callback_once_in_order():
    token, calls = CancellationToken(), []
    token.add_callback(lambda: calls.append("a"))
    token.add_callback(lambda: calls.append("b"))
    assert not token.is_cancelled()
    token.cancel()
    token.cancel()
    assert token.is_cancelled()
    assert calls == ["a", "b"]


def test_a_callback_added_too_late_runs_at_once():
    token, calls = CancellationToken(), []
    token.cancel()
    token.add_callback(lambda: calls.append("late"))
    assert calls == ["late"]


def test_a_callback_may_use_the_token():
    token, seen = CancellationToken(), []

    def callback():
        seen.append(token.is_cancelled())
        token.cancel()
        token.add_callback(lambda: seen.append("nested"))

    token.add_callback(callback)
    token.cancel()
    assert seen == [True, "nested"]


def test_one_failing_callback_does_not_stop_the_rest():
    token, calls = CancellationToken(), []

    def fail(error):
        raise error

    token.add_callback(lambda: fail(ValueError("first")))
    token.add_callback(lambda: calls.append("ran"))
    token.add_callback(lambda: fail(KeyError("second")))
    with pytest.raises(ValueError, match="first") as caught:
        token.cancel()
    assert calls == ["ran"]
    assert caught.value.__notes__ == ["Another cancellation callback raised KeyError('second')."]


async def test_a_linked_future_is_cancelled_at_once():
    token, future = CancellationToken(), asyncio.get_running_loop().create_future()
    assert token.link_future(future) is future
    token.cancel()
    assert future.cancelled()


async def test_a_future_linked_too_late_is_cancelled_at_once():
    token, future = CancellationToken(), asyncio.get_running_loop().create_future()
    token.cancel()
    token.link_future(future)
    assert future.cancelled()


async def test_links_end_with_their_futures():
    token, loop = CancellationToken(), asyncio.get_running_loop()
    futures = [token.link_future(loop.create_future()) for _ in range(200)]
    done = loop.create_future()
    done.set_result(None)
    token.link_future(done)
    for future in futures:
        future.set_result(None)
    await asyncio.gather(*futures)
    await asyncio.sleep(0)
    assert [each for each in token._callbacks if each is not done] == []


async def test_a_detached_future_is_left_alone():
    token, future = CancellationToken(), asyncio.get_running_loop().create_future()
    token.attach_future(future)
    token.detach_future(future)
    token.cancel()
    assert not future.cancelled()


async def test_cancelling_from_another_thread_cancels_on_the_loop_of_the_future():
    token, task = CancellationToken(), asyncio.ensure_future(asyncio.Event().wait())
    where = []
    task.add_done_callback(lambda _: where.append(threading.current_thread()))
    token.link_future(task)
    await asyncio.get_running_loop().run_in_executor(None, token.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)
    assert where == [threading.current_thread()]


def test_a_future_whose_loop_does_not_run_is_cancelled_directly():
    loop = asyncio.new_event_loop()
    try:
        future = loop.create_future()
        CancellationToken().link_future(future)
        token = CancellationToken()
        token.link_future(future)
        token.cancel()
        assert future.cancelled()
    finally:
        loop.close()


def test_anything_that_can_be_cancelled_can_be_linked():
    class Job:
        cancelled = False

        def cancel(self):
            self.cancelled = True

    job, token = Job(), CancellationToken()
    token.link_future(job)
    token.cancel()
    assert job.cancelled

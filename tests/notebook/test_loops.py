"""Finding the loop, and running a coroutine to its end wherever its loop runs.

What nests is tested in a kernel of its own (`test_magics_in_a_kernel.py`), since nest-asyncio
changes the whole process.
"""

import asyncio
import threading

import pytest

from sandbox.notebook.loops import NestedRun, complete, current_loop, kernel_loop


async def name_of_thread():
    await asyncio.sleep(0)
    return threading.current_thread().name


def test_without_a_running_loop_there_is_no_current_loop():
    assert current_loop() is None
    assert kernel_loop() is None


async def test_outside_a_kernel_the_running_loop_is_home():
    assert current_loop() is asyncio.get_running_loop()
    assert kernel_loop() is asyncio.get_running_loop()


def test_a_coroutine_is_completed_on_an_idle_loop():
    loop = asyncio.new_event_loop()
    assert complete(name_of_thread(), loop, "a test") == threading.current_thread().name
    loop.close()


def test_a_coroutine_is_completed_on_a_loop_of_another_thread():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="the other thread")
    thread.start()
    assert complete(name_of_thread(), loop, "a test") == "the other thread"
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_what_the_coroutine_raises_is_raised():
    async def fail():
        raise ValueError("words")

    loop = asyncio.new_event_loop()
    with pytest.raises(ValueError, match="words"):
        complete(fail(), loop, "a test")
    loop.close()


def test_asyncio_run_without_a_running_loop_goes_through_unchanged():
    before = asyncio.run
    nested = NestedRun("a test")
    nested.start()
    assert asyncio.run is not before
    assert asyncio.run(name_of_thread()) == threading.current_thread().name
    nested.stop()
    assert asyncio.run is before
    assert not hasattr(asyncio, "_nest_patched")

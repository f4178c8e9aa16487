import asyncio
import socket
import time as real_time

import pytest

from sandbox.testing import FastTime


@pytest.fixture
def begun():
    return real_time.monotonic()


async def test_waiting_takes_no_time(begun):
    with FastTime() as time:
        await asyncio.sleep(3600)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 60)
    assert time.elapsed == 3660.0
    assert real_time.monotonic() - begun < 5


async def test_things_happen_in_the_order_of_their_moments():
    happened = []

    async def note(name, seconds):
        await asyncio.sleep(seconds)
        happened.append((name, time.elapsed))

    with FastTime() as time:
        await asyncio.gather(note("late", 2), note("early", 0.5), note("middle", 1))
    assert happened == [("early", 0.5), ("middle", 1.0), ("late", 2.0)]


async def test_who_waits_for_the_same_moment_goes_on_in_the_order_of_waiting():
    woken = []

    async def note(n):
        await asyncio.sleep(1)
        woken.append(n)

    with FastTime() as time:
        for _ in range(3):
            await asyncio.gather(*(note(n) for n in range(50)))
    assert woken == [*range(50)] * 3
    assert time.elapsed == 3.0


async def test_code_takes_no_time():
    with FastTime() as time:
        assert sum(range(100_000)) > 0
        await asyncio.sleep(0)
        assert time.elapsed == 0.0


async def test_a_thread_is_waited_for_as_usual():
    with FastTime():
        async with asyncio.timeout(30):
            assert await asyncio.to_thread(lambda: real_time.sleep(0.01) or "done") == "done"


async def test_an_open_connection_is_waited_for_as_usual():
    here, there = socket.socketpair()
    with FastTime() as time, here, there:
        reader, writer = await asyncio.open_connection(sock=here)
        asyncio.get_running_loop().call_later(0.01, there.send, b"x")
        assert await asyncio.wait_for(reader.read(1), 30) == b"x"
        writer.close()
        await writer.wait_closed()
    assert 0.01 <= time.elapsed < 30


async def test_timers_set_within_come_as_soon_after_as_they_were_to_come():
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    with FastTime():
        await asyncio.sleep(3600)
        loop.call_later(0.01, came.set)
        within = loop.time()
    assert 0 <= loop.time() - within < 1
    await asyncio.wait_for(came.wait(), 30)


async def test_it_can_be_entered_again_but_not_twice_at_once():
    with FastTime() as time, pytest.raises(RuntimeError, match="fast already"):
        time.__enter__()
    with FastTime() as again:
        await asyncio.sleep(5)
    assert again.elapsed == 5.0


def test_it_needs_a_running_loop():
    with pytest.raises(RuntimeError, match="no running event loop"):
        FastTime().__enter__()


def test_it_refuses_a_loop_that_it_does_not_understand():
    class Loop(asyncio.AbstractEventLoop):
        pass

    asyncio._set_running_loop(Loop())
    try:
        with pytest.raises(
            RuntimeError, match="needs asyncio's SelectorEventLoop, and this is Loop"
        ):
            FastTime().__enter__()
    finally:
        asyncio._set_running_loop(None)

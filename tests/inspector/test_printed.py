"""What handlers print: noted for their deliveries, and still printed."""

import asyncio
import contextlib
import gc
import io
import sys

import pytest

from sandbox import AgentId, Inspector, MessageContext, RoutedAgent, SingleThreadedAgentRuntime, rpc
from sandbox.inspector.recording import printed
from sandbox.inspector.recording.printed import PRINTED_LIMIT, Stream

ECHO = AgentId("echo", "default")


@pytest.fixture(autouse=True)
def nobody_else_listens(monkeypatch):
    monkeypatch.setattr(printed, "_printouts", {})
    for name in ("stdout", "stderr"):
        while type(stream := getattr(sys, name)) is Stream:
            monkeypatch.setattr(sys, name, stream._stream)


class Echo(RoutedAgent):
    def __init__(self):
        super().__init__("prints")
        print("built")

    @rpc
    async def answer(self, message: str, ctx: MessageContext) -> None:
        print(message, "once")
        print("oops", file=sys.stderr)
        if message == "sleep":
            await asyncio.sleep(0)
            print("awake", end="")
        if message == "thread":
            await asyncio.to_thread(print, "elsewhere")
            await asyncio.sleep(0)
        if message == "lots":
            for _ in range(50):
                print("x" * 999)


async def inspected():
    runtime = SingleThreadedAgentRuntime()
    await Echo.register(runtime, "echo", Echo)
    return Inspector(runtime)


async def ask(inspector, *messages):
    calls = [
        asyncio.create_task(inspector.runtime.send_message(message, ECHO)) for message in messages
    ]
    await asyncio.sleep(0)
    await inspector.run()
    await asyncio.gather(*calls)


async def test_what_is_printed_is_noted_for_its_delivery_and_still_printed(capsys):
    inspector = await inspected()
    await ask(inspector, "a", "sleep", "b")
    print("outside")
    inspector.close()
    assert {d.number: d.printed for d in inspector.recording if d.printed} == {
        1: [("stdout", "built\n"), ("stdout", "a once\n"), ("stderr", "oops\n")],
        2: [("stdout", "sleep once\n"), ("stderr", "oops\n"), ("stdout", "awake")],
        3: [("stdout", "b once\n"), ("stderr", "oops\n")],
    }
    out, err = capsys.readouterr()
    assert sorted(out) == sorted("built\na once\nsleep once\nawakeb once\noutside\n")
    assert err == "oops\n" * 3
    assert "built" in inspector.recording[1]._repr_html_()


async def test_what_a_thread_of_the_handler_prints_is_noted_too(capsys):
    inspector = await inspected()
    await ask(inspector, "thread")
    await asyncio.sleep(0)
    inspector.close()
    assert ("stdout", "elsewhere\n") in inspector.recording[1].printed
    assert "elsewhere\n" in capsys.readouterr().out


async def test_the_record_of_what_is_printed_is_bounded_and_says_what_was_cut(capsys):
    inspector = await inspected()
    await ask(inspector, "lots")
    inspector.close()
    kept = [text for stream, text in inspector.recording[1].printed if stream == "stdout"]
    total = len("built\nlots once\n") + 50_000 + len("oops\n")
    assert kept[-1] == f"… ({total - PRINTED_LIMIT:,} more characters were printed)\n"
    assert sum(map(len, kept[:-1])) <= PRINTED_LIMIT
    assert capsys.readouterr().out.count("x") == 50 * 999


async def test_the_streams_are_what_they_were_once_all_inspectors_are_closed():
    before = sys.stdout, sys.stderr
    one, other = await inspected(), await inspected()
    assert type(sys.stdout) is type(sys.stderr) is Stream
    one.close()
    assert type(sys.stdout) is Stream
    other.close()
    other.close()
    assert (sys.stdout, sys.stderr) == before
    assert sys.stdout is before[0]


async def test_a_stream_that_somebody_else_has_put_there_meanwhile_stays(monkeypatch):
    before = sys.stdout
    inspector = await inspected()
    mine = io.StringIO()
    with contextlib.redirect_stdout(mine):
        await ask(inspector, "a")
        inspector.close()
        assert sys.stdout is mine
        print("later")
    assert mine.getvalue() == "built\na once\nlater\n"
    assert ("stdout", "a once\n") in inspector.recording[1].printed
    print("this takes the stand-in away again")
    assert sys.stdout is before


async def test_whoever_wraps_the_stream_gets_each_text_once():
    inspector = await inspected()
    mine = io.StringIO()
    stream = sys.stdout
    write = stream.write

    def tee(text):
        mine.write(text)
        return write(text)

    stream.write = tee
    try:
        await ask(inspector, "a")
    finally:
        stream.write = write
        inspector.close()
    assert mine.getvalue() == "built\na once\n"
    texts = [text for _, text in inspector.recording[1].printed]
    assert texts == ["built\n", "a once\n", "oops\n"]


async def test_listeners_of_the_recording_that_print_are_no_endless_story(capsys):
    inspector = await inspected()
    inspector.recording.listen(lambda: print("record"))
    await ask(inspector, "a")
    inspector.close()
    assert ("stdout", "a once\n") in inspector.recording[1].printed


async def test_an_inspector_that_is_dropped_gives_the_streams_back():
    before = sys.stdout
    inspector = await inspected()
    assert sys.stdout is not before
    del inspector
    gc.collect()
    assert sys.stdout is before


async def test_the_stand_in_passes_for_the_stream():
    before = sys.stdout
    inspector = await inspected()
    try:
        assert isinstance(sys.stdout, type(before))
        assert sys.stdout.encoding == before.encoding
        assert repr(sys.stdout) == repr(before)
        sys.stdout.writelines(["a", "\n"])
        sys.stdout.flush()
        sys.stdout.mine = 3
        assert before.mine == 3
        del sys.stdout.mine
        with pytest.raises(AttributeError):
            _ = before.mine
    finally:
        inspector.close()


async def test_a_stream_that_raises_raises_at_whoever_prints(monkeypatch):
    class Broken(io.StringIO):
        def write(self, text):
            raise OSError("full")

    monkeypatch.setattr(sys, "stdout", Broken())
    inspector = await inspected()
    with pytest.raises(OSError, match="full"):
        print("a")
    inspector.close()

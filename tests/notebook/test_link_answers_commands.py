"""Each command of a page is run on the runtime's loop and answered exactly once."""

import asyncio
import contextlib
import contextvars
import threading

import pytest

from sandbox.notebook.link import FEW, Link
from sandbox.notebook.stream import BATCH


class NoRecords:
    last = 0

    def since(self, seq, limit=None):
        raise AssertionError

    def listen(self, callback):
        return lambda: None


class ManyRecords:
    let_go = 0

    def __init__(self, last=0):
        self.last = last

    def since(self, seq, limit=None):
        return [{"seq": number} for number in range(seq, min(self.last, seq + limit - 1) + 1)]

    def listen(self, callback):
        return lambda: None


class Sent(list):
    """Collects answers, and lets a test wait for the n-th, from whichever thread it comes."""

    def __init__(self):
        super().__init__()
        self.changed = threading.Condition()

    def __call__(self, message):
        with self.changed:
            self.append(message)
            self.changed.notify_all()

    def wait_for(self, count):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self) >= count, timeout=10)
        return self


def make_link(commands, *, home, owner=None, patience=2.0):
    sent = Sent()
    link = Link(
        NoRecords(), commands, sent, home=home, owner=lambda: owner or home, patience=patience
    )
    return link, sent


def command(name, id="c1", **args):
    return {"type": "command", "id": id, "name": name, "args": args}


async def wait_for(sent, count):
    return await asyncio.to_thread(sent.wait_for, count)


async def test_a_command_is_answered_with_its_value():
    async def step(number=None):
        return {"number": number}

    link, sent = make_link({"step": step}, home=asyncio.get_running_loop())
    link.receive(command("step", number=7))
    assert await wait_for(sent, 1) == [
        {"type": "answer", "id": "c1", "ok": True, "value": {"number": 7}, "last": 0}
    ]


async def test_a_command_without_args_is_called_without_any():
    async def pause():
        return None

    link, sent = make_link({"pause": pause}, home=asyncio.get_running_loop())
    link.receive({"type": "command", "id": "c1", "name": "pause"})
    assert await wait_for(sent, 1) == [
        {"type": "answer", "id": "c1", "ok": True, "value": None, "last": 0}
    ]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (command("dance"), "LookupError: There is no command 'dance'. There are: break_, step."),
        (
            {"type": "command", "id": "c1"},
            "LookupError: There is no command None. There are: break_, step.",
        ),
        (
            {"type": "command", "id": "c1", "name": ["step"]},
            "LookupError: There is no command ['step']. There are: break_, step.",
        ),
        (
            {"type": "command", "id": "c1", "name": "step", "args": [1]},
            "TypeError: The args of a command are an object, not [1].",
        ),
        (command("break_"), "ValueError: it broke"),
    ],
)
async def test_a_command_that_fails_is_answered_in_words(content, error):
    async def step():
        return None

    async def break_():
        raise ValueError("it broke")

    link, sent = make_link({"step": step, "break_": break_}, home=asyncio.get_running_loop())
    link.receive(content)
    assert await wait_for(sent, 1) == [
        {"type": "answer", "id": "c1", "ok": False, "error": error, "last": 0}
    ]


async def test_wrong_arguments_are_answered_in_words():
    async def step():
        return None

    link, sent = make_link({"step": step}, home=asyncio.get_running_loop())
    link.receive(command("step", speed=3))
    answer = (await wait_for(sent, 1))[0]
    assert answer["ok"] is False
    assert "unexpected keyword argument 'speed'" in answer["error"]


@pytest.mark.parametrize(
    ("count", "order"),
    [
        (FEW, ["batch", "answer"]),
        (FEW + 1, ["answer", "batch"]),
        (2 * BATCH, ["answer", "batch", "batch"]),
    ],
)
async def test_what_a_command_did_comes_before_its_answer_unless_it_is_much(count, order):
    recording, sent, loop = ManyRecords(), Sent(), asyncio.get_running_loop()

    async def run():
        recording.last += count

    link = Link(recording, {"run": run}, sent, home=loop, owner=lambda: loop)
    link.receive({"type": "resync", "from": 1})
    link.receive(command("run"))
    await wait_for(sent, 1)
    link.receive({"type": "ack", "seq": 0})
    await wait_for(sent, len(order))
    assert [message["type"] for message in sent] == order
    assert [message["last"] for message in sent] == [count] * len(order)


async def test_a_command_that_comes_while_batches_go_is_answered_between_them():
    async def pause():
        return None

    sent, loop = Sent(), asyncio.get_running_loop()
    link = Link(ManyRecords(2 * BATCH), {"pause": pause}, sent, home=loop, owner=lambda: loop)
    link.receive({"type": "resync", "from": 1})
    link.receive(command("pause"))
    await wait_for(sent, 3)
    assert [message["type"] for message in sent] == ["batch", "answer", "batch"]


async def test_a_command_on_the_loops_own_thread_needs_no_patience():
    async def step():
        return None

    link, sent = make_link({"step": step}, home=asyncio.get_running_loop(), patience=0.0)
    for turn in range(20):
        link.receive(command("step", id=turn))
    assert all(answer["ok"] for answer in await wait_for(sent, 20))


async def test_a_cancelled_command_is_answered():
    started = asyncio.Event()

    async def step():
        started.set()
        await asyncio.Event().wait()

    link, sent = make_link({"step": step}, home=asyncio.get_running_loop())
    link.receive(command("step"))
    await started.wait()
    (task,) = link._dispatcher._tasks
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert await wait_for(sent, 1) == [
        {
            "type": "answer",
            "id": "c1",
            "ok": False,
            "error": "The step was cancelled before it was done.",
            "last": 0,
        }
    ]


async def test_many_commands_get_one_answer_each_also_when_an_earlier_one_takes_longer():
    gate = asyncio.Event()

    async def slow():
        await gate.wait()
        return "slow"

    async def fast():
        gate.set()
        return "fast"

    link, sent = make_link({"slow": slow, "fast": fast}, home=asyncio.get_running_loop())
    link.receive(command("slow", id="a"))
    link.receive(command("fast", id="b"))
    answers = await wait_for(sent, 2)
    assert [(answer["id"], answer["value"]) for answer in answers] == [("b", "fast"), ("a", "slow")]


class LoopThread:
    """A loop on a thread of its own, as the runtime's or the kernel's may be."""

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


def test_a_command_runs_on_the_loop_that_owns_the_runtime_and_is_answered_from_home():
    async def where():
        return threading.current_thread().name

    threads = []
    with LoopThread() as home, LoopThread() as owner:
        link, sent = make_link({"where": where}, home=home.loop, owner=owner.loop)
        link._send = lambda message: (threads.append(threading.current_thread()), sent(message))
        link.receive(command("where"))
        assert sent.wait_for(1)[0]["value"] == owner.thread.name
        assert threads == [home.thread]


def test_a_command_runs_at_home_when_the_owner_is_not_running():
    async def where():
        return threading.current_thread().name

    idle = asyncio.new_event_loop()
    with LoopThread() as home:
        link, sent = make_link({"where": where}, home=home.loop, owner=idle)
        link.receive(command("where"))
        assert sent.wait_for(1)[0]["value"] == home.thread.name
    idle.close()


@pytest.mark.parametrize("home", ["none", "idle", "closed"])
def test_without_a_running_loop_the_answer_names_what_to_type(home):
    loop = None if home == "none" else asyncio.new_event_loop()
    if home == "closed":
        loop.close()
    link, sent = make_link({"step": None}, home=loop)
    link.receive(command("step"))
    assert [(answer["id"], answer["ok"]) for answer in sent] == [("c1", False)]
    assert "await inspector.step()" in sent[0]["error"]
    if loop is not None:
        loop.close()


def test_a_command_for_a_blocked_loop_is_answered_in_time_and_not_run_later():
    ran = []
    blocked, release = threading.Event(), threading.Event()

    async def step():
        ran.append("step")

    async def look():
        return list(ran)

    def block():
        blocked.set()
        release.wait()

    with LoopThread() as home:
        link, sent = make_link({"step": step, "look": look}, home=home.loop, patience=0.02)
        home.loop.call_soon_threadsafe(block)
        blocked.wait()
        link.receive(command("step", id="a"))
        answer = sent.wait_for(1)[0]
        release.set()
        # Picked up at once on the thread itself: no patience is needed any more.
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), home.loop).result()
        link.receive(command("look", id="b"))
        sent.wait_for(2)
    assert (answer["id"], answer["ok"]) == ("a", False)
    assert "busy in a call that blocks it" in answer["error"]
    assert [answer["id"] for answer in sent] == ["a", "b"]
    assert ran == []


async def test_a_command_runs_in_the_context_of_the_cell_that_showed_the_view():
    cell = contextvars.ContextVar("cell", default="nowhere")
    cell.set("In [5]")

    async def where():
        return cell.get()

    link, sent = make_link({"where": where}, home=asyncio.get_running_loop())
    contextvars.Context().run(link.receive, command("where"))
    assert (await wait_for(sent, 1))[0]["value"] == "In [5]"

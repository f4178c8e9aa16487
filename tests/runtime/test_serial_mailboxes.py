import asyncio

import pytest
from runtime_parts import PATIENCE, TOPIC, add, agent, come_to_rest, new_runtime, outcome_of

from sandbox import SingleThreadedAgentRuntime


class Stage:
    """Handlers that note when they begin and end, and end only when told to."""

    def __init__(self):
        self.lines = []
        self.cues = {}

    async def play(self, puppet, message, ctx):
        self.lines.append(f"{puppet.id.key} begins {message}")
        await self.cues.setdefault(message, asyncio.Event()).wait()
        self.lines.append(f"{puppet.id.key} ends {message}")

    async def cue(self, message):
        self.cues.setdefault(message, asyncio.Event()).set()
        await come_to_rest()


async def publish_all(runtime, messages, topic=TOPIC):
    for message in messages:
        await runtime.publish_message(message, topic)
    await come_to_rest()


async def test_a_serial_agent_finishes_one_turn_before_the_next_begins(mode):
    stage = Stage()
    runtime, books = new_runtime()
    await add(runtime, "a", stage.play, mailbox="serial", topics=["news"])
    async with mode(runtime):
        await publish_all(runtime, "123")
        assert stage.lines == ["default begins 1"]
        for message in "321":
            await stage.cue(message)
    assert stage.lines == [f"default {does} {m}" for m in "123" for does in ("begins", "ends")]
    assert books.verdicts() == ["event -> a/default: handled"] * 3


async def test_an_interleaved_agent_has_several_turns_open(mode):
    stage = Stage()
    runtime, _ = new_runtime()
    await add(runtime, "a", stage.play, topics=["news"])
    async with mode(runtime):
        await publish_all(runtime, "12")
        await stage.cue("2")
        await stage.cue("1")
    assert stage.lines == [
        "default begins 1",
        "default begins 2",
        "default ends 2",
        "default ends 1",
    ]


async def test_a_busy_serial_agent_holds_up_nobody_else(mode):
    stage = Stage()
    runtime, _ = new_runtime(mailbox="serial")
    await add(runtime, "a", stage.play)
    await add(runtime, "b", mailbox="interleaved")
    async with mode(runtime):
        calls = [
            asyncio.create_task(runtime.send_message(m, agent("a", key)))
            for m, key in [("1", "x"), ("2", "x"), ("3", "y")]
        ]
        await come_to_rest()
        assert await runtime.send_message("hello", agent("b")) == "hello!"
        for message in "123":
            await stage.cue(message)
        await asyncio.gather(*calls)
    assert stage.lines == [
        "x begins 1",
        "y begins 3",
        "x ends 1",
        "x begins 2",
        "x ends 2",
        "y ends 3",
    ]


async def test_two_serial_agents_that_get_free_at_once_both_go_on():
    stage = Stage()
    runtime, _ = new_runtime(mailbox="serial")
    await add(runtime, "a", stage.play, topics=["news"])
    await add(runtime, "b", stage.play, topics=["news"])
    runtime.start()
    await publish_all(runtime, "12")
    await stage.cue("1")
    assert stage.lines[-2:] == ["default begins 2", "default begins 2"]
    await stage.cue("2")
    await runtime.stop_when_idle(timeout=1)


async def test_a_serial_agent_calls_another_and_gets_the_answer(mode):
    async def ask(puppet, message, ctx):
        return await puppet.send_message(message, agent("b"))

    runtime, _ = new_runtime(mailbox="serial")
    await add(runtime, "a", ask)
    await add(runtime, "b")
    async with mode(runtime):
        answers = await asyncio.gather(*(runtime.send_message(n, agent("a")) for n in range(5)))
    assert answers == [f"{n}!" for n in range(5)]


@pytest.mark.parametrize("failure", [ValueError("no"), asyncio.CancelledError()])
async def test_a_turn_that_fails_opens_the_mailbox_too(mode, failure):
    async def fail(puppet, message, ctx):
        raise failure

    runtime, books = new_runtime(mailbox="serial")
    await add(runtime, "a", fail, topics=["news"])
    async with mode(runtime):
        await publish_all(runtime, "123")
    assert len(books.verdicts()) == 3


async def test_a_serial_agent_that_calls_itself_is_named_as_outstanding():
    async def ask_self(puppet, message, ctx):
        return await puppet.send_message(message, puppet.id)

    runtime, books = new_runtime(mailbox="serial")
    await add(runtime, "a", ask_self)
    runtime.start()
    call = asyncio.create_task(runtime.send_message("hi", agent("a")))
    await come_to_rest()
    with pytest.raises(TimeoutError) as caught:
        await runtime.stop_when_idle(timeout=0)
    assert str(caught.value) == (
        "Not idle after 0 s. Outstanding: "
        "<Delivery #1 request str outside -> a/default: waiting>; "
        "<Delivery #2 request str a/default -> a/default: queued>"
    )
    assert runtime.started
    await runtime.stop()
    assert type(await outcome_of(call)).__name__ == "RuntimeStoppedError"
    await come_to_rest()
    books.check()


async def test_a_backlog_of_thousands_costs_a_bounded_amount_of_work_each(monkeypatch):
    calls = 0

    async def work(puppet, message, ctx):
        await asyncio.sleep(0)

    runtime, books = new_runtime()
    await add(runtime, "a", work, mailbox="serial", topics=["news"])
    queue_class = type(runtime._ledger.queue)
    blocked = queue_class._blocked

    def counted(queue, delivery):
        nonlocal calls
        calls += 1
        return blocked(queue, delivery)

    monkeypatch.setattr(queue_class, "_blocked", counted)
    for number in range(3000):
        await runtime.publish_message(number, TOPIC)
    runtime.start()
    await runtime.stop_when_idle(timeout=30)
    assert [d.message for d in books.settled] == list(range(3000))
    assert calls < 3 * 3000


async def test_a_serial_mailbox_survives_the_registration_that_made_it(mode):
    stage = Stage()
    runtime, books = new_runtime()
    await add(runtime, "a", stage.play, mailbox="serial", topics=["news"])
    async with mode(runtime):
        await publish_all(runtime, "123")
        await runtime.unregister("a")
        await add(runtime, "a", stage.play, mailbox="interleaved")
        for message in "123":
            await stage.cue(message)
    assert stage.lines == [f"default {does} {m}" for m in "123" for does in ("begins", "ends")]
    assert books.verdicts() == ["event -> a/default: handled"] * 3


async def test_an_agent_that_becomes_serial_ends_its_open_turns_undisturbed(mode):
    stage = Stage()
    runtime, books = new_runtime()
    await add(runtime, "a", stage.play, topics=["news"])
    async with mode(runtime):
        await publish_all(runtime, "12")
        await add(runtime, "a", stage.play, mailbox="serial", replace=True)
        await publish_all(runtime, "34")
        for message in "2134":
            await stage.cue(message)
    assert stage.lines == [
        "default begins 1",
        "default begins 2",
        "default begins 3",
        "default ends 2",
        "default ends 1",
        "default ends 3",
        "default begins 4",
        "default ends 4",
    ]
    assert books.verdicts() == ["event -> a/default: handled"] * 4


async def test_stepping_a_later_delivery_of_a_serial_agent_first_keeps_it_serial():
    stage = Stage()
    runtime, books = new_runtime()
    await add(runtime, "a", stage.play, mailbox="serial", topics=["news"])
    runtime.stepper.pause()
    await publish_all(runtime, "123")
    first = asyncio.create_task(runtime.step())
    await come_to_rest()
    with pytest.raises(RuntimeError, match="serial mailbox and its turn is still open"):
        await runtime.step(3)
    assert await runtime.step() is None
    await stage.cue("1")
    await first
    third = asyncio.create_task(runtime.step(3))
    await come_to_rest()
    assert await runtime.step() is None
    await stage.cue("3")
    await third
    await stage.cue("2")
    await runtime.step()
    assert stage.lines == [f"default {does} {m}" for m in "132" for does in ("begins", "ends")]
    books.check()


def test_another_kind_of_mailbox_is_refused():
    with pytest.raises(ValueError, match="mailbox must be one of"):
        SingleThreadedAgentRuntime(mailbox="parallel")


async def test_a_released_delivery_goes_before_those_that_came_after_it():
    stage = Stage()
    runtime, books = new_runtime()
    await add(runtime, "a", stage.play, mailbox="serial", topics=["news"])
    runtime.start()
    await publish_all(runtime, "1")
    await runtime.publish_message("2", TOPIC)
    runtime.stepper.hold(2)
    await publish_all(runtime, "34")
    runtime.stepper.release(2)
    await come_to_rest()
    for message in "1234":
        await stage.cue(message)
    await runtime.stop_when_idle(timeout=PATIENCE)
    assert stage.lines == [f"default {does} {m}" for m in "1234" for does in ("begins", "ends")]
    books.check()

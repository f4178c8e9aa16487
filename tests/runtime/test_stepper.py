import asyncio

import pytest
from runtime_parts import TOPIC, Steps, add, agent, come_to_rest, new_runtime

from sandbox import DefaultInterventionHandler
from sandbox.runtime import Instrument


def shown(runtime):
    """What is pending, as a user sees it."""
    return [
        f"#{d.number} {d.kind} {d.message} -> {d.recipient or 'outside'}"
        for d in runtime.stepper.pending
    ]


async def test_stepping_with_nothing_pending_returns_at_once(parts):
    runtime, _ = parts
    assert await runtime.step() is None
    assert await runtime.stepper.step() is None


async def test_a_publish_to_five_subscribers_takes_five_steps_with_one_delivery_each(parts):
    runtime, books = parts
    heard = []

    async def hear(puppet, message, ctx):
        heard.append(str(puppet.id))

    for name in "abcde":
        await add(runtime, name, hear, topics=["news"])
    await runtime.publish_message("hi", TOPIC)
    seen = []
    for number in range(1, 6):
        step = await runtime.step()
        seen.append((step.number, step.verdict, list(heard)))
        assert len(books.settled) == number
    assert await runtime.step() is None
    everybody = [f"{name}/default" for name in "abcde"]
    assert seen == [(n, "handled", everybody[:n]) for n in range(1, 6)]


async def test_a_call_takes_two_steps_request_and_response(parts):
    runtime, _ = parts
    await add(runtime, "a")
    call = asyncio.create_task(runtime.send_message("hi", agent("a")))
    await come_to_rest()
    request = await runtime.step()
    assert (request.kind, request.verdict, call.done()) == ("request", "handled", False)
    assert shown(runtime) == ["#2 response hi! -> outside"]
    response = await runtime.step()
    assert (response.kind, response.verdict, response.request) == ("response", "handled", request)
    assert call.result() == "hi!"
    assert await runtime.step() is None


async def test_a_step_ends_when_the_turn_is_parked_and_goes_on_with_the_response(parts):
    runtime, books = parts

    async def ask(puppet, message, ctx):
        first = await puppet.send_message(message, agent("b"))
        return await puppet.send_message(first, agent("b"))

    await add(runtime, "a", ask)
    await add(runtime, "b")
    call = asyncio.create_task(runtime.send_message("hi", agent("a")))
    await come_to_rest()
    request = await runtime.step()
    assert (request.state, request.open_calls, request.verdict) == ("waiting", 1, None)
    assert await Steps(runtime).all() == [
        "request hi -> b/default",
        "response hi! -> a/default",
        "request hi! -> b/default",
        "response hi!! -> a/default",
        "response hi!! -> outside",
    ]
    assert await call == "hi!!"
    books.check()


async def test_a_turn_with_several_open_calls_is_parked_until_the_last_is_answered(parts):
    runtime, books = parts
    states = []

    async def ask_both(puppet, message, ctx):
        calls = [puppet.send_message(message, agent(name)) for name in "bc"]
        return "+".join(await asyncio.gather(*calls))

    for name in "bc":
        await add(runtime, name)
    await add(runtime, "a", ask_both)
    call = asyncio.create_task(runtime.send_message("hi", agent("a")))
    await come_to_rest()
    request = await runtime.step()
    lines = []
    while (step := await runtime.step()) is not None:
        lines.append(f"{step.kind} {step.message} -> {step.recipient or 'outside'}")
        states.append((str(request.verdict or request.state), request.open_calls))
    assert lines == [
        "request hi -> b/default",
        "request hi -> c/default",
        "response hi! -> a/default",
        "response hi! -> a/default",
        "response hi!+hi! -> outside",
    ]
    assert states == [
        ("waiting", 2),
        ("waiting", 2),
        ("waiting", 1),
        ("handled", 0),
        ("handled", 0),
    ]
    assert await call == "hi!+hi!"
    books.check()


async def test_what_a_step_causes_is_in_the_queue_when_it_returns(parts):
    runtime, _ = parts

    async def publish_at_last(puppet, message, ctx):
        for _ in range(10):
            await asyncio.sleep(0)
        await puppet.publish_message("done", TOPIC)

    async def continue_outside():
        await runtime.send_message("hi", agent("a"))
        await runtime.publish_message("and more", TOPIC)

    await add(runtime, "a", publish_at_last)
    await add(runtime, "b", topics=["news"])
    outside = asyncio.create_task(continue_outside())
    await come_to_rest()
    await runtime.step()
    assert shown(runtime) == ["#2 event done -> b/default", "#3 response None -> outside"]
    await runtime.step(3)
    assert shown(runtime) == ["#2 event done -> b/default", "#4 event and more -> b/default"]
    await outside


async def test_a_handler_that_sleeps_is_waited_for_while_others_are_stepped(parts):
    runtime, books = parts
    gate = asyncio.Event()

    async def sleep(puppet, message, ctx):
        await gate.wait()

    async def wake(puppet, message, ctx):
        gate.set()

    await add(runtime, "a", sleep, topics=["news"])
    await add(runtime, "b", topics=["news"])
    await add(runtime, "c", wake, topics=["news"])
    await runtime.publish_message("hi", TOPIC)
    sleeping = asyncio.create_task(runtime.step())
    await come_to_rest()
    assert (await runtime.step()).recipient == agent("b")
    assert not sleeping.done()
    assert (await runtime.step()).recipient == agent("c")
    assert (await sleeping).verdict == "handled"
    assert [str(d.recipient) for d in books.settled] == ["b/default", "c/default", "a/default"]


async def test_an_intervention_that_takes_its_time_is_waited_for_with_all_kinds(parts):
    class Slow(DefaultInterventionHandler):
        async def on_send(self, message, *, message_context, recipient):
            return await self.wait(message)

        async def on_publish(self, message, *, message_context):
            return await self.wait(message)

        async def on_response(self, message, *, sender, recipient):
            return await self.wait(message)

        async def wait(self, message):
            ready = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_later(0.001, ready.set_result, None)
            await ready
            return message

    runtime, books = new_runtime(intervention_handlers=[Slow()])
    await add(runtime, "a", topics=["news"])
    await runtime.publish_message("hi", TOPIC)
    call = asyncio.create_task(runtime.send_message("hi", agent("a")))
    await come_to_rest()
    verdicts = [(await runtime.step()).verdict for _ in range(3)]
    assert verdicts == ["handled", "handled", "handled"]
    assert call.done()
    books.check()


async def test_an_intervention_that_calls_an_agent_is_parked_and_its_call_can_be_stepped():
    class Ask(DefaultInterventionHandler):
        async def on_send(self, message, *, message_context, recipient):
            if recipient == agent("b"):
                return message
            return await runtime.send_message(message, agent("b"))

    runtime, books = new_runtime(intervention_handlers=[Ask()])
    await add(runtime, "a", topics=["news"])
    await add(runtime, "b")
    call = asyncio.create_task(runtime.send_message("hi", agent("a")))
    await come_to_rest()
    await runtime.publish_message("later", TOPIC)
    assert (await runtime.step()).open_calls == 1
    with pytest.raises(RuntimeError, match="an intervention works on an earlier message"):
        await runtime.step(2)
    assert await Steps(runtime).all() == [
        "request hi -> b/default",
        "response hi! -> outside",
        "event later -> a/default",
        "response hi!! -> outside",
    ]
    assert await call == "hi!!"
    books.check()


async def test_a_failing_turn_ends_its_step(parts):
    runtime, books = parts

    async def fail(puppet, message, ctx):
        raise ValueError("no")

    await add(runtime, "a", fail, topics=["news"])
    await runtime.publish_message("hi", TOPIC)
    step = await runtime.step()
    assert (step.verdict, repr(step.error)) == ("failed", "ValueError('no')")
    books.check()


async def test_any_pending_delivery_can_be_chosen_by_its_number(parts):
    runtime, books = parts
    for name in "abc":
        await add(runtime, name, topics=["news"])
    await runtime.publish_message("hi", TOPIC)
    assert [(await runtime.step(n)).number for n in (2, 3, 1)] == [2, 3, 1]
    assert [d.number for d in books.settled] == [2, 3, 1]


async def test_a_number_that_is_not_pending_is_explained(parts):
    runtime, _ = parts
    gate = asyncio.Event()

    async def wait(puppet, message, ctx):
        await gate.wait()

    for name in "abc":
        await add(runtime, name, wait, topics=["news"])
    await runtime.publish_message("hi", TOPIC)
    open_step = asyncio.create_task(runtime.step(1))
    await come_to_rest()
    for use in (runtime.step, runtime.stepper.find):
        for number, words in [
            (1, "Delivery #1 has left the queue: it is handling."),
            (7, "Delivery #7 is not pending. Pending are: #2, #3."),
        ]:
            with pytest.raises(LookupError) as caught:
                await use(number)  # finding needs no awaiting, and gets no further
            assert str(caught.value) == words
    gate.set()
    await open_step
    await Steps(runtime).all()
    with pytest.raises(LookupError, match="Pending are: none"):
        runtime.stepper.find(1)


async def test_stepping_a_runtime_that_delivers_freely_is_refused():
    runtime, _ = new_runtime()
    runtime.start()
    with pytest.raises(RuntimeError, match="Pause it first"):
        await runtime.step()
    runtime.stepper.pause()
    assert runtime.stepper.paused
    assert await runtime.step() is None
    runtime.stepper.resume()
    assert not runtime.stepper.paused
    await runtime.stop()


async def test_resuming_delivers_the_rest_freely(parts):
    runtime, books = parts
    await add(runtime, "a", topics=["news"])
    for message in "123":
        await runtime.publish_message(message, TOPIC)
    await runtime.step()
    runtime.stepper.resume()
    if not runtime.started:
        runtime.start()
    await runtime._ledger.idle()
    assert books.verdicts() == ["event -> a/default: handled"] * 3


async def test_pausing_in_the_middle_lets_open_turns_go_on():
    runtime, books = new_runtime()
    gate = asyncio.Event()

    async def ask(puppet, message, ctx):
        await gate.wait()
        return await puppet.send_message(message, agent("b"))

    await add(runtime, "a", ask)
    await add(runtime, "b")
    runtime.start()
    call = asyncio.create_task(runtime.send_message("hi", agent("a")))
    await come_to_rest()
    runtime.stepper.pause()
    gate.set()
    await come_to_rest()
    assert shown(runtime) == ["#2 request hi -> b/default"]
    assert len(await Steps(runtime).all()) == 3
    assert await call == "hi!"
    await runtime.stop_when_idle(timeout=1)
    books.check()


async def test_waiting_and_resuming_are_told_until_the_turn_ends(mode):
    class Watch(Instrument):
        def __init__(self):
            self.lines = []

        def delivery_waiting(self, delivery, request):
            self.lines.append(f"#{delivery.number} waits for #{request.number}")

        def delivery_resumed(self, delivery, request):
            self.lines.append(f"#{delivery.number} goes on after #{request.number}")

        def delivery_settled(self, delivery):
            self.lines.append(f"#{delivery.number} {delivery.verdict}")

    tasks = []

    async def call_and_leave(puppet, message, ctx):
        await puppet.send_message("first", agent("b"))
        tasks.append(asyncio.create_task(puppet.send_message("second", agent("b"))))
        await asyncio.sleep(0)

    runtime, books = new_runtime()
    watch = Watch()
    runtime.add_instrument(watch)
    await add(runtime, "a", call_and_leave, topics=["news"])
    await add(runtime, "b")
    async with mode(runtime):
        await runtime.publish_message("hi", TOPIC)
    await asyncio.gather(*tasks)
    assert [line for line in watch.lines if line.startswith("#1")] == [
        "#1 waits for #2",
        "#1 goes on after #2",
        "#1 waits for #4",
        "#1 handled",
    ]
    assert books.queued[0].state is None

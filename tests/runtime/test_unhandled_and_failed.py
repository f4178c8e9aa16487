import asyncio
import logging

import pytest
from runtime_parts import PATIENCE, TOPIC, add, agent, new_runtime, outcome_of

from sandbox import (
    BaseAgent,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    default_subscription,
    event,
    rpc,
    type_subscription,
)
from sandbox.exceptions import CantHandleException


@type_subscription("news")
class Worker(RoutedAgent):
    def __init__(self):
        super().__init__("Handles numbers.")

    @rpc
    async def on_int(self, message: int, ctx: MessageContext) -> int:
        return message + 1


@pytest.fixture(name="warnings_logged")
def warnings_that_were_logged(caplog):
    return lambda: [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]


async def test_an_unhandled_message_has_its_verdict_and_the_reason(mode, warnings_logged):
    runtime, books = new_runtime()
    await Worker.register(runtime, "worker", Worker)
    async with mode(runtime):
        assert await runtime.send_message("text", agent("worker")) is None
        await runtime.publish_message(1, TOPIC)
        assert await runtime.send_message(1, agent("worker")) == 2
    assert books.verdicts() == [
        "request -> worker/default: unhandled",
        "response -> outside: handled",
        "event -> worker/default: unhandled",
        "request -> worker/default: handled",
        "response -> outside: handled",
    ]
    reasons = [d.unhandled for d in books.queued if d.unhandled]
    assert warnings_logged() == [f"Unhandled: {reason}" for reason in reasons]
    assert reasons[0].startswith("worker/default (Worker) does not handle the request str.")
    assert "it was published: use send_message" in reasons[1]


async def test_one_warning_is_enough_for_each_agent_type_and_message_type(mode, warnings_logged):
    runtime, _ = new_runtime()
    await Worker.register(runtime, "worker", Worker)
    await Worker.register(runtime, "other", Worker)
    async with mode(runtime):
        for key in ("x", "y", "x"):
            await runtime.send_message("text", agent("worker", key))
        await runtime.send_message(1.5, agent("worker"))
        await runtime.send_message("text", agent("other"))
    assert [line.split(". ")[0] for line in warnings_logged()] == [
        "Unhandled: worker/x (Worker) does not handle the request str",
        "Unhandled: worker/default (Worker) does not handle the request float",
        "Unhandled: other/default (Worker) does not handle the request str",
    ]


async def test_unhandled_messages_can_raise_instead(mode, caplog):
    runtime, books = new_runtime(on_unhandled="raise")
    await Worker.register(runtime, "worker", Worker)
    async with mode(runtime):
        error = await outcome_of(runtime.send_message("text", agent("worker")))
        await runtime.publish_message("text", TOPIC)
    assert isinstance(error, CantHandleException)
    assert str(error) == books.queued[0].unhandled
    assert books.queued[0].error is error
    assert [d.verdict for d in books.queued if d.kind != "response"] == ["unhandled"] * 2
    assert [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR] == [
        "Error processing publish message: str (delivery #3) from outside to worker/default"
    ]


def test_another_wish_for_unhandled_messages_is_refused():
    with pytest.raises(ValueError, match="on_unhandled must be one of"):
        SingleThreadedAgentRuntime(on_unhandled="ignore")


async def test_the_exception_of_an_event_is_logged_and_the_run_goes_on(mode, caplog):
    async def fail(puppet, message, ctx):
        raise ValueError(message)

    runtime, books = new_runtime()
    await add(runtime, "a", fail, topics=["news"])
    async with mode(runtime):
        await runtime.publish_message("1", TOPIC)
        await runtime.publish_message("2", TOPIC, sender=agent("x"))
    assert books.verdicts() == ["event -> a/default: failed"] * 2
    assert [repr(d.error) for d in books.queued] == ["ValueError('1')", "ValueError('2')"]
    assert [(r.getMessage(), repr(r.exc_info[1])) for r in caplog.records] == [
        (
            "Error processing publish message: str (delivery #1) from outside to a/default",
            "ValueError('1')",
        ),
        (
            "Error processing publish message: str (delivery #2) from x/default to a/default",
            "ValueError('2')",
        ),
    ]


@pytest.mark.parametrize("end", ["stop", "stop_when_idle", "stop_when", "process_next"])
async def test_kept_exceptions_are_raised_together_later(mode, end):
    async def fail(puppet, message, ctx):
        raise ValueError(message)

    runtime, books = new_runtime(ignore_unhandled_exceptions=False)
    await add(runtime, "a", fail, topics=["news"])
    await add(runtime, "b", fail, topics=["news"])
    driver = mode.start(runtime)
    await runtime.publish_message("1", TOPIC)
    await runtime.publish_message("2", TOPIC)
    async with asyncio.timeout(PATIENCE):
        await runtime._ledger.idle()
    arguments = [lambda: True] if end == "stop_when" else []
    with pytest.raises(ValueError, match="1") as caught:
        await getattr(runtime, end)(*arguments)
    assert caught.value.__notes__ == [
        "Another handler failed as well: ValueError('1')",
        "Another handler failed as well: ValueError('2')",
        "Another handler failed as well: ValueError('2')",
    ]
    if runtime.started:
        await runtime.stop()
    assert books.verdicts() == [f"event -> {x}/default: failed" for x in "abab"]
    driver.cancel()


async def test_a_cancelled_event_handler_is_kept_as_well(mode):
    async def give_up(puppet, message, ctx):
        raise asyncio.CancelledError

    runtime, books = new_runtime(ignore_unhandled_exceptions=False)
    await add(runtime, "a", give_up, topics=["news"])
    with pytest.raises(asyncio.CancelledError):
        async with mode(runtime):
            await runtime.publish_message("1", TOPIC)
    assert books.verdicts() == ["event -> a/default: cancelled"]


async def test_the_exception_of_a_request_goes_to_its_caller_only(mode, caplog):
    class OddError(Exception):
        pass

    async def fail(puppet, message, ctx):
        raise OddError(message)

    async def ask(puppet, message, ctx):
        try:
            await puppet.send_message(message, agent("a"))
        except OddError as error:
            return f"caught {error}"

    runtime, books = new_runtime(ignore_unhandled_exceptions=False)
    await add(runtime, "a", fail)
    await add(runtime, "b", ask)
    async with mode(runtime):
        assert await runtime.send_message("it", agent("b")) == "caught it"
    response = next(d for d in books.queued if d.kind == "response")
    assert (repr(response.error), response.verdict) == ("OddError('it')", "handled")
    assert caplog.records == []


async def test_a_hook_that_answers_instead_has_handled_the_message(mode):
    @default_subscription
    class Polite(RoutedAgent):
        def __init__(self):
            super().__init__("Answers anything.")

        async def on_unhandled_message(self, message, ctx):
            return "pardon?"

        @event
        async def on_int(self, message: int, ctx: MessageContext) -> None: ...

    runtime, books = new_runtime()
    await Polite.register(runtime, "polite", Polite)
    async with mode(runtime):
        assert await runtime.send_message("text", agent("polite")) == "pardon?"
    assert books.queued[0].verdict == "handled"


async def test_agents_that_are_not_routed_handle_everything(mode):
    class Plain(BaseAgent):
        def __init__(self):
            super().__init__("Handles all.")

        async def on_message_impl(self, message, ctx):
            return None

    runtime, books = new_runtime()
    await Plain.register(runtime, "plain", Plain)
    async with mode(runtime):
        await runtime.send_message("text", agent("plain"))
    assert books.queued[0].verdict == "handled"

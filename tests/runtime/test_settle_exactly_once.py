"""Whatever happens to a message, each of its deliveries ends once, and the runtime is idle again.

The table: what kind of delivery it is, times what befalls it.
"""

import asyncio
import logging
import warnings

import pytest
from runtime_parts import TOPIC, add, agent, new_runtime, outcome_of

from sandbox import CancellationToken, DefaultInterventionHandler, DropMessage
from sandbox.exceptions import MessageDroppedException
from sandbox.runtime import Instrument
from sandbox.runtime.instruments import HOOKS

KINDS = ("request", "event", "response")


class Intervention(DefaultInterventionHandler):
    """Does `act(message)` to the messages of one kind, the helper's excepted."""

    def __init__(self, kind, act):
        self.kind = kind
        self.act = act
        self.runtime = None

    async def on_send(self, message, *, message_context, recipient):
        return await self._answer("request", message, recipient)

    async def on_publish(self, message, *, message_context):
        return await self._answer("event", message, None)

    async def on_response(self, message, *, sender, recipient):
        return await self._answer("response", message, sender)

    async def _answer(self, kind, message, party):
        if kind != self.kind or party == agent("helper"):
            return message
        return await self.act(self, message)


async def keep(self, message):
    return message


async def replace(self, message):
    return f"<{message}>"


async def drop(self, message):
    return DropMessage


async def drop_by_an_instance(self, message):
    return DropMessage()


async def fail(self, message):
    raise ValueError("no")


async def give_up(self, message):
    raise asyncio.CancelledError


async def forget_to_return(self, message):
    return None


async def take_time_then_fail(self, message):
    await asyncio.sleep(0)
    raise ValueError("no")


async def call_the_helper(self, message):
    return await self.runtime.send_message(message, agent("helper"))


async def scenario(mode, kind, *acts, prepare=None):
    """Send or publish one message under these interventions; return what came of it."""
    handlers = [Intervention(kind, act) for act in acts]
    runtime, books = new_runtime(intervention_handlers=handlers)
    for handler in handlers:
        handler.runtime = runtime
    heard = []

    async def hear(puppet, message, ctx):
        heard.append(message)
        return f"{message}!"

    await add(runtime, "helper")
    await add(runtime, "a", hear, topics=["news"])
    await add(runtime, "b", hear, topics=["news"])
    async with mode(runtime):
        if kind == "event":
            outcome = await outcome_of(runtime.publish_message("hi", TOPIC))
        else:
            outcome = await outcome_of(runtime.send_message("hi", agent("a")))
    return heard, outcome, books.verdicts()


def ends(kind, verdict, *, answer="handled"):
    """The verdicts when interventions gave the message of this kind this verdict."""
    if kind == "event":
        return [f"event -> a/default: {verdict}", f"event -> b/default: {verdict}"]
    if kind == "response":
        return ["request -> a/default: handled", f"response -> outside: {verdict}"]
    if verdict == "handled":
        return ["request -> a/default: handled", f"response -> outside: {answer}"]
    return [f"request -> a/default: {verdict}"]


@pytest.mark.parametrize(
    ("acts", "shown"),
    [
        ([keep], "hi"),
        ([keep, keep], "hi"),
        ([replace], "<hi>"),
        ([replace, replace], "<<hi>>"),
        ([replace, keep, replace], "<<hi>>"),
        ([call_the_helper], "hi!"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
async def test_what_interventions_make_of_a_message_arrives(mode, kind, acts, shown):
    heard, outcome, verdicts = await scenario(mode, kind, *acts)
    by_helper = [v for v in verdicts if "helper" in v]
    others = [v for v in verdicts if v not in by_helper]
    if kind == "event":
        assert (heard, outcome) == ([shown, shown], None)
    elif kind == "request":
        assert (heard, outcome) == ([shown], f"{shown}!")
    else:
        assert (heard, outcome) == (["hi"], shown.replace("hi", "hi!"))
    if acts == [call_the_helper]:
        assert by_helper == ["request -> helper/default: handled"]
        others.remove("response -> outside: handled")
    assert others == ends(kind, "handled")


@pytest.mark.parametrize("kind", KINDS)
async def test_returning_none_changes_nothing_and_warns(mode, kind):
    with pytest.warns(RuntimeWarning, match="returned None"):
        heard, _, verdicts = await scenario(mode, kind, forget_to_return)
    assert set(heard) == {"hi"}
    assert verdicts == ends(kind, "handled")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_warning_turned_into_an_error_is_a_failed_intervention(mode, kind):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, outcome, verdicts = await scenario(mode, kind, forget_to_return)
    assert type(outcome) is (type(None) if kind == "event" else RuntimeWarning)
    assert verdicts == ends(kind, "dropped" if kind == "event" else "failed")


@pytest.mark.parametrize("acts", [[drop], [drop_by_an_instance], [replace, drop, fail]])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_dropped_message_reaches_nobody_and_its_caller_hears_of_it(mode, kind, acts):
    heard, outcome, verdicts = await scenario(mode, kind, *acts)
    assert heard == (["hi"] if kind == "response" else [])
    assert type(outcome) is (type(None) if kind == "event" else MessageDroppedException)
    assert verdicts == ends(kind, "dropped")


@pytest.mark.parametrize("acts", [[fail], [take_time_then_fail], [replace, fail, drop]])
@pytest.mark.parametrize("kind", KINDS)
async def test_an_intervention_that_raises_stops_the_message(mode, kind, acts, caplog):
    heard, outcome, verdicts = await scenario(mode, kind, *acts)
    assert heard == (["hi"] if kind == "response" else [])
    assert repr(outcome) == ("None" if kind == "event" else "ValueError('no')")
    assert verdicts == ends(kind, "dropped" if kind == "event" else "failed")
    logged = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert len(logged) == (1 if kind == "event" else 0)


@pytest.mark.parametrize("kind", KINDS)
async def test_an_intervention_that_is_cancelled_stops_the_message(mode, kind):
    heard, outcome, verdicts = await scenario(mode, kind, give_up)
    assert heard == (["hi"] if kind == "response" else [])
    assert type(outcome) is (type(None) if kind == "event" else asyncio.CancelledError)
    assert verdicts == ends(kind, "dropped" if kind == "event" else "failed")


@pytest.mark.parametrize("when", ["before it is sent", "before delivery", "in the handler"])
@pytest.mark.parametrize("act", [keep, replace, drop, fail, take_time_then_fail])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_cancelled_message_ends_like_any_other(mode, kind, act, when):
    runtime, books = new_runtime(intervention_handlers=[Intervention(kind, act)])
    token = CancellationToken()

    async def hear(puppet, message, ctx):
        if when == "in the handler":
            token.cancel()
        await asyncio.sleep(0)
        return message

    for name in ("a", "b"):
        await add(runtime, name, hear, topics=["news"])
    if when == "before it is sent":
        token.cancel()
    async with mode(runtime):
        if kind == "event":
            await runtime.publish_message("hi", TOPIC, cancellation_token=token)
            token.cancel() if when == "before delivery" else None
            verdict = "handled" if act in {keep, replace} else "dropped"
        else:
            call = asyncio.create_task(
                runtime.send_message("hi", agent("a"), cancellation_token=token)
            )
            if when == "before delivery":
                asyncio.get_running_loop().call_soon(token.cancel)
            outcome = await outcome_of(call)
            verdict = {drop: "dropped", fail: "failed", take_time_then_fail: "failed"}.get(act)
            never_arrives = kind == "request" and verdict and when == "in the handler"
            assert isinstance(outcome, asyncio.CancelledError) is not bool(never_arrives)
            verdict = verdict or ("handled" if kind == "request" else "cancelled")
    assert books.verdicts() == ends(kind, verdict, answer="cancelled")


@pytest.mark.parametrize("wait", [False, True])
async def test_who_cannot_be_built_costs_only_himself(mode, wait, caplog):
    async def broken():
        if wait:
            await asyncio.sleep(0)
        raise ValueError("cannot be built")

    runtime, books = new_runtime()
    await add(runtime, "a", factory=broken, topics=["news"])
    await add(runtime, "b", topics=["news"])
    async with mode(runtime):
        await runtime.publish_message("hi", TOPIC)
        outcome = await outcome_of(runtime.send_message("hi", agent("a")))
    assert repr(outcome) == "ValueError('cannot be built')"
    assert books.verdicts() == [
        "event -> a/default: undeliverable",
        "event -> b/default: handled",
        "request -> a/default: undeliverable",
        "response -> outside: handled",
    ]
    assert [r.getMessage() for r in caplog.records] == ["Error constructing agent a/default"] * 2


@pytest.mark.parametrize("error", [ValueError("no"), asyncio.CancelledError("no")])
@pytest.mark.parametrize("wait", [False, True])
async def test_a_handler_that_raises_costs_only_its_own_delivery(mode, error, wait):
    async def raising(puppet, message, ctx):
        if wait:
            await asyncio.sleep(0)
        raise error

    runtime, books = new_runtime()
    await add(runtime, "a", raising, topics=["news"])
    await add(runtime, "b", topics=["news"])
    async with mode(runtime):
        await runtime.publish_message("hi", TOPIC)
        outcome = await outcome_of(runtime.send_message("hi", agent("a")))
    assert repr(outcome) == repr(error)
    verdict = "failed" if isinstance(error, ValueError) else "cancelled"
    assert books.verdicts() == [
        f"event -> a/default: {verdict}",
        "event -> b/default: handled",
        f"request -> a/default: {verdict}",
        "response -> outside: handled",
    ]


@pytest.mark.parametrize("hook", HOOKS)
async def test_an_instrument_that_raises_is_removed_and_the_run_goes_on(mode, hook, caplog):
    def explode(self, *args):
        raise ZeroDivisionError(hook)

    explode.__name__ = hook
    broken = type("Broken", (Instrument,), {hook: explode})()
    handlers = [Intervention("request", replace)]
    runtime, books = new_runtime(intervention_handlers=handlers)
    runtime.add_instrument(broken)

    async def ask(puppet, message, ctx):
        return await puppet.send_message(message, agent("b"))

    async def broken_factory():
        raise ValueError("cannot be built")

    await add(runtime, "a", ask)
    await add(runtime, "b", topics=["news"])
    await add(runtime, "c", factory=broken_factory, topics=["news"])
    await add(runtime, "d")
    await runtime.unregister("d")
    await runtime.publish_message("late", TOPIC)
    await runtime.remove_subscription("c on news")
    number = runtime.stepper.pending[0].number
    runtime.stepper.hold(number)
    runtime.stepper.release(number)
    runtime.stepper.move(number, 0)
    runtime.stepper.edit(number, "later")
    runtime.stepper.pause_mailbox(agent("b"))
    runtime.stepper.resume_mailbox(agent("b"))
    runtime.stepper.policy = "fifo"
    async with mode(runtime):
        answer = await runtime.send_message("hi", agent("a"))
        failure = await outcome_of(runtime.send_message("hi", agent("c")))
        runtime.stepper.crash(agent("b"))
    assert (answer, repr(failure)) == ("<<hi>>!", "ValueError('cannot be built')")
    assert books.verdicts() == [
        "event -> b/default: handled",
        "event -> outside: no_recipient",
        "request -> a/default: handled",
        "request -> b/default: handled",
        "response -> a/default: handled",
        "response -> outside: handled",
        "request -> c/default: undeliverable",
        "response -> outside: handled",
    ]
    complaints = [r.getMessage() for r in caplog.records if "Instrument" in r.getMessage()]
    assert complaints == [
        f"Instrument Broken raised in {hook} and was removed; the run goes on without it."
    ]
    assert broken not in runtime._instruments

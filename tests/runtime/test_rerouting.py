"""Subscriptions count as they stand when the first delivery of a publication leaves the queue."""

import asyncio

import pytest
from runtime_parts import TOPIC, Waiting, add, agent, come_to_rest, new_runtime

from sandbox import DefaultInterventionHandler, DropMessage, TypeSubscription
from sandbox.runtime import Instrument


async def subscribe(runtime, *names):
    for name in names:
        await runtime.add_subscription(TypeSubscription("news", name, f"{name} on news"))


async def unsubscribe(runtime, *names):
    for name in names:
        await runtime.remove_subscription(f"{name} on news")


class Rerouted(Instrument):
    def __init__(self):
        self.seen = []

    def publication_rerouted(self, publication, events):
        self.seen.append([(e.number, str(e.recipient)) for e in events])


def heard(books):
    """To whom, in the order of handling, the events went."""
    return [str(d.recipient) for d in books.settled if d.verdict == "handled"]


async def a_runtime(*names, **options):
    """A runtime with agents a to d, of which these hear the news."""
    runtime, books = new_runtime(**options)
    for name in ("a", "b", "c", "d"):
        await add(runtime, name)
    await subscribe(runtime, *names)
    return runtime, books


@pytest.mark.parametrize(
    ("before", "gone", "new", "verdicts"),
    [
        (
            ["a"],
            [],
            ["b"],
            ["a/default: handled", "b/default: handled"],
        ),
        (
            ["a", "b"],
            ["a"],
            [],
            ["outside: no_recipient", "b/default: handled"],
        ),
        (
            ["a", "b", "c"],
            ["b"],
            ["d"],
            [
                "a/default: handled",
                "outside: no_recipient",
                "c/default: handled",
                "d/default: handled",
            ],
        ),
        ([], [], ["a", "b"], ["a/default: handled", "b/default: handled"]),
        (["a", "b"], ["a", "b"], [], ["outside: no_recipient", "outside: no_recipient"]),
        (["a"], ["a"], ["b"], ["outside: no_recipient", "b/default: handled"]),
        (["a"], ["a"], ["a"], ["a/default: handled"]),
        (
            ["a", "b"],
            ["a"],
            ["a"],  # subscribed again, it comes last, as in AutoGen Core
            ["outside: no_recipient", "b/default: handled", "a/default: handled"],
        ),
    ],
)
async def test_changes_before_the_first_delivery_count(mode, before, gone, new, verdicts):
    runtime, books = await a_runtime(*before)
    await runtime.publish_message("hi", TOPIC)
    await unsubscribe(runtime, *gone)
    await subscribe(runtime, *new)
    async with mode(runtime):
        pass
    assert books.verdicts() == [f"event -> {line}" for line in verdicts]


async def test_a_changed_publication_keeps_its_place_in_the_queue(mode):
    runtime, books = await a_runtime("a", "b")
    await runtime.publish_message("1", TOPIC)
    call = asyncio.create_task(runtime.send_message("2", agent("d")))
    await come_to_rest()
    await runtime.publish_message("3", TOPIC)
    await unsubscribe(runtime, "a")
    await subscribe(runtime, "c")
    shown = [(d.number, d.message, str(d.recipient)) for d in runtime.stepper.pending]
    assert shown == [
        (2, "1", "b/default"),
        (6, "1", "c/default"),
        (3, "2", "d/default"),
        (5, "3", "b/default"),
        (7, "3", "c/default"),
    ]
    async with mode(runtime):
        await call
    in_order = [d.message for d in books.settled if d.kind != "response" and d.recipient]
    assert in_order == ["1", "1", "2", "3", "3"]


async def test_the_instrument_is_told_who_receives_it_now():
    runtime, _ = await a_runtime("a")
    rerouted = Rerouted()
    runtime.add_instrument(rerouted)
    await runtime.publish_message("hi", TOPIC)
    assert len(runtime.stepper.pending) == 1
    await subscribe(runtime, "b")
    assert len(runtime.stepper.pending) == 2
    await unsubscribe(runtime, "a", "b")
    assert len(runtime.stepper.pending) == 1
    assert len(runtime.stepper.pending) == 1
    assert rerouted.seen == [[(1, "a/default"), (2, "b/default")], [(1, "None")]]


async def test_a_sender_that_subscribes_late_is_skipped_as_well(mode):
    runtime, books = await a_runtime("a")
    await runtime.publish_message("hi", TOPIC, sender=agent("b"))
    await subscribe(runtime, "b", "c")
    async with mode(runtime):
        pass
    assert books.verdicts() == [
        "event -> a/default: handled",
        "event -> b/default: skipped_sender",
        "event -> c/default: handled",
    ]


async def test_after_the_first_delivery_changes_come_too_late():
    runtime, books = await a_runtime("a", "b")
    await runtime.publish_message("hi", TOPIC)
    await runtime.step()
    await unsubscribe(runtime, "b")
    await subscribe(runtime, "c")
    await runtime.step()
    assert await runtime.step() is None
    assert books.verdicts() == ["event -> a/default: handled", "event -> b/default: handled"]


async def test_held_deliveries_stay_on_hold_when_subscriptions_change(mode):
    runtime, books = await a_runtime("a", "b")
    await runtime.publish_message("hi", TOPIC)
    runtime.stepper.hold(1)
    runtime.stepper.hold(2)
    await unsubscribe(runtime, "a")
    await subscribe(runtime, "c")
    assert [(d.number, d.state) for d in runtime.stepper.pending] == [(2, "held"), (3, "queued")]
    runtime.stepper.release(2)
    async with mode(runtime):
        pass
    assert heard(books) == ["b/default", "c/default"]


async def test_a_held_delivery_that_loses_its_subscription_and_is_alone_goes_to_nobody(mode):
    runtime, books = await a_runtime("a")
    await runtime.publish_message("hi", TOPIC)
    runtime.stepper.hold(1)
    await unsubscribe(runtime, "a")
    assert [(d.number, d.state, d.recipient) for d in runtime.stepper.pending] == [
        (1, "held", None)
    ]
    await subscribe(runtime, "b")
    [held] = runtime.stepper.pending
    assert (held.number, held.state, str(held.recipient)) == (1, "held", "b/default")
    runtime.stepper.release(1)
    async with mode(runtime):
        pass
    assert heard(books) == ["b/default"]


async def test_a_publication_that_waits_at_a_serial_mailbox_is_routed_again_too():
    waiting = Waiting()
    runtime, books = new_runtime()
    await add(runtime, "a", waiting.play, mailbox="serial", topics=["news"])
    await add(runtime, "b")
    runtime.start()
    call = asyncio.create_task(runtime.send_message("first", agent("a")))
    await come_to_rest()
    await runtime.publish_message("second", TOPIC)
    await come_to_rest()
    await subscribe(runtime, "b")
    waiting.gate.set()
    await call
    await runtime.stop_when_idle(timeout=1)
    assert books.verdicts() == [
        "request -> a/default: handled",
        "event -> a/default: handled",
        "response -> outside: handled",
        "event -> b/default: handled",
    ]


async def test_a_serial_recipient_that_unsubscribes_while_a_publication_waits_for_it():
    waiting = Waiting()
    runtime, books = new_runtime()
    await add(runtime, "a", waiting.play, mailbox="serial", topics=["news"])
    await add(runtime, "b", topics=["news"])
    runtime.start()
    call = asyncio.create_task(runtime.send_message("first", agent("a")))
    await come_to_rest()
    await runtime.publish_message("second", TOPIC)
    runtime.stepper.hold(3)
    await come_to_rest()
    later = asyncio.create_task(runtime.send_message("third", agent("a")))
    await come_to_rest()
    await runtime.remove_subscription("a on news")
    waiting.gate.set()
    await asyncio.gather(call, later)
    runtime.stepper.release(3)
    await runtime.stop_when_idle(timeout=1)
    assert [v for v in books.verdicts() if "response" not in v] == [
        "request -> a/default: handled",
        "event -> outside: no_recipient",
        "event -> b/default: handled",
        "request -> a/default: handled",
    ]


async def test_dropping_one_delivery_leaves_the_interventions_to_the_others(mode):
    class Shout(DefaultInterventionHandler):
        async def on_publish(self, message, *, message_context):
            return message.upper()

    runtime, books = await a_runtime("a", "b", intervention_handlers=[Shout()])
    await runtime.publish_message("hi", TOPIC)
    runtime.stepper.drop(1)
    async with mode(runtime):
        pass
    assert [(d.message, d.verdict) for d in books.settled] == [("HI", "dropped"), ("HI", "handled")]


async def test_a_dropped_publication_is_dropped_for_held_recipients_too(mode):
    class Drop(DefaultInterventionHandler):
        async def on_publish(self, message, *, message_context):
            return DropMessage

    runtime, books = await a_runtime("a", "b", intervention_handlers=[Drop()])
    await runtime.publish_message("hi", TOPIC)
    runtime.stepper.hold(2)
    async with mode(runtime):
        pass
    assert books.verdicts() == ["event -> a/default: dropped", "event -> b/default: dropped"]

"""What stops a run, and where."""

import asyncio

import pytest
from control_parts import Ask, News, Unheard, agent, ask, inspected, numbers, publish

from sandbox import DefaultInterventionHandler, DropMessage, TopicId, TypeSubscription
from sandbox.inspector.control.breakpoints import KINDS, Breakpoint
from sandbox.inspector.recording.records import Changed
from sandbox.runtime import Instrument


async def _let_it_flow():
    for _ in range(80):
        await asyncio.sleep(0)


class Dropper(DefaultInterventionHandler):
    async def on_send(self, message, *, message_context, recipient):
        return DropMessage if message.text == "drop" else message


async def _program(inspector):
    """Something of every kind; returns the calls, whose outcomes do not matter."""
    await inspector.runtime.add_subscription(TypeSubscription("odd", "c"))
    calls = [
        await ask(inspector, "a", 1, via=("b",)),
        await ask(inspector, "b", 2, "fail"),
        await ask(inspector, "b", 3, "drop"),
    ]
    await publish(inspector, "one")
    await inspector.runtime.publish_message(News("lost"), TopicId("nowhere", "x"))
    await inspector.runtime.publish_message(Unheard(), TopicId("odd", "default"))
    return calls


# Kind -> what is handled before it stops, and the delivery that it is about.
STOPS = {
    "before": ([], 1),
    "reply": (["a 1", "b 2", "a one", "b one", "b 1"], 9),
    "routed": (["a 1", "b 2"], 4),
    "no_recipient": (["a 1", "b 2", "a one", "b one"], 6),
    "sent": (["a 1"], 8),
    "created": (["a 1"], 1),
    "after": (["a 1", "b 2"], 2),
    "failed": (["a 1", "b 2"], 2),
    "unhandled": (["a 1", "b 2", "a one", "b one"], 7),
    "dropped": (["a 1", "b 2"], 3),
}


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize("kind", STOPS)
async def test_each_kind_stops_where_it_says(kind, free):
    handlers = [Dropper()]
    inspector, log = await inspected(paused=not free, intervention_handlers=handlers)
    calls = await _program(inspector)
    breakpoint = inspector.break_on(kind)
    if free:
        inspector.runtime.start()
        await _let_it_flow()
    else:
        await inspector.run()
    stopped = inspector.stopped
    assert inspector.paused
    assert (stopped.by, breakpoint.hits) == (kind, 1)
    assert stopped.reason.startswith(kind)
    where = f"#{stopped.number}"
    assert where in stopped.reason
    assert (log, stopped.number) == STOPS[kind]
    if list(KINDS).index(kind) < 4:
        assert stopped.number in numbers(inspector.queue)
    breakpoint.remove()
    breakpoint.remove()
    assert inspector.breakpoints == ()
    if free:
        inspector.resume()
        await inspector.runtime.stop_when_idle()
    else:
        await inspector.run()
    assert sorted(log) == ["a 1", "a one", "b 1", "b 2", "b one"]
    await asyncio.gather(*calls, return_exceptions=True)


async def _stopped_by(inspector, **filters):
    """Which deliveries a breakpoint with these filters stops before."""
    breakpoint = inspector.break_on(**filters)
    stopped = []
    while (await inspector.run() or True) and inspector.stopped is not None:
        stopped.append(inspector.stopped.number)
    breakpoint.remove()
    return stopped


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"agent": "a"}, [2, 4]),
        ({"agent": "a/default"}, [2, 4]),
        ({"agent": agent("b")}, [3, 5]),
        ({"agent": "?"}, [1, 2, 3, 4, 5]),
        ({"agent": "a/o*"}, []),
        ({"topic": "news"}, [2, 3, 4, 5]),
        ({"topic": "new*/def*"}, [2, 3, 4, 5]),
        ({"topic": TopicId("news", "other")}, []),
        ({"message": News}, [2, 3, 4, 5]),
        ({"message": "Ask"}, [1]),
        ({"message": "N*", "agent": "b"}, [3, 5]),
        ({"when": lambda message, context, agent: context.is_rpc}, [1, 6]),
        ({"message": News, "when": lambda m, c, agent: agent and agent.heard == 1}, [4, 5]),
        ({"agent": "b", "hits": 2}, [5]),
        ({"agent": "b", "once": True}, [3]),
        ({"message": News, "hits": 2, "once": True}, [3]),
    ],
)
async def test_filters_and_counts_choose_where_it_stops(filters, expected):
    inspector, log = await inspected()
    call = await ask(inspector, "c", 1)
    await publish(inspector, "one", "two")
    assert await _stopped_by(inspector, kind="before", **filters) == expected
    await inspector.run()
    assert call.done()
    assert log == ["c 1", "a one", "b one", "a two", "b two"]


@pytest.mark.parametrize("side", ["a", "b"])
async def test_a_reply_is_found_by_who_gives_and_by_who_gets_it(side):
    inspector, _ = await inspected()
    call = await ask(inspector, "a", 1, via=("b",))
    inspector.break_on("reply", agent=side)
    await inspector.run()
    assert (inspector.queue[0].sender, inspector.queue[0].recipient) == (agent("b"), agent("a"))
    call.cancel()


async def test_what_is_sent_is_found_by_its_sender():
    inspector, log = await inspected()
    call = await ask(inspector, "a", 1, via=("b", "c"))
    inspector.break_on("sent", agent="b")
    await inspector.run()
    assert log == ["a 1", "b 1"]
    assert inspector.stopped.number == inspector.queue[0].number == 3
    call.cancel()


@pytest.mark.parametrize(
    ("recipients", "stops"), [(2, True), (1, False), (range(2, 9), True), ({0, 3}, False)]
)
async def test_publications_are_found_by_the_number_of_their_recipients(recipients, stops):
    inspector, log = await inspected()
    await publish(inspector, "one")
    inspector.break_on("routed", recipients=recipients)
    assert await inspector.run() == (0 if stops else 2)
    assert await inspector.run() == (2 if stops else 0)
    assert log == ["a one", "b one"]


async def test_a_condition_that_raises_stops_there_and_says_so():
    inspector, log = await inspected()
    await publish(inspector, "one", "two")
    inspector.break_on("before", when=lambda message, context, agent: message.nothing, hits=5)
    assert await inspector.run() == 0
    (breakpoint,) = inspector.breakpoints
    assert isinstance(breakpoint.error, AttributeError)
    assert "its condition raised AttributeError: 'News' object has no attribute 'nothing'" in (
        inspector.stopped.reason
    )
    assert "its condition raised AttributeError" in repr(breakpoint)
    assert "<br>Its condition raised AttributeError" in breakpoint._repr_html_()
    assert log == []


async def test_a_condition_cannot_be_a_coroutine_function():
    async def later(message, context, agent):
        return False

    inspector, _ = await inspected()
    await publish(inspector, "one")
    inspector.break_on("before", when=later)
    assert await inspector.run() == 0
    assert "A condition must be a plain function" in inspector.stopped.reason


@pytest.mark.parametrize("free", [False, True])
async def test_holding_only_one_mailbox_lets_the_others_go_on(free):
    inspector, log = await inspected(paused=not free)
    inspector.break_on("before", agent="a", message=News, hold_only=True)
    await publish(inspector, "one", "two")
    call = await ask(inspector, "c", 1)
    if free:
        inspector.runtime.start()
        await _let_it_flow()
        assert not inspector.paused
    else:
        await inspector.run()
    assert await call == "1 by c, its 1."
    assert log == ["b one", "b two", "c 1"]
    assert inspector.paused_mailboxes == (agent("a"),)
    assert "only the mailbox of a/default is paused" in inspector.stopped.reason
    inspector.breakpoints[0].remove()
    inspector.resume_mailbox("a/default")
    if free:
        await inspector.runtime.stop_when_idle()
    else:
        await inspector.run()
    assert log == ["b one", "b two", "c 1", "a one", "a two"]


async def test_a_free_runtime_stops_within_a_publication():
    inspector, log = await inspected(paused=False)
    inspector.runtime.start()
    inspector.break_on("before", agent="b")
    await publish(inspector, "one")
    await _let_it_flow()
    assert (log, numbers(inspector.queue)) == (["a one"], [2])
    inspector.resume()
    await inspector.runtime.stop_when_idle()
    assert log == ["a one", "b one"]


async def test_a_free_runtime_delivers_nothing_after_a_failure():
    inspector, log = await inspected(paused=False)
    inspector.break_on("failed", agent="b")
    await publish(inspector, "fail", "two")
    inspector.runtime.start()
    await _let_it_flow()
    assert inspector.paused
    assert (log, inspector.stopped.number) == (["a fail", "b fail"], 2)
    await inspector.runtime.stop()


async def test_a_step_by_hand_is_not_stopped_before_it():
    inspector, log = await inspected()
    await publish(inspector, "one")
    breakpoint = inspector.break_on("before")
    assert (await inspector.step()).number == 1
    assert breakpoint.hits == 0
    assert log == ["a one"]


async def test_a_step_by_hand_says_what_has_happened_in_it():
    inspector, _ = await inspected()
    await publish(inspector, "fail")
    inspector.break_on("failed")
    await inspector.step()
    assert inspector.stopped.number == 1


async def test_the_recording_says_where_and_why():
    inspector, _ = await inspected()
    await publish(inspector, "one")
    inspector.break_on("before", agent="b", message="News", hits=1)
    await inspector.run()
    # The run is told to have ended after what stopped it.
    data, ended = inspector.recording.since(inspector.recording.last - 1)
    assert (ended["kind"], ended["mode"]) == ("mode", "paused")
    assert {name: data[name] for name in ("kind", "number", "by", "reason")} == {
        "kind": "stopped",
        "number": 2,
        "by": "before, agent b, message News",
        "reason": "before: <Delivery #2 event News outside -> b/default: queued>",
    }


class Teller(Instrument):
    """Stands in for what notices that a message was changed."""

    def __init__(self, recording):
        self.recording = recording

    def delivery_settled(self, delivery):
        self.recording.append(Changed, delivery.number, "turn", "{}", "{}")


async def test_a_changed_message_stops_as_soon_as_the_recording_tells_of_it():
    inspector, _ = await inspected()
    inspector.runtime.add_instrument(Teller(inspector.recording))
    await publish(inspector, "one")
    inspector.break_on("changed", agent="b")
    assert await inspector.run() == 2
    assert (inspector.stopped.by, inspector.stopped.number) == ("changed, agent b", 2)


async def test_a_broken_invariant_stops_if_a_breakpoint_asks_for_it():
    inspector, _ = await inspected()
    await publish(inspector, "one")
    inspector._stops.invariant_broken("sum is 3", inspector.queue[0])
    assert inspector.stopped is None
    inspector.break_on("invariant")
    inspector._stops.invariant_broken("sum is 3", inspector.queue[0])
    assert inspector.stopped.reason.startswith("invariant (sum is 3): <Delivery #1")


def test_what_makes_no_sense_is_refused():
    for arguments, words in [
        ({"kind": "befor"}, "There is no kind of breakpoint 'befor'. There are: before, reply"),
        ({"kind": "routed", "hold_only": True}, "is about no single agent"),
        ({"kind": "before", "recipients": 2}, "counted by breakpoints on 'routed'"),
        ({"kind": "before", "from_hit": 0}, "not at hit 0"),
    ]:
        with pytest.raises(ValueError, match=words):
            Breakpoint(**arguments)


async def test_a_breakpoint_says_what_it_is():
    inspector, _ = await inspected()
    breakpoint = inspector.break_on("before", agent="<b>", message=Ask, once=True)
    assert repr(breakpoint) == "<Breakpoint before, agent <b>, message Ask, once: never met>"
    assert breakpoint._repr_html_() == (
        "<b>before, agent &lt;b&gt;, message Ask, once</b>: "
        "stops before a message is delivered; never met."
    )
    assert len(KINDS) == 12


async def test_without_breakpoints_nothing_is_observed_or_asked():
    inspector, _ = await inspected()
    pump, instruments = inspector.runtime._pump, inspector.runtime._instruments
    breakpoint = inspector.break_on("before")
    assert pump.guard is not None
    assert inspector._stops in instruments
    breakpoint.remove()
    assert pump.guard is None
    assert inspector._stops not in instruments


async def test_two_inspectors_stop_one_runtime_each_by_its_own_breakpoints():
    first, log = await inspected(paused=False)
    second = type(first)(first.runtime, paused=False)
    first.break_on("before", agent="a")
    second.break_on("before", agent="b")
    first.runtime.start()
    await publish(first, "one")
    await _let_it_flow()
    assert (log, first.stopped.number, second.stopped) == ([], 1, None)
    first.resume()
    await _let_it_flow()
    assert (log, second.stopped.number) == (["a one"], 2)
    second.resume()
    await first.runtime.stop_when_idle()

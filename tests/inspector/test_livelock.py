"""Livelocks: the repeating cycle is found in the chain of causes, and only while it goes on."""

from sandbox.inspector.diagnosis.livelock import REPEATS, Hop, Livelocks
from sandbox.inspector.recording.records import Queued, Settled


def queued(number, cause, sender, recipient, message_type="Number"):
    return Queued(
        time=float(number),
        number=number,
        delivery="event",
        message_type=message_type,
        message="{}",
        message_id=f"m{number}",
        sender=sender,
        recipient=recipient,
        topic_type="default",
        topic_source="x",
        is_rpc=False,
        cause=cause,
        publication=number,
        request=None,
        subscriptions=("s",),
        cell=None,
        copy_of=None,
    )


def settled(number):
    return Settled(float(number), number, "handled", None, None, None)


def chain(names, rounds, livelocks):
    """Messages that go round: each is sent in the turn of the one before."""
    number = 0
    for _ in range(rounds):
        for place, name in enumerate(names):
            livelocks.queued(queued(number + 1, number or None, names[place - 1], name))
            if number:
                livelocks.settled(settled(number))
            number += 1
    return number


def test_a_cycle_of_any_length_is_named():
    for names in (["a"], ["a", "b"], ["a", "b", "c", "d", "e"]):
        livelocks = Livelocks()
        last = chain(names, REPEATS + 1, livelocks)
        [cycle] = livelocks.cycles()
        assert set(cycle.hops) == {
            Hop(names[place - 1], "Number", name) for place, name in enumerate(names)
        }
        assert len(cycle.hops) == len(names)
        assert cycle.deliveries[-1] == last


def test_fewer_rounds_are_no_livelock():
    livelocks = Livelocks()
    chain(["a", "b"], REPEATS - 1, livelocks)
    assert livelocks.cycles() == []


def test_a_chain_that_has_ended_is_no_livelock():
    livelocks = Livelocks()
    last = chain(["a", "b"], REPEATS + 5, livelocks)
    livelocks.settled(settled(last))
    assert livelocks.cycles() == []


def test_a_long_chain_without_repetition_is_no_livelock():
    livelocks = Livelocks()
    chain([f"agent-{n}" for n in range(500)], 1, livelocks)
    assert livelocks.cycles() == []


def test_many_branches_of_one_cycle_are_one_livelock():
    livelocks = Livelocks()
    last = chain(["a", "b"], REPEATS + 1, livelocks)
    for branch in range(1, 50):
        livelocks.queued(queued(last + branch, last - 1, "a", "b"))
    assert len(livelocks.cycles()) == 1


def test_causes_from_before_the_recording_are_no_hindrance():
    livelocks = Livelocks()
    livelocks.queued(queued(1_000, 999, "a", "b"))
    livelocks.queued(queued(1_001, 1_000, "b", "a"))
    assert livelocks.cycles() == []


def test_a_chain_is_followed_only_once_per_delivery(monkeypatch):
    livelocks = Livelocks()
    chain(["a", "b"], REPEATS + 1, livelocks)
    first = livelocks.cycles()
    monkeypatch.setattr(Livelocks, "_cycle_of", None)
    assert livelocks.cycles() == first

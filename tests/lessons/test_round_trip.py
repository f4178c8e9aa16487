"""A click waits until the page has told what was done before it."""

import asyncio

import ipywidgets
import pytest

from sandbox.lessons import round_trip
from sandbox.lessons.round_trip import RoundTrip


@pytest.fixture
def link(monkeypatch):
    """The two ends of the link that the page has; it does nothing by itself."""
    ends = {}

    def jslink(source, target):
        ends.update(there=source, back=target)

    monkeypatch.setattr(ipywidgets, "jslink", jslink)
    return ends


def page_says(link, words):
    widget, trait = link["back"]
    setattr(widget, trait, words)


def page_was_told(link):
    widget, trait = link["there"]
    return getattr(widget, trait)


def test_what_waits_is_done_once_when_the_page_answers(link):
    trip, done = RoundTrip(ipywidgets), []
    trip.then(lambda: done.append("first"))
    assert done == []
    page_says(link, page_was_told(link))
    assert done == ["first"]
    trip.then(lambda: done.append("second"))
    page_says(link, page_was_told(link))
    assert done == ["first", "second"]


def test_an_answer_to_the_last_is_one_to_all(link):
    trip, done = RoundTrip(ipywidgets), []
    for number in range(3):
        trip.then(lambda number=number: done.append(number))
    page_says(link, page_was_told(link))
    assert done == [0, 1, 2]


@pytest.mark.parametrize("words", ["0", "", "-1", "nonsense", None])
def test_whatever_else_a_page_says_is_no_answer(link, words):
    trip, done = RoundTrip(ipywidgets), []
    trip.then(lambda: done.append("first"))
    page_says(link, words)
    assert done == []
    page_says(link, page_was_told(link))
    assert done == ["first"]


async def test_a_page_that_does_not_answer_is_not_waited_for_for_long(link, monkeypatch):
    monkeypatch.setattr(round_trip, "PATIENCE", 0.01)
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    trip, times = RoundTrip(ipywidgets), []

    def act():
        times.append(1)
        loop.call_soon_threadsafe(done.set)

    trip.then(act)
    await asyncio.wait_for(done.wait(), 60)
    page_says(link, page_was_told(link))
    assert times == [1]

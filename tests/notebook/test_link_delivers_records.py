"""Whatever gets lost on the way, a page ends up with every record, once and in order."""

import heapq
import itertools

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sandbox.notebook.link import ATTEMPTS, INTERVAL, Link
from sandbox.notebook.stream import BATCH, WINDOW


class Recording:
    let_go = 0
    opening = ()

    def __init__(self):
        self.records = []
        self.listeners = []

    @property
    def last(self):
        return len(self.records)

    def since(self, seq, limit=None):
        assert 1 <= seq <= self.last
        return self.records[seq - 1 :][:limit]

    def listen(self, callback):
        self.listeners.append(callback)
        return lambda: self.listeners.remove(callback)

    def append(self, count=1):
        for _ in range(count):
            self.records.append({"seq": self.last + 1, "kind": "mode"})
            for callback in list(self.listeners):
                callback()


class Clock:
    """A loop whose time passes when told to."""

    def __init__(self):
        self.now = 100.0
        self.order = itertools.count()
        self.handles = []

    def is_running(self):
        return True

    def is_closed(self):
        return False

    def time(self):
        return self.now

    def call_later(self, delay, callback, *args, context=None):
        heapq.heappush(self.handles, (self.now + delay, next(self.order), callback, args))

    def call_soon_threadsafe(self, callback, *args, context=None):
        self.call_later(0.0, callback, *args)

    def pass_time(self, seconds):
        end = self.now + seconds
        while self.handles and self.handles[0][0] <= end:
            when, _, callback, args = heapq.heappop(self.handles)
            self.now = max(self.now, when)
            callback(*args)
        self.now = end


class Page:
    """What the page does with batches, and a line to the kernel that may lose them."""

    def __init__(self):
        self.received = []
        self.wire = []
        self.asked_for = None

    @property
    def last(self):
        return self.received[-1]["seq"] if self.received else 0

    def arrive(self, link, batch):
        assert [record["seq"] for record in batch["records"]] == list(
            range(batch["first"], batch["first"] + len(batch["records"]))
        )
        assert 1 <= len(batch["records"]) <= BATCH
        if batch["first"] > self.last + 1:
            if self.asked_for != self.last + 1:
                self.resync(link)
            return
        self.received += [record for record in batch["records"] if record["seq"] > self.last]

    def resync(self, link):
        self.asked_for = self.last + 1
        link.receive({"type": "resync", "from": self.last + 1})

    def ack(self, link):
        link.receive({"type": "ack", "seq": self.last})


def make():
    recording, clock, page = Recording(), Clock(), Page()
    link = Link(recording, {}, page.wire.append, home=clock, owner=lambda: None)
    return recording, clock, page, link


class AnyInterleaving(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.recording, self.clock, self.page, self.link = make()

    @rule(count=st.one_of(st.integers(1, 5), st.sampled_from([BATCH, BATCH + 1, WINDOW + 10])))
    def records_come(self, count):
        self.recording.append(count)

    @rule(seconds=st.sampled_from([0.001, INTERVAL, 0.25, 3.0, 100.0]))
    def time_passes(self, seconds):
        self.clock.pass_time(seconds)

    @rule(count=st.integers(1, 20))
    def messages_arrive(self, count):
        for message in self.page.wire[:count]:
            self.page.arrive(self.link, message)
        del self.page.wire[:count]

    @rule(count=st.integers(1, 8))
    def messages_get_lost(self, count):
        del self.page.wire[:count]

    @rule()
    def page_acknowledges(self):
        self.page.ack(self.link)

    @rule()
    def page_is_reloaded(self):
        self.page = Page()
        self.link._send = self.link._stream._send = self.page.wire.append
        self.page.resync(self.link)

    @rule()
    def page_asks_again(self):
        self.page.resync(self.link)

    @rule(seq=st.integers(-5, 20_000))
    def another_tab_acknowledges_what_it_has(self, seq):
        self.link.receive({"type": "ack", "seq": min(seq, self.recording.last)})

    @invariant()
    def nothing_is_out_of_order(self):
        assert self.page.received == self.recording.records[: self.page.last]

    def teardown(self):
        # The line is good from here on, and the page says one more word.
        self.page.wire.clear()
        self.page.resync(self.link)
        for _ in range(1_000):
            self.clock.pass_time(INTERVAL)
            for message in self.page.wire:
                self.page.arrive(self.link, message)
            self.page.wire.clear()
            if self.page.last == self.recording.last:
                break
            self.page.ack(self.link)
        assert self.page.received == self.recording.records


TestAnyInterleaving = AnyInterleaving.TestCase
TestAnyInterleaving.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_nothing_is_sent_before_a_page_asks():
    recording, clock, page, _link = make()
    recording.append(3)
    clock.pass_time(10)
    assert page.wire == []


def test_a_page_that_opens_late_gets_everything_from_the_first_record():
    recording, clock, page, link = make()
    recording.append(3)
    link.receive({"type": "resync", "from": 1})
    clock.pass_time(0)
    batch = {"type": "batch", "first": 1, "records": recording.records, "last": 3}
    assert page.wire == [batch]


def test_records_that_come_close_together_go_in_one_batch():
    recording, clock, page, link = make()
    link.receive({"type": "resync", "from": 1})
    clock.pass_time(1)
    recording.append()
    clock.pass_time(0)
    for _ in range(5):
        recording.append()
        clock.pass_time(INTERVAL / 10)
    clock.pass_time(INTERVAL)
    assert [[record["seq"] for record in batch["records"]] for batch in page.wire] == [
        [1],
        [2, 3, 4, 5, 6],
    ]


@settings(deadline=None)
@given(count=st.integers(1, WINDOW))
def test_no_batch_is_larger_than_agreed(count):
    recording, clock, page, link = make()
    recording.append(count)
    link.receive({"type": "resync", "from": 1})
    clock.pass_time(0)
    full, rest = divmod(count, BATCH)
    assert [len(batch["records"]) for batch in page.wire] == [BATCH] * full + [rest] * bool(rest)


def test_a_page_that_does_not_keep_up_is_not_flooded_and_loses_nothing():
    recording, clock, page, link = make()
    recording.append(WINDOW + 2_500)
    link.receive({"type": "resync", "from": 1})
    clock.pass_time(1)
    assert page.wire[-1]["records"][-1]["seq"] == WINDOW
    link.receive({"type": "ack", "seq": 2_000})
    clock.pass_time(1)
    assert page.wire[-1]["records"][-1]["seq"] == WINDOW + 2_000
    for batch in page.wire:
        page.arrive(link, batch)
    page.ack(link)
    page.wire.clear()
    clock.pass_time(1)
    for batch in page.wire:
        page.arrive(link, batch)
    assert page.received == recording.records


def test_a_last_batch_that_is_lost_is_sent_again():
    recording, clock, page, link = make()
    link.receive({"type": "resync", "from": 1})
    recording.append(2)
    clock.pass_time(1)
    page.wire.clear()
    clock.pass_time(2)
    assert [batch["first"] for batch in page.wire] == [1]


def test_a_page_that_says_nothing_is_left_alone_after_some_attempts():
    recording, clock, page, link = make()
    link.receive({"type": "resync", "from": 1})
    recording.append(2)
    clock.pass_time(100_000)
    assert len(page.wire) == 1 + ATTEMPTS
    assert clock.handles == []
    page.ack(link)
    clock.pass_time(2)
    assert len(page.wire) == 2 + ATTEMPTS


def test_a_closed_link_follows_the_recording_no_longer():
    recording, clock, page, link = make()
    link.receive({"type": "resync", "from": 1})
    clock.pass_time(0)
    link.close()
    recording.append(2)
    clock.pass_time(10)
    assert page.wire == []
    assert recording.listeners == []


def test_a_message_that_nobody_understands_is_logged_and_changes_nothing(caplog):
    _recording, clock, page, link = make()
    for content in ("hello", None, {"type": "resync", "from": "1"}, {"type": "dance"}):
        link.receive(content)
    clock.pass_time(1)
    assert page.wire == []
    assert len(caplog.records) == 4


def test_thirty_thousand_records_a_second_arrive_without_falling_behind():
    recording, clock, page, link = make()
    page.resync(link)
    acknowledged = 0
    for _ in range(90):  # three seconds, a frame of the page at a time
        recording.append(1_000)
        clock.pass_time(INTERVAL)
        for message in page.wire:
            page.arrive(link, message)
            if page.last - acknowledged >= 2_000:
                acknowledged = page.last
                page.ack(link)
        page.wire.clear()
        assert recording.last - page.last <= WINDOW
    page.ack(link)
    clock.pass_time(INTERVAL)
    for message in page.wire:
        page.arrive(link, message)
    assert page.received == recording.records

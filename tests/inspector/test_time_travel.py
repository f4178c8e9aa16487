"""As of any record: the same as it was live then, at once, and within a limit on memory."""

import asyncio
import gc
import json
import random
import threading
import tracemalloc
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from any_run import runs
from busy_run import busy_run
from calls import begin_call
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant
from test_run_state_equals_the_runtime import RecordsAndRuntime, live, recorded

from sandbox import AgentId, Inspector, MessageContext, RoutedAgent, SingleThreadedAgentRuntime, rpc
from sandbox.inspector import Recording
from sandbox.inspector.recording.recorder import Recorder
from sandbox.inspector.recording.records import Created, Handling, Queued, Settled
from sandbox.inspector.recording.run_state import RunState
from sandbox.inspector.recording.timeline import Timeline

pytestmark = pytest.mark.usefixtures("quiet")  # the runs log a lot


def unsettled(run):
    return {number: d for number, d in run.deliveries.items() if d.verdict is None}


class TimeTravel(RecordsAndRuntime):
    """The same random runs; looked at through short sections, a file, and a limit."""

    def __init__(self):
        super().__init__()
        self.folder = TemporaryDirectory()

    @initialize(intercepted=st.booleans(), started=st.booleans(), limit=st.integers(1, 60))
    def begin(self, intercepted, started, limit):
        self.limit = limit
        self.limited_moments = []
        super().begin(intercepted, started)

    async def _begin(self, intercepted, started):
        await super()._begin(intercepted, False)
        recording = self.inspector.recording
        recording._timeline = Timeline(7)
        self.limited = Recording(Path(self.folder.name) / "all.jsonl", limit=self.limit)
        recorder = Recorder(self.limited)
        recorder.begin(self.runtime)
        recorder.mode("paused")
        self.runtime.add_instrument(recorder)
        if started:
            self.runtime.start()

    @invariant()
    def the_limited_one_says_the_same(self):
        if not hasattr(self, "limited"):
            return
        now = {**live(self.runtime), "free": None}
        assert {**recorded(self.limited.state), "free": None} == now
        assert len(self.limited.records) >= min(self.limit, self.limited.last)
        assert len(self.limited.records) <= self.limit + self.limited._timeline.section
        self.limited_moments.append((self.limited.last, now))

    def teardown(self):
        try:
            if hasattr(self, "limited"):
                self.compare()
        finally:
            super().teardown()
            self.folder.cleanup()

    def compare(self):
        whole, folder = self.inspector.recording, Path(self.folder.name)
        whole.save(folder / "whole.jsonl")
        again = Recording.load(folder / "whole.jsonl")
        again._timeline = Timeline(5)
        assert again.records == whole.records
        for seq in random.Random(7).sample(range(whole.last + 1), min(whole.last, 20)):
            assert recorded(again.at(seq)) == recorded(whole.at(seq))
            assert list(again.at(seq).deliveries.values()) == list(
                whole.at(seq).deliveries.values()
            )
        everything = Recording.load(folder / "all.jsonl")
        assert everything.last == self.limited.last
        for seq, moment in self.limited_moments:
            assert {**recorded(everything.at(seq)), "free": None} == moment
            if seq >= self.limited.let_go:
                assert {**recorded(self.limited.at(seq)), "free": None} == moment
        self.limited.save(folder / "kept.jsonl")
        kept = Recording.load(folder / "kept.jsonl")
        assert recorded(kept.state) == recorded(self.limited.state)
        assert unsettled(kept.state).keys() == unsettled(self.limited.state).keys()
        for number, delivery in unsettled(self.limited.state).items():
            assert kept[number].waits_for == delivery.waits_for or not delivery.waits_for


TestTimeTravel = TimeTravel.TestCase
TestTimeTravel.settings = runs(40)
del RecordsAndRuntime, TimeTravel


async def test_a_state_of_the_past_does_not_change_when_the_run_goes_on():
    runtime = SingleThreadedAgentRuntime()
    await Echo.register(runtime, "echo", lambda: Echo("says it again"))
    inspector = Inspector(runtime)
    recording = inspector.recording
    recording._timeline = Timeline(3)
    call = await begin_call(runtime, "hi", AgentId("echo", "default"))
    past, delivery = recording.at(recording.last), recording[1]
    await inspector.run()
    await call
    assert (past.queue, past.word, past.deliveries[1].state) == ([1], "paused", "queued")
    assert delivery.state == "queued"
    assert recording[1].verdict == "handled"
    assert recording.at(0).types == {}


class Echo(RoutedAgent):
    @rpc
    async def answer(self, message: str, ctx: MessageContext) -> str:
        return message


def test_there_is_nothing_before_the_first_record_nor_after_the_last():
    recording = Recording()
    recording.append(Handling, 1)
    assert recording.at(0).seq == 0
    for seq in (-1, 2):
        with pytest.raises(IndexError, match=rf"There is no record {seq}: .* records 1 to 1\."):
            recording.at(seq)


def fill(recording, deliveries, backlog=1):
    """Record that many deliveries, with so many pending at a time."""
    for agent in range(200):
        recording.append(Created, f"worker/{agent}", "Worker", None)
    for start in range(1, deliveries + 1, backlog):
        numbers = range(start, min(start + backlog, deliveries + 1))
        for n in numbers:
            text = f'{{"json":{{"item":"tea","count":{n}}}}}'
            fields = (n, "event", "Order", text, f"m{n}", None, "worker/1", "orders", "s1", False)
            recording.append(Queued, *fields, None, n, None, ("subscription",), None, None)
        for n in numbers:
            recording.append(Handling, n)
            recording.append(Settled, n, "handled", None, None, None)


@pytest.mark.parametrize("backlog", [1, 50, 33_000])
def test_a_look_at_any_of_100_000_records_takes_in_few_of_them(backlog, monkeypatch):
    recording = Recording()
    fill(recording, 33_300, backlog)
    assert recording.last > 100_000
    _ = recording.state
    taken_in = []
    advance = RunState.advance
    monkeypatch.setattr(
        RunState,
        "advance",
        lambda self, following: advance(self, taken_in.extend(new := list(following)) or new),
    )
    for seq in [*range(0, recording.last, 9_973), recording.last]:
        taken_in.clear()
        assert recording.at(seq).seq == seq
        assert len(taken_in) <= recording.last / 20


def test_a_recording_with_a_limit_keeps_the_newest_and_counts_the_others():
    recording = Recording(limit=1_000)
    fill(recording, 5_000, 3)
    assert recording.last == 200 + 3 * 5_000
    assert 1_000 <= len(recording.records) <= 1_250
    assert recording.let_go == recording.last - len(recording.records)
    assert len(recording.state.agents) == 200
    assert recording[5_000].verdict == "handled"
    assert len(recording) < 500
    assert f"{recording.let_go} let go" in repr(recording)
    assert [record["seq"] for record in recording.since(recording.let_go + 1, 2)] == [
        recording.let_go + 1,
        recording.let_go + 2,
    ]


def test_what_was_let_go_is_an_error_that_says_what_is_left(tmp_path):
    path = tmp_path / "run.jsonl"
    recording = Recording(path, limit=100)
    fill(recording, 100)
    gone, last = recording.let_go, recording.last
    left = f"there still are records {gone + 1} to {last}; all are in {path}."
    for look in (lambda: recording.at(gone - 1), lambda: recording.at(0)):
        with pytest.raises(IndexError) as told:
            look()
        assert str(told.value).endswith(left)
    with pytest.raises(IndexError) as told:
        recording.since(1)
    assert str(told.value) == f"Record 1 was let go (limit=100): {left}"
    with pytest.raises(IndexError, match=r"There is no delivery 1: .* were let go; all are in"):
        _ = recording[1]
    recording.at(gone)
    recording.close()
    assert Recording.load(path).last == last


def test_a_limit_bounds_the_memory(tmp_path):
    recording = Recording(limit=2_000)
    fill(recording, 3_000)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        fill(recording, 30_000)
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert after - before < 1_500_000


def test_what_other_threads_record_is_kept_and_written_in_order(tmp_path):
    path = tmp_path / "run.jsonl"
    recording = Recording(path, limit=50)
    threads = [
        threading.Thread(target=lambda: [recording.append(Handling, n) for n in range(500)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recording.append(Handling, 1)
    assert recording.last == 2_001
    assert len(recording.records) <= 50 + 12
    recording.close()
    assert [r["number"] for r in recording.since(recording.let_go + 1)] == [
        line["data"]["number"]
        for line in map(json.loads, path.read_bytes().splitlines()[recording.let_go + 1 :])
    ]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_nothing_is_refused(limit):
    with pytest.raises(ValueError, match="at least 1 record"):
        Recording(limit=limit)


async def test_a_limited_recording_is_saved_with_how_things_stood(tmp_path):
    inspector = await busy_run(limit=20)
    recording = inspector.recording
    recording.save(tmp_path / "kept.jsonl")
    loaded = Recording.load(tmp_path / "kept.jsonl")
    assert recorded(loaded.state) == recorded(recording.state)
    assert f"{recording.let_go} records had been let go before it was saved" in str(loaded.report)


async def test_after_each_step_is_a_record_that_can_be_looked_at():
    runtime = SingleThreadedAgentRuntime()
    await Echo.register(runtime, "echo", lambda: Echo("says it again"))
    inspector = Inspector(runtime)
    to = AgentId("echo", "default")
    calls = [asyncio.create_task(runtime.send_message(word, to)) for word in ("a", "b", "c")]
    await asyncio.sleep(0)
    moments = [live(runtime)]
    inspector.drop(2, error=True)
    moments[0] = live(runtime)
    while await inspector.step() is not None:
        moments.append(live(runtime))
    steps = inspector.recording.steps
    assert [recorded(inspector.recording.at(seq)) for seq in steps] == moments
    assert steps[-1] == inspector.recording.last
    with suppress(Exception):
        await asyncio.gather(*calls, return_exceptions=True)


@pytest.mark.parametrize("enabled", [True, False])
async def test_looking_at_a_long_recording_leaves_garbage_collection_as_it_was(enabled):
    inspector = await busy_run()
    recording = Recording()
    for record in list(inspector.recording.records) * 30:
        recording.add(record)
    (gc.enable if enabled else gc.disable)()
    try:
        assert recording.at(recording.last - 5).seq == recording.last - 5
        assert gc.isenabled() is enabled
    finally:
        gc.enable()


async def test_the_graph_is_drawn_as_it_was():
    inspector = await busy_run()
    first_agent = next(
        seq for seq, r in enumerate(inspector.recording.records, 1) if isinstance(r, Created)
    )
    before, after = inspector.graph(at=first_agent - 1), inspector.graph(at=first_agent)
    assert (
        set(after) - set(before) == {("agent", "kitchen/default")}
        or after.nodes["agent", "kitchen/default"]["built"]
    )
    assert set(inspector.graph()) == set(inspector.graph(at=inspector.recording.last))
    with pytest.raises(IndexError):
        inspector.graph(at=10**6)

"""Recordings in files: written as they come, and read whatever has become of them."""

import asyncio
import json
import os
import sys
from copy import deepcopy
from pathlib import Path

import pytest
from busy_run import busy_run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox import SingleThreadedAgentRuntime
from sandbox.inspector import Inspector, Recording
from sandbox.inspector.recording.records import Handling, Mode


async def saved(tmp_path):
    path = tmp_path / "run.jsonl"
    inspector = await busy_run(path=path)
    return inspector.recording, path


def lines_of(path):
    return path.read_bytes().splitlines(keepends=True)


def use(recording):
    """Do everything that can be done with a recording."""
    for seq in range(0, recording.last + 1, max(1, recording.last // 8)):
        run = recording.at(seq)
        _ = run.queue, run.word
    for delivery in recording:
        _ = (
            delivery._repr_html_(),
            delivery.result,
            delivery.original,
            delivery.context,
            str(delivery),
        )
    _ = recording.since(1), recording.steps, repr(recording), str(recording.report)
    recording.to_mermaid().encode()
    recording.to_html().encode()
    recording.to_networkx()
    recording.to_frame()


async def test_a_recording_that_was_written_as_it_went_is_read_back_the_same(tmp_path):
    live, path = await saved(tmp_path)
    loaded = Recording.load(path)
    assert str(loaded.report) == "Nothing was left out."
    assert not loaded.report
    assert loaded.records == live.records
    assert list(loaded) == list(live)
    assert loaded.since(3, 4) == live.since(3, 4)
    assert loaded.steps == live.steps
    assert loaded[4] == live[4]
    use(loaded)


async def test_each_record_is_in_the_file_as_soon_as_it_is_in_the_recording(tmp_path):
    path = tmp_path / "run.jsonl"
    recording = Recording(path=path)
    for count in range(1, 20):
        recording.append(Mode, "paused")
        assert Recording.load(path).last == count
    assert recording.path == path


async def test_saving_writes_what_writing_as_it_goes_writes(tmp_path):
    live, path = await saved(tmp_path)
    live.save(tmp_path / "saved.jsonl")
    assert (tmp_path / "saved.jsonl").read_bytes() == path.read_bytes()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["run.jsonl", "saved.jsonl"]


async def test_saving_over_the_file_it_is_written_to_loses_nothing(tmp_path):
    path = tmp_path / "run.jsonl"
    recording = Recording(path)
    recording.append(Mode, "paused")
    recording.save(path)
    recording.append(Mode, "running")
    assert [record.mode for record in Recording.load(path).records] == ["paused", "running"]


def test_a_file_that_exists_is_not_overwritten(tmp_path):
    path = tmp_path / "run.jsonl"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        Recording(path=path)
    with pytest.raises(FileExistsError):
        Inspector(SingleThreadedAgentRuntime(), path=path)
    assert path.read_text() == "mine"


def test_a_disk_that_is_full_costs_the_run_nothing_and_is_reported(tmp_path):
    recording = Recording(path=tmp_path / "run.jsonl")
    recording.append(Mode, "paused")
    with Path("/dev/full").open("wb") as full:
        os.dup2(full.fileno(), recording._file._file)
    recording.append(Mode, "running")
    recording.append(Mode, "paused")
    assert recording.last == 3
    assert len(recording.report.notes) == 1
    assert "From record 2 on, nothing could be written" in str(recording.report)
    assert "No space left on device" in str(recording.report)


async def test_a_recording_cut_off_anywhere_loses_the_last_line_at_most(tmp_path):
    live, path = await saved(tmp_path)
    whole = path.read_bytes()
    begin = len(lines_of(path)[0])
    for length in range(begin, len(whole), 97):
        path.write_bytes(whole[:length])
        loaded = Recording.load(path)
        complete = whole[:length].count(b"\n") - 1
        assert loaded.records == live.records[:complete]
        assert bool(loaded.report) == (whole[length - 1 : length] != b"\n")
    path.write_bytes(whole[:-1])
    assert str(Recording.load(path).report) == (
        f"1 line was left out: line {live.last + 1}, it is cut off, as when a recording ends "
        "abruptly."
    )


async def test_a_bad_line_in_the_middle_costs_what_it_says_and_no_more(tmp_path):
    live, path = await saved(tmp_path)
    lines = lines_of(path)
    held = next(i for i, line in enumerate(lines) if b'"sandbox.held"' in line)
    lines[held] = b'{"id": "7", "type": "sandbox.held", \x00\xff}\n'
    path.write_bytes(b"".join(lines))
    loaded = Recording.load(path)
    assert loaded.records == [*live.records[: held - 1], *live.records[held:]]
    assert str(loaded.report) == f"1 line was left out: line {held + 1}, it is no text."


async def test_what_is_said_of_a_delivery_whose_line_is_lost_is_left_out_too(tmp_path):
    live, path = await saved(tmp_path)
    lines = lines_of(path)
    first = next(i for i, line in enumerate(lines) if b'"sandbox.queued"' in line)
    lines[first] = b"\n"
    path.write_bytes(b"".join(lines))
    loaded = Recording.load(path)
    about_it = sum(getattr(record, "number", None) == 1 for record in live.records)
    assert len(loaded) == len(live) - 1
    assert loaded.report.count == about_it
    assert "delivery 1, which it is about, is not there" in str(loaded.report)
    use(loaded)


async def test_a_file_of_a_newer_version_is_read_as_far_as_it_is_understood(tmp_path):
    live, path = await saved(tmp_path)
    header, *lines = (json.loads(line) for line in lines_of(path))
    header["data"]["format"] = 2
    lines.insert(9, {"id": "10", "type": "sandbox.teleported", "elapsed": 0.1, "data": {"to": 1}})
    for line in lines:
        line["traceparent"] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        line["data"]["color"] = "green"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in (header, *lines)))
    loaded = Recording.load(path)
    assert loaded.records == live.records
    assert str(loaded.report) == (
        "A newer version wrote the file (format 2; this version knows 1), so what is new in it "
        "was left out. 1 line was left out: line 11, this version knows no record of type "
        "'sandbox.teleported'."
    )


async def test_a_file_of_an_older_version_without_a_field_that_may_be_empty_is_read(tmp_path):
    live, path = await saved(tmp_path)
    lines = [json.loads(line) for line in lines_of(path)]
    for line in lines:
        if line["type"] == "sandbox.queued" and line["data"]["copy_of"] is None:
            del line["data"]["copy_of"]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert Recording.load(path).records == live.records


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"hello\nworld\n",
        b'{"cells": [], "nbformat": 4}\n',
        b"[1, 2, 3]\n" * 50,
        b'{"type": "sandbox.recording", "data": [], "time": 7, "source": {}}\n',
        b"[" * 100_000 + b"\n",
        b'{"type": "sandbox.held", "elapsed": 1e999, "data": {"number": 1}}\n',
        b'{"type": "sandbox.held", "elapsed": NaN, "data": {"number": 1}}\n',
        b'{"type": "sandbox.held", "elapsed": 1, "data": {"number": ' + b"9" * 5000 + b"}}\n",
    ],
)
def test_a_file_that_is_no_recording_is_an_empty_one_that_says_so(tmp_path, content):
    path = tmp_path / "foreign"
    path.write_bytes(content)
    loaded = Recording.load(path)
    assert loaded.last == 0
    assert str(loaded.report) != "Nothing was left out."
    use(loaded)


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        Recording.load(tmp_path / "none.jsonl")


def test_a_report_of_many_lines_stays_short(tmp_path):
    path = tmp_path / "foreign"
    path.write_text("x\n" * 10_000)
    report = Recording.load(path).report
    assert report.count == 10_000
    assert str(report).endswith("and 9980 more.")
    assert len(str(report)) < 2_000


async def test_loading_imports_and_runs_nothing_that_the_file_names(tmp_path, monkeypatch):
    _live, path = await saved(tmp_path)
    (tmp_path / "trap.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    text = path.read_text().replace('"Kitchen"', '"trap.Kitchen"').replace('"Order"', '"trap"')
    path.write_text(text)
    before = set(sys.modules)
    use(Recording.load(path))
    assert "trap" not in sys.modules
    assert not {name for name in set(sys.modules) - before if "kitchen" in name.lower()}


odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 60),
    st.sampled_from([10**400, -1, 2**53, 1e308, 0.5]),
    st.sampled_from(["", "a", "a/b", "p1", "p٣", "\ud800", "..//", "kitchen/default", "queued"]),
    st.just([]),
    st.just({}),
    st.just([None, 1, "x"]),
    st.just({"json": 1, "repr": "x"}),
    st.just({"type": 1, "source": None}),
)


def places(value, place=()):
    """All places in JSON data, as paths."""
    yield place
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items if isinstance(value, dict | list) else ():
        if isinstance(item, dict | list):
            yield from places(item, (*place, key))
        else:
            yield (*place, key)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("written") / "run.jsonl"
    asyncio.run(busy_run(path=path))
    return path


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_file_with_anything_in_it_is_read_and_can_be_used(written, tmp_path, data):
    lines = [json.loads(line) for line in lines_of(written)]
    for _ in range(data.draw(st.integers(1, 6))):
        line = lines[data.draw(st.integers(0, len(lines) - 1))]
        place = data.draw(st.sampled_from([p for p in places(line) if p]))
        for key in place[:-1]:
            line = line[key]
        if data.draw(st.booleans()) or isinstance(line, list):
            line[place[-1]] = deepcopy(data.draw(odd))
        else:
            del line[place[-1]]
    order = data.draw(st.sampled_from(["kept", "reversed", "twice"]))
    lines = {"kept": lines, "reversed": lines[::-1], "twice": lines * 2}[order]
    path = tmp_path / "odd.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    use(Recording.load(path))


async def test_a_closed_inspector_leaves_a_whole_file_and_writes_no_more(tmp_path):
    live, path = await saved(tmp_path)
    size = path.stat().st_size
    live.append(Handling, 1)
    assert path.stat().st_size == size
    assert path.read_bytes().endswith(b"\n")

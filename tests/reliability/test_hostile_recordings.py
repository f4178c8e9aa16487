"""Files that are no recordings any more: loading one never fails, and never runs anything."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.inspector import Recording

sys.path.insert(0, str(Path(__file__).parent.parent / "inspector"))

from busy_run import busy_run

CANARY = "import pathlib; pathlib.Path(__file__).with_suffix('.sang').touch()\n"


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    path = tmp_path_factory.mktemp("written") / "run.jsonl"
    asyncio.run(busy_run(path=path))
    return path.read_bytes()


def look_at(recording):
    """What a page and a user would look at."""
    json.dumps(recording.since(1))
    for delivery in recording:
        str(delivery)
    recording.to_html().encode()
    recording.to_mermaid().encode()
    return recording.state.word, recording.steps, recording.problems


bits = st.binary(max_size=6) | st.sampled_from(
    [b"\n", b"\x00", b"\xff\xfe", b'"', b"{" * 50, b"\\ud800", b"NaN", b"1e999", b'"number":-1']
)


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_file_with_any_bytes_changed_is_read_and_can_be_looked_at(content, tmp_path, data):
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 8))):
        begin = data.draw(st.integers(0, len(damaged)))
        end = begin + data.draw(st.sampled_from([0, 0, 1, 1, 7, 400]))
        damaged[begin:end] = data.draw(bits)
    path = tmp_path / "damaged.jsonl"
    path.write_bytes(damaged)
    look_at(Recording.load(path))


@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(noise=st.binary(max_size=2_000))
def test_a_file_of_noise_is_read_and_can_be_looked_at(tmp_path, noise):
    path = tmp_path / "noise.jsonl"
    path.write_bytes(noise)
    look_at(Recording.load(path))


def test_what_a_recording_names_is_never_imported(content, tmp_path, monkeypatch):
    (tmp_path / "canary.py").write_text(CANARY)
    monkeypatch.syspath_prepend(tmp_path)
    for name in (b'"Kitchen"', b'"Order"', b'"kitchen"', b'"cook"', b'"ValueError"', b'"str"'):
        content = content.replace(name, b'"canary"')
    path = tmp_path / "run.jsonl"
    path.write_bytes(content)
    look_at(Recording.load(path))
    assert not (tmp_path / "canary.sang").exists()
    assert "canary" not in sys.modules
    __import__("canary")  # it would have sung
    assert (tmp_path / "canary.sang").exists()
    del sys.modules["canary"]

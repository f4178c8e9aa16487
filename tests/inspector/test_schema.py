"""The JSON schema says what is in files, and only that."""

import json
import typing

import pytest
from busy_run import HOSTILE, busy_run
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sandbox.inspector import Recording, recording_schema
from sandbox.inspector.recording import records
from sandbox.inspector.recording.forms import CHOICES, KINDS, read_record
from sandbox.inspector.recording.lines import Lines, line_of
from sandbox.inspector.recording.records import Record
from sandbox.inspector.recording.storage import Header

VALIDATOR = Draft202012Validator(recording_schema())

texts = st.text(max_size=8) | st.just(HOSTILE) | st.just("\udfff")
agents = st.builds("{}/{}".format, st.sampled_from(["worker", "a.b-c"]), texts)
snapshots = st.one_of(
    st.builds(
        lambda value: {"json": value}, st.recursive(texts | st.integers() | st.none(), st.lists)
    ),
    st.builds(lambda text: {"repr": text, "cut": True}, texts),
).map(lambda value: json.dumps(value, separators=(",", ":")))
numbers = st.integers(0, 2**53 - 1)


SPECIAL = {
    "cause": st.none() | st.just(0),
    "request": st.none() | st.just(0),
    "copy_of": st.none() | st.just(0),
    "place": st.lists(st.integers(-9, 9)).map(tuple),
    "events": st.lists(st.tuples(numbers, st.none() | agents, st.tuples(texts))).map(tuple),
    "topic_type": st.none(),
    "topic_source": st.none(),
}


def values(kind, name, hint):
    """What a field of a record may hold."""
    if (kind, name) in CHOICES:
        return st.sampled_from([str(choice) for choice in CHOICES[kind, name]])
    if (kind, name) == (records.Queued, "number"):
        return st.integers(1, 2**53 - 1)  # after its cause
    return SPECIAL[name] if name in SPECIAL else values_of(kind, name, hint)


def values_of(kind, name, hint):
    if hint == records.Snapshot:
        return snapshots
    if type(None) in typing.get_args(hint):
        (given,) = (each for each in typing.get_args(hint) if each is not type(None))
        return st.none() | values(kind, name, given)
    if typing.get_origin(hint) is tuple:
        return st.lists(values(kind, "", typing.get_args(hint)[0]), max_size=3).map(tuple)
    if hint is str:
        return agents if name in {"agent", "sender", "recipient"} else texts
    if hint is float:
        return st.floats(0, 1e6)
    if isinstance(hint, type) and issubclass(hint, tuple):
        return any_record(hint)
    return numbers if hint is int else st.booleans()


def any_record(kind):
    hints = typing.get_type_hints(kind, include_extras=True)
    return st.builds(kind, **{name: values(kind, name, hint) for name, hint in hints.items()})


def same(record):
    """A record without regard to how snapshots write their texts."""
    fields = record._asdict()
    for name in records.SNAPSHOTS[type(record)]:
        fields[name] = fields[name] and json.loads(fields[name])
    return fields


@pytest.mark.parametrize("kind", list(KINDS.values()), ids=list(KINDS))
def test_every_record_is_written_as_the_schema_says_and_read_back_the_same(kind):
    began = Header.now().began
    lines = Lines(began)

    @settings(max_examples=30)
    @given(record=any_record(kind))
    def check(record):
        text = line_of(began, 7, record)
        assert [lines.line(7, record) for _ in range(2)] == [text, text]
        line = json.loads(text)
        VALIDATOR.validate(line)
        assert same(read_record(kind, line["elapsed"], line["data"])) == same(record)

    check()


def test_the_schema_is_one_and_names_every_kind():
    schema = recording_schema()
    Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema
    named = {"header", "snapshot"} | {kind.__name__.lower() for kind in typing.get_args(Record)}
    assert schema["$defs"].keys() == named
    assert all(schema["$defs"][name]["description"] for name in KINDS)


async def test_every_line_of_a_busy_run_is_as_the_schema_says(tmp_path):
    path = tmp_path / "run.jsonl"
    inspector = await busy_run(path=path)
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert len(lines) == inspector.recording.last + 1
    for line in lines:
        VALIDATOR.validate(line)
    inspector.recording.save(tmp_path / "saved.jsonl")
    Recording.load(path).save(tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == path.read_bytes()


async def test_lines_are_cloud_events_but_for_what_the_header_says_for_all(tmp_path):
    path = tmp_path / "run.jsonl"
    await busy_run(path=path)
    header, *lines = (json.loads(line) for line in path.read_bytes().splitlines())
    assert header["specversion"] == "1.0"
    assert [line["id"] for line in lines] == [str(n) for n in range(1, len(lines) + 1)]
    shared = {"specversion": header["specversion"], "source": header["source"]}
    for event in ({**shared, **line} for line in lines):
        assert all(type(event[name]) is str for name in ("id", "source", "type", "time"))
        assert type(event["data"]) is dict
        if "number" in event["data"] and event["data"]["number"] is not None:
            assert event["subject"] == f"delivery/{event['data']['number']}"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("type",), "sandbox.unheard-of"),
        (("elapsed",), "soon"),
        (("data", "number"), -1),
        (("data", "verdict"), "splendid"),
        (("data", "result"), {"neither": 1}),
        (("data", "error"), "oops"),
        (("data",), {}),
    ],
)
def test_what_no_recording_holds_is_not_as_the_schema_says(place, value):
    settled = records.Settled(0.5, 3, "handled", '{"json":1}', None, None)
    line = json.loads(line_of(Header.now().began, 1, settled))
    assert VALIDATOR.is_valid(line)
    target = line
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = value
    assert not VALIDATOR.is_valid(line)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind, name in CHOICES if (kind, name) != (records.Intercepted, "outcome")],
)
def test_a_word_that_is_none_of_those_known_is_left_out_with_the_words_that_are(kind, name):
    choices = ", ".join(str(choice) for choice in CHOICES[kind, name])
    with pytest.raises(ValueError, match=f"'{name}' does not hold one of {choices}"):
        read_record(kind, 0.5, {"number": 1, name: "splendid"})

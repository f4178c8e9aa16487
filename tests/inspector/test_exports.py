"""A recording as a table, as a sequence diagram and as a graph of causes."""

import re
import sys

import networkx as nx
import pytest
from busy_run import HOSTILE, busy_run
from hypothesis import given
from hypothesis import strategies as st

from sandbox.inspector import Recording
from sandbox.inspector.pictures.exports import COLUMNS, _escaped
from sandbox.inspector.recording.records import Queued, Settled

# What a diagram may consist of: names stand as entities, so nothing else can be meant.
PLAIN = r"(?:[^#;:,<>{}\[\]()\"'`&%\\|*_~+\-=\n]|#\d+;)*"
LINE = re.compile(
    rf"    (participant p\d+ as {PLAIN}|Note (over|right of) p\d+: ({PLAIN}|,)*"
    rf"|p\d+(->>|-->>|-\)|-x|--x)p\d+: {PLAIN})"
)


def record(recording, number, **values):
    fields = {
        "number": number,
        "delivery": "request",
        "message_type": "Order",
        "message": '{"json":{"item":"tea"}}',
        "message_id": f"m{number}",
        "sender": None,
        "recipient": "kitchen/default",
        "topic_type": None,
        "topic_source": None,
        "is_rpc": True,
        "cause": None,
        "publication": None,
        "request": None,
        "subscriptions": (),
        "cell": None,
        "copy_of": None,
    }
    recording.append(Queued, *{**fields, **values}.values())


def conversation():
    recording = Recording()
    record(recording, 1, cell="In [5]")
    event = {"delivery": "event", "is_rpc": False, "sender": "kitchen/default", "cause": 1}
    topic = {"topic_type": "orders", "topic_source": "s1"}
    record(recording, 2, **event, **topic, recipient="guest/s1", publication=2)
    record(recording, 3, **event, **topic, recipient=None, publication=3)
    back = {"delivery": "response", "sender": "kitchen/default", "recipient": None}
    record(recording, 4, **back, message_type="str", request=1, cause=1)
    recording.append(Settled, 1, "handled", '{"json":"done"}', None, None)
    recording.append(Settled, 3, "no_recipient", None, None, None)
    recording.append(Settled, 4, "handled", None, None, None)
    return recording


def test_the_sequence_diagram_shows_who_sent_what_to_whom():
    assert conversation().to_mermaid() == (
        "sequenceDiagram\n"
        "    participant p1 as In #91;5#93;\n"
        "    participant p2 as kitchen/default\n"
        "    participant p3 as guest/s1\n"
        "    p1->>p2: 1 Order\n"
        "    p2-)p3: 2 Order to orders/s1\n"
        "    Note right of p3: queued\n"
        "    Note over p2: 3 Order to orders/s1, nobody receives it\n"
        "    p2-->>p1: 4 str\n"
    )


async def test_every_line_of_a_diagram_is_one_that_was_meant():
    diagram = (await busy_run()).recording.to_mermaid()
    first, *lines = diagram.splitlines()
    assert first == "sequenceDiagram"
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert "ValueError" in diagram
    assert HOSTILE[:5] not in diagram


@given(st.text())
def test_no_name_means_anything_to_mermaid(name):
    assert re.fullmatch(PLAIN, _escaped(name))
    assert "\n" not in _escaped(name)
    _escaped(name).encode()


def test_a_long_diagram_shows_the_newest_and_counts_the_others():
    recording = Recording()
    for number in range(1, 301):
        record(recording, number)
    lines = recording.to_mermaid().splitlines()
    assert lines[3] == "    Note over p1: 100 earlier deliveries are not shown"
    assert lines[4] == "    p1->>p2: 101 Order"
    assert sum("->>" in line for line in lines) == 200
    assert recording.to_mermaid(limit=None).count("->>") == 300
    assert recording.to_mermaid(limit=0) == "sequenceDiagram\n"


def test_the_table_has_a_row_per_delivery():
    frame = conversation().to_frame()
    assert list(frame.columns) == list(COLUMNS)
    assert list(frame.index) == [1, 2, 3, 4]
    assert frame.index.name == "number"
    assert list(frame.kind) == ["request", "event", "event", "response"]
    assert frame.message[1] == {"item": "tea"}
    assert frame.topic[2] == "orders/s1"
    assert frame.result[1] == "done"
    assert frame.verdict.isna().tolist() == [False, True, False, False]
    assert frame.cause.isna().tolist() == [True, False, False, False]
    assert (frame.settled_at - frame.queued_at).dropna().ge(0).all()
    assert frame[frame.cause == 1].index.tolist() == [2, 3, 4]


async def test_the_table_names_errors_and_an_empty_one_has_the_same_columns():
    frame = (await busy_run()).recording.to_frame()
    assert frame.error[2].startswith("ValueError: ")
    empty = Recording().to_frame()
    assert list(empty.columns) == list(frame.columns)
    assert empty.dtypes.to_dict() == frame.dtypes.to_dict()


def test_without_pandas_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ModuleNotFoundError, match=r"to_frame\(\) needs pandas: .*pip install"):
        Recording().to_frame()


def test_the_graph_has_deliveries_as_nodes_and_causes_as_edges():
    graph = conversation().to_networkx()
    assert set(graph) == {1, 2, 3, 4}
    assert dict(graph.edges) == {
        (1, 2): {"kind": "cause"},
        (1, 3): {"kind": "cause"},
        (1, 4): {"kind": "answer"},
    }
    assert graph.nodes[3]["verdict"] == "no_recipient"
    assert graph.nodes[2]["topic"] == "orders/s1"


async def test_the_causes_of_a_run_are_a_tree_in_the_order_of_numbers():
    recording = (await busy_run()).recording
    graph = recording.to_networkx()
    assert nx.is_directed_acyclic_graph(graph)
    assert all(cause < effect for cause, effect in graph.edges)
    for delivery in recording:
        effects = set(graph[delivery.number])
        assert set(delivery.sent) <= effects

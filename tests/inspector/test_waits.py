"""The cycles of a wait-for graph."""

from hypothesis import given
from hypothesis import strategies as st

from sandbox.inspector.diagnosis.waits import cycles

graphs = st.dictionaries(
    st.integers(0, 7), st.lists(st.integers(0, 7), max_size=3, unique=True), max_size=8
)


def reachable(graph, start):
    seen, todo = set(), list(graph.get(start, ()))
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo += graph.get(node, ())
    return seen


@given(graphs)
def test_every_cycle_found_is_one(graph):
    for cycle in cycles(graph):
        for place, node in enumerate(cycle):
            assert node in graph[cycle[place - 1]]


@given(graphs)
def test_a_cycle_is_found_wherever_there_is_one(graph):
    on_cycles = {node for node in graph if node in reachable(graph, node)}
    for node in on_cycles:
        group = {other for other in reachable(graph, node) if node in reachable(graph, other)}
        assert any(set(cycle) <= group for cycle in cycles(graph))


def test_a_very_long_cycle_needs_no_recursion():
    ring = {node: [(node + 1) % 100_000] for node in range(100_000)}
    assert [len(cycle) for cycle in cycles(ring)] == [100_000]

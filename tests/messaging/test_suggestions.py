import pytest

from sandbox.messaging.suggestions import did_you_mean, nearest


@pytest.mark.parametrize(
    ("name", "expected"),
    [("wroker", "worker"), ("Monitor", "monitor"), ("zzz", None), ("worker", "worker")],
)
def test_the_nearest_name_looks_alike(name, expected):
    assert nearest(name, ["worker", "monitor"]) == expected


def test_what_was_meant_is_asked_and_what_exists_is_listed():
    assert (
        did_you_mean("wroker", ["worker", "monitor"])
        == "Did you mean 'worker'? Registered: 'monitor', 'worker'."
    )
    assert did_you_mean("zzz", ["worker"], known_as="Known") == "Known: 'worker'."
    assert did_you_mean("zzz", []) == "Registered: none."


def test_a_long_list_is_cut():
    words = did_you_mean("zzz", [f"n{i:02}" for i in range(12)])
    assert words.endswith("'n09' and 2 more.")

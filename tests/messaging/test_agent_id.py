import copy
import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import AgentId, AgentType

agent_types = st.from_regex(r"[\w\-\.]+", fullmatch=True)


def test_an_id_shows_as_type_and_key():
    agent = AgentId("worker", "a/b")
    assert (agent.type, agent.key) == ("worker", "a/b")
    assert str(agent) == "worker/a/b"
    assert repr(agent) == 'AgentId(type="worker", key="a/b")'


def test_an_agent_type_object_does_for_its_name():
    assert AgentId(AgentType("worker"), "k") == AgentId(type="worker", key="k")


@pytest.mark.parametrize("bad", ["", "bad type!", "a/b", "a\n", "a:b", "worker\n"])
def test_an_impossible_type_is_refused(bad):
    with pytest.raises(ValueError, match="Invalid agent type"):
        AgentId(bad, "k")


@pytest.mark.parametrize("bad", [None, 5, ["a"]])
def test_a_type_that_is_no_string_is_refused(bad):
    with pytest.raises(TypeError, match="must be a string"):
        AgentId(bad, "k")


@given(agent_types, st.text())
def test_every_id_survives_being_written_and_read(type_, key):
    agent = AgentId(type_, key)
    assert AgentId.from_str(str(agent)) == agent
    assert hash(AgentId.from_str(str(agent))) == hash(agent)


def test_text_without_a_slash_is_no_id():
    with pytest.raises(ValueError, match="Invalid agent id: 'worker'"):
        AgentId.from_str("worker")


def test_ids_differ_by_type_and_by_key_and_from_everything_else():
    agent = AgentId("a", "b")
    assert agent != AgentId("b", "b")
    assert agent != AgentId("a", "a")
    assert agent != "a/b"
    assert agent != ("a", "b")


@pytest.mark.parametrize("name", ["type", "key"])
def test_an_id_cannot_be_changed(name):
    with pytest.raises(AttributeError):
        setattr(AgentId("a", "b"), name, "c")


def test_an_id_can_be_copied():
    agent = AgentId("a", "b")
    assert copy.deepcopy(agent) == agent


def test_a_pickled_id_finds_its_place_in_another_process():
    data = pickle.dumps(AgentId("a", "b"))
    program = (
        "import pickle, sys; from sandbox import AgentId; "
        "there = pickle.loads(sys.stdin.buffer.read()); "
        "print({AgentId('a', 'b'): 'found'}.get(there))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=data, capture_output=True, check=True
    )
    assert done.stdout.decode().strip() == "found"


def test_an_agent_type_is_not_checked_until_an_id_is_built():
    assert AgentType("bad type!").type == "bad type!"

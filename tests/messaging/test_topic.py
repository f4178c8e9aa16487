import asyncio
import copy
import dataclasses
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import AgentId, DefaultTopicId, MessageHandlerContext, TopicId


def test_a_topic_shows_as_type_and_source():
    topic = TopicId(type="task.status", source="worker-1")
    assert str(topic) == "task.status/worker-1"
    assert repr(topic) == "TopicId(type='task.status', source='worker-1')"
    assert topic.topic == topic.type


@given(st.from_regex(r"[\w\-\.\:\=]+", fullmatch=True), st.text())
def test_every_topic_survives_being_written_and_read(type_, source):
    topic = TopicId(type_, source)
    assert TopicId.from_str(str(topic)) == topic


def test_text_without_a_slash_is_no_topic():
    with pytest.raises(ValueError, match="Invalid topic id"):
        TopicId.from_str("task")


@pytest.mark.parametrize("bad", ["", "bad topic!", "a/b", "a\n"])
def test_an_impossible_type_is_refused(bad):
    with pytest.raises(ValueError, match="Invalid topic type"):
        TopicId(bad, "s")


def test_a_type_that_is_no_string_is_refused():
    with pytest.raises(TypeError, match="must be a string"):
        TopicId(None, "s")


def test_a_topic_is_a_frozen_dataclass():
    topic = TopicId("a", "b")
    assert dataclasses.asdict(topic) == {"type": "a", "source": "b"}
    assert dataclasses.replace(topic, source="c") == TopicId("a", "c")
    with pytest.raises(dataclasses.FrozenInstanceError):
        topic.source = "c"


@pytest.mark.parametrize("topic", [TopicId("a", "b"), DefaultTopicId("a", "b")])
def test_a_topic_can_be_copied_and_pickled(topic):
    for twin in (copy.deepcopy(topic), pickle.loads(pickle.dumps(topic))):
        assert twin == topic
        assert type(twin) is type(topic)


def test_topics_are_equal_across_subclasses():
    plain, default = TopicId("default", "default"), DefaultTopicId()
    assert plain == default
    assert default == plain
    assert hash(plain) == hash(default)
    assert plain != "default/default"
    assert plain != TopicId("default", "other")


def test_the_default_topic_outside_handlers_has_the_source_default():
    topic = DefaultTopicId()
    assert (topic.type, topic.source) == ("default", "default")


async def test_the_default_topic_in_a_handler_takes_the_key_of_its_agent():
    async def make():
        return DefaultTopicId()

    with MessageHandlerContext.populate_context(AgentId("worker", "tenant-1")):
        inside = DefaultTopicId()
        in_a_task = asyncio.create_task(make())
    assert inside == TopicId("default", "tenant-1")
    assert await in_a_task == TopicId("default", "tenant-1")
    assert DefaultTopicId(type="other", source="s") == TopicId("other", "s")


def test_the_handler_context_knows_its_agent_only_inside():
    agent = AgentId("worker", "k")
    with MessageHandlerContext.populate_context(agent):
        assert MessageHandlerContext.agent_id() == agent
    with pytest.raises(RuntimeError, match="within a message handler"):
        MessageHandlerContext.agent_id()


def test_the_handler_context_is_not_to_be_instantiated():
    with pytest.raises(RuntimeError, match="cannot be instantiated"):
        MessageHandlerContext()

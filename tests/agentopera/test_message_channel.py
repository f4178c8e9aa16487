import copy
import dataclasses
import pickle

import pytest

from sandbox import AgentId, DefaultTopicId, MessageHandlerContext, TopicId
from sandbox.agentopera import DefaultMessageChannel, MessageChannel


def test_a_channel_has_a_topic_and_a_source():
    channel = MessageChannel(topic="invoices", source="tenant1")
    assert (channel.topic, channel.source) == ("invoices", "tenant1")
    assert str(channel) == "invoices/tenant1"
    assert repr(channel) == "MessageChannel(topic='invoices', source='tenant1')"


def test_a_channel_and_a_topic_id_show_both_names():
    channel, topic_id = MessageChannel("invoices", "tenant1"), TopicId("invoices", "tenant1")
    assert channel.topic == channel.type == topic_id.topic == topic_id.type == "invoices"


def test_a_channel_equals_the_topic_id_of_the_same_values_in_every_spelling():
    same = [
        MessageChannel("default", "default"),
        DefaultMessageChannel(),
        TopicId("default", "default"),
        DefaultTopicId(),
    ]
    assert [one == other for one in same for other in same] == [True] * 16
    assert len(set(same)) == 1
    assert {same[2]: "found"}[same[0]] == "found"


@pytest.mark.parametrize(
    "other", [MessageChannel("other", "s"), MessageChannel("t", "other"), ("t", "s"), None]
)
def test_a_channel_differs_from_anything_else(other):
    assert MessageChannel("t", "s") != other


@pytest.mark.parametrize("bad", ["", "bad topic!", "a/b", "a\n"])
def test_a_topic_that_no_topic_id_could_have_is_refused(bad):
    with pytest.raises(ValueError, match="Invalid topic type") as ours:
        MessageChannel(bad, "s")
    with pytest.raises(ValueError, match="Invalid topic type") as theirs:
        TopicId(bad, "s")
    assert str(ours.value) == str(theirs.value)


def test_the_keywords_of_channels_and_topic_ids_are_kept_apart():
    with pytest.raises(TypeError, match="type"):
        MessageChannel(type="t", source="s")
    with pytest.raises(TypeError, match="topic"):
        TopicId(topic="t", source="s")


def test_a_channel_is_read_from_text_up_to_the_first_slash():
    channel = MessageChannel.from_str("invoices/tenant/1")
    assert type(channel) is MessageChannel
    assert channel == MessageChannel("invoices", "tenant/1")


def test_a_channel_is_a_frozen_dataclass_of_topic_and_source():
    channel = MessageChannel("t", "s")
    assert dataclasses.asdict(channel) == {"topic": "t", "source": "s"}
    changed = dataclasses.replace(channel, topic="u")
    assert repr(changed) == "MessageChannel(topic='u', source='s')"
    with pytest.raises(dataclasses.FrozenInstanceError):
        channel.source = "u"


def test_a_channel_matches_a_pattern_by_position():
    match MessageChannel("t", "s"):
        case MessageChannel(topic, source):
            assert (topic, source) == ("t", "s")


@pytest.mark.parametrize("channel", [MessageChannel("t", "s"), DefaultMessageChannel("t", "s")])
def test_a_channel_survives_copying_and_pickling(channel):
    for other in (copy.deepcopy(channel), pickle.loads(pickle.dumps(channel))):
        assert type(other) is type(channel)
        assert other == channel


def test_the_default_channel_is_default_outside_handlers():
    assert repr(DefaultMessageChannel()) == (
        "DefaultMessageChannel(topic='default', source='default')"
    )
    assert isinstance(DefaultMessageChannel(), MessageChannel)


def test_the_default_source_inside_a_handler_is_the_key_of_its_agent():
    with MessageHandlerContext.populate_context(AgentId("worker", "tenant1")):
        channel = DefaultMessageChannel(topic="invoices")
        given = DefaultMessageChannel(source="tenant2")
    assert channel == MessageChannel("invoices", "tenant1")
    assert given == MessageChannel("default", "tenant2")

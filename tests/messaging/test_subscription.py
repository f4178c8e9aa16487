import logging

import pytest

from sandbox import (
    AgentId,
    AgentInstantiationContext,
    AgentType,
    DefaultSubscription,
    Subscription,
    SubscriptionInstantiationContext,
    TopicId,
    TypePrefixSubscription,
    TypeSubscription,
)
from sandbox.exceptions import CantHandleException


class OneAgent:
    """A subscription of one's own, without a base class."""

    def __init__(self, id):
        self.id = id

    def is_match(self, topic_id):
        return True

    def map_to_agent(self, topic_id):
        return AgentId("fixed", "one")


def test_a_type_subscription_matches_exactly_one_type():
    subscription = TypeSubscription(topic_type="t1", agent_type="a1")
    topics = [TopicId("t1", "s1"), TopicId("t1", "s2"), TopicId("t0", "s1"), TopicId("t1x", "s")]
    assert [subscription.is_match(topic) for topic in topics] == [True, True, False, False]


def test_the_source_becomes_the_key():
    subscription = TypeSubscription(topic_type="t1", agent_type=AgentType("a1"))
    assert subscription.map_to_agent(TopicId("t1", "s1")) == AgentId("a1", "s1")
    prefix = TypePrefixSubscription(topic_type_prefix="t", agent_type=AgentType("a1"))
    assert prefix.map_to_agent(TopicId("t1", "s1")) == AgentId("a1", "s1")


def test_a_topic_that_does_not_match_cannot_be_mapped():
    for subscription in (TypeSubscription("t1", "a"), TypePrefixSubscription("t1:", "a")):
        with pytest.raises(CantHandleException, match="t0/s does not match"):
            subscription.map_to_agent(TopicId("t0", "s"))


def test_a_prefix_subscription_matches_the_beginning():
    subscription = TypePrefixSubscription("task.", "worker")
    types = ["task.new", "task.", "task", "taskforce"]
    assert [subscription.is_match(TopicId(type_, "s")) for type_ in types] == [
        True,
        True,
        False,
        False,
    ]


def test_subscriptions_are_equal_by_id_or_by_what_they_do():
    assert TypeSubscription("t", "a") == TypeSubscription("t", "a")
    assert TypeSubscription("t", "a", id="1") == TypeSubscription("u", "b", id="1")
    assert TypeSubscription("t", "a") != TypeSubscription("t", "b")
    assert TypeSubscription("t:", "a") != TypePrefixSubscription("t:", "a")
    assert TypePrefixSubscription("t:", "a") == TypePrefixSubscription("t:", "a")
    assert TypePrefixSubscription("t:", "a") != TypeSubscription("t:", "a")
    assert DefaultSubscription(agent_type="a") == TypeSubscription("default", "a")


def test_a_subscription_of_ones_own_needs_no_base():
    assert isinstance(OneAgent("1"), Subscription)


def test_inheriting_from_the_protocol_brings_equality_by_id():
    class Mine(Subscription):
        def __init__(self, name):
            self.name = name

        @property
        def id(self):
            return self.name

    assert Mine("1") == Mine("1")
    assert Mine("1") != Mine("2")
    assert Mine("1") != "1"


def test_ids_are_made_or_taken_as_given():
    one, two = TypeSubscription("t", "a"), TypeSubscription("t", "a")
    assert one.id != two.id
    assert TypePrefixSubscription("t:", "a", id="mine").id == "mine"


def test_the_default_subscription_takes_its_agent_type_from_the_registration():
    with SubscriptionInstantiationContext.populate_context(AgentType("worker")):
        subscription = DefaultSubscription()
    assert (subscription.topic_type, subscription.agent_type) == ("default", "worker")


def test_the_default_subscription_outside_a_registration_needs_an_agent_type():
    with pytest.raises(CantHandleException, match="agent_type"):
        DefaultSubscription()


def test_the_default_subscription_takes_either_word_for_the_topic():
    assert DefaultSubscription("t", "a").topic_type == "t"
    assert DefaultSubscription(topic="t", agent_type="a").topic == "t"
    with pytest.raises(TypeError, match="not both"):
        DefaultSubscription(topic_type="t", topic="t", agent_type="a")


@pytest.mark.parametrize("make", [TypeSubscription, TypePrefixSubscription])
def test_a_subscription_that_no_topic_can_match_warns(make):
    with pytest.warns(UserWarning, match="can never match") as caught:
        make("bad topic!", "a")
    assert caught[0].filename == __file__


def test_a_prefix_without_a_separator_is_hinted_at(caplog):
    with caplog.at_level(logging.INFO, logger="sandbox"):
        TypePrefixSubscription("task", "a")
        TypePrefixSubscription("task.", "a")
    assert len(caplog.messages) == 1
    assert "'task' does not end with a separator" in caplog.messages[0]


@pytest.mark.parametrize("cls", [AgentInstantiationContext, SubscriptionInstantiationContext])
def test_the_contexts_are_not_to_be_instantiated(cls):
    with pytest.raises(RuntimeError, match="cannot be instantiated"):
        cls()


def test_the_instantiation_context_knows_runtime_and_id_only_inside():
    runtime, agent = object(), AgentId("a", "k")
    assert not AgentInstantiationContext.is_in_factory_call()
    with AgentInstantiationContext.populate_context((runtime, agent)):
        assert AgentInstantiationContext.current_runtime() is runtime
        assert AgentInstantiationContext.current_agent_id() is agent
        assert AgentInstantiationContext.is_in_factory_call()
    for ask in (
        AgentInstantiationContext.current_runtime,
        AgentInstantiationContext.current_agent_id,
        SubscriptionInstantiationContext.agent_type,
    ):
        with pytest.raises(RuntimeError, match="within an instantiation context"):
            ask()

import pytest

import sandbox
from sandbox import AgentId, AgentType, SubscriptionInstantiationContext, TopicId, TypeSubscription
from sandbox.agentopera import (
    DefaultSubscription,
    MessageChannel,
    Subscription,
    TopicSubscription,
)
from sandbox.exceptions import CantHandleException


def test_a_topic_subscription_maps_the_source_to_the_key():
    subscription = TopicSubscription(topic="invoices", agent_type="accountant")
    assert isinstance(subscription, Subscription)
    assert subscription.is_match(MessageChannel("invoices", "tenant1"))
    assert not subscription.is_match(MessageChannel("invoices.late", "tenant1"))
    assert subscription.map_to_agent(MessageChannel("invoices", "tenant1")) == AgentId(
        "accountant", "tenant1"
    )
    with pytest.raises(CantHandleException, match="does not match"):
        subscription.map_to_agent(MessageChannel("orders", "tenant1"))


def test_a_topic_subscription_takes_topic_ids_as_well():
    subscription = TopicSubscription("invoices", AgentType("accountant"), id="s1")
    assert subscription.map_to_agent(TopicId("invoices", "k")) == AgentId("accountant", "k")
    assert repr(subscription) == (
        "TopicSubscription(topic='invoices', agent_type='accountant', id='s1')"
    )


def test_a_subscription_shows_its_topic_under_both_names():
    for subscription in (
        TopicSubscription("t", "a"),
        TypeSubscription("t", "a"),
        DefaultSubscription("t", "a"),
        sandbox.DefaultSubscription("t", "a"),
    ):
        assert subscription.topic == subscription.topic_type == "t"


def test_subscriptions_of_the_same_topic_and_agent_type_are_equal_in_every_spelling():
    same = [
        TopicSubscription("default", "a"),
        TypeSubscription("default", "a"),
        DefaultSubscription(agent_type="a"),
        sandbox.DefaultSubscription(agent_type="a"),
    ]
    assert [one == other for one in same for other in same] == [True] * 16
    assert TopicSubscription("default", "b") != same[1]


@pytest.mark.parametrize("default", [DefaultSubscription, sandbox.DefaultSubscription])
def test_a_default_subscription_takes_either_keyword_but_not_both(default):
    assert default(agent_type="a").topic == "default"
    assert default("t", "a").topic == "t"
    assert default(topic="t", agent_type="a").topic == "t"
    assert default(topic_type="t", agent_type="a").topic == "t"
    with pytest.raises(TypeError, match="not both"):
        default(topic="t", topic_type="t", agent_type="a")


def test_a_default_subscription_is_a_topic_subscription_and_that_of_the_root():
    subscription = DefaultSubscription(agent_type="a")
    assert isinstance(subscription, TopicSubscription)
    assert isinstance(subscription, sandbox.DefaultSubscription)


def test_the_agent_type_is_detected_only_while_one_is_being_registered():
    with SubscriptionInstantiationContext.populate_context(AgentType("worker")):
        assert DefaultSubscription().agent_type == "worker"
    with pytest.raises(CantHandleException, match="agent_type"):
        DefaultSubscription()

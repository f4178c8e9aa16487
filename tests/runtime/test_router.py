from collections import Counter

import pytest
from runtime_parts import agent

from sandbox import TopicId, TypePrefixSubscription, TypeSubscription
from sandbox.runtime.router import REMEMBERED_TOPICS, Router


@pytest.fixture(name="asked")
def how_often_subscriptions_are_asked(monkeypatch):
    """Counts the operations, so that growth is measured without a clock."""
    counts = Counter()
    for cls in (TypeSubscription, TypePrefixSubscription):
        for name in ("is_match", "map_to_agent", "__eq__"):
            original = getattr(cls, name)

            def counted(self, other, name=name, original=original):
                counts[name] += 1
                return original(self, other)

            monkeypatch.setattr(cls, name, counted)
    return counts


@pytest.mark.parametrize("subscriptions", [10, 1000])
def test_adding_and_routing_cost_the_same_however_many_subscriptions_there_are(
    subscriptions, asked
):
    router = Router()
    for n in range(subscriptions):
        router.add(TypeSubscription(f"topic{n}", f"agent{n}", f"exact {n}"))
        router.add(TypePrefixSubscription(f"agent{n}:", f"agent{n}", f"prefix {n}"))
    assert asked == {}
    for n in range(10):
        assert router.route(TopicId(f"topic{n}", "s")) == ((agent(f"agent{n}", "s"), f"exact {n}"),)
        assert router.route(TopicId(f"agent{n}:x", "s")) == (
            (agent(f"agent{n}", "s"), f"prefix {n}"),
        )
    assert asked["map_to_agent"] == 20
    assert asked["is_match"] <= 40  # map_to_agent may ask once more
    before = asked.total()
    router.route(TopicId("topic1", "s"))
    assert asked.total() == before  # remembered


def test_routes_come_in_the_order_of_adding_whatever_their_kind():
    class Mine:
        id = "mine"

        def is_match(self, topic_id):
            return True

        def map_to_agent(self, topic_id):
            return agent("mine")

    router = Router()
    router.add(TypePrefixSubscription("n", "a", "1"))
    router.add(TypeSubscription("news", "b", "2"))
    router.add(Mine())
    router.add(TypePrefixSubscription("", "c", "3"))
    router.add(TypeSubscription("news", "d", "4"))
    router.remove("2")
    router.add(TypeSubscription("news", "b", "2"))
    routes = router.route(TopicId("news", "default"))
    assert [r.subscription_id for r in routes] == ["1", "mine", "3", "4", "2"]
    assert [s.id for s in router.subscriptions] == ["1", "mine", "3", "4", "2"]


def test_subclasses_that_match_in_their_own_way_are_asked():
    class Loud(TypeSubscription):
        def is_match(self, topic_id):
            return topic_id.type.lower() == self.topic_type

        def map_to_agent(self, topic_id):
            return agent(self.agent_type, topic_id.source)

    router = Router()
    router.add(Loud("news", "a", "loud"))
    assert router.route(TopicId("NEWS", "x")) == ((agent("a", "x"), "loud"),)
    assert router.route(TopicId("other", "x")) == ()


def test_remembered_topics_are_bounded():
    router = Router()
    router.add(TypeSubscription("news", "a"))
    for n in range(3 * REMEMBERED_TOPICS):
        router.route(TopicId("news", str(n)))
    assert len(router._routes) <= REMEMBERED_TOPICS


def test_removing_leaves_nothing_behind():
    router = Router()
    for n in range(10):
        router.add(TypeSubscription(f"topic{n}", "a", str(n)))
    for n in range(10):
        assert router.remove(str(n)).id == str(n)
    assert router.subscriptions == ()
    assert router._shelves == {}
    assert router._ranks == {}
    assert router._known == set()
    assert router.route(TopicId("topic1", "x")) == ()


def test_a_subscription_refused_as_a_duplicate_changes_nothing():
    router = Router()
    router.add(TypeSubscription("news", "a", "1"))
    version = router.version
    for duplicate in (
        TypeSubscription("news", "a", "2"),
        TypeSubscription("other", "b", "1"),
        TypePrefixSubscription("news", "a", "1"),
    ):
        with pytest.raises(ValueError, match="Subscription already exists"):
            router.add(duplicate)
    assert router.version == version
    assert [s.id for s in router.subscriptions] == ["1"]

"""Planted faults of routing: `why` names each as the first failing decision, and what to do."""

import kitchens
import pytest
from explanations import SUBSCRIBED, assert_each_failing, assert_failing, both
from kitchens import Kitchen, Order, Question, kitchen, newest_records, order, publish, send
from planted_faults import Night

from sandbox import (
    AgentId,
    DefaultTopicId,
    MessageContext,
    RoutedAgent,
    TypePrefixSubscription,
    TypeSubscription,
    rpc,
)
from sandbox.inspector.explaining.why import Why

pytestmark = pytest.mark.usefixtures("quiet")


async def test_a_message_that_arrived_has_no_failing_decision():
    _, inspector = await kitchen()
    number = await publish(inspector)
    for explanation in both(inspector, number, "kitchen/s1"):
        assert explanation.first_failing is None
        assert explanation.verdict == ("kitchen/s1 handled #1 Order, published to orders/s1.")
        assert [step.question for step in explanation.steps] == [
            "Was it published?",
            "Is the agent type registered?",
            "Does a subscription of its type match the topic?",
            "Does the source of the topic lead to this agent?",
            "Is the agent somebody else than the sender?",
            "Has it left the queue?",
            "Could the agent be built?",
            "Does a handler take exactly this class?",
            "Did the handler come to its end?",
        ]


async def test_decisions_link_to_delivery_subscription_and_source_line():
    _, inspector = await kitchen()
    steps = inspector.why(await publish(inspector), "kitchen/s1").steps
    line = Kitchen.cook.__wrapped__.__code__.co_firstlineno
    assert steps[2].subscription == "sub"
    assert {step.delivery for step in steps} == {1, None}
    assert steps[7].source == f"{kitchens.__file__}:{line}"


@pytest.mark.parametrize(
    ("subscribed", "topic", "how"),
    [
        ("orders", "order/s1", "'order' ≠ 'orders', 1 letter"),
        ("orders", "Orders/s1", "only in upper and lower case"),
        ("orders", "orders.new/s1", "only begins with 'orders'"),
        ("orders-new", "orders.new/s1", "1 letter"),
        ("announcements", "anouncemet/s1", "'anouncemet' ≠ 'announcements'"),
    ],
)
async def test_a_topic_type_that_nearly_matches_is_named(subscribed, topic, how):
    _, inspector = await kitchen(topic=subscribed)
    number = await publish(inspector, topic=topic)
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(explanation, SUBSCRIBED, how, advice=repr(subscribed))
        assert explanation.first_failing.subscription == "sub"


async def test_a_prefix_that_nearly_matches_is_named():
    runtime, inspector = await kitchen(topic=None)
    await runtime.add_subscription(TypePrefixSubscription("orders.", "kitchen"))
    number = await publish(inspector, topic="orders/s1")
    assert_each_failing(
        both(inspector, number, "kitchen/s1"),
        SUBSCRIBED,
        "does not begin with 'orders.'",
        advice="orders.",
    )


async def test_a_publication_that_nobody_receives_is_explained_without_an_agent():
    _, inspector = await kitchen()
    number = await publish(inspector, topic="order/s1")
    for explanation in both(inspector, number):
        assert explanation.agent is None
        assert_failing(explanation, SUBSCRIBED, "1 letter", advice="Publish to")


async def test_an_agent_type_without_a_subscription_is_told_to_subscribe():
    _, inspector = await kitchen(topic=None)
    number = await publish(inspector, topic="bills/s1")
    assert_each_failing(
        both(inspector, number, "kitchen/s1"),
        SUBSCRIBED,
        "'kitchen' has no subscription",
        advice="TypeSubscription(topic_type='bills', agent_type='kitchen')",
    )


async def test_a_message_for_others_says_who_gets_it():
    runtime, inspector = await kitchen()
    await Kitchen.register(runtime, "bar", Kitchen)
    number = await publish(inspector)
    assert_each_failing(
        both(inspector, number, "bar/s1"), SUBSCRIBED, "The message goes to kitchen", advice="'bar'"
    )


async def test_a_subscription_that_came_too_late_is_named():
    runtime, inspector = await kitchen(topic=None)
    number = await publish(inspector)
    await runtime.add_subscription(TypeSubscription("orders", "kitchen", id="late"))
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(explanation, SUBSCRIBED, "after", advice="publish the message again")
        assert explanation.first_failing.subscription == "late"


async def test_a_subscription_that_was_removed_before_is_named():
    runtime, inspector = await kitchen()
    await runtime.remove_subscription("sub")
    number = await publish(inspector)
    assert_each_failing(
        both(inspector, number, "kitchen/s1"),
        SUBSCRIBED,
        "was removed before",
        advice="Subscribe again",
    )


async def test_a_subscription_removed_while_the_message_was_pending_is_named():
    runtime, inspector = await kitchen()
    await order(runtime, "soup")
    await runtime.remove_subscription("sub")
    await inspector.run()
    assert_each_failing(
        both(inspector, 1, "kitchen/s1"), SUBSCRIBED, "while the message was pending"
    )


async def test_subscriptions_count_as_they_stood_when_the_message_was_routed():
    runtime, inspector = await kitchen()
    number = await publish(inspector)
    await runtime.remove_subscription("sub")
    for explanation in both(inspector, number, "kitchen/s1"):
        assert explanation.first_failing is None


async def test_what_is_pending_goes_by_the_subscriptions_of_now():
    runtime, inspector = await kitchen()
    await Kitchen.register(runtime, "bar", Kitchen)
    await order(runtime, "soup")
    await runtime.remove_subscription("sub")
    await runtime.add_subscription(TypeSubscription("orders", "bar"))
    records = inspector.recording.last
    assert_each_failing(
        both(inspector, 1, "kitchen/s1"), SUBSCRIBED, "removed while the message was pending"
    )
    for explanation in both(inspector, 1, "bar/s1"):
        assert explanation.first_failing.outcome == "undecided"
        assert "will be routed here too" in explanation.first_failing.answer
    assert inspector.recording.last == records


async def test_another_key_is_told_where_the_source_leads():
    _, inspector = await kitchen()
    number = await publish(inspector)
    assert_each_failing(
        both(inspector, number, AgentId("kitchen", "s2")),
        "Does the source of the topic lead to this agent?",
        "goes to kitchen/s1; you picked kitchen/s2",
        "built for this message",
        advice="source='s2'",
    )


async def test_a_default_topic_from_a_handler_leads_to_the_key_of_the_sender():
    class Waiter(RoutedAgent):
        @rpc
        async def take(self, message: Question, ctx: MessageContext) -> None:
            await self.publish_message(Order(message.text), DefaultTopicId())

    runtime, inspector = await kitchen(topic="default")
    await Waiter.register(runtime, "waiter", lambda: Waiter("Takes orders."))
    _, call = await send(inspector, Question("soup"), "waiter/table-7")
    await call
    number = next(d.number for d in inspector.recording if d.kind == "event")
    assert_each_failing(
        both(inspector, number, "kitchen/default"),
        "Does the source of the topic lead to this agent?",
        "goes to kitchen/table-7",
        "key of the sender",
        advice="kitchen/table-7",
    )


async def test_the_sender_does_not_get_its_own_publication():
    _, inspector = await kitchen()
    number = await publish(inspector, sender=AgentId("kitchen", "s1"))
    assert_each_failing(
        both(inspector, number, "kitchen/s1"),
        "Is the agent somebody else than the sender?",
        "published it itself",
        advice="another key",
    )


async def test_two_subscriptions_make_two_deliveries():
    runtime, inspector = await kitchen(topic="kitchen:soup")
    number = await publish(inspector, topic="kitchen:soup/s1")
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(
            explanation,
            "Does it get the message only once?",
            "2 times",
            "TypePrefixSubscription('kitchen:*') and TypeSubscription('kitchen:soup')",
            advice=("remove_subscription('sub')", "skip_direct_message_subscription=True"),
        )
        assert "kitchen/s1 handled" in explanation.verdict
    await runtime.remove_subscription("sub")


async def test_a_duplicate_made_by_the_inspector_is_no_double_delivery():
    runtime, inspector = await kitchen()
    await order(runtime, "soup")
    inspector.duplicate(1)
    await inspector.run()
    for number in (1, 2):
        for explanation in both(inspector, number, "kitchen/s1"):
            assert explanation.first_failing is None


async def test_only_what_was_let_go_cannot_be_explained():
    runtime, inspector = await kitchen()
    recording = newest_records(runtime, 20)
    for _ in range(50):
        last = await publish(inspector, topic="order/s1")
    assert recording.let_go > 0
    why = Why(recording)
    explanation = why(last, "kitchen/s1")
    assert_failing(explanation, SUBSCRIBED, "1 letter", advice="'orders'")
    with pytest.raises(LookupError, match="let go"):
        why(1, "kitchen/s1")


async def test_a_subscription_for_a_type_that_is_not_registered_is_named():
    runtime, inspector = await kitchen()
    await runtime.add_subscription(TypeSubscription("orders", "kitchn"))
    number = await publish(inspector)
    assert_each_failing(
        both(inspector, number, "kitchn/s1"),
        "Is the agent type registered?",
        "Did you mean 'kitchen'?",
        advice="Register it",
    )


async def test_a_request_to_another_agent_is_named():
    _, inspector = await kitchen()
    number, call = await send(inspector, Question("soup?"))
    await call
    assert_each_failing(
        both(inspector, number, "kitchen/s2"),
        "Was it sent to this agent?",
        "sent to kitchen/s1",
        advice="kitchen/s2",
    )


async def test_a_subscription_of_another_class_is_asked_or_said_to_be_unknown():
    runtime, inspector = await kitchen(topic=None)
    await runtime.add_subscription(Night(says=False))
    number = await publish(inspector)
    live, recorded = both(inspector, number, "kitchen/night")
    assert_failing(live, SUBSCRIBED, "Night decides by its own code", "it says no")
    assert_failing(recorded, SUBSCRIBED, "not in the recording", advice="is_match")


async def test_a_subscription_of_another_class_that_raises_costs_nobody_the_explanation():
    runtime, inspector = await kitchen(topic=None)
    await runtime.add_subscription(Night(says=None))
    number = await publish(inspector)
    explanation = inspector.why(number, "kitchen/night")
    assert_failing(explanation, SUBSCRIBED, "raises ArithmeticError: what time is it?")


async def test_a_subscription_of_another_class_that_matched_is_seen_in_the_recording():
    runtime, inspector = await kitchen(topic=None)
    await runtime.add_subscription(Night(says=True))
    number = await publish(inspector)
    for explanation in both(inspector, number, "kitchen/night"):
        assert explanation.first_failing is None

"""Planted faults: `why` names each as the first failing decision, and says what to do."""

import asyncio
import gc
import json
import logging
import sys
import types
from dataclasses import dataclass
from tempfile import TemporaryDirectory

import pytest

from sandbox import (
    AgentId,
    BaseAgent,
    CancellationToken,
    ClosureAgent,
    ClosureContext,
    DefaultInterventionHandler,
    DefaultTopicId,
    DropMessage,
    Inspector,
    MessageContext,
    Recording,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypePrefixSubscription,
    TypeSubscription,
    event,
    message_handler,
    rpc,
)
from sandbox.inspector.explaining.why import Why
from sandbox.inspector.recording.recorder import Recorder


@dataclass
class Order:
    dish: str


@dataclass
class BigOrder(Order):
    guests: int = 10


@dataclass
class Question:
    text: str


class Kitchen(RoutedAgent):
    def __init__(self) -> None:
        super().__init__("Cooks.")

    @event
    async def cook(self, message: Order, ctx: MessageContext) -> None: ...

    @rpc
    async def answer(self, message: Question, ctx: MessageContext) -> str:
        return f"{message.text}!"


class Picky(RoutedAgent):
    def __init__(self) -> None:
        super().__init__("Cooks only soup.")

    @event(match=lambda message, ctx: message.dish == "soup")
    async def cook(self, message: Order, ctx: MessageContext) -> None: ...


class Clumsy(RoutedAgent):
    def __init__(self) -> None:
        super().__init__("Drops everything.")

    @message_handler
    async def cook(self, message: Order, ctx: MessageContext) -> None:
        raise ValueError("burnt")


class Unbuildable(RoutedAgent):
    def __init__(self) -> None:
        raise RuntimeError("no gas")


class Closed(DefaultInterventionHandler):
    async def on_publish(self, message, *, message_context):
        return DropMessage


class Broken(DefaultInterventionHandler):
    async def on_publish(self, message, *, message_context):
        raise OSError("no network")


class Night:
    """A subscription of a class of its own."""

    id = "night"
    says = False

    def is_match(self, topic_id):
        if self.says is None:
            raise ArithmeticError("what time is it?")
        return self.says

    def map_to_agent(self, topic_id):
        return AgentId("kitchen", "night")


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL, logger="sandbox")


async def kitchen(agent=Kitchen, topic="orders", **options):
    """A kitchen that subscribes to orders, and its inspector."""
    runtime = SingleThreadedAgentRuntime(**options)
    await agent.register(runtime, "kitchen", agent)
    if topic is not None:
        await runtime.add_subscription(TypeSubscription(topic, "kitchen", id="sub"))
    return runtime, Inspector(runtime)


async def published(inspector, message=None, topic="orders/s1", sender=None):
    """Publish a message, deliver it, and return the number of its first delivery."""
    first = len(inspector.recording) + 1
    message = Order("soup") if message is None else message
    await inspector.runtime.publish_message(message, TopicId.from_str(topic), sender=sender)
    await inspector.run()
    return first


def assert_failing(explanation, question, *words, advice=()):
    """Compare the first failing decision, in the live and in the recorded explanation."""
    failing = explanation.first_failing
    assert failing is not None, str(explanation)
    assert failing.question == question, str(explanation)
    assert failing.outcome == "failed", str(explanation)
    for word in words:
        assert word in failing.answer, str(explanation)
    for word in (advice,) if isinstance(advice, str) else advice:
        assert word in explanation.advice, str(explanation)
    assert str(explanation).splitlines()[1].startswith(f"→ ✗ {question}")


def both(inspector, message, agent=None):
    """The explanation with the live runtime, and those from the recording alone."""
    with TemporaryDirectory() as folder:
        inspector.recording.save(f"{folder}/run.jsonl")
        loaded = Recording.load(f"{folder}/run.jsonl")
    recorded = Why(inspector.recording)(message, agent)
    assert loaded.why(message, agent) == recorded
    return inspector.why(message, agent), recorded


async def test_a_message_that_arrived_has_no_failing_decision():
    _, inspector = await kitchen()
    number = await published(inspector)
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
    steps = inspector.why(await published(inspector), "kitchen/s1").steps
    line = Kitchen.cook.__wrapped__.__code__.co_firstlineno
    assert steps[2].subscription == "sub"
    assert {step.delivery for step in steps} == {1, None}
    assert steps[7].source == f"{__file__}:{line}"


SUBSCRIBED = "Does a subscription of its type match the topic?"


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
    number = await published(inspector, topic=topic)
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(explanation, SUBSCRIBED, how, advice=repr(subscribed))
        assert explanation.first_failing.subscription == "sub"


async def test_a_prefix_that_nearly_matches_is_named():
    runtime, inspector = await kitchen(topic=None)
    await runtime.add_subscription(TypePrefixSubscription("orders.", "kitchen"))
    number = await published(inspector, topic="orders/s1")
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(explanation, SUBSCRIBED, "does not begin with 'orders.'", advice="orders.")


async def test_a_publication_that_nobody_receives_is_explained_without_an_agent():
    _, inspector = await kitchen()
    number = await published(inspector, topic="order/s1")
    for explanation in both(inspector, number):
        assert explanation.agent is None
        assert_failing(explanation, SUBSCRIBED, "1 letter", advice="Publish to")


async def test_an_agent_type_without_a_subscription_is_told_to_subscribe():
    _, inspector = await kitchen(topic=None)
    number = await published(inspector, topic="bills/s1")
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(
            explanation,
            SUBSCRIBED,
            "'kitchen' has no subscription",
            advice="TypeSubscription(topic_type='bills', agent_type='kitchen')",
        )


async def test_a_message_for_others_says_who_gets_it():
    runtime, inspector = await kitchen()
    await Kitchen.register(runtime, "bar", Kitchen)
    number = await published(inspector)
    for explanation in both(inspector, number, "bar/s1"):
        assert_failing(explanation, SUBSCRIBED, "The message goes to kitchen", advice="'bar'")


async def test_a_subscription_that_came_too_late_is_named():
    runtime, inspector = await kitchen(topic=None)
    number = await published(inspector)
    await runtime.add_subscription(TypeSubscription("orders", "kitchen", id="late"))
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(explanation, SUBSCRIBED, "after", advice="publish the message again")
        assert explanation.first_failing.subscription == "late"


async def test_a_subscription_that_was_removed_before_is_named():
    runtime, inspector = await kitchen()
    await runtime.remove_subscription("sub")
    number = await published(inspector)
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(explanation, SUBSCRIBED, "was removed before", advice="Subscribe again")


async def test_a_subscription_removed_while_the_message_was_pending_is_named():
    runtime, inspector = await kitchen()
    await runtime.publish_message(Order("soup"), TopicId("orders", "s1"))
    await runtime.remove_subscription("sub")
    await inspector.run()
    for explanation in both(inspector, 1, "kitchen/s1"):
        assert_failing(explanation, SUBSCRIBED, "while the message was pending")


async def test_subscriptions_count_as_they_stood_when_the_message_was_routed():
    runtime, inspector = await kitchen()
    number = await published(inspector)
    await runtime.remove_subscription("sub")
    for explanation in both(inspector, number, "kitchen/s1"):
        assert explanation.first_failing is None


async def test_what_is_pending_goes_by_the_subscriptions_of_now():
    runtime, inspector = await kitchen()
    await Kitchen.register(runtime, "bar", Kitchen)
    await runtime.publish_message(Order("soup"), TopicId("orders", "s1"))
    await runtime.remove_subscription("sub")
    await runtime.add_subscription(TypeSubscription("orders", "bar"))
    records = inspector.recording.last
    for explanation in both(inspector, 1, "kitchen/s1"):
        assert_failing(explanation, SUBSCRIBED, "removed while the message was pending")
    for explanation in both(inspector, 1, "bar/s1"):
        assert explanation.first_failing.outcome == "undecided"
        assert "will be routed here too" in explanation.first_failing.answer
    assert inspector.recording.last == records


async def test_another_key_is_told_where_the_source_leads():
    _, inspector = await kitchen()
    number = await published(inspector)
    for explanation in both(inspector, number, AgentId("kitchen", "s2")):
        assert_failing(
            explanation,
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
    call = asyncio.create_task(runtime.send_message(Question("soup"), AgentId("waiter", "table-7")))
    await asyncio.sleep(0)
    await inspector.run()
    await call
    number = next(d.number for d in inspector.recording if d.kind == "event")
    for explanation in both(inspector, number, "kitchen/default"):
        assert_failing(
            explanation,
            "Does the source of the topic lead to this agent?",
            "goes to kitchen/table-7",
            "key of the sender",
            advice="kitchen/table-7",
        )


async def test_the_sender_does_not_get_its_own_publication():
    _, inspector = await kitchen()
    number = await published(inspector, sender=AgentId("kitchen", "s1"))
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(
            explanation,
            "Is the agent somebody else than the sender?",
            "published it itself",
            advice="another key",
        )


async def test_two_subscriptions_make_two_deliveries():
    runtime, inspector = await kitchen(topic="kitchen:soup")
    number = await published(inspector, topic="kitchen:soup/s1")
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
    await runtime.publish_message(Order("soup"), TopicId("orders", "s1"))
    inspector.duplicate(1)
    await inspector.run()
    for number in (1, 2):
        for explanation in both(inspector, number, "kitchen/s1"):
            assert explanation.first_failing is None


async def test_only_what_was_let_go_cannot_be_explained():
    runtime = SingleThreadedAgentRuntime()
    await Kitchen.register(runtime, "kitchen", Kitchen)
    await runtime.add_subscription(TypeSubscription("orders", "kitchen", id="sub"))
    inspector = Inspector(runtime, paused=True)
    recording = Recording(limit=20)
    recorder = Recorder(recording)
    recorder.begin(runtime)
    runtime.add_instrument(recorder)
    for _ in range(50):
        last = await published(inspector, topic="order/s1")
    assert recording.let_go > 0
    why = Why(recording)
    explanation = why(last, "kitchen/s1")
    assert_failing(explanation, SUBSCRIBED, "1 letter", advice="'orders'")
    with pytest.raises(LookupError, match="let go"):
        why(1, "kitchen/s1")


async def test_a_pending_message_says_its_place_in_the_queue():
    runtime, inspector = await kitchen()
    for dish in ("soup", "salad"):
        await runtime.publish_message(Order(dish), TopicId("orders", "s1"))
    for explanation in both(inspector, 2, "kitchen/s1"):
        failing = explanation.first_failing
        assert (failing.question, failing.outcome) == ("Has it left the queue?", "undecided")
        assert "number 2 of 2" in failing.answer
        assert "inspector.step(2)" in explanation.advice
        assert explanation.verdict.startswith("kitchen/s1 has not handled #2 Order")


async def test_a_held_message_says_so():
    runtime, inspector = await kitchen()
    await runtime.publish_message(Order("soup"), TopicId("orders", "s1"))
    inspector.hold(1)
    for explanation in both(inspector, 1, "kitchen/s1"):
        assert_failing(explanation, "Has it left the queue?", "held", advice="release(1)")


async def test_a_message_behind_an_open_turn_of_a_serial_mailbox_says_so():
    class Slow(RoutedAgent):
        @event
        async def cook(self, message: Order, ctx: MessageContext) -> None:
            await self.send_message(Question("salt?"), AgentId("cellar", "x"))

    runtime = SingleThreadedAgentRuntime(mailbox="serial")
    await Slow.register(runtime, "kitchen", lambda: Slow("Slow."))
    await Kitchen.register(runtime, "cellar", Kitchen)
    await runtime.add_subscription(TypeSubscription("orders", "kitchen"))
    inspector = Inspector(runtime)
    for dish in ("soup", "salad"):
        await runtime.publish_message(Order(dish), TopicId("orders", "s1"))
    await inspector.step()
    for explanation in both(inspector, 2, "kitchen/s1"):
        assert "the turn of #1 is open" in explanation.first_failing.answer
        assert "#1" in explanation.advice
    await inspector.run()


async def test_a_message_for_a_paused_mailbox_says_so():
    runtime, inspector = await kitchen()
    inspector.pause_mailbox("kitchen/s1")
    await runtime.publish_message(Order("soup"), TopicId("orders", "s1"))
    for explanation in both(inspector, 1, "kitchen/s1"):
        assert_failing(
            explanation,
            "Has it left the queue?",
            "mailbox of kitchen/s1 is paused",
            advice="resume_mailbox('kitchen/s1')",
        )


async def test_a_message_that_the_inspector_dropped_says_so():
    runtime, inspector = await kitchen()
    await runtime.publish_message(Order("soup"), TopicId("orders", "s1"))
    inspector.drop(1)
    for explanation in both(inspector, 1, "kitchen/s1"):
        assert_failing(
            explanation, "Has it left the queue?", "dropped", "inspector", advice="Do not drop it"
        )


async def test_a_stranded_message_says_that_the_runtime_was_stopped():
    runtime, inspector = await kitchen()
    runtime.start()
    await runtime.publish_message(Order("soup"), TopicId("orders", "s1"))
    await runtime.stop()
    for explanation in both(inspector, 1, "kitchen/s1"):
        assert_failing(explanation, "Has it left the queue?", "stopped", advice="stop_when_idle()")


async def test_an_intervention_that_dropped_it_is_named():
    _, inspector = await kitchen(intervention_handlers=[Closed()])
    number = await published(inspector)
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(
            explanation,
            "Did the interventions let it pass?",
            "Closed dropped it",
            advice="DropMessage",
        )


async def test_an_intervention_that_raised_is_named():
    _, inspector = await kitchen(intervention_handlers=[Broken()])
    number = await published(inspector)
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(
            explanation,
            "Did the interventions let it pass?",
            "Broken raised OSError: no network",
            advice="Mend Broken",
        )


async def test_an_intervention_that_put_another_message_in_its_place_is_named():
    class Translator(DefaultInterventionHandler):
        async def on_publish(self, message, *, message_context):
            return BigOrder("menu")

    _, inspector = await kitchen(intervention_handlers=[Translator()])
    number = await published(inspector)
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(
            explanation,
            "Does a handler take exactly this class?",
            "It handles",
            advice="subclass of",
        )
        passed = next(s for s in explanation.steps if "interventions" in s.question)
        assert passed.answer == "Yes, but Translator put another message in its place."


async def test_a_subclass_is_told_that_only_the_exact_class_counts():
    _, inspector = await kitchen()
    number = await published(inspector, BigOrder("menu"))
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(
            explanation,
            "Does a handler take exactly this class?",
            "It handles",
            advice=("subclass of Order", "hint 'message: Order | BigOrder'"),
        )


def other_order(module):
    namespace = {"dataclass": dataclass, "__name__": module}
    exec("@dataclass\nclass Order:\n    dish: str", namespace)  # a class of that module
    return namespace["Order"]


async def test_a_redefined_class_is_told_apart():
    _, inspector = await kitchen()
    number = await published(inspector, other_order(__name__)("soup"))
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(
            explanation,
            "Does a handler take exactly this class?",
            advice=("another class object of the same name", "register it again"),
        )


async def test_a_class_of_the_same_name_from_another_module_is_told_apart():
    _, inspector = await kitchen()
    number = await published(inspector, other_order("menu")("soup"))
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(
            explanation,
            "Does a handler take exactly this class?",
            advice=("this one is of menu", "import it from one place"),
        )


async def test_a_publication_to_an_rpc_handler_is_told_to_send():
    _, inspector = await kitchen()
    number = await published(inspector, Question("soup?"))
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(
            explanation,
            "Does the handler take it as it was sent?",
            "only as a request",
            advice=("send_message", "@event"),
        )


async def send(inspector, message, agent="kitchen/s1", **options):
    """Send a request, deliver everything, and return its number and its answer."""
    first = len(inspector.recording) + 1
    recipient = AgentId.from_str(agent)
    call = asyncio.create_task(inspector.runtime.send_message(message, recipient, **options))
    await asyncio.sleep(0)
    await inspector.run()
    return first, call


async def test_a_request_to_an_event_handler_is_told_to_publish():
    _, inspector = await kitchen()
    number, call = await send(inspector, Order("soup"))
    assert await call is None
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(
            explanation,
            "Does the handler take it as it was sent?",
            "only as an event",
            advice=("publish_message", "@rpc"),
        )


async def test_a_match_function_that_said_no_is_named():
    _, inspector = await kitchen(Picky)
    number = await published(inspector, Order("salad"))
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(
            explanation, "Does the handler's match= agree?", "Picky.cook", advice="match= of cook"
        )


async def test_a_handler_that_raised_is_named_with_its_line():
    _, inspector = await kitchen(Clumsy)
    number = await published(inspector)
    line = Clumsy.cook.__wrapped__.__code__.co_firstlineno + 2
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(
            explanation,
            "Did the handler come to its end?",
            "ValueError: burnt",
            advice="nobody but the log",
        )
        assert explanation.first_failing.source == f"{__file__}:{line}"


async def test_a_constructor_that_raised_is_named():
    _, inspector = await kitchen(Unbuildable)
    number = await published(inspector)
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(
            explanation, "Could the agent be built?", "RuntimeError: no gas", advice="constructor"
        )


async def test_a_subscription_for_a_type_that_is_not_registered_is_named():
    runtime, inspector = await kitchen()
    await runtime.add_subscription(TypeSubscription("orders", "kitchn"))
    number = await published(inspector)
    for explanation in both(inspector, number, "kitchn/s1"):
        assert_failing(
            explanation,
            "Is the agent type registered?",
            "Did you mean 'kitchen'?",
            advice="Register it",
        )


async def test_a_request_to_another_agent_is_named():
    _, inspector = await kitchen()
    number, call = await send(inspector, Question("soup?"))
    await call
    for explanation in both(inspector, number, "kitchen/s2"):
        assert_failing(
            explanation, "Was it sent to this agent?", "sent to kitchen/s1", advice="kitchen/s2"
        )


async def test_an_answer_to_a_caller_that_gave_up_is_named():
    runtime, inspector = await kitchen()
    token = CancellationToken()
    call = asyncio.create_task(
        runtime.send_message(Question("soup?"), AgentId("kitchen", "s1"), cancellation_token=token)
    )
    await asyncio.sleep(0)
    token.cancel()
    await inspector.run()
    assert call.cancelled()
    for number in (1, 2):  # the request and its answer
        for explanation in both(inspector, number):
            assert_failing(
                explanation, "Has the answer reached the caller?", "given up", advice="wait longer"
            )
            assert explanation.first_failing.delivery == 2


async def test_an_answer_that_was_dropped_is_named():
    runtime, inspector = await kitchen()
    call = asyncio.create_task(runtime.send_message(Question("soup?"), AgentId("kitchen", "s1")))
    await asyncio.sleep(0)
    await inspector.step()
    inspector.drop(2)
    for explanation in both(inspector, 1):
        assert_failing(
            explanation, "Has the answer reached the caller?", "waits for ever", advice="error=True"
        )
    call.cancel()


async def test_an_intervention_that_dropped_the_answer_is_named():
    class Silent(DefaultInterventionHandler):
        async def on_response(self, message, *, sender, recipient):
            return DropMessage

    _, inspector = await kitchen(intervention_handlers=[Silent()])
    number, call = await send(inspector, Question("soup?"))
    with pytest.raises(Exception, match="dropped"):
        await call
    for explanation in both(inspector, number):
        assert_failing(
            explanation,
            "Has the answer reached the caller?",
            "Silent dropped it",
            advice="on_response of Silent",
        )


async def test_a_request_that_was_dropped_silently_leaves_its_caller_waiting():
    runtime, inspector = await kitchen()
    call = asyncio.create_task(runtime.send_message(Question("soup?"), AgentId("kitchen", "s1")))
    await asyncio.sleep(0)
    inspector.drop(1)
    for explanation in both(inspector, 1):
        assert_failing(
            explanation, "Has it left the queue?", "caller waits for ever", advice="error=True"
        )
    call.cancel()


async def test_a_subscription_of_another_class_is_asked_or_said_to_be_unknown():
    runtime, inspector = await kitchen(topic=None)
    await runtime.add_subscription(Night())
    number = await published(inspector)
    live, recorded = both(inspector, number, "kitchen/night")
    assert_failing(live, SUBSCRIBED, "Night decides by its own code", "it says no")
    assert_failing(recorded, SUBSCRIBED, "not in the recording", advice="is_match")


async def test_a_subscription_of_another_class_that_raises_costs_nobody_the_explanation():
    runtime, inspector = await kitchen(topic=None)
    subscription = Night()
    subscription.says = None
    await runtime.add_subscription(subscription)
    number = await published(inspector)
    explanation = inspector.why(number, "kitchen/night")
    assert_failing(explanation, SUBSCRIBED, "raises ArithmeticError: what time is it?")


async def test_a_subscription_of_another_class_that_matched_is_seen_in_the_recording():
    runtime, inspector = await kitchen(topic=None)
    subscription = Night()
    subscription.says = True
    await runtime.add_subscription(subscription)
    number = await published(inspector)
    for explanation in both(inspector, number, "kitchen/night"):
        assert explanation.first_failing is None


async def test_a_message_not_sent_yet_is_explained_by_what_would_happen():
    _, inspector = await kitchen()
    good = inspector.why(Order("soup"), "kitchen/s1", topic="orders/s1")
    assert good.first_failing is None
    assert good.verdict == "kitchen/s1 would handle an Order published to orders/s1."
    subclass = inspector.why(BigOrder("menu"), "kitchen/s1", topic="orders/s1")
    assert_failing(subclass, "Does a handler take exactly this class?", advice="subclass of Order")
    topic = inspector.why(Order("soup"), "kitchen/s1", topic=TopicId("order", "s1"))
    assert_failing(topic, SUBSCRIBED, "1 letter")
    sender = inspector.why(Order("soup"), "kitchen/s1", topic="orders/s1", sender="kitchen/s1")
    assert_failing(sender, "Is the agent somebody else than the sender?", "published it itself")
    request = inspector.why(Order("soup"), "kitchen/s1")
    assert_failing(request, "Does the handler take it as it was sent?", advice="publish_message")
    stranger = inspector.why(Order("soup"), "kitchn/s1")
    assert_failing(stranger, "Is the agent type registered?", "Did you mean 'kitchen'?")
    assert len(inspector.recording) == 0


async def test_a_match_function_is_not_called_in_thought():
    _, inspector = await kitchen(Picky)
    explanation = inspector.why(Order("salad"), "kitchen/s1", topic="orders/s1")
    failing = explanation.first_failing
    assert (failing.question, failing.outcome) == ("Does the handler's match= agree?", "undecided")


async def test_a_pending_message_that_nobody_will_handle_says_so_beforehand():
    runtime, inspector = await kitchen()
    message = BigOrder("menu")
    await runtime.publish_message(message, TopicId("orders", "s1"))
    explanation = inspector.why(message, "kitchen/s1")
    assert_failing(explanation, "Does a handler take exactly this class?", advice="subclass")
    assert_failing(
        Why(inspector.recording)(1, "kitchen/s1"),
        "Does a handler take exactly this class?",
        advice="'message: BigOrder'",
    )


async def test_two_faults_at_once_are_both_named():
    _, inspector = await kitchen()
    number = await published(inspector, Question("soup?"), topic="order/s1")
    for explanation in both(inspector, number, "kitchen/s1"):
        failing = [step.question for step in explanation.steps if step.outcome == "failed"]
        assert failing == [SUBSCRIBED, "Does the handler take it as it was sent?"]


async def test_an_agent_without_handlers_of_ours_decides_for_itself():
    class Plain(BaseAgent):
        async def on_message_impl(self, message, ctx):
            return None

    runtime, inspector = await kitchen(topic=None)
    await Plain.register(runtime, "plain", lambda: Plain("Takes all."))
    explanation = inspector.why(Order("soup"), "plain/x")
    assert explanation.first_failing.answer == "Its class decides that by its own code."
    assert explanation.first_failing.outcome == "undecided"
    number, call = await send(inspector, Order("soup"), "plain/x")
    await call
    for recorded in both(inspector, number):
        assert recorded.first_failing is None


async def test_a_closure_agent_that_takes_another_type_is_explained():
    async def collect(agent: ClosureContext, message: Question, ctx: MessageContext) -> None: ...

    runtime, inspector = await kitchen(topic=None)
    await ClosureAgent.register_closure(runtime, "collector", collect)
    with pytest.warns(UserWarning, match="Order"):
        number = await published(inspector, topic="collector:x/s1")
    for explanation in both(inspector, number):
        assert_failing(explanation, "Does a handler take exactly this class?", "Question")


async def test_a_message_is_found_by_its_id_its_object_or_its_delivery():
    runtime, inspector = await kitchen()
    message = Order("soup")
    await runtime.publish_message(message, TopicId("orders", "s1"), message_id="mine")
    asked = (1, "mine", message, inspector.queue[0], inspector.recording[1])
    assert len({str(inspector.why(each, "kitchen/s1")) for each in asked}) == 1


@pytest.mark.parametrize(
    ("message", "agent", "error"),
    [
        (7, "kitchen/s1", LookupError),
        ("m7", "kitchen/s1", LookupError),
        (types.SimpleNamespace(), None, ValueError),
        (1, "kitchen", ValueError),
        (1, 5, TypeError),
    ],
)
async def test_questions_that_cannot_be_answered_are_refused(message, agent, error):
    _, inspector = await kitchen()
    await published(inspector)
    with pytest.raises(error):
        inspector.why(message, agent)


async def test_an_explanation_is_text_html_and_data():
    _, inspector = await kitchen()
    number = await published(inspector, topic="<b>/s1".replace("<b>", "order"))
    explanation = inspector.why(number, "<i>/s1")
    page = explanation._repr_html_()
    assert "<i>/s1" not in page
    assert "&lt;i&gt;" in page
    explanation = inspector.why(number, "kitchen/s1")
    page, text, data = explanation._repr_html_(), str(explanation), explanation.as_data()
    assert page.index("1 letter") < page.index("<ol>")
    assert "<li><b>✗ Does a subscription" in page
    assert text.splitlines()[1].startswith("→ ✗ Does a subscription")
    assert json.loads(json.dumps(data)) == data
    assert data["steps"][data["first_failing"]]["answer"] in text
    assert data["advice"] == explanation.advice
    assert repr(explanation) == f"<Explanation: {explanation.verdict}>"


async def test_asking_changes_nothing():
    _, inspector = await kitchen()
    await published(inspector, topic="order/s1")
    await inspector.runtime.publish_message(Order("soup"), TopicId("orders", "s1"))
    before = inspector.recording.last
    inspector.why(1, "kitchen/s1")
    inspector.why(2, "kitchen/s1")
    inspector.why(Order("soup"), "kitchen/s9", topic="orders/s9")
    assert inspector.recording.last == before
    assert AgentId("kitchen", "s9") not in inspector.runtime.agents


def calls_in(action):
    """How many functions an action calls, those written in C included."""
    count = 0

    def note(frame, happening, argument):
        nonlocal count
        count += happening in {"call", "c_call"}

    action()  # what is remembered once it was asked, such as a class's own checks, is not counted
    gc.disable()
    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(None)
        gc.enable()
    return count


async def test_a_question_costs_the_same_however_long_the_recording_is():
    runtime, inspector = await kitchen()
    for number in range(100):
        await runtime.add_subscription(TypeSubscription(f"bills-{number}", "kitchen"))
    costs = []
    for rounds in (10, 300):
        for _ in range(rounds):
            await runtime.publish_message(Order("soup"), TopicId("orders", "s1"))
            await runtime.publish_message(Order("soup"), TopicId("order", "s1"))
        await inspector.run()
        inspector.why(1, "kitchen/s1")  # to keep up with the recording is another cost
        costs.append(
            [
                calls_in(lambda: inspector.why(3, "kitchen/s1")),
                calls_in(lambda: inspector.why(4, "kitchen/s1")),
                calls_in(lambda: inspector.why(4, "kitchen/s2")),
                calls_in(lambda: inspector.why("m5", "kitchen/s9")),
            ]
        )
    assert costs[0] == costs[1]

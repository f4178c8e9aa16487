"""How `why` may be asked, and what it answers with."""

import gc
import json
import sys
import types

import pytest
from explanations import SUBSCRIBED, assert_each_failing, assert_failing, both
from kitchens import BigOrder, Order, Question, kitchen, order, publish, send
from planted_faults import Picky

from sandbox import (
    AgentId,
    BaseAgent,
    ClosureAgent,
    ClosureContext,
    MessageContext,
    TopicId,
    TypePrefixSubscription,
    TypeSubscription,
)
from sandbox.inspector.explaining.why import Why

pytestmark = pytest.mark.usefixtures("quiet")


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
    number = await publish(inspector, Question("soup?"), topic="order/s1")
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
        number = await publish(inspector, topic="collector:x/s1")
    assert_each_failing(
        both(inspector, number), "Does a handler take exactly this class?", "Question"
    )


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
    await publish(inspector)
    with pytest.raises(error):
        inspector.why(message, agent)


async def test_an_explanation_is_text_html_and_data():
    _, inspector = await kitchen()
    number = await publish(inspector, topic="<b>/s1".replace("<b>", "order"))
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
    await publish(inspector, topic="order/s1")
    await order(inspector.runtime, "soup")
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
            await order(runtime, "soup")
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
    # To find a delivery among thirty times as many takes a few halvings more.
    assert all(0 <= later - sooner < 20 for sooner, later in zip(*costs, strict=True))


async def test_of_two_subscriptions_each_delivery_names_the_one_that_brought_it():
    runtime, inspector = await kitchen()
    await runtime.add_subscription(TypePrefixSubscription("ord", "kitchen"))
    await order(runtime, "soup")
    await runtime.publish_message(Order("soup"), TopicId("borders", "s1"))
    await inspector.run()
    brought = [
        next(d.answer for d in inspector.why(number).steps if d.question == SUBSCRIBED)
        for number in (1, 2)
    ]
    assert brought == ["TypeSubscription('orders') does.", "TypePrefixSubscription('ord*') does."]
    assert inspector.why(3).verdict.startswith("Nobody got #3 Order, published to borders/s1.")

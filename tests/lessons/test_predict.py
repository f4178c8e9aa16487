"""Who receives a message: said before it is sent, compared with what the inspector records."""

import asyncio

import pytest

from sandbox import AgentId, TypePrefixSubscription
from sandbox.lessons import RULES, Lesson


async def test_those_are_offered_that_could_receive_it(place):
    question = place.lesson.predict(place.Order("soup"), topic="orders/s1")
    assert question.form.options == ("kitchen/s1", "shop/s1", "nobody")


async def test_an_unanswered_question_is_text_and_gives_nothing_away(place):
    question = place.lesson.predict(place.Order("soup"), topic="orders/s1")
    assert str(question).splitlines() == [
        "Predict: Order(dish='soup') is published to orders/s1. Who receives it?",
        "Tick all that apply:",
        "  [ ] kitchen/s1",
        "  [ ] shop/s1",
        "  [ ] nobody",
        "Answer with .check(answer); .hint() helps.",
    ]


async def test_a_right_answer_is_said_to_be_right_and_by_which_rule(place):
    question = place.lesson.predict(place.Order("soup"), topic="orders/s1")
    await place.publish()
    feedback = question.check(["shop/s1", AgentId("kitchen", "s1")])
    assert feedback.state == "right"
    assert feedback.remarks[0].text == RULES["subscribed"].sentence
    assert feedback.remarks[0].delivery == 1
    assert question.passed


async def test_an_agent_that_was_missed_comes_with_the_rule_that_brings_it(place):
    question = place.lesson.predict(place.Order("soup"), topic="orders/s1")
    await place.publish()
    feedback = question.check("kitchen/s1")
    assert feedback.state == "wrong"
    (remark,) = feedback.remarks
    assert remark.text.startswith("shop/s1 gets it. ")
    assert remark.rule == RULES["key"].sentence
    assert remark.delivery == 2
    assert "See delivery #2 event Order" in str(feedback)


async def test_the_sender_who_was_ticked_is_told_why_it_gets_nothing(place):
    question = place.lesson.predict(
        place.Order("soup"), topic="orders/s1", among=["kitchen/s1", "shop/s1", "shop/s2"]
    )
    await place.publish(sender="shop/s1")
    feedback = question.check(["kitchen/s1", "shop/s1"])
    (remark,) = feedback.remarks
    assert remark.text.startswith("shop/s1 does not get it: ")
    assert remark.rule == RULES["sender"].sentence


async def test_another_key_is_told_by_the_rule_of_keys(place):
    question = place.lesson.predict(
        place.Order("soup"), topic="orders/s1", among=["kitchen/s1", "shop/s1", "kitchen/s2"]
    )
    await place.publish()
    (remark,) = question.check(["kitchen/s1", "shop/s1", "kitchen/s2"]).remarks
    assert remark.rule == RULES["key"].sentence


async def test_nobody_is_an_answer(place):
    question = place.lesson.predict(place.Order("soup"), topic="order/s1")
    await place.publish(topic="order/s1")
    assert question.check("kitchen/s1").remarks[0].rule == RULES["subscribed"].sentence
    assert question.check("nobody").state == "right"


async def test_nobody_is_wrong_where_somebody_receives(place):
    question = place.lesson.predict(place.Order("soup"), topic="orders/s1")
    await place.publish()
    feedback = question.check("nobody")
    assert [remark.text.split(" gets")[0] for remark in feedback.remarks] == [
        "kitchen/s1",
        "shop/s1",
    ]


async def test_two_subscriptions_are_still_one_recipient(place):
    await place.runtime.add_subscription(TypePrefixSubscription("ord", "kitchen"))
    question = place.lesson.predict(place.Order("soup"), topic="orders/s1")
    await place.publish()
    assert question.check(["kitchen/s1", "shop/s1"]).state == "right"


async def test_a_message_that_was_sent_can_be_asked_about_by_number(place):
    await place.publish()
    question = place.lesson.predict(1)
    assert question.check(["kitchen/s1", "shop/s1"]).state == "right"


async def test_a_message_sent_directly_goes_to_the_one_that_is_named(place):
    question = place.lesson.predict("soup", among=["shop/s1", "shop/s2"])
    call = asyncio.create_task(place.runtime.send_message("soup", AgentId("shop", "s2")))
    await asyncio.sleep(0)
    feedback = question.check(["shop/s1"])
    assert {remark.rule for remark in feedback.remarks} == {RULES["sent"].sentence}
    assert question.check("shop/s2").state == "right"
    await place.inspector.run()
    await call


async def test_messages_sent_before_the_question_do_not_count(place):
    await place.publish()
    question = place.lesson.predict(place.Order("soup"), topic="orders/s1")
    assert question.check("kitchen/s1").state == "noted"


async def test_an_answer_given_too_early_is_compared_as_soon_as_it_has_happened(place):
    said = []
    question = place.lesson.predict(
        place.Order("soup"), topic="orders/s1", answer=["kitchen/s1", "shop/s1"]
    )
    question.when_said(said.append)
    assert question.feedback.state == "noted"
    await place.publish(topic="order/s1")
    await asyncio.sleep(0)
    assert said == []
    await place.publish()
    await asyncio.sleep(0)
    assert [feedback.state for feedback in said] == ["right"]


async def test_without_an_answer_nothing_is_compared(place):
    question = place.lesson.predict(place.Order("soup"), topic="orders/s1")
    assert question.check().state == "unanswered"
    await place.publish()
    assert question.check([]).state == "unanswered"


async def test_an_answer_that_is_no_option_is_refused(place):
    question = place.lesson.predict(place.Order("soup"), topic="orders/s1")
    with pytest.raises(ValueError, match="'cook/s1' is none of the options: kitchen/s1"):
        question.check("cook/s1")


async def test_the_three_hints_say_where_to_look_which_rule_and_the_answer(place):
    question = place.lesson.predict(place.Order("soup"), topic="orders/s1")
    await place.publish()
    said = [question.hint().remarks[0].text for _ in range(4)]
    assert said == [
        RULES["subscribed"].look,
        f"The rule: {RULES['subscribed'].sentence}",
        "kitchen/s1, shop/s1",
        "kitchen/s1, shop/s1",
    ]


async def test_the_last_hint_waits_until_it_has_happened(place):
    question = place.lesson.predict(place.Order("soup"), topic="orders/s1")
    said = [question.hint() for _ in range(3)]
    assert said[-1].state == "hint"
    assert "not been sent yet" in said[-1].remarks[0].text


def test_a_prediction_needs_a_run():
    with pytest.raises(ValueError, match="make the lesson with its inspector"):
        Lesson().predict("soup")

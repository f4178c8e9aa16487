"""In which order deliveries are made, and what agents remember afterwards."""

import asyncio

import pytest

from sandbox import AgentId
from sandbox.lessons import RULES


async def test_the_order_of_the_queue_is_the_right_one(place):
    await place.publish("soup", "orders/s1")
    question = place.lesson.predict_order()
    assert question.form.options == (
        "#1 event Order to kitchen/s1",
        "#2 event Order to shop/s1",
    )
    assert question.check([1, 2]).state == "noted"
    await place.inspector.run()
    assert question.check().state == "right"


async def test_a_delivery_that_was_chosen_first_comes_first(place):
    await place.publish("soup", "orders/s1")
    question = place.lesson.predict_order(answer=[1, 2])
    await place.inspector.step(2)
    await place.inspector.run()
    await asyncio.sleep(0)
    (remark,) = question.feedback.remarks
    assert remark.text == (
        "In place 1 came #2 event Order to shop/s1, not #1 event Order to kitchen/s1."
    )
    assert (remark.rule, remark.delivery) == (RULES["order"].sentence, 2)


async def test_an_order_may_be_numbered_option_by_option(place):
    await place.publish("soup", "orders/s1")
    question = place.lesson.predict_order()
    await place.inspector.run()
    first, second = question.form.options
    assert question.check({first: 1, second: 2}).state == "right"
    assert question.check({first: 2, second: 1}).state == "wrong"
    with pytest.raises(ValueError, match="place of its own"):
        question.check({first: 1, second: 1})


async def test_an_order_that_leaves_one_out_is_wrong(place):
    await place.publish("soup", "orders/s1")
    question = place.lesson.predict_order()
    await place.inspector.run()
    assert question.check([1]).state == "wrong"


async def test_agents_are_put_in_the_order_of_their_first_turns(place):
    question = place.lesson.predict_order("kitchen/s1", AgentId("shop", "s1"))
    call = asyncio.create_task(place.runtime.send_message("soup", AgentId("shop", "s1")))
    await asyncio.sleep(0)
    await place.inspector.run()
    await call
    feedback = question.check(["kitchen/s1", "shop/s1"])
    assert feedback.state == "wrong"
    assert feedback.remarks[0].delivery == 1
    assert question.check(["shop/s1", "kitchen/s1"]).state == "right"


async def test_one_alone_cannot_be_put_in_order(place):
    with pytest.raises(ValueError, match="nothing to put in order"):
        place.lesson.predict_order()


async def test_before_the_step_the_agent_is_not_even_there(place):
    await place.publish()
    question = place.lesson.predict_state("kitchen/s1.count", steps=0, rule="queued")
    feedback = question.check("1")
    assert (feedback.state, feedback.remarks[0].text) == ("wrong", "It is none.")
    assert feedback.remarks[0].rule == RULES["queued"].sentence
    assert question.check("None").state == "right"


async def test_now_is_when_it_was_asked(place):
    await place.publish()
    await place.inspector.step()
    question = place.lesson.predict_state("kitchen/s1.count", steps=0)
    await place.publish()
    await place.inspector.run()
    assert question.check(1).state == "right"


async def test_the_state_after_the_next_step(place):
    await place.publish()
    question = place.lesson.predict_state("kitchen/s1.count")
    assert question.text == "What is kitchen/s1.count after the next step?"
    early = question.check(1)
    assert (early.state, early.remarks[0].text) == ("noted", "Now make 1 step, and see.")
    await place.inspector.step()
    await asyncio.sleep(0)
    assert question.feedback.state == "right"
    assert question.feedback.remarks[0].delivery == 1


async def test_the_state_after_several_steps(place):
    await place.publish()
    await place.publish()
    question = place.lesson.predict_state("kitchen/s1.count", steps=3, answer=2)
    await place.inspector.step()
    assert question.check().remarks[0].text == "Now make 2 steps, and see."
    await place.inspector.run()
    assert question.check().state == "right"
    assert question.check(3).remarks[0].delivery == 3


async def test_the_state_once_nothing_is_left(place):
    await place.publish()
    question = place.lesson.predict_state("kitchen/s1.count", steps=None, answer=1)
    await place.inspector.step()
    assert question.check().state == "noted"
    await place.inspector.step()
    assert question.check().state == "right"
    await place.publish()
    await place.inspector.run()
    assert question.check(1).state == "right"
    assert question.check(2).state == "wrong"


async def test_a_path_that_is_none_is_refused(place):
    with pytest.raises(ValueError, match=r"type/key\.attribute"):
        place.lesson.predict_state("count")

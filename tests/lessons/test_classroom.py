"""What a lecturer may switch."""

import pytest

from sandbox import Inspector, SingleThreadedAgentRuntime
from sandbox.lessons import Lesson, classroom
from sandbox.lessons.lecturing import switches
from sandbox.notebook.answering.commands_of import commands_of
from sandbox.notebook.commands import RefusedError


async def test_hidden_why_is_refused_by_the_inspector_and_left_out_of_feedback(place):
    await place.publish()
    question = place.lesson.predict(1)
    classroom(hide_why=True)
    with pytest.raises(RuntimeError, match="Why is hidden for now"):
        place.inspector.why(1)
    assert question.check("nobody").remarks == ()
    assert question.hint().remarks[0].text == question.rule.look
    assert question.hint().remarks[0].text == "There are no further hints for now."
    classroom(hide_why=False)
    assert "handled" in place.inspector.why(1).verdict
    assert question.check("nobody").remarks[0].rule


async def test_a_locked_order_lets_only_the_next_delivery_go(place):
    await place.publish()
    classroom(lock_order=True)
    refused = [
        lambda: place.inspector.move(2, 0),
        lambda: place.inspector.hold(1),
        lambda: place.inspector.pause_mailbox("kitchen/s1"),
        lambda: setattr(place.inspector, "policy", "lifo"),
    ]
    for attempt in refused:
        with pytest.raises(RuntimeError, match="The order is locked"):
            attempt()
    for attempt in (
        place.inspector.step,
        place.inspector.step_over,
        place.inspector.run_conversation,
    ):
        with pytest.raises(RuntimeError, match="The order is locked"):
            await attempt(2)
    assert (await place.inspector.step(1)).number == 1
    assert (await place.inspector.step()).number == 2


async def test_the_buttons_of_the_view_obey_as_well(place):
    await place.publish()
    buttons = commands_of(place.inspector)
    classroom(hide_why=True, lock_order=True)
    for name, arguments in (("why", {"number": 1}), ("step", {"number": 2})):
        with pytest.raises(RefusedError, match="for now"):
            await buttons[name](**arguments)
    classroom(hide_why=False, lock_order=False)
    assert (await buttons["why"](number=1))["agent"] == "kitchen/s1"
    assert await buttons["step"](number=2) == {"number": 2}


async def test_without_a_lock_everything_goes(place):
    await place.publish()
    await place.publish()
    assert (await place.inspector.step_over()).number == 1
    assert await place.inspector.run_conversation() == 1
    await place.inspector.run()
    await place.publish()
    place.inspector.hold(5)
    place.inspector.pause_mailbox("kitchen/s1")
    place.inspector.move(6, 0)
    assert (await place.inspector.step(6)).number == 6


async def test_a_fixed_seed_is_that_of_every_random_order(place):
    classroom(seed=7)
    place.inspector.policy = "random(3)"
    assert place.inspector.policy == "random(7)"
    place.inspector.policy = "fifo"
    assert place.inspector.policy == "fifo"


async def test_revealing_shows_the_answers_of_questions_old_and_new(place):
    await place.publish()
    old = place.lesson.predict(1)
    classroom(reveal=True)
    new = place.lesson.check("One?", lambda run: 1, rule="order")
    assert [old.feedback.state, new.feedback.state] == ["revealed", "revealed"]
    assert old.feedback.remarks[0].text == "kitchen/s1, shop/s1"


def test_an_unknown_switch_is_refused():
    with pytest.raises(TypeError):
        classroom(hide_everything=True)
    assert switches().hide_why is False


def test_a_subclass_of_the_inspector_stays_one():
    class Own(Inspector):
        pass

    inspector = Own(SingleThreadedAgentRuntime())
    Lesson(inspector)
    Lesson(inspector)
    classroom(hide_why=True)
    assert isinstance(inspector, Own)
    with pytest.raises(RuntimeError, match="hidden"):
        inspector.why("soup", "kitchen/s1")

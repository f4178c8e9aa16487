"""Questions whose answer the run gives, or a sealed one; and things to be brought about."""

import pytest

from sandbox.lessons import RULES, Lesson, cover, seal


async def test_the_run_gives_the_answer(place):
    question = place.lesson.check(
        "How many turns did the kitchen take?",
        lambda run: sum(d.recipient == "kitchen/s1" for d in run) or None,
        rule="twice",
        about=lambda run: next(d.number for d in run if d.recipient == "kitchen/s1"),
    )
    assert question.check("1").state == "noted"
    await place.publish()
    await place.inspector.run()
    assert question.check(" 1 ").state == "right"
    wrong = question.check("2")
    assert wrong.remarks[0].rule == RULES["twice"].sentence
    assert wrong.remarks[0].delivery == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [("two", "The answer is a number, in digits."), ("3", ""), ("-2", ""), ("'3'", "")],
)
def test_a_number_in_words_is_told_that_digits_are_wanted(answer, said):
    question = Lesson().check("How many?", lambda run: 2, rule="twice")
    told = question.check(answer)
    assert told.state == "wrong"
    assert [remark.text for remark in told.remarks] == [said]
    assert question.check("2").state == "right"


async def test_a_run_that_has_not_come_so_far_is_no_error(place):
    question = place.lesson.check("Verdict?", lambda run: run[1].verdict, rule="order", answer="x")
    assert question.feedback.state == "noted"


def test_a_sealed_answer_is_one_of_the_options():
    options = ("once", "twice", "never")
    question = Lesson().check("How often?", seal("twice"), options=options, rule="twice")
    assert question.check("once").state == "wrong"
    assert question.check("Twice").state == "right"
    assert question.reveal().remarks[0].text == "twice"
    with pytest.raises(ValueError, match="one of the options"):
        Lesson().check("How often?", seal("thrice"), options=options, rule="twice")


def test_several_may_be_right():
    options = ("a", "b", "c")
    question = Lesson().check(
        "Which?", [seal("a"), seal("c")], options=options, several=True, rule="order"
    )
    assert question.check(["c", "a"]).state == "right"
    assert question.check("a").state == "wrong"


def test_a_sealed_answer_cannot_be_read_and_differs_each_time():
    first, second = seal("twice"), seal("twice")
    assert "twice" not in first
    assert first != second
    assert "Publish" not in cover("Publish it.")


def test_a_rule_may_be_a_sentence_of_ones_own():
    question = Lesson().check(
        "Who washes up?", seal("us"), options=("us", "them"), rule="Cooks do not wash up."
    )
    assert question.check("them").remarks[0].rule == "Cooks do not wash up."


async def test_a_challenge_is_met_by_the_run(place):
    challenge = place.lesson.challenge(
        "Have an order reach nobody.",
        lambda run: next((d.number for d in run if d.verdict == "no_recipient"), None),
        within=2,
        rule="subscribed",
        solution=cover("Misspell the topic."),
    )
    assert challenge.text.endswith("In 2 deliveries at most.")
    not_yet = challenge.check()
    assert (not_yet.state, not_yet.remarks[0].text) == ("wrong", "Not yet.")
    assert not_yet.remarks[0].rule == RULES["subscribed"].sentence
    assert [challenge.hint().remarks[0].text for _ in range(3)][-1] == "Misspell the topic."
    await place.publish(topic="order/s1")
    await place.inspector.run()
    done = challenge.check()
    assert done.state == "right"
    assert done.remarks[0].text.startswith("Done, with 1 delivery.")
    assert done.remarks[0].delivery == 1


async def test_a_challenge_may_take_only_so_many_deliveries(place):
    await place.publish()
    await place.publish(topic="order/s1")
    await place.inspector.run()
    goal = [d.number for d in place.inspector.recording if d.verdict == "no_recipient"]
    challenge = place.lesson.challenge("Do it.", lambda run: goal[0], within=2, rule="subscribed")
    assert challenge.check().remarks[0].text == "It is done, but it took 3 deliveries."


async def test_a_lesson_counts_what_was_answered_rightly(place):
    for answer in ("1", "2"):
        place.lesson.check("One?", lambda run: 1, rule="order", answer=answer)
    place.lesson.check("Open?", lambda run: 1, rule="order")
    assert str(place.lesson).splitlines() == [
        "1 of 3 answered rightly.",
        "  ✓ Check: One?",
        "  ✗ Check: One?",
        "  · Check: Open?",
    ]
    assert "1 of 3" in place.lesson._repr_html_()

"""Every lesson runs, every question tells right from wrong, and only what is planted is wrong."""

import logging

import pytest
from lesson_runs import ANSWERS, FOLDER, kinds_of_problems

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
CHALLENGES = [name for name, each in ANSWERS.items() if None in each["answers"]]


@pytest.fixture(autouse=True)
def _quiet(caplog):
    # What handlers raise in the lessons is logged, and belongs to them.
    caplog.set_level(logging.CRITICAL, "sandbox")


def test_all_lessons_and_patterns_have_answers():
    written = {
        str(path.relative_to(FOLDER).with_suffix(""))
        for path in FOLDER.rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
    }
    assert written - {"tour"} == set(ANSWERS)


@pytest.mark.parametrize("name", ANSWERS)
async def test_unanswered_questions_do_not_stop_a_lesson_nor_say_anything(run_lesson, name):
    run = await run_lesson(name)
    assert [question.feedback for question in run.questions] == [None] * len(run.questions)
    assert len(run.questions) == len(ANSWERS[name]["answers"])
    assert run.questions


@pytest.mark.parametrize("name", ANSWERS)
async def test_a_lesson_shows_the_problems_that_it_plants_and_no_others(run_lesson, name):
    assert kinds_of_problems(await run_lesson(name)) == ANSWERS[name]["problems"]


@pytest.mark.parametrize("name", ANSWERS)
async def test_each_question_tells_a_wrong_answer_by_its_rule_and_a_right_one(run_lesson, name):
    run = await run_lesson(name)
    for question, answers in zip(run.questions, ANSWERS[name]["answers"], strict=True):
        if answers is None:
            assert question.check().state == "wrong", question
            continue
        wrong, right = answers
        told = question.check(wrong)
        assert told.state == "wrong", question
        assert any(remark.rule for remark in told.remarks), question
        assert question.check(right).state == "right", question


@pytest.mark.parametrize("name", ANSWERS)
async def test_each_question_has_three_hints_of_which_the_last_is_the_answer(run_lesson, name):
    run = await run_lesson(name)
    for question, answers in zip(run.questions, ANSWERS[name]["answers"], strict=True):
        first, second, third = (question.hint() for _ in range(3))
        assert first.remarks[0].text == question.rule.look
        assert question.rule.sentence in second.remarks[0].text
        assert third.state == "revealed"
        if answers is not None and question.form.kind != "order":
            told = third.remarks[0].text
            right = answers[1] if isinstance(answers[1], list) else [answers[1]]
            assert sorted(told.split(", ")) == sorted(", ".join(right).split(", "))


# What newcomers believe, and where they are asked about it.
BELIEFS = {
    "sending runs the receiver now": ("02", "What is kitchen/evening.cooked now?"),
    "a message is a copy": ("09", "What is till/table-1.to_pay after the next 2 steps?"),
    "publishing always reaches somebody": ("04", "Have an order for a salad reach a kitchen."),
    "I get my own message back": ("04", "Order(dish='cake, too') is published"),
    "others of my type do not get it either": (
        "04",
        "Order(dish='tea') is published to default/te",
    ),
    "there is one agent for each class": ("03", "How many bills will there be in the end?"),
    "messages arrive in the order of sending": ("02", "Have a calculator end with a total of 7."),
    "two subscriptions are one delivery": ("10", "What is till/front.turns once nothing is left"),
    "an agent does one thing at a time": ("11", "What is book/main.free once nothing is left"),
    "asking each other is always safe": ("11", "Which mailbox makes that hang?"),
    "exceptions reach the publisher": ("08", "Who sees the error?"),
    "handlers of a base class take subclasses": (
        "08",
        "Which class name must stand in the handler",
    ),
    "a lost message is an error": ("08", "Which caller still waits afterwards?"),
}


@pytest.mark.parametrize("belief", BELIEFS)
async def test_each_wrong_belief_is_asked_about(run_lesson, belief):
    number, text = BELIEFS[belief]
    (name,) = [name for name in ANSWERS if name.startswith(number)]
    run = await run_lesson(name)
    assert [question.text for question in run.questions if text in question.text], name


@pytest.mark.parametrize("name", CHALLENGES)
async def test_a_challenge_is_met_by_what_the_lesson_says_to_change(run_lesson, name):
    run = await run_lesson(name, ANSWERS[name]["mend"])
    (challenge,) = [q for q in run.questions if q.form.kind == "none"]
    assert challenge.check().state == "right"


FAULTS = ("no_recipient", "unhandled", "changed", "double", "stuck")


@pytest.mark.parametrize("kind", FAULTS)
async def test_each_planted_fault_is_mended_by_its_one_line(run_lesson, kind):
    lesson = ANSWERS["15_debugging_a_broken_system"]
    change = lesson["mend"][FAULTS.index(kind)]
    run = await run_lesson("15_debugging_a_broken_system", [change])
    assert kinds_of_problems(run) == [each for each in lesson["problems"] if each != kind]

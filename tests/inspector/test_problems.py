"""What went wrong in a run is found in its recording, each with its deliveries and what to do."""

import asyncio
import json

import pytest
from kitchens import Number, Order, Question, kitchen, newest_records, order, publish, send
from planted_faults import Broken, Clumsy, Unbuildable
from problems_found import only

from sandbox import AgentId, TopicId, TypeSubscription
from sandbox.inspector.diagnosis import problems
from sandbox.inspector.diagnosis.problems import Problems
from sandbox.inspector.recording.rows import Records

pytestmark = pytest.mark.usefixtures("quiet")


async def test_a_run_in_which_all_goes_well_has_no_problems():
    _, inspector = await kitchen()
    await publish(inspector, Order("soup"))
    _, call = await send(inspector, Question("soup"))
    await call
    assert inspector.problems == []


async def test_unhandled_messages_of_one_type_are_one_problem():
    _, inspector = await kitchen()
    for _ in range(3):
        await publish(inspector, Number(1))
    problem = only(inspector, "unhandled")
    assert (problem.deliveries, problem.count) == ((1, 2, 3), 3)
    assert problem.agents == ("kitchen/s1",)
    assert "does not handle the event Number" in problem.sentence
    assert "(3 times, first with #1)" in problem.sentence
    assert "inspector.why(1)" in problem.advice


async def test_a_request_to_a_handler_of_events_is_told_apart():
    _, inspector = await kitchen()
    _, call = await send(inspector, Order("soup"))
    await call
    problem = only(inspector, "topic_only")
    assert problem.deliveries == (1,)
    assert "publish_message" in problem.advice


async def test_a_publication_to_nobody_names_the_near_miss():
    _, inspector = await kitchen()
    await publish(inspector, Order("soup"), "order/s1")
    problem = only(inspector, "no_recipient")
    assert problem.deliveries == (1,)
    assert "'order' ≠ 'orders', 1 letter" in problem.sentence
    assert "'orders'" in problem.advice


async def test_a_publication_that_only_its_sender_subscribes_to_says_so():
    _, inspector = await kitchen()
    await publish(inspector, Order("soup"), sender=AgentId("kitchen", "s1"))
    problem = only(inspector, "no_recipient")
    assert problem.sentence == "Only kitchen/s1 itself gets what it published to orders/s1."


async def test_a_handler_that_raised_is_a_problem_of_requests_and_of_events():
    runtime, inspector = await kitchen()
    await Clumsy.register(runtime, "cook", Clumsy)
    await runtime.add_subscription(TypeSubscription("soups", "cook"))
    await publish(inspector, Order("soup"), "soups/s1")
    _, call = await send(inspector, Order("soup"), "cook/s2")
    with pytest.raises(ValueError, match="burnt"):
        await call
    problem = only(inspector, "failed")
    assert problem.deliveries == (1, 2)
    assert problem.agents == ("cook/s1", "cook/s2")
    assert "cook/s1 raised ValueError: burnt on the event Order" in problem.sentence
    assert "inspector.recording[1].error" in problem.advice


async def test_an_intervention_that_raised_is_named():
    _, inspector = await kitchen(intervention_handlers=[Broken()])
    await publish(inspector, Order("soup"))
    problem = only(inspector, "failed")
    assert problem.sentence == "The intervention Broken raised OSError: no network on Order."
    _, call = await send(inspector, Question("soup"))
    with pytest.raises(OSError, match="no network"):
        await call
    assert [p.kind for p in inspector.problems] == ["failed", "failed"]


async def test_an_agent_that_cannot_be_built_and_one_that_is_not_registered_are_undeliverable():
    runtime, inspector = await kitchen()
    await Unbuildable.register(runtime, "cook", Unbuildable)
    for name in ("cook", "bar"):
        await runtime.add_subscription(TypeSubscription("orders", name))
    await publish(inspector, Order("soup"))
    assert [(p.kind, p.deliveries) for p in inspector.problems] == [
        ("undeliverable", (2,)),
        ("undeliverable", (3,)),
    ]
    built, registered = inspector.problems
    assert built.sentence == "cook/s1 could not be built: RuntimeError: no gas."
    assert "'bar'" in registered.sentence or "bar" in registered.sentence
    assert "Register the agent type" in registered.advice


async def test_two_subscriptions_for_one_agent_deliver_twice():
    runtime, inspector = await kitchen()
    await runtime.add_subscription(TypeSubscription("kitchen:soup", "kitchen"))
    await publish(inspector, Order("soup"), "kitchen:soup/s1")
    problem = only(inspector, "double")
    assert problem.deliveries == (2,)
    assert "TypeSubscription('kitchen:soup')" in problem.sentence
    assert "remove_subscription" in problem.advice


async def test_what_was_pending_when_the_runtime_was_stopped_is_stranded():
    runtime, inspector = await kitchen()
    runtime.start()
    await order(runtime, "soup", "salad")
    await runtime.stop()
    problem = only(inspector, "stranded")
    assert problem.deliveries == (1, 2)
    assert "stop_when_idle()" in problem.advice


async def test_after_records_were_let_go_problems_are_still_found():
    runtime, inspector = await kitchen()
    recording = newest_records(runtime, 20)
    problems = Problems(recording)
    await publish(inspector, Order("soup"), "order/s1")
    assert [p.count for p in problems()] == [1]
    for _ in range(50):
        await publish(inspector, Order("soup"))
    assert recording.let_go > 20
    await publish(inspector, Order("soup"), "order/s1")
    assert [p.count for p in problems()] == [2]


async def test_each_record_is_looked_at_once():
    _, inspector = await kitchen()

    class Counting(Records):
        given = 0

        def __getitem__(self, place):
            found = super().__getitem__(place)
            type(self).given += len(found) if isinstance(place, slice) else 1
            return found

    inspector.recording.records = Counting(inspector.recording.rows)
    for _ in range(50):
        await publish(inspector, Number(1))
        assert [p.kind for p in inspector.problems] == ["unhandled"]
    inspector.recording.state  # noqa: B018  # not counted below
    looked_at = Counting.given
    assert inspector.problems[0].count == 50
    assert Counting.given == looked_at
    assert looked_at <= 4 * len(inspector.recording.records)


async def test_a_problem_is_text_html_and_data():
    _, inspector = await kitchen()
    await publish(inspector, Order("<b>"), "order/<i>")
    [problem] = inspector.problems
    assert repr(problem) == f"<no_recipient: {problem.sentence}>"
    assert "<i>" not in problem._repr_html_()
    data = problem.as_data()
    assert json.loads(json.dumps(data)) == data


async def test_a_problem_that_comes_up_often_lists_the_first_hundred():
    runtime, inspector = await kitchen()
    for _ in range(150):
        await runtime.publish_message(Number(1), TopicId("orders", "s1"))
    await inspector.run()
    [problem] = inspector.problems
    assert problem.deliveries == tuple(range(1, 101))
    assert problem.count == 150


async def test_a_problem_found_elsewhere_is_listed_as_well():
    _, inspector = await kitchen()
    await publish(inspector, Number(1))
    [problem] = inspector.problems
    inspector._problems.report(problem)
    assert inspector.problems == [problem, problem]


async def test_the_loop_goes_on_while_the_problems_of_a_long_run_are_found(monkeypatch):
    monkeypatch.setattr(problems, "SLICE", 100)
    runtime, inspector = await kitchen()
    for _ in range(150):
        await runtime.publish_message(Number(1), TopicId("orders", "s1"))
    await inspector.run()
    turns = 0

    async def work():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    worker = asyncio.ensure_future(work())
    found = await inspector.find_problems()
    worker.cancel()
    assert turns >= inspector.recording.last // 100
    assert found == inspector.problems == Problems(inspector.recording, runtime)()

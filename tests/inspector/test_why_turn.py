"""Messages that came to an agent: who took them, what it did, what became of the answer."""

import asyncio

import planted_faults
import pytest
from planted_faults import (
    BigOrder,
    Clumsy,
    Order,
    Picky,
    Question,
    Unbuildable,
    assert_failing,
    both,
    kitchen,
    other_order,
    published,
    quiet,
    send,
)

from sandbox import (
    AgentId,
    CancellationToken,
    DefaultInterventionHandler,
    DropMessage,
)

assert quiet  # an autouse fixture


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


async def test_a_redefined_class_is_told_apart():
    _, inspector = await kitchen()
    number = await published(inspector, other_order(Order.__module__)("soup"))
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
        assert explanation.first_failing.source == f"{planted_faults.__file__}:{line}"


async def test_a_constructor_that_raised_is_named():
    _, inspector = await kitchen(Unbuildable)
    number = await published(inspector)
    for explanation in both(inspector, number, "kitchen/s1"):
        assert_failing(
            explanation, "Could the agent be built?", "RuntimeError: no gas", advice="constructor"
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

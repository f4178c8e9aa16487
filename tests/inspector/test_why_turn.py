"""Messages that came to an agent: who took them, what it did, what became of the answer."""

import planted_faults
import pytest
from explanations import assert_each_failing, assert_failing, both
from kitchens import BigOrder, Order, Question, ask, kitchen, publish, send
from planted_faults import Clumsy, Picky, Unbuildable, other_order

from sandbox import CancellationToken, DefaultInterventionHandler, DropMessage

pytestmark = pytest.mark.usefixtures("quiet")


async def test_a_subclass_is_told_that_only_the_exact_class_counts():
    _, inspector = await kitchen()
    number = await publish(inspector, BigOrder("menu"))
    assert_each_failing(
        both(inspector, number, "kitchen/s1"),
        "Does a handler take exactly this class?",
        "It handles",
        advice=("subclass of Order", "hint 'message: Order | BigOrder'"),
    )


async def test_a_redefined_class_is_told_apart():
    _, inspector = await kitchen()
    number = await publish(inspector, other_order(Order.__module__)("soup"))
    assert_each_failing(
        both(inspector, number, "kitchen/s1"),
        "Does a handler take exactly this class?",
        advice=("another class object of the same name", "register it again"),
    )


async def test_a_class_of_the_same_name_from_another_module_is_told_apart():
    _, inspector = await kitchen()
    number = await publish(inspector, other_order("menu")("soup"))
    assert_each_failing(
        both(inspector, number, "kitchen/s1"),
        "Does a handler take exactly this class?",
        advice=("this one is of menu", "import it from one place"),
    )


async def test_a_publication_to_an_rpc_handler_is_told_to_send():
    _, inspector = await kitchen()
    number = await publish(inspector, Question("soup?"))
    assert_each_failing(
        both(inspector, number, "kitchen/s1"),
        "Does the handler take it as it was sent?",
        "only as a request",
        advice=("send_message", "@event"),
    )


async def test_a_request_to_an_event_handler_is_told_to_publish():
    _, inspector = await kitchen()
    number, call = await send(inspector, Order("soup"))
    assert await call is None
    assert_each_failing(
        both(inspector, number, "kitchen/s1"),
        "Does the handler take it as it was sent?",
        "only as an event",
        advice=("publish_message", "@rpc"),
    )


async def test_a_match_function_that_said_no_is_named():
    _, inspector = await kitchen(Picky)
    number = await publish(inspector, Order("salad"))
    assert_each_failing(
        both(inspector, number, "kitchen/s1"),
        "Does the handler's match= agree?",
        "Picky.cook",
        advice="match= of cook",
    )


async def test_a_handler_that_raised_is_named_with_its_line():
    _, inspector = await kitchen(Clumsy)
    number = await publish(inspector)
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
    number = await publish(inspector)
    assert_each_failing(
        both(inspector, number, "kitchen/s1"),
        "Could the agent be built?",
        "RuntimeError: no gas",
        advice="constructor",
    )


async def test_an_answer_to_a_caller_that_gave_up_is_named():
    _, inspector = await kitchen()
    token = CancellationToken()
    call = await ask(inspector, Question("soup?"), cancellation_token=token)
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
    _, inspector = await kitchen()
    call = await ask(inspector, Question("soup?"))
    await inspector.step()
    inspector.drop(2)
    assert_each_failing(
        both(inspector, 1),
        "Has the answer reached the caller?",
        "waits for ever",
        advice="error=True",
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
    assert_each_failing(
        both(inspector, number),
        "Has the answer reached the caller?",
        "Silent dropped it",
        advice="on_response of Silent",
    )


async def test_a_request_that_was_dropped_silently_leaves_its_caller_waiting():
    _, inspector = await kitchen()
    call = await ask(inspector, Question("soup?"))
    inspector.drop(1)
    assert_each_failing(
        both(inspector, 1), "Has it left the queue?", "caller waits for ever", advice="error=True"
    )
    call.cancel()

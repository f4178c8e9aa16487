"""Random programs do the same on AutoGen Core and on the sandbox, free-running and stepped."""

import logging
import os
from pathlib import Path

import autogen_core
import differential_interpreter as interpreter
import pytest
from differential_programs import Rule, Subscribe, Unsubscribe, listens, news, programs, small
from hypothesis import HealthCheck, example, given, settings

import sandbox

# What programs leave out, or the comparison levels. README lists these names.
DIFFERENCES = {
    "error answers are queued": "an exception travels back to the caller as a delivery of its own",
    "unknown recipient": "the error names the recipient and derives from the one AutoGen raises",
    "words of errors": "CantHandleException and MessageDroppedException say more",
    "idle means idle": "stop_when_idle returns after drops, failing interceptors and cancellations",
    "a failing constructor costs only itself": "the other recipients of the message still get it",
    "every event error is kept": "with ignore_unhandled_exceptions=False the runtime goes on",
    "interceptors chain": "each gets what the one before returned, and None changes nothing",
    "a refused answer to a cancelled caller": "it ends the answer, not the runtime",
    "a sender is a label": "it is never looked up and never built",
    "any message": "a message needs no serializer to be delivered on this machine",
    "topics are compared by value": "DefaultTopicId() equals the TopicId of the same parts",
}

# AutoGen Core warns of every None that an interceptor returns, also where None was the answer.
pytestmark = pytest.mark.filterwarnings("ignore:Intervention handler on_response:RuntimeWarning")

MODES = ("free", "stepped", "stepped, never started")

bounded = settings(
    max_examples=int(os.environ.get("DIFFERENTIAL_EXAMPLES", "120")),
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(autouse=True, scope="module")
def _quiet_loggers():
    """Both packages log each failing event handler, and there are thousands."""
    names = [autogen_core.ROOT_LOGGER_NAME, sandbox.ROOT_LOGGER_NAME]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def assert_agreement(program):
    theirs = interpreter.run(autogen_core, program, "autogen")
    for mode in MODES:
        ours = interpreter.run(sandbox, program, mode)
        assert (mode, ours) == (mode, theirs)


BOTH = (listens("a"), listens("b"))
FIRST_AGAIN = (Unsubscribe(0), Subscribe(0))


@bounded
@given(programs("erring"))
def test_programs_with_errors_and_gathers_agree(program):
    assert_agreement(program)


@bounded
@given(programs("cancelling"))
def test_programs_that_cancel_agree(program):
    assert_agreement(program)


@bounded
@example(small(BOTH, news(0), *FIRST_AGAIN, news(1))).via("the first subscriber becomes the last")
@example(small(BOTH, news(0), news(1), script=FIRST_AGAIN)).via("the same, done by a handler")
@example(small(BOTH, news(0), Unsubscribe(0), Unsubscribe(1))).via("nobody is left")
@example(small(BOTH, news(0), rules=(Rule("publish", 0, "replace"),))).via("all get the new one")
@example(
    small(
        (listens("b"), listens("a", "default")),
        news(),
        news(topic="default"),
        rules=(),
        script=(Unsubscribe(1),),
    )
).via("a handler begins before the next message leaves the queue")
@given(programs("subscribing"))
def test_programs_that_change_subscriptions_agree(program):
    assert_agreement(program)


def test_the_readme_names_every_difference():
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert [name for name in DIFFERENCES if f"**{name}**" not in readme] == []

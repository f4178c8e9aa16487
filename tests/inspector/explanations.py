"""Explanations as the live inspector and as the recording alone give them, compared."""

from tempfile import TemporaryDirectory

from sandbox import Recording
from sandbox.inspector.explaining.why import Why

SUBSCRIBED = "Does a subscription of its type match the topic?"


def both(inspector, message, agent=None):
    """The explanation with the live runtime, and those from the recording alone."""
    with TemporaryDirectory() as folder:
        inspector.recording.save(f"{folder}/run.jsonl")
        loaded = Recording.load(f"{folder}/run.jsonl")
    recorded = Why(inspector.recording)(message, agent)
    assert loaded.why(message, agent) == recorded
    return inspector.why(message, agent), recorded


def assert_failing(explanation, question, *words, advice=()):
    """Compare the first failing decision, the words of its answer and those of the advice."""
    failing = explanation.first_failing
    assert failing is not None, str(explanation)
    assert failing.question == question, str(explanation)
    assert failing.outcome == "failed", str(explanation)
    for word in words:
        assert word in failing.answer, str(explanation)
    for word in (advice,) if isinstance(advice, str) else advice:
        assert word in explanation.advice, str(explanation)
    assert str(explanation).splitlines()[1].startswith(f"→ ✗ {question}")


def assert_each_failing(explanations, question, *words, advice=()):
    """Compare the first failing decision of each, as `assert_failing` does."""
    for explanation in explanations:
        assert_failing(explanation, question, *words, advice=advice)

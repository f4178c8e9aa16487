"""The inspector: recording, stepping, and what is computed from the recording."""

from sandbox.inspector.explanation import Decision, Explanation
from sandbox.inspector.inspector import Inspector
from sandbox.inspector.problem import Problem
from sandbox.inspector.recording import Recording
from sandbox.inspector.run_state import RecordedDelivery, RunState

__all__ = [
    "Decision",
    "Explanation",
    "Inspector",
    "Problem",
    "RecordedDelivery",
    "Recording",
    "RunState",
]

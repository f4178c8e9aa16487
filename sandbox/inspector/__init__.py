"""The inspector: recording, stepping, and what is computed from the recording."""

from sandbox.inspector.breakpoints import Breakpoint
from sandbox.inspector.explanation import Decision, Explanation
from sandbox.inspector.inspector import Inspector
from sandbox.inspector.problem import Problem
from sandbox.inspector.recording import Recording
from sandbox.inspector.run_state import RecordedDelivery, RunState
from sandbox.inspector.schema import recording_schema

__all__ = [
    "Breakpoint",
    "Decision",
    "Explanation",
    "Inspector",
    "Problem",
    "RecordedDelivery",
    "Recording",
    "RunState",
    "recording_schema",
]

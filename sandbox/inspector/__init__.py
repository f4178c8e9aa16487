"""The inspector: recording, stepping, and what is computed from the recording."""

from sandbox.inspector.breakpoints import Breakpoint
from sandbox.inspector.differences import Diff, FieldChange
from sandbox.inspector.explanation import Decision, Explanation
from sandbox.inspector.inspector import Inspector
from sandbox.inspector.invariants import Invariant
from sandbox.inspector.problem import Problem
from sandbox.inspector.recording import Recording
from sandbox.inspector.run_state import RecordedDelivery, RunState
from sandbox.inspector.schema import recording_schema
from sandbox.inspector.states import Watch

__all__ = [
    "Breakpoint",
    "Decision",
    "Diff",
    "Explanation",
    "FieldChange",
    "Inspector",
    "Invariant",
    "Problem",
    "RecordedDelivery",
    "Recording",
    "RunState",
    "Watch",
    "recording_schema",
]

"""The inspector: recording, stepping, and what is computed from the recording."""

from sandbox.inspector.control.breakpoints import Breakpoint
from sandbox.inspector.diagnosis.problem import Problem
from sandbox.inspector.explaining.explanation import Decision, Explanation
from sandbox.inspector.inspector import Inspector
from sandbox.inspector.recording.recording import Recording
from sandbox.inspector.recording.run_state import RecordedDelivery, RunState
from sandbox.inspector.recording.schema import recording_schema
from sandbox.inspector.remembering.differences import Diff, FieldChange
from sandbox.inspector.remembering.invariants import Invariant
from sandbox.inspector.remembering.states import Watch

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

"""The inspector: recording, stepping, and what is computed from the recording."""

from sandbox.inspector.inspector import Inspector
from sandbox.inspector.recording import Recording
from sandbox.inspector.run_state import RecordedDelivery, RunState

__all__ = ["Inspector", "RecordedDelivery", "Recording", "RunState"]

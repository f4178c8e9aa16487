"""Every statement is checked twice: as it is, and with each runtime under inspection."""

import sys
from pathlib import Path

import pytest

from sandbox import Inspector
from sandbox.runtime.watching import watch_new_runtimes

sys.path.insert(0, str(Path(__file__).parent))

# What these programs show is something that the inspector rightly calls a problem.
SHOWN = {
    "test_dataclasses_are_messages": {"no_recipient"},
    "test_a_cancelled_request_ends_for_its_caller_and_its_handler_can_notice": {"caller_gone"},
}


@pytest.fixture(autouse=True, params=["alone", "inspected"])
def inspected(request):
    """Inspect every runtime of the test, and see that nothing is called a problem wrongly."""
    inspectors = []
    stop = watch_new_runtimes(lambda runtime: inspectors.append(Inspector(runtime, paused=False)))
    if request.param == "alone":
        stop()
    yield
    stop()
    shown = SHOWN.get(request.node.originalname, set())
    found = [p for i in inspectors for p in i.problems if not p.is_note and p.kind not in shown]
    assert found == []


@pytest.fixture
def runtime(sandbox_runtime):
    return sandbox_runtime

"""The parts that tests are made of stand in a module beside them."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from runtime_parts import Mode, new_runtime


@pytest.fixture(params=["free", "stepped"])
def mode(request):
    """Runs a behaviour free-running, and one step at a time; both must come out the same."""
    return Mode(stepped=request.param == "stepped")


@pytest.fixture(name="parts", params=["never started", "started and paused"])
async def a_runtime_to_be_stepped(request):
    runtime, books = new_runtime()
    if request.param == "started and paused":
        runtime.stepper.pause()
        runtime.start()
    yield runtime, books
    if runtime.started:
        await runtime.stop()

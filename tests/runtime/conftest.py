"""The parts that tests are made of stand in a module beside them."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from runtime_parts import Mode


@pytest.fixture(params=["free", "stepped"])
def mode(request):
    """Runs a behaviour free-running, and one step at a time; both must come out the same."""
    return Mode(stepped=request.param == "stepped")

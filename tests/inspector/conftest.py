"""The programs that the tests inspect are modules beside them."""

import logging
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def quiet(caplog):
    """No log of what goes wrong on purpose."""
    caplog.set_level(logging.CRITICAL, logger="sandbox")

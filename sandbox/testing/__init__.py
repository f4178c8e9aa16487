"""Help for testing agents: run them until nothing is left to do, and compare what arrived."""

from sandbox.testing.running import run_until_idle
from sandbox.testing.trace import Arrival, Trace, any_order

__all__ = ["Arrival", "Trace", "any_order", "run_until_idle"]

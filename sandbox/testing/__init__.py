"""Help for testing agents: run them until nothing is left to do, and compare what arrived.

pytest finds the fixtures of `sandbox.testing.plugin` by itself.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.testing.checks import assert_no_problems, assert_nothing_unhandled
    from sandbox.testing.closing import close_and_check
    from sandbox.testing.fast_time import FastTime
    from sandbox.testing.ids import counted_ids
    from sandbox.testing.running import run_until_idle, step_until_idle
    from sandbox.testing.trace import Arrival, Trace, any_order

__all__ = [
    "Arrival",
    "FastTime",
    "Trace",
    "any_order",
    "assert_no_problems",
    "assert_nothing_unhandled",
    "close_and_check",
    "counted_ids",
    "run_until_idle",
    "step_until_idle",
]

# pytest loads this package at every start, also where no agents are tested.
_HOMES = {
    "Arrival": "trace",
    "FastTime": "fast_time",
    "Trace": "trace",
    "any_order": "trace",
    "assert_no_problems": "checks",
    "assert_nothing_unhandled": "checks",
    "close_and_check": "closing",
    "counted_ids": "ids",
    "run_until_idle": "running",
    "step_until_idle": "running",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"sandbox.testing.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

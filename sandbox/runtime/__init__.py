"""The runtime: delivery, queue, routing, interventions, instruments and stepping."""

from sandbox.runtime.delivery import Delivery, Kind, Publication, State, Verdict
from sandbox.runtime.instruments import Instrument
from sandbox.runtime.runtime import SingleThreadedAgentRuntime
from sandbox.runtime.stepper import Stepper
from sandbox.runtime.watching import watch_new_runtimes

__all__ = [
    "Delivery",
    "Instrument",
    "Kind",
    "Publication",
    "SingleThreadedAgentRuntime",
    "State",
    "Stepper",
    "Verdict",
    "watch_new_runtimes",
]

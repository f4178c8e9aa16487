"""Names of the loggers that the package writes to."""

from typing import Final

ROOT_LOGGER_NAME: Final = "sandbox"
"""Logger of everything the package has to say to people."""

EVENT_LOGGER_NAME: Final = "sandbox.events"
"""Logger of the structured events in :mod:`sandbox.logging`, one record per event."""

TRACE_LOGGER_NAME: Final = "sandbox.trace"
"""Logger of verbose developer traces."""

"""OpenTelemetry spans: an instrument that reports them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

    from sandbox.runtime.instruments import Instrument


def tracing_for(tracer_provider: TracerProvider | None) -> Instrument | None:
    """The instrument that reports spans, or `None` if nobody collects them."""
    return None

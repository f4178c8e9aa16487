"""Our stand-in for the span collector that AutoGen Core's messaging tests import."""

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


class MyTestExporter(InMemorySpanExporter):
    """Keeps the spans that have ended."""

    def get_exported_spans(self) -> list[ReadableSpan]:
        """The spans so far, in the order in which they ended."""
        return list(self.get_finished_spans())


def get_test_tracer_provider(exporter: MyTestExporter) -> TracerProvider:
    """A provider that hands each span to `exporter` as it ends."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider

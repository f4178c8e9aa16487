"""OpenTelemetry spans: an instrument that reports them."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from sandbox.messaging.agent_id import AgentId
from sandbox.runtime.delivery import EVENT, REQUEST, RESPONSE, SKIPPED_SENDER, STRANDED
from sandbox.runtime.event_log import payload_of
from sandbox.runtime.instruments import Instrument

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from opentelemetry.trace import Span, TracerProvider

    from sandbox.messaging.agent import Agent
    from sandbox.messaging.serialization import SerializationRegistry
    from sandbox.messaging.topic import TopicId
    from sandbox.runtime.delivery import Delivery

# The values of the attribute `messaging.operation`, as in AutoGen Core.
OPERATIONS = {
    "create": "create",
    "send": "publish",
    "publish": "publish",
    "process": "process",
    "ack": "receive",
    "intercept": "receive",
}
PRODUCERS = {"create", "send", "publish"}


def tracing_for(
    tracer_provider: TracerProvider | None,
    agents: Mapping[AgentId, Agent],
    serializers: SerializationRegistry,
) -> Instrument | None:
    """The instrument that reports spans, or `None` if nobody collects them.

    Spans go to the given provider, or else to the global one, if the program has imported
    OpenTelemetry and set one. `AUTOGEN_DISABLE_RUNTIME_TRACING=true` turns them off.

    Args:
        tracer_provider: where spans are reported to.
        agents: the agents built so far, for the names of their classes.
        serializers: how messages are written into spans.
    """
    if os.environ.get("AUTOGEN_DISABLE_RUNTIME_TRACING") == "true":
        return None
    provider = tracer_provider or _global_provider()
    return None if provider is None else Tracing(provider, agents, serializers)


def _global_provider() -> TracerProvider | None:
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return None
    provider: TracerProvider = trace.get_tracer_provider()
    unset = isinstance(provider, trace.ProxyTracerProvider | trace.NoOpTracerProvider)
    return None if unset else provider


class Tracing(Instrument):
    """Reports spans with the names and attributes of AutoGen Core, in one tree per message.

    A request has a `create` span, which lasts until its caller has the answer, with `send`
    (and in it `process`) and `ack` below it. A publication has a `create` span and below it
    `publish`, which lasts until all recipients have ended, with one `process` for each. While a
    handler runs, its `process` span is the current one, so whatever it sends and traces stands
    below that.
    """

    def __init__(
        self,
        tracer_provider: TracerProvider,
        agents: Mapping[AgentId, Agent],
        serializers: SerializationRegistry,
    ) -> None:
        # Only now: programs that report no spans need not have OpenTelemetry.
        from opentelemetry import context, trace

        self._otel_context = context
        self._otel = trace
        self._tracer = tracer_provider.get_tracer("autogen SingleThreadedAgentRuntime")
        self._agents = agents
        self._serializers = serializers
        # These two by the number of a request, or of the first event of a publication.
        self._created: dict[int, Span] = {}
        self._under_way: dict[int, Span] = {}
        self._processing: dict[int, Span] = {}
        self._intercepting: dict[int, Span] = {}
        self._ended_events: dict[int, int] = {}

    def delivery_queued(self, delivery: Delivery) -> None:
        """Begin a `create` span, once per message; publishing ends with queueing."""
        if delivery.kind is RESPONSE or delivery.number != _first(delivery):
            return
        destination = delivery.topic_id or delivery.recipient
        attributes = {"messaging.message.type": type(delivery.message).__name__}
        span = self._start("create", destination, None, attributes)
        self._created[delivery.number] = span
        if delivery.kind is EVENT:
            span.end()

    def message_intercepting(self, delivery: Delivery, handler: object) -> None:
        """Begin an `intercept` span, and make it the current one for that handler."""
        self._end_intercept(delivery)
        parent = self._created.get(_first(delivery))
        span = self._start("intercept", type(handler).__name__, parent, {})
        self._intercepting[delivery.number] = span
        self._make_current(span)

    def delivery_handling(self, delivery: Delivery) -> None:
        """Begin a `process` span, and make it the current one for the handler."""
        self._end_intercept(delivery)
        context = {
            "sender": str(delivery.sender),
            "topic_id": str(delivery.topic_id),
            "is_rpc": delivery.kind is REQUEST,
            "message_id": delivery.message_id,
        }
        attributes = {**self._details(delivery), "message_context": json.dumps(context)}
        span = self._start("process", delivery.recipient, self._on_its_way(delivery), attributes)
        self._processing[delivery.number] = span
        # It need not be taken away: the context is the turn's own and ends with it.
        self._make_current(span)

    def delivery_settled(self, delivery: Delivery) -> None:
        """End the spans that end with this delivery."""
        self._end_intercept(delivery)
        process = self._processing.pop(delivery.number, None)
        if process is not None:
            process.set_attributes(self._classes(delivery))
            _end(process, delivery.error, self._otel)
        if delivery.kind is RESPONSE:
            self._acknowledge(delivery)
        elif delivery.kind is EVENT:
            self._event_ended(delivery)
        else:
            if process is not None:
                self._on_its_way(delivery).end()
            if process is None or delivery.verdict is STRANDED:  # no response will follow
                self._answered(delivery, delivery.error)
            self._under_way.pop(delivery.number, None)

    def _acknowledge(self, response: Delivery) -> None:
        parent = self._created.get(_first(response))
        attributes = {**self._details(response), **self._classes(response)}
        self._start("ack", response.recipient, parent, attributes).end()
        self._answered(response, response.error)

    def _answered(self, delivery: Delivery, error: BaseException | None) -> None:
        span = self._created.pop(_first(delivery), None)
        if span is not None:
            _end(span, error, self._otel)

    def _event_ended(self, event: Delivery) -> None:
        first, publication = _first(event), event.publication
        assert publication is not None  # every event has one
        ended = self._ended_events[first] = self._ended_events.get(first, 0) + 1
        # A sender is skipped while the publication is still being made.
        if event.verdict is not SKIPPED_SENDER and ended == len(publication.events):
            if publication.touched:
                self._on_its_way(event).end()
            for spans in (self._created, self._under_way, self._ended_events):
                spans.pop(first, None)

    def _on_its_way(self, delivery: Delivery) -> Span:
        """The `send` or `publish` span that belongs to a request or event, begun if need be."""
        first = _first(delivery)
        span = self._under_way.get(first)
        if span is None:
            operation = "publish" if delivery.kind is EVENT else "send"
            destination = delivery.topic_id or delivery.recipient
            span = self._start(operation, destination, self._created.get(first), {})
            self._under_way[first] = span
        return span

    def _end_intercept(self, delivery: Delivery) -> None:
        span = self._intercepting.pop(delivery.number, None)
        if span is not None:
            span.end()

    def _start(
        self,
        operation: str,
        destination: AgentId | TopicId | str | None,
        parent: Span | None,
        attributes: dict[str, Any],
    ) -> Span:
        where = _text(destination)
        return self._tracer.start_span(
            f"autogen {operation} {where}".rstrip(),
            context=None if parent is None else self._otel.set_span_in_context(parent),
            kind=self._otel.SpanKind.PRODUCER
            if operation in PRODUCERS
            else self._otel.SpanKind.CONSUMER,
            attributes={
                "messaging.operation": OPERATIONS[operation],
                "messaging.destination": where,
                **attributes,
            },
        )

    def _make_current(self, span: Span) -> None:
        self._otel_context.attach(self._otel.set_span_in_context(span))

    def _details(self, delivery: Delivery) -> dict[str, str]:
        details = {"message": payload_of(delivery.message, self._serializers)}
        for role, party in _parties(delivery):
            details[f"{role}_agent_type"] = party.type
        return details

    def _classes(self, delivery: Delivery) -> dict[str, str]:
        # Only at the end: a recipient may have to be built first, and a sender never is.
        return {
            f"{role}_agent_class": type(self._agents[party]).__name__
            for role, party in _parties(delivery)
            if party in self._agents
        }


def _first(delivery: Delivery) -> int:
    """Number of the delivery whose `create` span this one belongs to."""
    if delivery.publication is not None:
        return delivery.publication.events[0].number
    return (delivery.request or delivery).number


def _parties(delivery: Delivery) -> list[tuple[str, AgentId]]:
    both = (("sender", delivery.sender), ("recipient", delivery.recipient))
    return [(role, party) for role, party in both if party is not None]


def _text(destination: AgentId | TopicId | str | None) -> str:
    if destination is None or isinstance(destination, str):
        return destination or ""
    if isinstance(destination, AgentId):
        return f"{destination.type}.({destination.key})-A"
    return f"{destination.type}.({destination.source})-T"


def _end(span: Span, error: BaseException | None, otel: Any) -> None:
    if error is not None:
        span.record_exception(error)
        span.set_status(otel.Status(otel.StatusCode.ERROR, f"{type(error).__name__}: {error}"))
    span.end()

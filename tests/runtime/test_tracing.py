import json
import subprocess
import sys

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from runtime_parts import TOPIC, add, agent, new_runtime, outcome_of

from sandbox import DefaultInterventionHandler, DropMessage
from sandbox.runtime.tracing import Tracing


@pytest.fixture(name="exporter")
def an_exporter():
    return InMemorySpanExporter()


@pytest.fixture(name="provider")
def a_provider(exporter):
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield provider
    provider.shutdown()


def names(exporter):
    """The names of the spans, in the order in which they ended."""
    return [span.name for span in exporter.get_finished_spans()]


def tree(exporter):
    """The spans as a tree: each name with those below it, in the order in which they began."""
    spans = sorted(exporter.get_finished_spans(), key=lambda s: s.start_time)

    def below(parent):
        return [
            (s.name, below(s.context.span_id))
            for s in spans
            if (s.parent.span_id if s.parent else None) == parent
        ]

    return below(None)


def one(exporter, name):
    [span] = [s for s in exporter.get_finished_spans() if s.name == name]
    return span


async def test_a_publication_ends_create_then_process_then_publish(mode, provider, exporter):
    runtime, _ = new_runtime(tracer_provider=provider)
    await add(runtime, "worker", topics=["news"])
    async with mode(runtime):
        await runtime.publish_message("hi", TOPIC)
    assert names(exporter) == [
        "autogen create news.(default)-T",
        "autogen process worker.(default)-A",
        "autogen publish news.(default)-T",
    ]


async def test_a_publish_span_lasts_until_all_recipients_have_ended(mode, provider, exporter):
    async def failing(puppet, message, ctx):
        raise ValueError("no")

    def unbuildable():
        raise ValueError("cannot be built")

    runtime, _ = new_runtime(tracer_provider=provider)
    await add(runtime, "a", failing, topics=["news"])
    await add(runtime, "b", factory=unbuildable, topics=["news"])
    await add(runtime, "c", topics=["news"])
    async with mode(runtime):
        await runtime.publish_message("hi", TOPIC, sender=agent("c"))
        await runtime.publish_message("hi", TOPIC, sender=agent("d"))
    create, publish = "autogen create news.(default)-T", "autogen publish news.(default)-T"
    a, b, c = (f"autogen process {x}.(default)-A" for x in "abc")
    assert tree(exporter) == [
        (create, [(publish, [(a, []), (b, [])])]),
        (create, [(publish, [(a, []), (b, []), (c, [])])]),
    ]
    failed = [s.name for s in exporter.get_finished_spans() if not s.status.is_unset]
    assert sorted(failed) == [a, a, b, b]


async def test_a_publication_that_nobody_receives_has_two_spans(mode, provider, exporter):
    runtime, _ = new_runtime(tracer_provider=provider)
    await add(runtime, "a", topics=["news"])
    async with mode(runtime):
        await runtime.publish_message("hi", TOPIC, sender=agent("a"))
    create, publish = "autogen create news.(default)-T", "autogen publish news.(default)-T"
    assert names(exporter) == [create, publish]
    assert tree(exporter) == [(create, [(publish, [])])]


async def test_a_request_ends_process_send_ack_create(mode, provider, exporter):
    runtime, _ = new_runtime(tracer_provider=provider)
    await add(runtime, "worker")
    async with mode(runtime):
        await runtime.send_message("hi", agent("worker"))
    assert names(exporter) == [
        "autogen process worker.(default)-A",
        "autogen send worker.(default)-A",
        "autogen ack",
        "autogen create worker.(default)-A",
    ]


async def test_what_a_handler_does_stands_below_its_process_span(mode, provider, exporter):
    tracer = provider.get_tracer("test")

    async def ask(puppet, message, ctx):
        with tracer.start_as_current_span("thinking"):
            await puppet.send_message(message, agent("b"))
        await puppet.publish_message(message, TOPIC)
        return message

    runtime, _ = new_runtime(tracer_provider=provider)
    await add(runtime, "a", ask)
    await add(runtime, "b", topics=["news"])
    async with mode(runtime):
        with tracer.start_as_current_span("outside"):
            await runtime.send_message("hi", agent("a"))
    process_b = ("autogen process b.(default)-A", [])
    call = (
        "autogen create b.(default)-A",
        [("autogen send b.(default)-A", [process_b]), ("autogen ack a.(default)-A", [])],
    )
    published = (
        "autogen create news.(default)-T",
        [("autogen publish news.(default)-T", [process_b])],
    )
    process_a = ("autogen process a.(default)-A", [("thinking", [call]), published])
    whole = (
        "autogen create a.(default)-A",
        [("autogen send a.(default)-A", [process_a]), ("autogen ack", [])],
    )
    assert tree(exporter) == [("outside", [whole])]
    assert len({s.context.trace_id for s in exporter.get_finished_spans()}) == 1


async def test_each_intervention_has_a_span_that_is_current_while_it_works(
    mode, provider, exporter
):
    tracer = provider.get_tracer("test")

    class Looks(DefaultInterventionHandler):
        async def on_send(self, message, *, message_context, recipient):
            with tracer.start_as_current_span("looking"):
                return message

    class Drops(DefaultInterventionHandler):
        async def on_response(self, message, *, sender, recipient):
            return DropMessage

    runtime, _ = new_runtime(tracer_provider=provider, intervention_handlers=[Looks(), Drops()])
    await add(runtime, "a")
    async with mode(runtime):
        await outcome_of(runtime.send_message("hi", agent("a")))
    looks, drops = "autogen intercept Looks", "autogen intercept Drops"
    process = ("autogen process a.(default)-A", [])
    assert tree(exporter) == [
        (
            "autogen create a.(default)-A",
            [
                (looks, [("looking", [])]),
                (drops, []),
                ("autogen send a.(default)-A", [process]),
                (looks, []),
                (drops, []),
                ("autogen ack", []),
            ],
        )
    ]
    create = one(exporter, "autogen create a.(default)-A")
    assert create.status.description.startswith("MessageDroppedException: Drops.on_response")


async def test_spans_carry_the_attributes_of_autogen_core(mode, provider, exporter):
    async def ask(puppet, message, ctx):
        return await puppet.send_message("hello", agent("b"))

    runtime, _ = new_runtime(tracer_provider=provider)
    await add(runtime, "a", ask, topics=["news"])
    await add(runtime, "b")
    async with mode(runtime):
        await runtime.publish_message("hi", TOPIC)
    spans = {s.name.removeprefix("autogen "): s for s in exporter.get_finished_spans()}
    shown = {name: dict(span.attributes) for name, span in spans.items()}
    context = {"sender": "a/default", "topic_id": "None", "is_rpc": True, "message_id": "m2"}
    process_b = shown["process b.(default)-A"]
    assert json.loads(process_b.pop("message_context")) == context
    assert process_b == {
        "messaging.operation": "process",
        "messaging.destination": "b.(default)-A",
        "message": '"hello"',
        "sender_agent_type": "a",
        "sender_agent_class": "Puppet",
        "recipient_agent_type": "b",
        "recipient_agent_class": "Puppet",
    }
    assert shown["ack a.(default)-A"] == {
        "messaging.operation": "receive",
        "messaging.destination": "a.(default)-A",
        "message": '"hello!"',
        "sender_agent_type": "b",
        "sender_agent_class": "Puppet",
        "recipient_agent_type": "a",
        "recipient_agent_class": "Puppet",
    }
    assert shown["create news.(default)-T"] == {
        "messaging.operation": "create",
        "messaging.destination": "news.(default)-T",
        "messaging.message.type": "str",
    }
    assert shown["publish news.(default)-T"]["messaging.operation"] == "publish"
    kinds = {name: span.kind.name for name, span in spans.items()}
    assert {n for n, kind in kinds.items() if kind == "CONSUMER"} == {
        "process a.(default)-A",
        "process b.(default)-A",
        "ack a.(default)-A",
    }


async def test_no_span_stays_open_whatever_becomes_of_a_message(provider, exporter):
    runtime, books = new_runtime(tracer_provider=provider)
    [tracing] = [i for i in runtime._instruments._members if isinstance(i, Tracing)]

    async def stop(puppet, message, ctx):
        await runtime.stop()

    await add(runtime, "a", stop, topics=["news"])
    await add(runtime, "b", topics=["news"])
    await runtime.publish_message("first", TOPIC)
    [first, second] = runtime.stepper.pending
    runtime.stepper.drop(first.number)
    await runtime.remove_subscription("b on news")
    runtime.stepper.drop(second.number)
    await runtime.publish_message("second", TOPIC)
    await runtime.publish_message("third", TOPIC)
    runtime.start()
    await outcome_of(runtime.send_message("stopped", agent("a")))
    await runtime.step()
    books.check()
    for open_spans in vars(tracing).values():
        assert not isinstance(open_spans, dict) or open_spans is tracing._agents or not open_spans


async def test_without_a_provider_nothing_is_traced():
    runtime, _ = new_runtime()
    assert not any(isinstance(i, Tracing) for i in runtime._instruments._members)


async def test_a_global_provider_is_used_once_it_is_set(provider, exporter, monkeypatch):
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    runtime, _ = new_runtime()
    await add(runtime, "worker")
    runtime.start()
    await runtime.send_message("hi", agent("worker"))
    await runtime.stop_when_idle()
    assert names(exporter)[0] == "autogen process worker.(default)-A"


async def test_an_environment_variable_turns_tracing_off(provider, exporter, monkeypatch):
    monkeypatch.setenv("AUTOGEN_DISABLE_RUNTIME_TRACING", "true")
    runtime, _ = new_runtime(tracer_provider=provider)
    await add(runtime, "worker")
    runtime.start()
    await runtime.send_message("hi", agent("worker"))
    await runtime.stop_when_idle()
    assert names(exporter) == []


def test_a_program_that_traces_nothing_never_loads_opentelemetry():
    program = (
        "import sys, sandbox; sandbox.SingleThreadedAgentRuntime(); "
        "print([m for m in sys.modules if m.startswith('opentelemetry')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"

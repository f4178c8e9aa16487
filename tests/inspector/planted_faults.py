"""What the tests of `why` plant their faults in."""

import asyncio
import gc
import logging
import sys
from dataclasses import dataclass
from tempfile import TemporaryDirectory

import pytest

from sandbox import (
    AgentId,
    DefaultInterventionHandler,
    DropMessage,
    Inspector,
    MessageContext,
    Recording,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    event,
    message_handler,
    rpc,
)
from sandbox.inspector.explaining.why import Why


@dataclass
class Order:
    dish: str


@dataclass
class BigOrder(Order):
    guests: int = 10


@dataclass
class Question:
    text: str


class Kitchen(RoutedAgent):
    def __init__(self) -> None:
        super().__init__("Cooks.")

    @event
    async def cook(self, message: Order, ctx: MessageContext) -> None: ...

    @rpc
    async def answer(self, message: Question, ctx: MessageContext) -> str:
        return f"{message.text}!"


class Picky(RoutedAgent):
    def __init__(self) -> None:
        super().__init__("Cooks only soup.")

    @event(match=lambda message, ctx: message.dish == "soup")
    async def cook(self, message: Order, ctx: MessageContext) -> None: ...


class Clumsy(RoutedAgent):
    def __init__(self) -> None:
        super().__init__("Drops everything.")

    @message_handler
    async def cook(self, message: Order, ctx: MessageContext) -> None:
        raise ValueError("burnt")


class Unbuildable(RoutedAgent):
    def __init__(self) -> None:
        raise RuntimeError("no gas")


class Closed(DefaultInterventionHandler):
    async def on_publish(self, message, *, message_context):
        return DropMessage


class Broken(DefaultInterventionHandler):
    async def on_publish(self, message, *, message_context):
        raise OSError("no network")


class Night:
    """A subscription of a class of its own."""

    id = "night"
    says = False

    def is_match(self, topic_id):
        if self.says is None:
            raise ArithmeticError("what time is it?")
        return self.says

    def map_to_agent(self, topic_id):
        return AgentId("kitchen", "night")


@pytest.fixture(autouse=True)
def quiet(caplog):
    caplog.set_level(logging.CRITICAL, logger="sandbox")


async def kitchen(agent=Kitchen, topic="orders", **options):
    """A kitchen that subscribes to orders, and its inspector."""
    runtime = SingleThreadedAgentRuntime(**options)
    await agent.register(runtime, "kitchen", agent)
    if topic is not None:
        await runtime.add_subscription(TypeSubscription(topic, "kitchen", id="sub"))
    return runtime, Inspector(runtime)


async def published(inspector, message=None, topic="orders/s1", sender=None):
    """Publish a message, deliver it, and return the number of its first delivery."""
    first = len(inspector.recording) + 1
    message = Order("soup") if message is None else message
    await inspector.runtime.publish_message(message, TopicId.from_str(topic), sender=sender)
    await inspector.run()
    return first


def assert_failing(explanation, question, *words, advice=()):
    """Compare the first failing decision, in the live and in the recorded explanation."""
    failing = explanation.first_failing
    assert failing is not None, str(explanation)
    assert failing.question == question, str(explanation)
    assert failing.outcome == "failed", str(explanation)
    for word in words:
        assert word in failing.answer, str(explanation)
    for word in (advice,) if isinstance(advice, str) else advice:
        assert word in explanation.advice, str(explanation)
    assert str(explanation).splitlines()[1].startswith(f"→ ✗ {question}")


def both(inspector, message, agent=None):
    """The explanation with the live runtime, and those from the recording alone."""
    with TemporaryDirectory() as folder:
        inspector.recording.save(f"{folder}/run.jsonl")
        loaded = Recording.load(f"{folder}/run.jsonl")
    recorded = Why(inspector.recording)(message, agent)
    assert loaded.why(message, agent) == recorded
    return inspector.why(message, agent), recorded


SUBSCRIBED = "Does a subscription of its type match the topic?"


def other_order(module):
    namespace = {"dataclass": dataclass, "__name__": module}
    exec("@dataclass\nclass Order:\n    dish: str", namespace)  # a class of that module
    return namespace["Order"]


async def send(inspector, message, agent="kitchen/s1", **options):
    """Send a request, deliver everything, and return its number and its answer."""
    first = len(inspector.recording) + 1
    recipient = AgentId.from_str(agent)
    call = asyncio.create_task(inspector.runtime.send_message(message, recipient, **options))
    await asyncio.sleep(0)
    await inspector.run()
    return first, call


def calls_in(action):
    """How many functions an action calls, those written in C included."""
    count = 0

    def note(frame, happening, argument):
        nonlocal count
        count += happening in {"call", "c_call"}

    action()  # what is remembered once it was asked, such as a class's own checks, is not counted
    gc.disable()
    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(None)
        gc.enable()
    return count

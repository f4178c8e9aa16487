"""What the tests of `why` and of problems run: a kitchen that takes orders and questions."""

from dataclasses import dataclass

from calls import begin_call

from sandbox import (
    AgentId,
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    event,
    rpc,
)
from sandbox.inspector.recording.recorder import Recorder
from sandbox.inspector.recording.recording import Recording


@dataclass
class Order:
    dish: str


@dataclass
class BigOrder(Order):
    guests: int = 10


@dataclass
class Question:
    text: str


@dataclass
class Number:
    """What no kitchen takes."""

    value: int


class Kitchen(RoutedAgent):
    def __init__(self) -> None:
        super().__init__("Cooks.")

    @event
    async def cook(self, message: Order, ctx: MessageContext) -> None: ...

    @rpc
    async def answer(self, message: Question, ctx: MessageContext) -> Order:
        return Order(message.text)


async def kitchen(agent=Kitchen, topic="orders", **options):
    """A kitchen that subscribes to orders, and its inspector."""
    runtime = SingleThreadedAgentRuntime(**options)
    await agent.register(runtime, "kitchen", agent)
    if topic is not None:
        await runtime.add_subscription(TypeSubscription(topic, "kitchen", id="sub"))
    return runtime, Inspector(runtime)


def newest_records(runtime, limit):
    """A recording beside that of the inspector, which keeps about so many records."""
    recording = Recording(limit=limit)
    recorder = Recorder(recording)
    recorder.begin(runtime)
    runtime.add_instrument(recorder)
    return recording


async def order(runtime, *dishes, source="s1"):
    """Publish orders; their deliveries are in the queue when this returns."""
    for dish in dishes:
        await runtime.publish_message(Order(dish), TopicId("orders", source))


async def publish(inspector, message=None, topic="orders/s1", sender=None):
    """Publish a message, deliver it, and return the number of its first delivery."""
    number = len(inspector.recording) + 1
    message = Order("soup") if message is None else message
    await inspector.runtime.publish_message(message, TopicId.from_str(topic), sender=sender)
    await inspector.run()
    return number


async def ask(inspector, message, agent="kitchen/s1", **options):
    """Begin a call from outside; its request is in the queue when this returns."""
    return await begin_call(inspector.runtime, message, AgentId.from_str(agent), **options)


async def send(inspector, message, agent="kitchen/s1", **options):
    """Send a request, deliver everything, and return its number and the call."""
    number = len(inspector.recording) + 1
    call = await ask(inspector, message, agent, **options)
    await inspector.run()
    return number, call

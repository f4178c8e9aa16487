"""A small run to ask about: two shops publish orders, kitchens cook them."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

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
from sandbox.lessons import Lesson, classroom


@dataclass
class Order:
    dish: str


class Kitchen(RoutedAgent):
    def __init__(self):
        super().__init__("Cooks.")
        self.count = 0

    @event
    async def on_order(self, message: Order, ctx: MessageContext) -> None:
        self.count += 1


class Shop(RoutedAgent):
    def __init__(self):
        super().__init__("Sells.")

    @rpc
    async def on_sale(self, message: str, ctx: MessageContext) -> str:
        await self.publish_message(Order(message), TopicId("orders", self.id.key))
        return f"{message} ordered"

    @event
    async def on_order(self, message: Order, ctx: MessageContext) -> None: ...


@pytest.fixture
async def place():
    """The run, and what is asked about it."""
    runtime = SingleThreadedAgentRuntime()
    await Kitchen.register(runtime, "kitchen", Kitchen)
    await Shop.register(runtime, "shop", Shop)
    await runtime.add_subscription(TypeSubscription("orders", "kitchen"))
    await runtime.add_subscription(TypeSubscription("orders", "shop"))
    inspector = Inspector(runtime)

    async def publish(dish="soup", topic="orders/s1", sender=None):
        topic_id = TopicId.from_str(topic)
        name = None if sender is None else AgentId.from_str(sender)
        await runtime.publish_message(Order(dish), topic_id, sender=name)

    return SimpleNamespace(
        runtime=runtime, inspector=inspector, lesson=Lesson(inspector), publish=publish, Order=Order
    )


@pytest.fixture(autouse=True)
def _nothing_switched():
    yield
    classroom(hide_why=False, lock_order=False, seed=None, reveal=False)

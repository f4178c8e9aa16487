"""The program of the first five minutes: two agent types, one topic, one who asks."""

PROGRAM = """
import asyncio
from dataclasses import dataclass
from sandbox import *

@dataclass
class Order:
    dish: str
    price: float = 1.5

class Kitchen(RoutedAgent):
    def __init__(self):
        super().__init__("cooks")
        self.cooked = []

    @event
    async def cook(self, message: Order, ctx: MessageContext) -> None:
        print("cooking", message.dish)
        self.cooked.append(message.dish)

    @rpc
    async def ask(self, message: str, ctx: MessageContext) -> str:
        answer = await self.send_message(message, AgentId("store", "cellar"))
        return f"{answer}!"

class Bar(RoutedAgent):
    def __init__(self):
        super().__init__("mixes")
        self.glasses = 0

    @event
    async def mix(self, message: Order, ctx: MessageContext) -> None:
        print("mixing for", message.dish)
        self.glasses += 1

class Store(RoutedAgent):
    @rpc
    async def look(self, message: str, ctx: MessageContext) -> str:
        return message.upper()

runtime = SingleThreadedAgentRuntime()
await Kitchen.register(runtime, "kitchen", Kitchen)
await Bar.register(runtime, "bar", Bar)
await Store.register(runtime, "store", lambda: Store("knows"))
await runtime.add_subscription(TypeSubscription("orders", "kitchen"))
await runtime.add_subscription(TypeSubscription("orders", "bar"))
runtime.start()
inspector = Inspector(runtime)
inspector
"""
PUBLISH = "await runtime.publish_message(Order('{dish}'), TopicId('orders', '{source}'))"
ASK = "asked = asyncio.create_task(runtime.send_message('{text}', AgentId('kitchen', 's1')))"
ASK_AND_WAIT = "print('heard', await runtime.send_message('{text}', AgentId('kitchen', 's1')))"


def publish(dish="soup", source="s1"):
    return PUBLISH.format(dish=dish, source=source)

"""The small restaurant that the README's pictures show."""

from dataclasses import dataclass

from sandbox import (
    AgentId,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    event,
    rpc,
    type_subscription,
)


@dataclass
class Order:
    dish: str


@dataclass
class Ready:
    dish: str


class Waiter(RoutedAgent):
    @rpc
    async def take(self, message: Order, ctx: MessageContext) -> str:
        return str(await self.send_message(message, AgentId("kitchen", self.id.key)))


class Kitchen(RoutedAgent):
    @rpc
    async def cook(self, message: Order, ctx: MessageContext) -> str:
        if message.dish == "stone soup":
            raise ValueError("there is no stone")
        await self.publish_message(Ready(message.dish), TopicId("ready", self.id.key))
        return f"one {message.dish}"


@type_subscription("ready")
class Screen(RoutedAgent):
    @event
    async def show(self, message: Ready, ctx: MessageContext) -> None:
        pass


@type_subscription("ready")
class Till(RoutedAgent):
    @event
    async def charge(self, message: Ready, ctx: MessageContext) -> None:
        pass


async def open_restaurant(runtime: SingleThreadedAgentRuntime) -> None:
    await Waiter.register(runtime, "waiter", lambda: Waiter("takes orders"))
    await Kitchen.register(runtime, "kitchen", lambda: Kitchen("cooks"))
    await Screen.register(runtime, "screen", lambda: Screen("shows what is ready"))
    await Till.register(runtime, "till", lambda: Till("adds up"))

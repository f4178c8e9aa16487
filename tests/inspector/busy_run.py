"""A run in which nearly everything happens that can be recorded, and odd names and messages."""

import asyncio
from dataclasses import dataclass

from sandbox import (
    AgentId,
    DefaultInterventionHandler,
    DropMessage,
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypePrefixSubscription,
    TypeSubscription,
    event,
    rpc,
)

HOSTILE = "</script><img src=x onerror='window.hacked=1'>\";alert(1)//\u2028\ud800;#%% end"


@dataclass
class Order:
    item: str


@dataclass
class Tasted:
    item: str


class Opaque:
    def __repr__(self):
        return HOSTILE


class Kitchen(RoutedAgent):
    def __init__(self):
        super().__init__("cooks")
        self.cooked = 0

    @rpc
    async def cook(self, message: Order, ctx: MessageContext) -> str:
        self.cooked += 1
        if message.item == "stone":
            raise ValueError(HOSTILE)
        await self.publish_message(Tasted(message.item), TopicId("tasted", HOSTILE))
        return await self.send_message(message, AgentId("guest", HOSTILE))


class Guest(RoutedAgent):
    def __init__(self):
        super().__init__("eats")

    @rpc
    async def eat(self, message: Order, ctx: MessageContext) -> str:
        return f"ate {message.item}"

    @event
    async def hear(self, message: Tasted, ctx: MessageContext) -> None:
        await self.publish_message(Opaque(), TopicId("nobody", "hears"))


class Waiter(DefaultInterventionHandler):
    async def on_send(self, message, *, message_context, recipient):
        match getattr(message, "item", None):
            case "nothing":
                return DropMessage
            case "cheap":
                return Order("dear")
        return message


async def busy_run(**options):
    """Make such a run and return its inspector, closed."""
    runtime = SingleThreadedAgentRuntime(intervention_handlers=[Waiter()])
    inspector = Inspector(runtime, **options)
    await Kitchen.register(runtime, "kitchen", Kitchen)
    await Guest.register(runtime, "guest", Guest)
    await runtime.add_subscription(TypeSubscription("tasted", "guest"))
    await runtime.add_subscription(TypePrefixSubscription("tast", "kitchen"))
    to = AgentId("kitchen", "default")
    items = ("soup", "stone", "nothing", "cheap", "tea", "lost", "moved")
    calls = [asyncio.create_task(runtime.send_message(Order(item), to)) for item in items]
    calls.append(asyncio.create_task(runtime.send_message(Opaque(), to)))
    calls.append(asyncio.create_task(runtime.send_message(Order("x"), AgentId("missing", "a/b"))))
    await asyncio.sleep(0)
    inspector.hold(1)
    inspector.edit(5, item="green tea")
    inspector.duplicate(5)
    inspector.drop(6, error=True)
    inspector.move(7, 0)
    inspector.pause_mailbox("guest/default")
    inspector.policy = "lifo"
    await inspector.step()
    inspector.policy = "fifo"
    inspector.resume_mailbox("guest/default")
    inspector.release(1)
    await inspector.run(limit=5)
    inspector.crash(to)
    await runtime.publish_message(Tasted("late"), TopicId("tasted", "s1"))
    await runtime.add_subscription(TypeSubscription("tasted", "kitchen"))
    await runtime.remove_subscription(
        next(s.id for s in runtime.subscriptions if isinstance(s, TypePrefixSubscription))
    )
    inspector.break_on("failed")
    await inspector.run()
    await inspector.run()
    await asyncio.gather(*calls, return_exceptions=True)
    inspector.close()
    return inspector

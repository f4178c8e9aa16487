"""What goes wrong in a kitchen: agents, interventions and subscriptions with a fault each."""

from dataclasses import dataclass

from kitchens import Order

from sandbox import (
    AgentId,
    DefaultInterventionHandler,
    DropMessage,
    MessageContext,
    RoutedAgent,
    event,
    message_handler,
)


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

    async def on_send(self, message, *, message_context, recipient):
        raise OSError("no network")


class Night:
    """A subscription of a class of its own; what it says may be `None`, and then it raises."""

    id = "night"

    def __init__(self, says):
        self.says = says

    def is_match(self, topic_id):
        if self.says is None:
            raise ArithmeticError("what time is it?")
        return self.says

    def map_to_agent(self, topic_id):
        return AgentId("kitchen", "night")


def other_order(module):
    """A class `Order` of that module, made anew as a reload or another cell does."""
    namespace = {"dataclass": dataclass, "__name__": module}
    exec("@dataclass\nclass Order:\n    dish: str", namespace)
    return namespace["Order"]

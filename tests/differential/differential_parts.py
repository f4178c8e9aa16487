"""What programs are made of on a messaging package: messages, agents, subscriptions, interventions.

The package is a parameter. What a handler does and what is noted of it, the interpreter says.
"""

from dataclasses import dataclass, replace
from typing import Any

import differential_programs as dp


@dataclass
class Message:
    """`fuel` ends the conversation; `loose` says that its place in the queue is not determined."""

    tag: int
    fuel: int
    loose: bool


@dataclass
class Ask(Message):
    pass


@dataclass
class News(Message):
    pass


@dataclass
class Either(Message):
    pass


@dataclass
class Strange(Message):
    pass


@dataclass
class Reply:
    text: str
    tag: int
    loose: bool


CLASSES = {kind.__name__: kind for kind in (Ask, News, Either, Strange)}


@dataclass(frozen=True)
class FixedAgent:
    """A subscription as a user may write it: no base class, one agent whatever the source."""

    id: str
    topic_type: str
    agent_id: Any

    def is_match(self, topic_id):
        return topic_id.type == self.topic_type

    def map_to_agent(self, topic_id):
        return self.agent_id


def interceptor(world, rules):
    """The one intervention handler of a program."""
    core, table = world.core, {(rule.stage, rule.tag): rule.outcome for rule in rules}

    def intercept(stage, message, *details):
        if message is None:
            world.seen.loose_intercepted[stage, None, *map(str, details)] += 1
            return None
        outcome = table.get((stage, message.tag), "pass")
        label = (stage, type(message).__name__, message.tag, outcome, *map(str, details))
        if message.loose or stage == "response":
            world.seen.loose_intercepted[label] += 1
        else:
            world.seen.intercepted.append(label)
        if outcome == "raise":
            raise RuntimeError(f"refused {stage} {message.tag}")
        if outcome == "replace":
            return replace(message, tag=(message.tag + 1) % len(dp.TAGS))
        return core.DropMessage if outcome == "drop" else message

    class Interceptor(core.DefaultInterventionHandler):
        async def on_send(self, message, *, message_context, recipient):
            return intercept("send", message, message_context.sender, recipient)

        async def on_publish(self, message, *, message_context):
            return intercept("publish", message, message_context.sender, message_context.topic_id)

        async def on_response(self, message, *, sender, recipient):
            return intercept("response", message, sender, recipient)

    return Interceptor()


def agent_classes(world):
    """The agent classes of one run, on the package of that run."""
    core = world.core

    class Remembering(core.RoutedAgent):
        def __init__(self):
            super().__init__("runs scripts")

        async def save_state(self):
            return world.state_of(self.id)

        async def load_state(self, state):
            world.states[str(self.id)] = dict(state)

    class Listener(Remembering):
        @core.event
        async def on_news(self, message: News, ctx: core.MessageContext) -> None:
            await world.handle(self, "on_news", message, ctx)

    class Routed(Remembering):
        @core.event
        async def on_news(self, message: News, ctx: core.MessageContext) -> None:
            await world.handle(self, "on_news", message, ctx)

        @core.rpc
        async def on_ask(self, message: Ask, ctx: core.MessageContext) -> Reply:
            return await world.handle(self, "on_ask", message, ctx)

        @core.message_handler(match=lambda message, ctx: message.tag == 0)
        async def on_first(self, message: Either, ctx: core.MessageContext) -> Reply | None:
            return await world.handle(self, "on_first", message, ctx)

        @core.message_handler(match=lambda message, ctx: message.tag < 2)
        async def on_second(self, message: Either, ctx: core.MessageContext) -> Reply | None:
            return await world.handle(self, "on_second", message, ctx)

    return Routed, Listener


async def register(world, spec):
    core, runtime = world.core, world.runtime
    routed, listener = agent_classes(world)
    if spec.kind == "closure":

        async def closure(
            agent: core.ClosureContext, message: Ask | News | Either, ctx: core.MessageContext
        ) -> Any:
            return await world.handle(agent, "closure", message, ctx)

        await core.ClosureAgent.register_closure(
            runtime, spec.type, closure, unknown_type_policy="error"
        )
    elif spec.kind == "instance":
        await runtime.register_agent_instance(routed(), core.AgentId(spec.type, "default"))
    elif spec.kind == "broken":

        def fail():
            raise RuntimeError(f"no {spec.type} today")

        await routed.register(runtime, spec.type, fail, skip_direct_message_subscription=True)
    else:
        kind = listener if spec.kind == "listener" else routed
        await kind.register(runtime, spec.type, kind)

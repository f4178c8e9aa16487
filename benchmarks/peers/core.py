"""Packages with the API of AutoGen Core: it, the sandbox and AgentOpera do the very same work."""

import asyncio
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from peers.messages import Ask, Ball, News
from peers.work import Clock, Peer, memory

BALLS = 10


class CorePeer(Peer):
    """One of these packages.

    Args:
        module: the name by which it is imported.
    """

    def __init__(self, module: str) -> None:
        self.core: Any = import_module(module)
        self.agents = agents_of(self.core)

    def observe(self, runtime: Any) -> Any:
        """Have a runtime observed from now on; what this returns is kept while it runs."""

    async def rpc(self, count: int) -> float:
        runtime = self.core.SingleThreadedAgentRuntime()
        await self.agents.Answerer.register(runtime, "answerer", self.agents.Answerer)
        recipient, message = self.core.AgentId("answerer", "default"), Ask(1)
        observer = self.observe(runtime)
        runtime.start()
        await runtime.send_message(message, recipient)
        with Clock() as clock:
            for _ in range(count):
                await runtime.send_message(message, recipient)
        await runtime.stop_when_idle()
        del observer
        return clock.seconds / count

    async def publish(self, subscribers: int, count: int) -> float:
        runtime = self.core.SingleThreadedAgentRuntime()
        for number in range(subscribers):
            await self._add_counter(runtime, f"counter{number}", "news")
        topic, message = self.core.TopicId("news", "default"), News(1)
        observer = self.observe(runtime)
        await _publish_all(runtime, message, [topic])
        self.agents.Counter.count = 0
        runtime.start()
        with Clock() as clock:
            for _ in range(count):
                await runtime.publish_message(message, topic)
            await runtime.stop_when_idle()
        assert self.agents.Counter.count == count * subscribers
        del observer
        return clock.seconds / count

    async def sources(self, count: int) -> float:
        runtime = self.core.SingleThreadedAgentRuntime()
        await self._add_counter(runtime, "counter", "news")
        topics = [self.core.TopicId("news", f"source{n}") for n in range(count)]
        message = News(1)
        observer = self.observe(runtime)
        await _publish_all(runtime, message, topics)
        runtime.start()
        with Clock() as clock:
            for topic in topics:
                await runtime.publish_message(message, topic)
            await runtime.stop_when_idle()
        del observer
        return clock.seconds / count

    async def register(self, types: int) -> float:
        runtime = self.core.SingleThreadedAgentRuntime()
        agent = self.agents.Counter
        observer = self.observe(runtime)
        with Clock() as clock:
            for number in range(types):
                name = f"counter{number}"
                await agent.register(runtime, name, agent)
                await runtime.add_subscription(self.core.TypeSubscription(name, name))
        del observer
        return clock.seconds

    async def routing(self, subscriptions: int, count: int, own_every: int = 1000) -> float:
        """Half are by prefix; each so many-th is of a class of the program's own, if not 0."""
        core, runtime = self.core, self.core.SingleThreadedAgentRuntime()
        await self._add_counter(runtime, "counter", "none")
        for number in range(subscriptions):
            topic_type = f"topic{number}."
            if own_every and number % own_every == own_every - 1:
                await runtime.add_subscription(OwnSubscription(core, topic_type))
            elif number % 2:
                await runtime.add_subscription(core.TypePrefixSubscription(topic_type, "counter"))
            else:
                await runtime.add_subscription(core.TypeSubscription(topic_type, "counter"))
        step = max(subscriptions // 100, 1)
        topics = [core.TopicId(f"topic{n}.", "default") for n in range(0, subscriptions, step)]
        message = News(1)
        observer = self.observe(runtime)
        await _publish_all(runtime, message, topics)
        runtime.start()
        with Clock() as clock:
            for number in range(count):
                await runtime.publish_message(message, topics[number % len(topics)])
            await runtime.stop_when_idle()
        del observer
        return clock.seconds / count

    async def conversation(self, agents: int, messages: int) -> float:
        runtime, player = self.core.SingleThreadedAgentRuntime(), self.agents.Player
        for number in range(agents):
            topic = self.core.TopicId(f"player{(number + 1) % agents}", "default")
            name = f"player{number}"
            await player.register(
                runtime, name, lambda topic=topic: player(topic), **{DIRECT: True}
            )
            await runtime.add_subscription(self.core.TypeSubscription(name, name))
        serves = [self.core.TopicId(f"player{n}", "default") for n in range(agents)]
        observer = self.observe(runtime)
        await _publish_all(runtime, Ball(0), serves)
        runtime.start()
        with Clock() as clock:
            for number in range(BALLS):
                ball = Ball(messages // BALLS - 1)
                await runtime.publish_message(ball, serves[number * agents // BALLS])
            await runtime.stop_when_idle()
        del observer
        return clock.seconds / messages

    async def agent_memory(self, count: int) -> float:
        runtime = self.core.SingleThreadedAgentRuntime()
        await self._add_counter(runtime, "counter", "news")
        message = News(1)
        await _publish_all(runtime, message, [self.core.TopicId("news", "first")])
        topics = [self.core.TopicId("news", f"source{n}") for n in range(count)]
        before = memory()
        for begin in range(0, count, 10):  # else what is measured is the queue
            await _publish_all(runtime, message, topics[begin : begin + 10])
        return (memory() - before) / count

    async def queued_memory(self, count: int) -> float:
        runtime = self.core.SingleThreadedAgentRuntime()
        await self._add_counter(runtime, "counter", "news")
        topic = self.core.TopicId("news", "default")
        await _publish_all(runtime, News(1), [topic])
        before = memory()
        for number in range(count):
            await runtime.publish_message(News(number), topic)
        used = (memory() - before) / count
        runtime.start()
        await runtime.stop_when_idle()
        return used

    async def _add_counter(self, runtime: Any, name: str, topic_type: str) -> None:
        counter = self.agents.Counter
        await counter.register(runtime, name, counter, **{DIRECT: True})
        await runtime.add_subscription(self.core.TypeSubscription(topic_type, name))


DIRECT = "skip_direct_message_subscription"


class OwnSubscription:
    """A subscription that no runtime can know anything about, but by asking it."""

    def __init__(self, core: Any, topic_type: str) -> None:
        self._core, self._topic_type, self.id = core, topic_type, topic_type

    def is_match(self, topic_id: Any) -> bool:
        """Whether the type of the topic is the one of this subscription."""
        return bool(topic_id.type == self._topic_type)

    def map_to_agent(self, topic_id: Any) -> Any:
        """The agent that has the source as its key."""
        return self._core.AgentId("counter", topic_id.source)


def agents_of(core: Any) -> SimpleNamespace:
    """The agent classes of all pieces of work, on the given package."""

    class Answerer(core.RoutedAgent):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__("answers")

        @core.rpc  # type: ignore[untyped-decorator]
        async def on_ask(self, message: Ask, ctx: core.MessageContext) -> Ask:  # type: ignore[name-defined]
            return message

    class Counter(core.RoutedAgent):  # type: ignore[misc]
        count = 0

        def __init__(self) -> None:
            super().__init__("counts")

        @core.event  # type: ignore[untyped-decorator]
        async def on_news(self, message: News, ctx: core.MessageContext) -> None:  # type: ignore[name-defined]
            Counter.count += 1

    class Player(core.RoutedAgent):  # type: ignore[misc]
        def __init__(self, topic: Any) -> None:
            super().__init__("passes on")
            self._topic = topic

        @core.event  # type: ignore[untyped-decorator]
        async def on_ball(self, message: Ball, ctx: core.MessageContext) -> None:  # type: ignore[name-defined]
            if message.left:
                await self.publish_message(Ball(message.left - 1), self._topic)

    return SimpleNamespace(Answerer=Answerer, Counter=Counter, Player=Player)


async def _publish_all(runtime: Any, message: object, topics: list[Any]) -> None:
    runtime.start()
    for topic in topics:
        await runtime.publish_message(message, topic)
    await runtime.stop_when_idle()
    await asyncio.sleep(0)

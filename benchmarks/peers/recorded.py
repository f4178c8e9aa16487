"""The sandbox with an inspector that records everything."""

import tracemalloc
from typing import Any

from peers.core import CorePeer, _publish_all
from peers.messages import News
from peers.work import Clock, memory

from sandbox.inspector import Inspector


class RecordedPeer(CorePeer):
    """The same work, observed from when the agents are registered."""

    def __init__(self) -> None:
        super().__init__("sandbox")

    def observe(self, runtime: Any) -> Inspector:
        return Inspector(runtime, paused=False)

    async def recorded_memory(self, count: int, look: bool) -> float:
        runtime = self.core.SingleThreadedAgentRuntime()
        await self._add_counter(runtime, "counter", "news")
        inspector = self.observe(runtime)
        topic = self.core.TopicId("news", "default")
        await _publish_all(runtime, News(0), [topic] * 200)
        memory()  # nothing is left to collect
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        for begin in range(0, count, 50):  # else what is measured is the queue
            for number in range(begin, begin + 50):
                await runtime.publish_message(News(number), topic)
            runtime.start()
            await runtime.stop_when_idle()
        if look:
            len(inspector.recording)
        memory()
        used = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        return used / count

    async def under_policy(self, policy: str, count: int) -> float:
        """Deliver what is pending, to a hundred agents, under a policy; not recorded."""
        runtime = self.core.SingleThreadedAgentRuntime()
        await self._add_counter(runtime, "counter", "news")
        topics = [self.core.TopicId("news", f"source{n}") for n in range(100)]
        await _publish_all(runtime, News(0), topics)
        for number in range(count):
            await runtime.publish_message(News(number), topics[number % 100])
        runtime.stepper.policy = policy
        runtime.start()
        with Clock() as clock:
            await runtime.stop_when_idle()
        return clock.seconds / count

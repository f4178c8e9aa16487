"""The floor: what asyncio itself takes."""

import asyncio
from typing import Any

from peers.messages import Ask
from peers.work import Clock, Peer


class FloorPeer(Peer):
    """Bare asyncio: no agents, no types, no runtime."""

    async def rpc(self, count: int) -> float:
        """Another task answers through a future what comes through an `asyncio.Queue`."""
        queue: asyncio.Queue[tuple[Any, asyncio.Future[Any]]] = asyncio.Queue()

        async def answer() -> None:
            while True:
                message, future = await queue.get()
                future.set_result(message)

        task = asyncio.create_task(answer())
        loop, message = asyncio.get_running_loop(), Ask(1)
        with Clock() as clock:
            for _ in range(count):
                future = loop.create_future()
                queue.put_nowait((message, future))
                await future
        task.cancel()
        return clock.seconds / count

    async def publish(self, subscribers: int, count: int) -> float:
        """A task for each message and subscriber, all of them awaited in the end."""
        handled = 0

        async def handle(_message: object) -> None:
            nonlocal handled
            handled += 1

        message = Ask(1)
        with Clock() as clock:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(count * subscribers):
                    tasks.create_task(handle(message))
        assert handled == count * subscribers
        return clock.seconds / count

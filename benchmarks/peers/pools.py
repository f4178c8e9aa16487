"""Xoscar: actors in a pool, here in this very process."""

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import Any

import xoscar
from peers.messages import Ask, Ball, News
from peers.work import Clock, Peer, memory

BALLS = 10


class Answerer(xoscar.Actor):
    """Answers with what it was asked."""

    def on_ask(self, message: Ask) -> Ask:
        """Answer."""
        return message


class Counter(xoscar.Actor):
    """Counts."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def on_news(self, _message: News) -> int:
        """Count."""
        self.count += 1
        return self.count


class Player(xoscar.Actor):
    """Passes on."""

    landed: asyncio.Semaphore

    def __init__(self) -> None:
        super().__init__()
        self.next: Any = None

    def face(self, player: Any) -> None:
        """From now on, pass on to this one."""
        self.next = player

    async def on_ball(self, message: Ball) -> None:
        """Pass on."""
        if message.left:
            await self.next.on_ball.tell(Ball(message.left - 1))
        else:
            Player.landed.release()


class PoolsPeer(Peer):
    """Xoscar without further processes. It has no publishing: the program tells each actor."""

    async def rpc(self, count: int) -> float:
        async with _pool() as create:
            answerer, message = await create(Answerer), Ask(1)
            await answerer.on_ask(message)
            with Clock() as clock:
                for _ in range(count):
                    await answerer.on_ask(message)
        return clock.seconds / count

    async def publish(self, subscribers: int, count: int) -> float:
        async with _pool() as create:
            counters = [await create(Counter) for _ in range(subscribers)]
            message = News(1)
            for counter in counters:
                await counter.on_news(message)
            with Clock() as clock:
                for _ in range(count):
                    for counter in counters:
                        await counter.on_news.tell(message)
                # What an actor is asked last it answers last.
                counts = [await counter.on_news(message) for counter in counters]
        assert counts == [count + 2] * subscribers
        return clock.seconds / count

    async def conversation(self, agents: int, messages: int) -> float:
        Player.landed = asyncio.Semaphore(0)
        async with _pool() as create:
            players = [await create(Player) for _ in range(agents)]
            for number, player in enumerate(players):
                await player.face(players[(number + 1) % agents])
            with Clock() as clock:
                for number in range(BALLS):
                    ball = Ball(messages // BALLS - 1)
                    await players[number * agents // BALLS].on_ball.tell(ball)
                for _ in range(BALLS):
                    await Player.landed.acquire()
        return clock.seconds / messages

    async def agent_memory(self, count: int) -> float:
        async with _pool() as create:
            await (await create(Counter)).on_news(News(1))
            before = memory()
            for _ in range(count):
                await (await create(Counter)).on_news(News(1))
            return (memory() - before) / count


@asynccontextmanager
async def _pool() -> Any:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    pool = await xoscar.create_actor_pool(address=f"test://127.0.0.1:{port}", n_process=0)
    made = 0

    async def create(kind: type) -> Any:
        nonlocal made
        made += 1
        return await xoscar.create_actor(kind, address=pool.external_address, uid=f"actor{made}")

    async with pool:
        yield create

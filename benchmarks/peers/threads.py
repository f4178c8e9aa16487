"""Pykka: each actor is a thread."""

import threading
from typing import Any

import pykka
from peers.messages import Ask, Ball, News
from peers.work import Clock, Peer, Unable, memory

BALLS = 10
MOST_THREADS = 1000


class Answerer(pykka.ThreadingActor):
    """Answers with what it was asked."""

    def on_receive(self, message: Any) -> Any:
        """Answer."""
        return message


class Counter(pykka.ThreadingActor):
    """Counts, and tells when it has counted far enough."""

    def __init__(self, goal: int, reached: threading.Event) -> None:
        super().__init__()
        self._count, self._goal, self._reached = 0, goal, reached

    def on_receive(self, message: Any) -> None:
        """Count."""
        self._count += 1
        if self._count == self._goal:
            self._reached.set()


class Player(pykka.ThreadingActor):
    """Passes on to the next in the ring."""

    def __init__(self, ring: list[Any], number: int, landed: threading.Semaphore) -> None:
        super().__init__()
        self._ring, self._number, self._landed = ring, number, landed

    def on_receive(self, message: Ball) -> None:
        """Pass on."""
        if message.left:
            self._ring[(self._number + 1) % len(self._ring)].tell(Ball(message.left - 1))
        else:
            self._landed.release()


class ThreadsPeer(Peer):
    """Pykka's threading actors; `broadcast` to a class of actors is what comes near a publish."""

    async def rpc(self, count: int) -> float:
        answerer, message = Answerer.start(), Ask(1)
        answerer.ask(message)
        with Clock() as clock:
            for _ in range(count):
                answerer.ask(message)
        answerer.stop()
        return clock.seconds / count

    async def publish(self, subscribers: int, count: int) -> float:
        _check(subscribers)
        reached = [threading.Event() for _ in range(subscribers)]
        for event in reached:
            Counter.start(count + 1, event)
        message = News(1)
        pykka.ActorRegistry.broadcast(message, Counter)
        with Clock() as clock:
            for _ in range(count):
                pykka.ActorRegistry.broadcast(message, Counter)
            for event in reached:
                event.wait()
        pykka.ActorRegistry.stop_all()
        return clock.seconds / count

    async def sources(self, count: int) -> float:
        _check(count)
        return await super().sources(count)

    async def conversation(self, agents: int, messages: int) -> float:
        landed = threading.Semaphore(0)
        players: list[Any] = []
        players += [Player.start(players, number, landed) for number in range(agents)]
        with Clock() as clock:
            for number in range(BALLS):
                players[number * agents // BALLS].tell(Ball(messages // BALLS - 1))
            for _ in range(BALLS):
                landed.acquire()
        pykka.ActorRegistry.stop_all()
        return clock.seconds / messages

    async def agent_memory(self, count: int) -> float:
        count = min(count, MOST_THREADS)
        before = memory()
        refs = [Counter.start(0, threading.Event()) for _ in range(count)]
        for ref in refs:
            ref.ask(News(1))
        used = (memory() - before) / count
        pykka.ActorRegistry.stop_all()
        return used

    async def queued_memory(self, count: int) -> float:
        gate = threading.Event()

        class Sleeper(pykka.ThreadingActor):
            def on_receive(self, message: Any) -> None:
                gate.wait()

        sleeper = Sleeper.start()
        sleeper.tell(News(0))
        before = memory()
        for number in range(count):
            sleeper.tell(News(number))
        used = (memory() - before) / count
        gate.set()
        sleeper.stop()
        return used


def _check(actors: int) -> None:
    if actors > MOST_THREADS:
        raise Unable("each actor is a thread")

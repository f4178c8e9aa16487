"""What recording costs: time against an unobserved run, memory, and what is asked of a recording.

    python benchmarks/recording.py

Unobserved and recorded rounds take turns, and the best of each counts, in time of the processor:
so whatever else the machine does hits both alike. The other figures are times of the best round.
"""

import asyncio
import gc
import sys
import time
import tracemalloc
from collections.abc import Callable, Coroutine
from contextlib import closing, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from peers.core import agents_of
from peers.messages import Ask, News

import sandbox
from sandbox import AgentId, SingleThreadedAgentRuntime, TopicId, TypeSubscription
from sandbox.inspector import Inspector

ROUNDS = 60
MESSAGES = 400
RECIPIENT = AgentId("answerer", "default")
TOPIC = TopicId("news", "default")


async def crew() -> SingleThreadedAgentRuntime:
    """A runtime with an agent that answers and one that counts."""
    runtime = SingleThreadedAgentRuntime()
    agents = agents_of(sandbox)
    await agents.Answerer.register(runtime, "answerer", agents.Answerer)
    await agents.Counter.register(
        runtime, "counter", agents.Counter, skip_direct_message_subscription=True
    )
    await runtime.add_subscription(TypeSubscription("news", "counter"))
    return runtime


async def ask(runtime: SingleThreadedAgentRuntime, count: int) -> None:
    """Calls from outside, one after the other, each with a message of its own."""
    for number in range(count):
        await runtime.send_message(Ask(number), RECIPIENT)


async def publish(runtime: SingleThreadedAgentRuntime, count: int) -> None:
    """Publications to one subscriber, in bursts, until all are handled."""
    for number in range(count):
        await runtime.publish_message(News(number), TOPIC)
    await runtime.stop_when_idle()
    runtime.start()


Work = Callable[[SingleThreadedAgentRuntime, int], Coroutine[Any, Any, None]]


async def seconds(work: Work, *, recorded: bool) -> float:
    """Time of the processor per message."""
    runtime = await crew()
    runtime.start()
    with closing(Inspector(runtime, paused=False)) if recorded else nullcontext():
        await work(runtime, 1)
        begun = time.process_time()
        await work(runtime, MESSAGES)
        taken = time.process_time() - begun
    await runtime.stop_when_idle()
    return taken / MESSAGES


def ratio(name: str, work: Work, most: float) -> None:
    """Print what recording costs in this work."""
    best = {False: float("inf"), True: float("inf")}
    for _ in range(ROUNDS):
        for recorded in (False, True):
            best[recorded] = min(best[recorded], asyncio.run(seconds(work, recorded=recorded)))
    bare, recorded_too = (best[recorded] * 1e6 for recorded in (False, True))
    line = f"{bare:6.2f} us, recorded {recorded_too:6.2f} us"
    print(f"{name:<28} {line}: {recorded_too / bare:.2f} x (at most {most})")


async def bytes_per_delivery(
    work: Work, deliveries: int, count: int = 5_000
) -> tuple[float, float]:
    """Memory of the records alone, and with the state of the run computed from them."""
    runtime = await crew()
    runtime.start()
    with closing(Inspector(runtime, paused=False)) as inspector:
        await _in_small_bursts(work, runtime, 200)
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        await _in_small_bursts(work, runtime, count)
        gc.collect()
        records = tracemalloc.get_traced_memory()[0] - before
        len(inspector.recording)
        gc.collect()
        computed = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
    await runtime.stop_when_idle()
    return records / count / deliveries, computed / count / deliveries


async def _in_small_bursts(work: Work, runtime: SingleThreadedAgentRuntime, count: int) -> None:
    # Else what is measured is the length of the queue.
    for _ in range(count // 50):
        await work(runtime, 50)


async def seconds_to_file(work: Work, path: Path | None) -> tuple[float, int]:
    """Time of the processor and number of records, kept in memory or written as they come."""
    runtime = await crew()
    runtime.start()
    with closing(Inspector(runtime, paused=False, path=path)) as inspector:
        await work(runtime, 1)
        before, begun = inspector.recording.last, time.process_time()
        await work(runtime, MESSAGES)
        taken, records = time.process_time() - begun, inspector.recording.last - before
    await runtime.stop_when_idle()
    return taken, records


def to_file(name: str, work: Work) -> None:
    """Print what it costs to write each record to a file at once, and the ratio with it."""
    best = {"bare": float("inf"), "memory": float("inf"), "file": float("inf")}
    with TemporaryDirectory() as folder:
        for number in range(ROUNDS // 2):
            path = Path(folder, f"{number}.jsonl")
            memory, _ = asyncio.run(seconds_to_file(work, None))
            file, records = asyncio.run(seconds_to_file(work, path))
            bare = asyncio.run(seconds(work, recorded=False)) * MESSAGES
            for which, taken in (("bare", bare), ("memory", memory), ("file", file)):
                best[which] = min(best[which], taken)
    extra = (best["file"] - best["memory"]) / records * 1e6
    print(f"{name:<28} {extra:6.2f} us a record more, {best['file'] / best['bare']:.2f} x in all")


async def questions(deliveries: int = 100_000, subscriptions: int = 1_000) -> None:
    """Print how long `why` and `at` take on a long recording, the first time and again."""
    runtime = await crew()
    for number in range(subscriptions):
        await runtime.add_subscription(TypeSubscription(f"topic{number}", "counter"))
    runtime.start()
    with closing(Inspector(runtime, paused=False)) as inspector:
        await ask(runtime, deliveries // 2)
        recording = inspector.recording
        last = recording.last
        size = f"{last:,} records"
        middle = deliveries // 2 | 1
        _once(f"first why, {size}", lambda: inspector.why(middle, "answerer/default"), 10)
        _best(f"why, {size}", lambda: inspector.why(middle, "answerer/default"), 10)
        _once("first at, 100,000 records", lambda: recording.at(100_000), 100)
        _once(f"first state, {size}", lambda: recording.state)
        _best(f"at, {size}", lambda: recording.at(last // 2), 100)
        _best(f"state at, {size}", lambda: inspector.state(RECIPIENT, at=last // 3), 100)
    await runtime.stop_when_idle()


def _once(name: str, work: Callable[[], object], most: float | None = None) -> None:
    begun = time.process_time()
    work()
    taken = (time.process_time() - begun) * 1e3
    print(f"{name:<28} {taken:6.2f} ms" + ("" if most is None else f" (at most {most})"))


def _best(name: str, work: Callable[[], object], most: float) -> None:
    times = []
    for _ in range(7):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    print(f"{name:<28} {min(times) * 1e3:6.2f} ms (at most {most})")


def main() -> None:
    """Print all figures."""
    print(f"Python {sys.version.split()[0]}")
    ratio("RPC round trip", ask, 2.0)
    ratio("publish, 1 subscriber", publish, 2.5)
    for name, work, deliveries in (("RPC", ask, 2), ("publish", publish, 1)):
        records, computed = asyncio.run(bytes_per_delivery(work, deliveries))
        line = f"{records:4.0f} bytes (at most 700), {computed:.0f} with its state computed"
        print(f"{name + ', per delivery':<28} {line}")
    to_file("RPC, to a file", ask)
    to_file("publish, to a file", publish)
    asyncio.run(questions())


if __name__ == "__main__":
    main()

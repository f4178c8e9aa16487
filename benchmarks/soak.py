"""A soak: random traffic at full speed for as long as you like, and nothing may get lost.

    python benchmarks/soak.py                  # ten minutes
    python benchmarks/soak.py --seconds 60 --seed 7

Handlers and constructors fail, messages are dropped, held, doubled, edited and cancelled,
interventions raise, messages are hostile, agents crash; runtimes are paused, stepped, stopped in
the middle, started again and replaced, with an inspector and without. After each round:

* every delivery has had exactly one verdict, and nothing is left in the runtime;
* every caller has been answered, in whichever way;
* `stop_when_idle` has returned;
* the event loop lives, and nothing reached its handler for exceptions that nobody took;
* once warm, the blocks of memory in use have not become more.

It prints figures as Markdown, and ends with exit code 1 if any of this is not so.
"""

import argparse
import asyncio
import gc
import linecache
import logging
import os
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from random import Random
from typing import Any

from soak_traffic import (
    Meddler,
    populate,
    register,
    some_agent,
    some_message,
    some_topic,
)

from sandbox import CancellationToken, Inspector, SingleThreadedAgentRuntime, TypeSubscription
from sandbox.runtime import Instrument
from sandbox.runtime.delivery import Delivery

PATIENCE = 30.0
BEATS = 0.01
ROUNDS_OF_A_RUNTIME = 8
KEPT_RECORDS = 2_000
GROWTH = 0.05  # far less than one block for each delivery
POLICIES = ("fifo", "fifo", "lifo", "random(3)", "pairs(2)")


class BrokenError(Exception):
    """Something does not hold that has to."""


class Books(Instrument):
    """Every delivery that enters must end exactly once."""

    def __init__(self) -> None:
        self.open: set[int] = set()
        self.verdicts: Counter[str] = Counter()
        self.faults: list[str] = []

    def delivery_queued(self, delivery: Delivery) -> None:
        """Enter it."""
        if delivery.number in self.open:
            self.faults.append(f"entered twice: {delivery!r}")
        self.open.add(delivery.number)

    def delivery_settled(self, delivery: Delivery) -> None:
        """Strike it out."""
        if delivery.number not in self.open:
            self.faults.append(f"ended twice, or never entered: {delivery!r}")
        self.open.discard(delivery.number)
        self.verdicts[str(delivery.verdict)] += 1


class Soak:
    """Rounds of random traffic on two runtimes, one of them inspected."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.verdicts: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.actions: Counter[str] = Counter()
        self.rounds = 0
        self.lives = 0
        self.blocks: list[int] = []
        self.longest_gap = 0.0
        self.faults: list[str] = []

    async def run(self, seconds: float) -> None:
        """Do rounds until the time is up."""
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: self.faults.append(f"reached the loop: {context}")
        )
        beat = asyncio.create_task(self._beat())
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            # Two at a time, so that they could get in each other's way.
            await asyncio.gather(self._life(inspected=True), self._life(inspected=False))
            self.lives += 1
            linecache.clearcache()  # of source for tracebacks, which comes with the first of each
            gc.collect()
            self.blocks.append(sys.getallocatedblocks())
        if beat.done():
            self.faults.append("the task that beats has died")
        beat.cancel()

    async def _beat(self) -> None:
        before = time.perf_counter()
        while True:
            await asyncio.sleep(BEATS)
            now = time.perf_counter()
            self.longest_gap = max(self.longest_gap, now - before - BEATS)
            before = now

    async def _life(self, *, inspected: bool) -> None:
        meddler = Meddler()
        runtime = meddler.runtime = SingleThreadedAgentRuntime(intervention_handlers=[meddler])
        inspector = Inspector(runtime, paused=False, limit=KEPT_RECORDS) if inspected else None
        books = Books()
        runtime.add_instrument(books)
        await populate(runtime)
        for number in range(ROUNDS_OF_A_RUNTIME):
            name = f"{self.seed}, {inspected}, {self.lives}, {number}"
            try:
                await Round(self, runtime, inspector, name).run()
                self._check(runtime, books)
            except Exception as error:
                error.add_note(f"In the round of seed, inspected, life, number: {name}.")
                raise
            self.rounds += 1
        self.verdicts += books.verdicts
        if inspector is not None:
            self._check_recording(inspector)
            inspector.close()
        await runtime.close()

    def _check(self, runtime: SingleThreadedAgentRuntime, books: Books) -> None:
        self.faults += books.faults
        if books.open:
            self.faults.append(f"without a verdict: {sorted(books.open)}")
        if runtime.deliveries:
            self.faults.append(f"left in the runtime: {runtime.deliveries}")
        if runtime.stepper.pending:
            self.faults.append(f"left in the queue: {runtime.stepper.pending}")
        if self.faults:
            raise BrokenError("; ".join(self.faults))

    def _check_recording(self, inspector: Inspector) -> None:
        state = inspector.recording.state
        if state.queue or state.word not in {"idle", "paused"}:
            ends = f"the recording of life {self.lives} ends {state.word} with {state.queue}"
            self.faults.append(ends)


class Round:
    """One start of a runtime, some hundred messages, and everything a user can do to them."""

    def __init__(
        self,
        soak: Soak,
        runtime: SingleThreadedAgentRuntime,
        inspector: Inspector | None,
        name: str,
    ) -> None:
        self.soak, self.runtime, self.inspector = soak, runtime, inspector
        # What is sent and done depends on the name alone; to what it is done, also on the moment.
        self.random, self.chance = Random(name), Random(f"{name}, to what")
        self.tokens: list[CancellationToken] = []
        self.calls: list[asyncio.Task[Any]] = []
        self.steps: list[asyncio.Task[None]] = []
        self.doings: tuple[Callable[[], Any], ...] = (
            *[self.send] * 8,
            *[self.publish] * 4,
            *[self.breathe] * 4,
            self.cancel,
            self.pause,
            self.step,
            self.step,
            self.resume,
            self.hold,
            self.drop,
            self.duplicate,
            self.move,
            self.edit,
            self.crash,
            self.pause_mailbox,
            self.set_policy,
            self.replace_type,
            self.change_subscription,
            self.break_on_failure,
            self.restart,
        )

    async def run(self) -> None:
        """Do it, then let all come to an end."""
        self.runtime.start()
        for _ in range(300):
            doing = self.random.choice(self.doings)
            self.soak.actions[doing.__name__] += 1
            outcome = doing()
            if outcome is not None:
                await outcome
        await self.end()

    async def end(self) -> None:
        """Take off what holds the runtime, and wait until it is idle."""
        runtime, stepper = self.runtime, self.runtime.stepper
        if self.inspector is not None:
            for breakpoint in self.inspector.breakpoints:
                breakpoint.remove()
        for agent_id in stepper.paused_mailboxes:
            stepper.resume_mailbox(agent_id)
        for delivery in stepper.pending:
            stepper.release(delivery.number)
        stepper.policy = "fifo"
        self.resume()
        if not runtime.started:
            runtime.start()
        await asyncio.sleep(0)  # what was called just now is not even sent
        await runtime.stop_when_idle(PATIENCE)
        _, waiting = await asyncio.wait([*self.calls, *self.steps], timeout=PATIENCE)
        if waiting:
            raise BrokenError(f"never answered: {waiting}")
        for call in self.calls:
            error = None if call.cancelled() else call.exception()
            ended = "answered" if error is None else type(error).__name__
            self.soak.calls["cancelled" if call.cancelled() else ended] += 1
        for step in self.steps:
            step.result()

    # What a program does

    def send(self) -> None:
        """Call an agent from outside."""
        token = self.chance.choice([None, CancellationToken(), *self.tokens[-3:]])
        if token is not None:
            self.tokens.append(token)
        call = self.runtime.send_message(
            some_message(self.random), some_agent(self.random), cancellation_token=token
        )
        self.calls.append(asyncio.create_task(call))

    async def publish(self) -> None:
        """Publish from outside."""
        await self.runtime.publish_message(some_message(self.random), some_topic(self.random))

    async def breathe(self) -> None:
        """Let the loop do something else."""
        for _ in range(self.random.randrange(1, 20)):
            await asyncio.sleep(0)

    def cancel(self) -> None:
        """Cancel a call by its token, and another by its task."""
        if self.tokens:
            self.chance.choice(self.tokens).cancel()
        if self.calls:
            self.chance.choice(self.calls).cancel()

    async def restart(self) -> None:
        """Stop in the middle and start again."""
        if self.random.random() < 0.2:
            await self.runtime.stop()
            self.runtime.start()

    async def replace_type(self) -> None:
        """Register a type again while its messages are under way."""
        await register(self.runtime, self.random.choice(["steady", "slow", "flaky"]), replace=True)

    async def change_subscription(self) -> None:
        """Take a subscription away, or put it back."""
        wanted = TypeSubscription("newsletter", "steady", "steady newsletter")
        if any(each.id == wanted.id for each in self.runtime.subscriptions):
            await self.runtime.remove_subscription(wanted.id)
        else:
            await self.runtime.add_subscription(wanted)

    # What its user does

    def pause(self) -> None:
        """Hold everything."""
        (self.inspector or self.runtime.stepper).pause()

    def resume(self) -> None:
        """Let everything flow."""
        (self.inspector or self.runtime.stepper).resume()

    async def step(self) -> None:
        """Make one delivery, the next or any, while the runtime is held."""
        if not self.runtime.stepper.paused:
            return
        delivery = self.pick() if self.chance.random() < 0.5 else None
        step = self.runtime.step(delivery.number if delivery else None)
        # It ends when its turn does, which may need deliveries that only come later.
        self.steps.append(asyncio.create_task(self._made(step)))
        await asyncio.sleep(0)

    async def _made(self, step: Any) -> None:
        try:
            await step
        except (LookupError, RuntimeError):  # it went meanwhile, or may not go now
            self.soak.actions["step refused"] += 1

    def hold(self) -> None:
        """Hold one delivery."""
        if delivery := self.pick():
            self.runtime.stepper.hold(delivery.number)

    def drop(self) -> None:
        """Drop one; a caller inside a turn is told, or that turn could never end."""
        if delivery := self.pick():
            inside = (delivery.request or delivery).cause is not None
            self.runtime.stepper.drop(delivery.number, error=inside or self.chance.random() < 0.5)

    def duplicate(self) -> None:
        """Copy one."""
        if delivery := self.pick():
            self.runtime.stepper.duplicate(delivery.number)

    def move(self) -> None:
        """Give one another place."""
        if delivery := self.pick():
            count = len(self.runtime.stepper.pending)
            self.runtime.stepper.move(delivery.number, self.chance.randrange(count))

    def edit(self) -> None:
        """Put another message in place of one."""
        delivery = self.pick()
        if delivery is not None and delivery.error is None:
            self.runtime.stepper.edit(delivery.number, some_message(self.chance, 1))

    def crash(self) -> None:
        """Throw an agent away."""
        if agents := list(self.runtime.agents):
            self.runtime.stepper.crash(self.chance.choice(agents))

    def pause_mailbox(self) -> None:
        """Pass one agent over, or no longer."""
        stepper, agent_id = self.runtime.stepper, some_agent(self.random)
        if agent_id in stepper.paused_mailboxes:
            stepper.resume_mailbox(agent_id)
        else:
            stepper.pause_mailbox(agent_id)

    def set_policy(self) -> None:
        """Have another delivery go next."""
        self.runtime.stepper.policy = self.random.choice(POLICIES)

    def break_on_failure(self) -> None:
        """Stop at what comes, with a condition that may raise."""
        if self.inspector is not None:
            kind = self.random.choice(["failed", "unhandled", "after"])
            self.inspector.break_on(kind, when=lambda moment: moment.message.missing, once=True)

    def pick(self) -> Delivery | None:
        """One of those that wait."""
        pending = self.runtime.stepper.pending
        return self.chance.choice(pending) if pending else None


def growth(blocks: list[int]) -> float:
    """By how much of itself the use of memory grew after the first quarter."""
    warm = blocks[len(blocks) // 4 :]
    third = max(1, len(warm) // 3)
    # The least: a hostile message that is still held counts thousands, and goes again.
    return min(warm[-third:]) / min(warm[:third]) - 1


def report(soak: Soak, seed: int, took: float) -> str:
    """The figures, as Markdown."""
    total = sum(soak.verdicts.values())
    rows = {
        "what": "seen",
        "---": "---",
        "seed": seed,
        "time": f"{took:,.0f} s on Python {sys.version.split()[0]}",
        "rounds, runtimes": f"{soak.rounds:,}, {2 * soak.lives:,}",
        "deliveries, each with one verdict": f"{total:,} ({total / took:,.0f} per second)",
        "verdicts": ", ".join(f"{name} {count:,}" for name, count in soak.verdicts.most_common()),
        "calls from outside, each answered": f"{sum(soak.calls.values()):,}",
        "their ends": ", ".join(f"{name} {count:,}" for name, count in soak.calls.most_common()),
        "done by the user": ", ".join(f"{n} {c:,}" for n, c in sorted(soak.actions.items())),
        "blocks of memory, first and last": f"{soak.blocks[0]:,}, {soak.blocks[-1]:,}",
        "growth after warm-up": f"{growth(soak.blocks):+.2%}",
        "longest the loop was away": f"{soak.longest_gap * 1000:,.0f} ms",
        "faults": len(soak.faults),
    }
    return "\n".join(f"| {what} | {seen} |" for what, seen in rows.items())


def main() -> int:
    """Run the soak; the exit code says whether everything held."""
    options = argparse.ArgumentParser(description="Random traffic; nothing may get lost.")
    options.add_argument("--seconds", type=float, default=600)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    soak, begun = Soak(given.seed), time.monotonic()
    try:
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
            asyncio.run(soak.run(given.seconds))
    except Exception as error:
        soak.faults += traceback.format_exception(error)
    if soak.blocks:
        print(report(soak, given.seed, time.monotonic() - begun))
        if growth(soak.blocks) > GROWTH:
            soak.faults.append(f"memory grew by {growth(soak.blocks):.2%}: {soak.blocks}")
    print("\n".join(fault[:2_000] for fault in soak.faults))
    if soak.faults:
        print(f"Seed {given.seed}, {soak.lives} lives and {soak.rounds} rounds had passed.")
    return 1 if soak.faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""In which order deliveries go, and that the same seed gives the same order."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from control_parts import ask, inspected, numbers, publish
from hypothesis import given
from hypothesis import strategies as st

from sandbox.runtime import policies

SEEDED = ("random({})", "pairs({})")


def test_a_policy_goes_by_its_name():
    names = ["fifo", "lifo", "random(7)", "random(-7)", "pairs(3)"]
    assert [policies.policy(name).name for name in names] == names
    assert policies.policy("pairs").name == "pairs(0)"
    assert policies.policy(policies.random(7)).name == "random(7)"
    for unknown in ("fif", "random", "random()", "lifo(3)", "fifo(1)", "", 7):
        with pytest.raises(ValueError, match="There is no policy"):
            policies.policy(unknown)


async def _order(policy, *, free=False):
    """In which order a program with causes, answers and publications runs under a policy."""
    inspector, log = await inspected(paused=not free)
    inspector.policy = policy
    calls = [
        await ask(inspector, "a", 1, via=("b", "c")),
        await ask(inspector, "b", 2),
        await ask(inspector, "a", 3, via=("c",)),
    ]
    await publish(inspector, "one", "two", "three")
    foreseen = numbers(inspector.queue)
    if free:
        inspector.runtime.start()
        await inspector.runtime.stop_when_idle()
    else:
        await inspector.run()
    await asyncio.gather(*calls)
    made = [r.number for r in inspector.recording.records if type(r).__name__ == "Handling"]
    return log, made, foreseen


@pytest.mark.parametrize("free", [False, True])
async def test_fifo_is_what_happens_without_a_policy(free):
    log, _, foreseen = await _order("fifo", free=free)
    assert foreseen == list(range(1, 10))
    assert log == (await _order_of_the_bare_runtime())


async def _order_of_the_bare_runtime():
    inspector, log = await inspected(paused=False)
    inspector.close()
    calls = [
        await ask(inspector, "a", 1, via=("b", "c")),
        await ask(inspector, "b", 2),
        await ask(inspector, "a", 3, via=("c",)),
    ]
    await publish(inspector, "one", "two", "three")
    inspector.runtime.start()
    await inspector.runtime.stop_when_idle()
    await asyncio.gather(*calls)
    return log


async def test_lifo_takes_the_newest_first():
    inspector, log = await inspected()
    inspector.policy = "lifo"
    await publish(inspector, "one", "two")
    assert numbers(inspector.queue) == [4, 3, 2, 1]
    await inspector.run()
    assert log == ["b two", "a two", "b one", "a one"]


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize("policy", ["lifo", *SEEDED])
async def test_the_same_seed_gives_the_same_run(policy, free):
    name = policy.format(11)
    assert await _order(name, free=free) == await _order(name, free=free)


@pytest.mark.parametrize("policy", SEEDED)
async def test_other_seeds_give_other_runs(policy):
    orders = {tuple((await _order(policy.format(seed)))[0]) for seed in range(20)}
    assert len(orders) > 10


@pytest.mark.parametrize("policy", ["fifo", "lifo", *SEEDED])
async def test_the_queue_shows_the_order_in_which_they_go(policy):
    inspector, _ = await inspected()
    inspector.policy = policy.format(5)
    await publish(inspector, "one", "two", "three", "four")
    foreseen = numbers(inspector.queue)
    assert sorted(foreseen) == list(range(1, 9))
    made = []
    while inspector.queue:
        assert numbers(inspector.queue) == foreseen[len(made) :]
        made.append((await inspector.step()).number)
    assert made == foreseen


async def test_what_may_not_go_comes_last():
    inspector, _ = await inspected()
    inspector.policy = "lifo"
    await publish(inspector, "one", "two")
    inspector.hold(4)
    inspector.pause_mailbox("a/default")
    assert numbers(inspector.queue) == [2, 1, 3, 4]
    assert (await inspector.step()).number == 2
    assert await inspector.step() is None


@given(seed=st.integers())
def test_pairs_keep_the_order_between_the_same_two(seed):
    async def run():
        inspector, log = await inspected()
        inspector.policy = f"pairs({seed})"
        await publish(inspector, "1", "2", "3")
        calls = [await ask(inspector, "a", n, via=("c",)) for n in (4, 5, 6)]
        await inspector.run()
        await asyncio.gather(*calls)
        return log

    log = asyncio.run(run())
    for type in ("a", "b"):
        heard = [int(entry.split()[1]) for entry in log if entry.startswith(type)]
        assert heard == sorted(heard)


@given(seed=st.integers(), count=st.integers(0, 30))
def test_a_policy_foresees_its_own_choices(seed, count):
    class Waiting:
        def __init__(self, number):
            self.number, self.sender, self.recipient = number, number % 2, number % 3

    waiting = [Waiting(number) for number in range(count)]
    for policy in (policies.random(seed), policies.pairs(seed), policies.policy("lifo")):
        foreseen, left, chosen = policy.order(waiting), list(waiting), []
        while left:
            chosen.append(policy.choose(left))
            left.remove(chosen[-1])
            policy.made += 1
        assert chosen == foreseen
        assert policy.choose([]) is None


async def test_looking_at_what_is_next_changes_no_choice():
    async def order(look):
        inspector, log = await inspected()
        inspector.policy = "random(3)"
        await publish(inspector, "one", "two", "three")
        while (delivery := inspector.runtime.stepper.next_up()) is not None:
            for _ in range(look):
                assert inspector.runtime.stepper.next_up() is delivery
            assert await inspector.step() is delivery
        return log

    assert await order(0) == await order(3)


async def test_a_breakpoint_changes_no_choice():
    async def order(*, stopping):
        inspector, log = await inspected()
        inspector.policy = "random(3)"
        await publish(inspector, "one", "two", "three")
        if stopping:
            inspector.break_on("before")
        while await inspector.run() or inspector.queue:
            pass
        return log

    assert await order(stopping=True) == await order(stopping=False)


async def test_setting_a_policy_again_begins_anew():
    inspector, log = await inspected()
    for _ in range(2):
        inspector.policy = "random(4)"
        await publish(inspector, "one", "two", "three")
        await inspector.run()
    assert log[:6] == log[6:]
    assert inspector.recording.state.policy == inspector.policy == "random(4)"


async def test_choices_among_some_are_those_of_the_seed_too():
    inspector, _ = await inspected()
    inspector.policy = "random(4)"
    await publish(inspector, "one", "two", "three", "four")
    foreseen, stepper = numbers(inspector.queue), inspector.runtime.stepper
    assert [stepper.begin(among=lambda d: True).number for _ in range(8)] == foreseen
    assert stepper.begin(among=lambda d: True) is None
    await inspector.run()


async def test_policies_decide_between_what_a_serial_mailbox_lets_go():
    inspector, log = await inspected("a", "b", mailbox="serial")
    inspector.policy = "lifo"
    calls = [await ask(inspector, "a", 1, via=("b",))]
    await inspector.step()
    calls += [await ask(inspector, "a", number) for number in (2, 3, 4)]
    await inspector.run()
    await asyncio.gather(*calls)
    assert log == ["a 1", "b 1", "a 4", "a 3", "a 2"]


PROGRAM = """
import asyncio, sys
sys.path.insert(0, {parts!r})
from control_parts import ask, inspected, publish

async def main():
    inspector, log = await inspected()
    inspector.policy = sys.argv[1]
    calls = [await ask(inspector, "a", n, via=("b", "c")) for n in range(5)]
    await publish(inspector, "one", "two", "three")
    await inspector.run()
    for call in calls:
        await call
    for record in inspector.recording.since(1):
        if record["kind"] != "subscribed":  # its id is a random one
            print({{k: v for k, v in record.items() if k not in ("time", "subscriptions")}})

asyncio.run(main())
"""


@pytest.mark.parametrize("policy", ["random(8)", "pairs(8)"])
def test_neither_hashes_nor_addresses_nor_clocks_decide(policy):
    program = PROGRAM.format(parts=str(Path(__file__).parent))
    traces = {
        subprocess.run(
            [sys.executable, "-c", program, policy],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(traces) == 1
    assert "settled" in traces.pop()


async def test_the_choices_of_a_seed_are_the_same_everywhere():
    # These are what every version of Python and every machine must choose.
    waiting = await _waiting()
    drawn = [d.number for d in policies.random(7).order(waiting)]
    paired = [d.number for d in policies.pairs(7).order(waiting)]
    assert drawn == [8, 4, 1, 6, 5, 2, 3, 7]
    assert paired == [2, 1, 3, 5, 4, 7, 6, 8]


async def _waiting():
    inspector, _ = await inspected()
    await publish(inspector, "one", "two", "three", "four")
    return inspector.runtime.stepper.pending

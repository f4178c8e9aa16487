"""Kill test: a process that records to a file is killed at random moments, and every file loads.

    python benchmarks/kill.py                  # 200 kills
    python benchmarks/kill.py --kills 20 --seed 7

Each process notes beside its file how many records it has made. Of those at most the last may be
missing in the file, at most one line may be unreadable, and what was read must be a run that can
be shown. It needs a system that can fork.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
import warnings
from pathlib import Path
from random import Random

from soak_traffic import Meddler, populate, some_agent, some_message, some_topic

from sandbox import Inspector, SingleThreadedAgentRuntime
from sandbox.inspector import Recording

LONGEST = 0.15


def count_beside(path: Path) -> Path:
    """Where a process notes how many records it has made."""
    return path.with_suffix(".count")


async def record(path: Path, random: Random) -> None:
    """Random traffic, recorded to a file, for ever."""
    meddler = Meddler()
    runtime = meddler.runtime = SingleThreadedAgentRuntime(intervention_handlers=[meddler])
    recording = Inspector(runtime, paused=False, path=path).recording
    counter = os.open(count_beside(path), os.O_CREAT | os.O_WRONLY)
    recording.listen(lambda: os.pwrite(counter, recording.last.to_bytes(8, "big"), 0) and None)
    await populate(runtime)
    runtime.start()
    while True:
        call = runtime.send_message(some_message(random), some_agent(random))
        await asyncio.gather(call, return_exceptions=True)
        await runtime.publish_message(some_message(random), some_topic(random))


def kill_one(path: Path, random: Random) -> None:
    """Start a process that records, and kill it after a while."""
    child = os.fork()
    if child == 0:
        with Path(os.devnull).open("w") as nowhere:
            sys.stdout = sys.stderr = nowhere
            warnings.simplefilter("ignore")
            asyncio.run(record(path, random))
    while not count_beside(path).exists():
        time.sleep(0.001)
    time.sleep(random.random() * LONGEST)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def faults_of(path: Path) -> tuple[int, int, list[str]]:
    """How many records the file has, how many lines were cut off, and what must not be."""
    known = int.from_bytes(count_beside(path).read_bytes(), "big")
    loaded = Recording.load(path)
    faults = []
    if loaded.report.count > 1:
        faults.append(f"{loaded.report.count} lines are lost")
    if not known <= loaded.last <= known + 1:
        faults.append(f"{loaded.last} records of {known} were read")
    if not all(delivery.verdict or delivery.state for delivery in loaded):
        faults.append("a delivery is nowhere")
    loaded.to_mermaid()
    return loaded.last, loaded.report.count, faults


def main() -> int:
    """Kill, load and tell; the exit code says whether nothing was lost."""
    options = argparse.ArgumentParser(description="Kill what records, and read what is there.")
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    lasts, cut, faults = [], 0, []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(given.kills):
            path = Path(folder) / f"{number}.jsonl"
            kill_one(path, Random(f"{given.seed} {number}"))
            last, lines, found = faults_of(path)
            lasts.append(last)
            cut += lines
            faults += [f"kill {number}: {fault}" for fault in found]
    print(f"{given.kills} kills, seed {given.seed}: {len(faults)} faults")
    print(f"{min(lasts):,} to {max(lasts):,} records in a file, {len(set(lasts))} different counts")
    print(f"{cut} files ended in a line that was cut off")
    print("\n".join(faults[:20]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

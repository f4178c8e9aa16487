"""The sandbox and AutoGen Core, side by side in one run: a Markdown table of medians.

    python benchmarks/side_by_side.py [--repeat N] [FILTER ...]

A FILTER keeps the lines whose name contains it. The repetitions of the packages are interleaved,
so that what the machine does meanwhile falls on all alike. A ratio is the median of the ratios
within one repetition, followed by the range of the middle half of them.
"""

import argparse
import asyncio
import gc
import importlib.metadata
import logging
import os
import platform
import statistics
import sys
from collections.abc import Coroutine

import autogen_core
from workloads import BENCHES, Bench, queue_round_trip

import sandbox

Columns = dict[str, list[float]]


def measure(work: Coroutine[None, None, float]) -> float:
    """One measurement, in a loop of its own and without the garbage collector's pauses."""
    gc.collect()
    gc.disable()
    try:
        return asyncio.run(work)
    finally:
        gc.enable()


def repeat(bench: Bench, times: int) -> Columns:
    """The seconds of each repetition, by package; who goes first alternates."""
    packages = [("sandbox", sandbox), ("autogen_core", autogen_core)]
    columns: Columns = {name: [] for name, _ in packages}
    for round_number in range(times):
        for name, package in packages if round_number % 2 else reversed(packages):
            columns[name].append(measure(bench.work(package)))
    return columns


def in_words(seconds: float) -> str:
    """A time in the unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} us"


def ratio_in_words(above: list[float], below: list[float]) -> str:
    """How many times `above` is `below`, with the spread over the repetitions."""
    ratios = sorted(a / b for a, b in zip(above, below, strict=True))
    quarter = len(ratios) // 4
    low, high = ratios[quarter], ratios[-1 - quarter]
    return f"{statistics.median(ratios):.1f}x ({low:.1f} to {high:.1f})"


def line(bench: Bench, columns: Columns, floor: float) -> str:
    """One line of the table."""
    ours, theirs = columns["sandbox"], columns["autogen_core"]
    median = statistics.median(ours)
    cells = [
        bench.name,
        bench.items,
        in_words(median),
        in_words(statistics.median(theirs)),
        ratio_in_words(theirs, ours),
        "" if bench.items == "all" else f"{median / floor:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """Measure, and print the table as it grows."""
    parser = argparse.ArgumentParser(description="The sandbox and AutoGen Core, side by side.")
    parser.add_argument("filters", nargs="*", metavar="FILTER")
    parser.add_argument("--repeat", type=int, default=9)
    options = parser.parse_args()
    # Observing nothing is what is compared: no spans, and no log records of either package.
    os.environ["AUTOGEN_DISABLE_RUNTIME_TRACING"] = "true"
    logging.disable(logging.CRITICAL)
    floor = statistics.median(measure(queue_round_trip()) for _ in range(options.repeat))
    version = importlib.metadata.version("autogen-core")
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores; ")
    print(f"autogen-core {version}; medians of {options.repeat} interleaved repetitions; ")
    print(f"the floor, a bare `asyncio.Queue` round trip: {in_words(floor)}.\n")
    print("| work | per | sandbox | autogen-core | sandbox is faster by | in floors |")
    print("|---|---|---|---|---|---|")
    for bench in BENCHES:
        if not options.filters or any(part in bench.name for part in options.filters):
            print(line(bench, repeat(bench, options.repeat), floor), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

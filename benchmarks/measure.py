"""Measures everything in one Python: `python measure.py [--repeat N] [FILTER ...] > results.json`.

Every peer works in a process of its own, and one after the other: so what else the machine does
falls on all alike, and what one peer leaves behind does not fall on another.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from rows import BYTES, GROWTH, IMPORTS, PEERS, TIMES, Growth, Row

HERE = Path(__file__).parent
IMPORT = (
    "import asyncio, dataclasses, typing, time; begun = time.perf_counter(); import {}; "
    "print(time.perf_counter() - begun)"
)


class Workers:
    """The processes in which the peers work."""

    def __init__(self) -> None:
        self._processes: dict[str, subprocess.Popen[str]] = {}

    def ask(self, peer: str, method: str, arguments: tuple[Any, ...]) -> dict[str, Any]:
        """Have a peer do a piece of work; return what it answers."""
        worker = self._processes.get(peer)
        if worker is None or worker.poll() is not None:
            worker = self._processes[peer] = subprocess.Popen(
                [sys.executable, str(HERE / "worker.py"), peer],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if peer == "xoscar" else None,
                text=True,
            )
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(json.dumps([method, arguments]) + "\n")
        worker.stdin.flush()
        answer = worker.stdout.readline()
        return json.loads(answer) if answer else {"unable": "its process died"}

    def dismiss(self) -> None:
        """End all processes."""
        for worker in self._processes.values():
            assert worker.stdin is not None
            worker.stdin.close()
            worker.wait()
        self._processes.clear()


def cells(row: Row, repeat: int, workers: Workers) -> dict[str, Any]:
    """What all peers take for one row: a list of values each, or why there is none."""
    columns: dict[str, Any] = {peer: [] for peer in PEERS} | dict(row.without)
    asked = [peer for peer in PEERS if columns[peer] == []]
    for round_number in range(max(round(repeat * row.share), 1)):
        if row.fresh:
            workers.dismiss()
        for peer in asked if round_number % 2 else asked[::-1]:
            if isinstance(columns[peer], str):
                continue
            answer = workers.ask(peer, row.method, row.arguments)
            if "value" in answer:
                columns[peer].append(answer["value"] / row.divide)
            else:
                columns[peer] = answer["unable"]
    return {"name": row.name, "per": row.per, "method": row.method, "columns": columns}


def growth(cost: Growth, workers: Workers) -> dict[str, Any]:
    """One cost at three sizes."""
    values = []
    for size in cost.sizes:
        arguments = tuple(size if part is None else part for part in cost.arguments)
        times = 1 if size == cost.sizes[-1] else 3  # the largest takes long
        tries = [workers.ask(cost.peer, cost.method, arguments)["value"] for _ in range(times)]
        values.append(min(tries) / (size if cost.total else 1))
    return {"name": cost.name, "per": cost.per, "sizes": cost.sizes, "values": values}


def import_times(repeat: int) -> dict[str, list[float]]:
    """Seconds that importing takes, on top of what most programs import anyway."""
    times: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for _ in range(repeat):
        for name, module in IMPORTS.items():
            command = [sys.executable, "-W", "ignore", "-c", IMPORT.format(module)]
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            if done.returncode == 0:
                times[name].append(float(done.stdout.split()[-1]))
    return times


def versions() -> dict[str, str]:
    """The versions of the peers."""
    found = {}
    for name in ("autogen-core", "agentopera", "pykka", "xoscar"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def main() -> None:
    """Measure, and write it all to the standard output as JSON."""
    parser = argparse.ArgumentParser(description="Measure everything in this Python.")
    parser.add_argument("filters", nargs="*", metavar="FILTER")
    parser.add_argument("--repeat", type=int, default=9)
    options = parser.parse_args()

    def wanted(name: str) -> bool:
        told = not options.filters or any(part in name for part in options.filters)
        if told:
            print(f"  {name}", file=sys.stderr, flush=True)
        return told

    workers = Workers()
    results: dict[str, Any] = {
        "python": platform.python_version(),
        "machine": f"{platform.system()}, {platform.machine()}, {os.cpu_count()} cores",
        "repeat": options.repeat,
        "versions": versions(),
        "times": [cells(r, options.repeat, workers) for r in TIMES if wanted(r.name)],
        "growth": [growth(g, workers) for g in GROWTH if wanted(f"growth: {g.name}")],
        "bytes": [cells(r, options.repeat, workers) for r in BYTES if wanted(f"bytes: {r.name}")],
        "imports": import_times(options.repeat) if wanted("imports") else {},
    }
    workers.dismiss()
    json.dump(results, sys.stdout, indent=1)


if __name__ == "__main__":
    main()

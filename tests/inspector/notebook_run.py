"""Runs notebooks cell by cell, and prints all that can be seen of it, as JSON.

    python notebook_run.py alone|inspected notebook.ipynb ...

`inspected` has an inspector of its own at every runtime that a notebook makes.
"""

import asyncio
import json
import re
import sys
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from sandbox import Inspector
from sandbox.runtime.instruments import Instrument
from sandbox.runtime.watching import watch_new_runtimes

# What differs from run to run: addresses, ids that are random, and times.
VOLATILE = re.compile(r"0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27,}|\b\d+(\.\d+)? ?[mn]?s\b")


class Witness(Instrument):
    """Notes what happens, and which objects are the same ones."""

    def __init__(self, notes):
        self._notes = notes
        self._objects = []
        self._numbers = {}

    def _which(self, thing):
        if id(thing) not in self._numbers:
            self._objects.append(thing)  # so that no other gets its id
            self._numbers[id(thing)] = len(self._objects)
        return self._numbers[id(thing)]

    def delivery_handling(self, delivery):
        agent = str(delivery.recipient)
        self._notes.append(("handling", delivery.number, self._which(delivery.message), agent))

    def delivery_settled(self, delivery):
        error = type(delivery.error).__name__
        result = self._which(delivery.result)
        self._notes.append(("settled", delivery.number, str(delivery.verdict), result, error))


async def run(path, *, inspected):
    """What one notebook shows."""
    seen = {"cells": [], "deliveries": [], "problems": []}
    inspectors = []

    def begin(runtime):
        runtime.add_instrument(Witness(seen["deliveries"]))
        if inspected:
            inspectors.append(Inspector(runtime, paused=False))

    stop = watch_new_runtimes(begin)
    shell = InteractiveShell()
    shell.autoawait = True
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        with capture_output() as captured:
            done = await shell.run_cell_async(
                source, store_history=True, transformed_cell=shell.transform_cell(source)
            )
        error = done.error_in_exec or done.error_before_exec
        shown = [VOLATILE.sub("…", text) for text in (captured.stdout, captured.stderr)]
        seen["cells"].append([source, *shown, repr(error) if error is not None else None])
    stop()
    found = (problem for inspector in inspectors for problem in inspector.problems)
    seen["problems"] = [[p.kind, p.sentence] for p in found if not p.is_note]
    return seen


async def main():
    """Run all of them, each in a shell of its own."""
    mode, *paths = sys.argv[1:]
    runs = {path: await run(Path(path), inspected=mode == "inspected") for path in paths}
    print(json.dumps(runs))


if __name__ == "__main__":
    asyncio.run(main())

"""From measurements to Markdown."""

import statistics
from typing import Any

SHOWN = ("sandbox", "recorded", "autogen-core", "agentopera", "pykka", "xoscar", "asyncio")
# Name of the row -> how many times as fast as autogen-core, unobserved and recorded, on Python
# 3.11 and on later ones.
FIGURES = {
    "RPC round trip": ((7, 5), (12, 8)),
    "publish, 1 subscriber": ((12, 8), (20, 13)),
    "publish, 1,000 subscribers": ((7, 4), (12, 7)),
    "register 10,000 types": ((50, None), (50, None)),
}
FLOORS, IMPORT_SECONDS, RECORDED_BYTES, GROWS = 1.6, 0.040, 700, 2.0

HEAD = """# Results

One run on {machine}, beside
{peers};
written by `make bench`. Times of the processor; medians of {repeat} interleaved repetitions, of
fewer where the work is long. *recorded* is the sandbox with an inspector
attached; none of the others is observed. *asyncio* is the floor: a bare `asyncio.Queue` round
trip, and a bare task for each message and subscriber. A ratio is that of the median times; after
it, the middle half of the ratios within one repetition.

What the peers can and cannot do, what was found on the way, and what stands in the way of more is
in [NOTES.md](NOTES.md).

![Times per item, on a logarithmic scale](results.svg)
"""

Results = dict[str, Any]
Cell = list[float] | str


def report(all_results: list[Results]) -> str:
    """The page about one run, for all Pythons."""
    first = all_results[0]
    peers = ", ".join(f"{name} {version}" for name, version in first["versions"].items())
    parts = [HEAD.format(peers=peers, **first)]
    for results in all_results:
        parts += [f"## Python {results['python']}\n", *_tables(results)]
    parts += _unables(first)
    return "\n".join(parts) + "\n"


def _tables(results: Results) -> list[str]:
    parts: list[str] = []
    if results["times"]:
        parts += [_times(results), "", _ratios(results), ""]
    goals = _figures(results)
    if goals:
        parts += ["Figures to reach:\n", goals, ""]
    if results["growth"]:
        parts += ["Growth, time per item at 1, 10 and 100 times the size:\n", _growth(results), ""]
    if results["bytes"]:
        parts += ["Memory:\n", _bytes(results), ""]
    if results["imports"]:
        parts += ["Import, on top of `import asyncio, dataclasses, typing`:\n", _imports(results)]
        parts += [""]
    return parts


def _times(results: Results) -> str:
    rows = [
        [row["name"], row["per"], *(_seconds(row["columns"][peer]) for peer in SHOWN)]
        for row in results["times"]
    ]
    return _table(["work", "per", *SHOWN], rows)


def _ratios(results: Results) -> str:
    rows = []
    for row in results["times"]:
        columns = row["columns"]
        theirs = columns["autogen-core"]
        ratios = [
            (theirs, columns["sandbox"]),
            (theirs, columns["recorded"]),
            (columns["sandbox"], columns["asyncio"]),
            (columns["recorded"], columns["sandbox"]),
        ]
        rows.append([row["name"], *(_ratio_in_words(*each) for each in ratios)])
    head = ["work", "faster than autogen-core", "recorded", "in floors", "recorded costs"]
    return _table(head, rows)


def _figures(results: Results) -> str:
    later = not results["python"].startswith("3.11.")
    rows = []
    for row in results["times"]:
        goals = FIGURES.get(row["name"], ((None, None), (None, None)))[later]
        theirs = row["columns"]["autogen-core"]
        for word, peer, goal in zip(
            ("", ", recorded"), ("sandbox", "recorded"), goals, strict=True
        ):
            reached = _ratio(theirs, row["columns"][peer])
            if goal is not None and reached is not None:
                verdict = "reached" if reached >= goal else "missed"
                rows.append([row["name"] + word, f"{goal}x", f"{reached:.1f}x", verdict])
        floors = _ratio(row["columns"]["sandbox"], row["columns"]["asyncio"])
        if later and row["method"] == "rpc" and floors is not None:
            verdict = "reached" if floors <= FLOORS else "missed"
            rows.append(
                [row["name"] + ", in floors", f"at most {FLOORS}", f"{floors:.2f}", verdict]
            )
    for row in results["bytes"]:
        used = row["columns"]["recorded"]
        if row["method"] == "recorded_memory" and isinstance(used, list):
            value = statistics.median(used)
            verdict = "reached" if value <= RECORDED_BYTES else "missed"
            rows.append([row["name"], f"at most {RECORDED_BYTES} bytes", f"{value:.0f}", verdict])
    if results["imports"].get("sandbox"):
        value = statistics.median(results["imports"]["sandbox"])
        verdict = "reached" if value <= IMPORT_SECONDS else "missed"
        rows.append(
            ["import", f"at most {IMPORT_SECONDS * 1e3:.0f} ms", f"{value * 1e3:.0f} ms", verdict]
        )
    return _table(["figure", "wanted", "measured", ""], rows) if rows else ""


def _growth(results: Results) -> str:
    rows = []
    for cost in results["growth"]:
        growth = cost["values"][-1] / cost["values"][0]
        sizes = [
            f"{size:,}: {_in_words(v)}"
            for size, v in zip(cost["sizes"], cost["values"], strict=True)
        ]
        rows.append(
            [
                cost["name"],
                cost["per"],
                *sizes,
                f"{growth:.1f}x" + (", grows" if growth > GROWS else ""),
            ]
        )
    return _table(["cost", "per", "1x", "10x", "100x", "100x to 1x"], rows)


def _bytes(results: Results) -> str:
    rows = []
    for row in results["bytes"]:
        used = [row["columns"][peer] for peer in SHOWN]
        rows.append(
            [
                row["name"],
                *(
                    f"{statistics.median(u):,.0f} bytes" if isinstance(u, list) else ""
                    for u in used
                ),
            ]
        )
    return _table(["memory of", *SHOWN], rows)


def _imports(results: Results) -> str:
    times = results["imports"]
    return _table(
        list(times), [[_seconds(each or "cannot be imported") for each in times.values()]]
    )


def _unables(results: Results) -> list[str]:
    lines = []
    for row in [*results["times"], *results["bytes"]]:
        for peer, cell in row["columns"].items():
            if isinstance(cell, str) and row["method"] != "recorded_memory":
                lines.append((peer, cell, row["name"]))
    if not lines:
        return []
    grouped: dict[tuple[str, str], list[str]] = {}
    for peer, why, name in lines:
        grouped.setdefault((peer, why), []).append(name)
    told = [f"* {peer}, {'; '.join(names)}: {why}." for (peer, why), names in grouped.items()]
    return ["## Empty cells\n", *told]


def _ratio(above: Cell, below: Cell) -> float | None:
    if isinstance(above, str) or isinstance(below, str):
        return None
    return statistics.median(above) / statistics.median(below)


def _ratio_in_words(above: Cell, below: Cell) -> str:
    ratio = _ratio(above, below)
    if ratio is None:
        return ""
    ratios = sorted(a / b for a, b in zip(above, below, strict=True))
    quarter = len(ratios) // 4
    low, high = ratios[quarter], ratios[-1 - quarter]
    spread = f" ({low:.1f} to {high:.1f})" if len(ratios) > 1 else ""
    return f"{ratio:.1f}x{spread}"


def _seconds(cell: Cell) -> str:
    return "" if isinstance(cell, str) else _in_words(statistics.median(cell))


def _in_words(seconds: float) -> str:
    """A time in the unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} us"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)

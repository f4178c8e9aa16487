"""Draws `results.svg` from `results.json`: the time per item of each peer, row by row."""

import json
import statistics
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt  # after the choice of what it draws with

HERE = Path(__file__).resolve().parent
LOOKS = {
    "sandbox": ("#0b6e4f", "o"),
    "recorded": ("#6fb98f", "o"),
    "autogen-core": ("#b3423a", "s"),
    "agentopera": ("#d98c5f", "s"),
    "pykka": ("#5b5ea6", "^"),
    "xoscar": ("#9b8bc9", "^"),
    "asyncio": ("#888888", "|"),
}


def main() -> None:
    """Draw one panel per Python."""
    all_results = json.loads((HERE / "results.json").read_text())
    mpl.rcParams["svg.hashsalt"] = "sandbox"  # the same picture for the same results
    figure, panels = plt.subplots(
        1, len(all_results), figsize=(6.2 * len(all_results), 4.2), sharey=True, squeeze=False
    )
    for results, axes in zip(all_results, panels[0], strict=True):
        rows = [row for row in results["times"] if row["per"] != "all"]
        for peer, (colour, marker) in LOOKS.items():
            points = [
                (statistics.median(row["columns"][peer]) * 1e6, place)
                for place, row in enumerate(rows)
                if isinstance(row["columns"][peer], list)
            ]
            if points:
                times, places = zip(*points, strict=True)
                axes.scatter(times, places, c=colour, marker=marker, s=60, label=peer, zorder=3)
        axes.set_xscale("log")
        axes.set_yticks(range(len(rows)), [f"{row['name']} (per {row['per']})" for row in rows])
        axes.set_title(f"Python {results['python']}", fontsize=10)
        axes.set_xlabel("microseconds, further left is faster")
        axes.grid(axis="x", color="#dddddd", zorder=0)
        axes.grid(axis="y", color="#eeeeee", zorder=0)
    panels[0][0].invert_yaxis()
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=len(labels), frameon=False)
    figure.tight_layout(rect=(0, 0.06, 1, 1))
    figure.savefig(HERE / "results.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()

"""Draw the README's pictures of a run, into `docs/pictures` or the folder that is named."""

import asyncio
import sys
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from restaurant import Order, Ready, open_restaurant

from sandbox import AgentId, Inspector, SingleThreadedAgentRuntime, TopicId

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"


async def lunch() -> Inspector:
    """Serve one table, disappoint another, and stop with something pending."""
    runtime = SingleThreadedAgentRuntime()
    inspector = Inspector(runtime)
    await open_restaurant(runtime)
    for table, dish in (("table-1", "soup"), ("table-2", "stone soup")):
        call = runtime.send_message(Order(dish), AgentId("waiter", table))
        order = asyncio.ensure_future(call)
        await asyncio.sleep(0)
        await inspector.run()
        await asyncio.gather(order, return_exceptions=True)
    await runtime.publish_message(Ready("tea"), TopicId("ready", "table-1"))
    await runtime.publish_message(Ready("cake"), TopicId("reday", "table-1"))
    await runtime.publish_message(Ready("salad"), TopicId("ready", "table-3"))
    await inspector.run(limit=3)
    return inspector


def save(axes: Axes, file: Path) -> None:
    """Write a drawing so that the same one always gives the same file."""
    figure = axes.figure
    assert isinstance(figure, Figure)  # axes may also be a part of one
    with mpl.rc_context({"svg.hashsalt": file.name, "svg.fonttype": "path"}):
        figure.savefig(file, metadata={"Date": None, "Creator": None})
    # No blanks at the ends of lines.
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("".join(f"{line.rstrip()}\n" for line in lines), encoding="utf-8")


def main(folder: Path) -> None:
    mpl.use("svg")
    folder.mkdir(parents=True, exist_ok=True)
    inspector = asyncio.run(lunch())
    save(inspector.draw(), folder / "graph.svg")
    save(inspector.draw_sequence(), folder / "sequence.svg")
    plt.close("all")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)

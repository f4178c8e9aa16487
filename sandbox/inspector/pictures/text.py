"""A run in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.inspector.recording.run_state import RecordedDelivery, RunState

SHOWN = 20


def as_text(run: RunState) -> str:
    """The state of a run: its state word, the queue, and the latest deliveries."""
    pending = [run.deliveries[number] for number in run.queue]
    others = [d for d in run.deliveries.values() if d.verdict is not None or d.state != "queued"]
    headline = (
        f"{run.word}: {len(pending)} pending, {len(run.deliveries)} recorded, "
        f"{len(run.agents)} agents, {len(run.subscriptions)} subscriptions"
    )
    return "\n".join(
        [
            headline,
            *_section("pending", pending[:SHOWN], len(pending)),
            *_section("delivered", others[-SHOWN:], len(others)),
        ]
    )


def _section(title: str, shown: Iterable[RecordedDelivery], count: int) -> list[str]:
    lines = [f"  {delivery}" for delivery in shown]
    if not lines:
        return []
    hidden = count - len(lines)
    more = [f"  … and {hidden} more"] if hidden else []
    return [f"{title}:", *lines, *more]

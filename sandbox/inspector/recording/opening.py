"""The opening of a recording whose first records were let go: how things stood by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.inspector.recording import records
from sandbox.inspector.recording.run_state import PENDING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.inspector.recording.recorded_delivery import RecordedDelivery
    from sandbox.inspector.recording.run_state import RunState


def opening_of(run: RunState, time: float) -> list[records.Record]:
    """Records from which a state can be built again, apart from its settled deliveries.

    Args:
        run: the state.
        time: when it was so, in seconds since the recording began.

    Example:
        >>> from sandbox.inspector.recording.run_state import RunState
        >>> opening_of(RunState(), 1.5)
        [PolicySet(time=1.5, name='fifo'), Mode(time=1.5, mode='running'), \
Lifecycle(time=1.5, state='stopped')]
    """
    opening: list[records.Record] = [*run.types.values(), *run.subscriptions.values()]
    opening += run.agents.values()
    opening += [records.StateChanged(time, a, None, state) for a, state in run.states.items()]
    opening += [records.MailboxPaused(time, agent, True) for agent in run.paused_mailboxes]
    opening.append(records.PolicySet(time, run.policy))
    opening.append(records.Mode(time, run.mode))
    opening.append(records.Lifecycle(time, "started" if run.started else "stopped"))
    if run.stopped is not None:
        opening.append(run.stopped)
    unsettled = [d for d in run.deliveries.values() if not d.is_settled]
    under_way = [d for d in unsettled if d.state not in PENDING]
    for delivery in [*under_way, *(run.deliveries[number] for number in run.queue)]:
        opening += _records_of(delivery, run, time)
    return opening


def _records_of(delivery: RecordedDelivery, run: RunState, time: float) -> Iterator[records.Record]:
    number = delivery.number
    if delivery.original_snapshot is None:
        yield delivery.queued
    else:
        yield delivery.queued._replace(message=delivery.original_snapshot)
        yield records.Edited(time, number, delivery.message_snapshot, delivery.edited)
    if number in run.places:
        yield records.Moved(time, number, None, run.places[number])
    if delivery.state == "held":
        yield records.Held(time, number)
    elif delivery.state not in PENDING:
        yield records.Handling(delivery.handled_at or time, number)
    for stream, text in delivery.printed:
        yield records.Printed(time, number, stream, text)
    for request in delivery.waits_for:
        yield records.Waiting(time, number, request)

"""What went wrong in a run, or looks wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from sandbox.inspector.diagnosis.code_checks import not_portable, redefined
from sandbox.inspector.diagnosis.faults import Faults
from sandbox.inspector.diagnosis.following import Follower
from sandbox.inspector.diagnosis.livelock import Livelocks
from sandbox.inspector.diagnosis.problem import Problem
from sandbox.inspector.diagnosis.waits import Waits
from sandbox.inspector.recording import records

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.inspector.recording.recording import Recording
    from sandbox.runtime.runtime import SingleThreadedAgentRuntime

SLICE: Final = 2_000
"""Records that are looked at before the event loop gets its turn: some 10 ms."""


class Problems:
    """Finds the problems of a run in its recording.

    It looks at each record once, so that asking again and again while a recording grows costs no
    more than asking once.

    Args:
        recording: live, or loaded from a file.
        runtime: the runtime that it is a recording of, if that is still there: its classes show
            problems that no recording can.

    Example:
        >>> from sandbox.inspector import Recording
        >>> Problems(Recording())()
        []
    """

    def __init__(
        self, recording: Recording, runtime: SingleThreadedAgentRuntime | None = None
    ) -> None:
        self._recording = recording
        self._runtime = runtime
        self._follower = Follower(recording)
        self._faults = Faults()
        self._sent: dict[str, int] = {}  # message type -> its first delivery
        self._found_elsewhere: list[Problem] = []
        self._begin()

    def _begin(self) -> None:
        self._waits = Waits()
        self._livelocks = Livelocks()
        self._held: set[int] = set()
        self._paused: set[str] = set()  # agents whose mailbox is paused
        self._pending: dict[int, str | None] = {}  # delivery -> recipient
        self._apply: dict[type, Callable[[Any], None]] = {
            records.Registered: self._waits.registered,
            records.Subscribed: self._faults.subscribed,
            records.Unsubscribed: self._faults.unsubscribed,
            records.Queued: self._queued,
            records.Rerouted: self._faults.rerouted,
            records.Held: self._hold,
            records.Released: self._release,
            records.Handling: self._handling,
            records.Waiting: self._waits.waiting,
            records.Resumed: self._resumed,
            records.Intercepted: self._faults.intercepted,
            records.Changed: self._changed,
            records.Settled: self._settled,
            records.MailboxPaused: self._mailbox_paused,
            records.Lifecycle: self._lifecycle,
        }

    async def calmly(self) -> list[Problem]:
        """The same, found without keeping the event loop from its work for long."""
        # Of a run that goes on, what came meanwhile is looked at as well, but no more than that.
        for _ in range(self._follower.left // SLICE):
            self._catch_up(SLICE)
            await asyncio.sleep(0)
        return self()

    def __call__(self) -> list[Problem]:
        """The problems so far, in the order of their deliveries; notes come last."""
        self._catch_up()
        found = [
            *self._faults.problems(),
            *self._waits.problems(),
            *self._livelocks.problems(),
            *self._holds(),
            *self._found_elsewhere,
            *([] if self._runtime is None else redefined(self._runtime)),
            *not_portable(self._runtime, self._sent),
        ]
        return sorted(found, key=lambda p: (p.is_note, p.deliveries[:1]))

    def report(self, problem: Problem) -> None:
        """Add a problem that somebody else has found, such as a broken invariant."""
        self._found_elsewhere.append(problem)

    def _catch_up(self, limit: int | None = None) -> None:
        if self._follower.missed_some:
            self._begin()
        new, apply = self._follower.news(limit), self._apply
        for record in new:
            change = apply.get(type(record))
            if change is not None:
                change(record)

    def _queued(self, record: records.Queued) -> None:
        self._pending[record.number] = record.recipient
        self._sent.setdefault(record.message_type, record.number)
        self._waits.queued(record)
        self._faults.queued(record)
        self._livelocks.queued(record)

    def _hold(self, record: records.Held) -> None:
        self._held.add(record.number)

    def _release(self, record: records.Released) -> None:
        self._held.discard(record.number)

    def _mailbox_paused(self, record: records.MailboxPaused) -> None:
        change = self._paused.add if record.paused else self._paused.discard
        change(record.agent)

    def _handling(self, record: records.Handling) -> None:
        self._pending.pop(record.number, None)
        self._held.discard(record.number)
        self._waits.handling(record)

    def _resumed(self, record: records.Resumed) -> None:
        request = self._waits.unsettled.get(record.on)
        self._waits.resumed(record)
        if request is not None:  # it is not answered yet
            self._faults.caller_gone(request)

    def _changed(self, record: records.Changed) -> None:
        delivery = self._waits.unsettled.get(record.number)
        if delivery is not None:
            self._faults.changed(record, delivery, self._waits.unsettled)

    def _settled(self, record: records.Settled) -> None:
        self._pending.pop(record.number, None)
        self._held.discard(record.number)
        self._livelocks.settled(record)
        delivery = self._waits.settled(record)
        if delivery is None:
            return
        if record.verdict == "cancelled" and delivery.request is not None:
            self._faults.caller_gone(delivery)
        elif record.verdict != "handled":
            self._faults.settled(record, delivery)

    def _lifecycle(self, record: records.Lifecycle) -> None:
        self._waits.lifecycle(record)
        self._faults.stopped(stopped=record.state == "stopped")

    def _holds(self) -> list[Problem]:
        """Holds that somebody forgot: nothing else is left to deliver."""
        if not self._held and not self._paused:
            return []
        if not self._pending or any(
            number not in self._held and recipient not in self._paused
            for number, recipient in self._pending.items()
        ):
            return []
        numbers = tuple(sorted(self._pending))
        names = ", ".join(f"#{number}" for number in numbers[:10])
        paused = sorted(self._paused.intersection(filter(None, self._pending.values())))
        mailboxes = f"; of {', '.join(paused[:10])} the mailbox is paused" if paused else ""
        first = next((number for number in numbers if number in self._held), None)
        held = [] if first is None else [f"inspector.release({first}), or inspector.drop({first})"]
        resumed = [f"inspector.resume_mailbox({agent!r})" for agent in paused[:10]]
        advice = f"{'; '.join([*held, *resumed])}."
        return [
            Problem(
                "held",
                f"Nothing is left to deliver but what is held: {names}{mailboxes}.",
                numbers,
                advice,
                tuple(dict.fromkeys(filter(None, self._pending.values()))),
                len(numbers),
            )
        ]

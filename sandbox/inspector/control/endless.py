"""The guard against messages that cause each other without end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sandbox.inspector.diagnosis.livelock import Cycle, Hop, hop_of
from sandbox.inspector.recording.finding import place_of
from sandbox.inspector.recording.rows import QUEUED_KINDS, cause_of, is_response, number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.inspector.recording.recording import Recording
    from sandbox.inspector.recording.rows import Row
    from sandbox.runtime.runtime import SingleThreadedAgentRuntime

    Stop = Callable[[int, str, str], None]

ROUNDS = 10_000
"""After so many rounds a run is stopped, unless the inspector is told otherwise."""

CROWD = 5
"""Where each message leads to several more, the rounds are few: so many deliveries for a round."""

# What came since is looked at after so many deliveries, a power of two; with fewer rounds to wait
# for, sooner.
LOOK_EVERY = 8_192
# Where a chain of causes branches, it is enough to see that something repeats at all.
REPEATS = 3
FOLLOWED = 200
# How many of the newest deliveries are followed back to what caused them.
STARTS = 16
FURTHER = 10


class Endless:
    """Stops a run whose messages cause each other without end, and names the cycle.

    What counts is not how many messages there are, but how often one chain of causes comes by the
    same hop: the same agent sends the same type of message to the same recipient, in a turn that
    an earlier such message led to. After `rounds` of them the run is stopped. A hundred agents
    that talk in turn, each answering the one before, come by once in a hundred messages. Many
    messages that do not cause each other count as nothing.

    If each message leads to several more, the chains stay short, and the queue grows in their
    place: then the run is stopped when `CROWD` times `rounds` deliveries wait, and the newest of
    them comes from a cycle.

    A run that was stopped may just go on: it is stopped again after ten times as many rounds.

    Args:
        runtime: the runtime that is watched.
        recording: its recording, in which the causes are.
        stop: called with the number of a delivery, `livelock`, and the reason in words.
        rounds: how many rounds are too many.

    Raises:
        ValueError: `rounds` is less than 1.
    """

    def __init__(
        self,
        runtime: SingleThreadedAgentRuntime,
        recording: Recording,
        stop: Stop,
        rounds: int = ROUNDS,
    ) -> None:
        if rounds < 1:
            msg = f"Messages must be let go round at least once, not {rounds} times."
            raise ValueError(msg)
        self.every = min(LOOK_EVERY, 1 << rounds.bit_length())
        self._runtime = runtime
        self._recording = recording
        self._stop = stop
        self._most = rounds
        self._seen = recording.last
        self._last = 0
        self._rounds: dict[Hop, float] = {}

    def look(self, number: int) -> None:
        """Look at what came since the last time; delivery `number` is the newest."""
        sent = self._sent_since()
        # Of a recording with a limit, some may have been let go since.
        share = min(1.0, len(sent) / (number - self._last))
        self._last = number
        if len(self._runtime.deliveries) >= CROWD * self._most:
            self._look_at_crowd(number)
        chain = _longest_chain(sent)
        hops = Counter(map(hop_of, chain))
        known = self._rounds
        self._rounds = {hop: known.get(hop, 0) + n / share for hop, n in hops.items() if n > 1}
        hop = max(self._rounds, key=lambda each: self._rounds[each], default=None)
        if hop is not None and self._rounds[hop] >= self._most:
            rounds = round(self._rounds[hop])
            self._stop_at(number, _last_round(chain, hop, rounds), f"{rounds:,} rounds")

    def _sent_since(self) -> dict[int, Row]:
        recording = self._recording
        new = recording.rows[max(0, self._seen - recording.let_go) :]
        self._seen = recording.last
        return {
            number_of(row): row
            for row in new
            if (row[0] if type(row) is tuple else type(row)) in QUEUED_KINDS
        }

    def _look_at_crowd(self, number: int) -> None:
        rows = self._recording.rows
        chain: list[Row] = []
        at: int | None = number
        while at is not None and len(chain) < FOLLOWED:
            place = place_of(rows, at)
            if place is None:
                break
            row = rows[place]
            if not is_response(row):
                chain.append(row)
            at = cause_of(row)
        for hop, repeats in Counter(map(hop_of, chain)).most_common(1):
            if repeats >= REPEATS:
                so_many = f"{len(self._runtime.deliveries):,} under way"
                self._stop_at(number, _last_round(chain, hop, repeats), so_many)

    def _stop_at(self, number: int, cycle: Cycle, so_far: str) -> None:
        self._most *= FURTHER
        self._stop(
            number,
            "livelock",
            f"messages cause each other without end, {so_far} by now: {cycle}. To go on, resume "
            f"or run again; it would stop after {FURTHER} times as many.",
        )


def _longest_chain(sent: Mapping[int, Row]) -> list[Row]:
    """The longest chain of causes that leads to one of the newest, the newest first."""
    longest: list[Row] = []
    met: set[int] = set()
    for number in list(sent)[: -STARTS - 1 : -1]:
        chain: list[Row] = []
        at: int | None = number
        while at is not None and at not in met and (row := sent.get(at)) is not None:
            met.add(at)
            if not is_response(row):  # an answer starts no turn, so it causes nothing
                chain.append(row)
            at = cause_of(row)
        if len(chain) > len(longest):
            longest = chain
    return longest


def _last_round(chain: list[Row], hop: Hop, rounds: int) -> Cycle:
    places = [place for place, row in enumerate(chain) if hop_of(row) == hop]
    last_round = chain[places[0] : places[1]][::-1]
    return Cycle(tuple(map(hop_of, last_round)), rounds, tuple(map(number_of, last_round)))

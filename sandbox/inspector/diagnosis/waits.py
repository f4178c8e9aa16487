"""Waits: who waits for whom, and who waits for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.inspector.diagnosis.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sandbox.inspector.recording.records import (
        Handling,
        Lifecycle,
        Queued,
        Registered,
        Resumed,
        Settled,
        Waiting,
    )


class Waits:
    """The wait-for graph of a run, kept up to date.

    A turn waits for the requests it has sent. A request waits for the open turn of its
    recipient, if that has a serial mailbox.

    Attributes:
        unsettled: number -> the `Queued` record of every delivery without a verdict.
    """

    def __init__(self) -> None:
        self.unsettled: dict[int, Queued] = {}
        self._waits: dict[int, dict[int, None]] = {}
        self._serial: set[str] = set()
        self._keepers: dict[str, int] = {}  # agent with a serial mailbox -> its open turn
        self._lost: dict[int, Queued] = {}  # requests of which no answer will come
        self._copied: set[int] = set()  # duplicates, and what they are duplicates of

    def registered(self, record: Registered) -> None:
        """Take in a registration."""
        if record.mailbox == "serial":
            self._serial.add(record.type)
        else:
            self._serial.discard(record.type)

    def queued(self, record: Queued) -> None:
        """Take in a new delivery."""
        self.unsettled[record.number] = record
        if record.copy_of is not None:
            self._copied.update((record.number, record.copy_of))

    def handling(self, record: Handling) -> None:
        """Take in the begin of a turn."""
        if self._serial:
            delivery = self.unsettled.get(record.number)
            if delivery is not None and delivery.request is None and self._is_serial(delivery):
                self._keepers[delivery.recipient or ""] = record.number

    def waiting(self, record: Waiting) -> None:
        """Take in that a turn waits for an answer."""
        self._waits.setdefault(record.number, {})[record.on] = None

    def resumed(self, record: Resumed) -> None:
        """Take in that a turn no longer waits for that answer."""
        waits = self._waits.get(record.number)
        if waits is not None:
            waits.pop(record.on, None)
            if not waits:
                del self._waits[record.number]
        self._lost.pop(record.on, None)

    def settled(self, record: Settled) -> Queued | None:
        """Take in a verdict, and return what it is about."""
        delivery = self.unsettled.pop(record.number, None)
        self._waits.pop(record.number, None)
        if delivery is None:
            return None
        if self._keepers.get(delivery.recipient or "") == record.number:
            del self._keepers[delivery.recipient or ""]
        if record.verdict == "dropped" and record.error is None and delivery.is_rpc:
            request = delivery.request or record.number
            if not self._copied.isdisjoint((request, record.number)):
                return delivery  # another may arrive
            self._lost[request] = delivery
        return delivery

    def lifecycle(self, record: Lifecycle) -> None:
        """Take in a start or a stop; a stop tells everybody who waits in vain."""
        if record.state == "stopped":
            self._lost.clear()

    def graph(self) -> dict[int, list[int]]:
        """The wait-for graph: delivery number -> the deliveries that it waits for."""
        edges = {number: list(waits) for number, waits in self._waits.items()}
        for request in [on for waits in self._waits.values() for on in waits]:
            delivery = self.unsettled.get(request)
            keeper = None if delivery is None else self._keepers.get(delivery.recipient or "")
            if keeper is not None and keeper != request:
                edges.setdefault(request, []).append(keeper)
        return edges

    def problems(self) -> list[Problem]:
        """Everything that waits for ever."""
        if not self._waits and not self._lost:
            return []
        found = [self._deadlock(cycle) for cycle in cycles(self.graph())]
        return [*found, *(self._loss(number, lost) for number, lost in self._lost.items())]

    def _is_serial(self, delivery: Queued) -> bool:
        return (delivery.recipient or "").partition("/")[0] in self._serial

    def _deadlock(self, cycle: tuple[int, ...]) -> Problem:
        # Each request of the cycle was sent in a turn of it, by the agent that waits.
        waits = [self.unsettled[n] for n in cycle if self.unsettled[n].cause in cycle]
        parts = [f"{w.sender} waits for {w.recipient} (#{w.number})" for w in waits]
        agents = tuple(dict.fromkeys(w.sender for w in waits if w.sender is not None))
        if len(agents) == 1:
            told = f"{agents[0]} waits for itself (#{waits[0].number}), and can never go on"
        else:
            told = f"{', and '.join(parts)}: none of them can ever go on"
        advice = (
            "Register one of these types with mailbox='interleaved', or publish in place of one "
            "send_message, so that nobody waits for it."
        )
        return Problem("stuck", f"{told}.", tuple(sorted(cycle)), advice, agents, len(cycle))

    def _loss(self, request: int, lost: Queued) -> Problem:
        is_answer = lost.request is not None
        caller = lost.recipient if is_answer else lost.sender
        other = lost.sender if is_answer else lost.recipient
        who = caller or lost.cell or "A caller outside"
        what = f"the answer to #{request}" if is_answer else f"#{request} ({lost.message_type})"
        sentence = (
            f"{who} waits for an answer of {other} that never comes: {what} was dropped without "
            "a word."
        )
        advice = (
            f"Drop it with inspector.drop({lost.number}, error=True), so that the caller is told; "
            "or give the caller a timeout."
        )
        numbers = tuple(sorted({request, lost.number}))
        agents = tuple(name for name in (caller, other) if name is not None)
        return Problem("stuck", sentence, numbers, advice, agents, len(numbers))


def cycles(graph: Mapping[int, Iterable[int]]) -> list[tuple[int, ...]]:
    """Cycles of a graph: at least one for each group of nodes that lie on cycles together.

    Example:
        >>> cycles({1: [2], 2: [3], 3: [2], 4: [4]})
        [(2, 3), (4,)]
    """
    found: list[tuple[int, ...]] = []
    done: set[int] = set()
    for start in graph:
        if start in done:
            continue
        path: list[tuple[int, Iterator[int]]] = [(start, iter(graph[start]))]
        places = {start: 0}
        while path:
            node, edges = path[-1]
            following = next(edges, None)
            if following is None:
                done.add(node)
                del places[node]
                path.pop()
            elif following in places:
                found.append(tuple(n for n, _ in path[places[following] :]))
            elif following not in done:
                places[following] = len(path)
                path.append((following, iter(graph.get(following, ()))))
    return found

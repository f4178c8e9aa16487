"""Problems: what went wrong in a run, or looks wrong."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass
from typing import Any

# A problem that comes up more often than this names its first deliveries and counts the others.
LISTED_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong, or looks wrong, and what to do about it.

    Like deliveries make one problem: a hundred unhandled messages of one type are one.

    Attributes:
        kind: a word for it: `unhandled`, `topic_only`, `redefined`, `no_recipient`, `failed`,
            `undeliverable`, `stuck`, `livelock`, `changed`, `double`, `caller_gone`, `held`,
            `stranded`, `invariant` or `not_portable`; `inspector.problems` says what they mean.
        sentence: what is so.
        deliveries: numbers of the deliveries it is about, the first hundred of them.
        advice: what to do.
        agents: the agents concerned, as `type/key`.
        count: how many deliveries it is about in all.

    Example:
        >>> problem = Problem("held", "#3 is still held.", (3,), "inspector.release(3)")
        >>> print(problem)
        held: #3 is still held. To do: inspector.release(3)
        >>> problem.is_note, problem.as_data()["deliveries"]
        (False, [3])
    """

    kind: str
    sentence: str
    deliveries: tuple[int, ...]
    advice: str
    agents: tuple[str, ...] = ()
    count: int = 1

    @property
    def is_note(self) -> bool:
        """Whether it does no harm here, but would on a runtime that spans processes."""
        return self.kind == "not_portable"

    def as_data(self) -> dict[str, Any]:
        """The problem as plain data, ready for JSON.

        Returns:
            A dictionary with the attributes of the problem.
        """
        data = asdict(self)
        return data | {"deliveries": list(self.deliveries), "agents": list(self.agents)}

    def __str__(self) -> str:
        return f"{self.kind}: {self.sentence} To do: {self.advice}"

    def __repr__(self) -> str:
        return f"<{self.kind}: {self.sentence}>"

    def _repr_html_(self) -> str:
        numbers = ", ".join(f"#{number}" for number in self.deliveries)
        return (
            f"<p><b>{html.escape(self.kind)}</b>: {html.escape(self.sentence)} "
            f"<small>({numbers})</small><br>To do: {html.escape(self.advice)}</p>"
        )


class Group:
    """Deliveries that make one problem.

    Args:
        kind: the kind of the problem.
        sentence: what is so, for the first of them.
        advice: what to do.
    """

    def __init__(self, kind: str, sentence: str, advice: str) -> None:
        self._kind = kind
        self._sentence = sentence
        self._advice = advice
        self._deliveries: list[int] = []
        self._agents: dict[str, None] = {}
        self._count = 0
        self._problem: Problem | None = None

    def add(self, number: int, *agents: str | None) -> None:
        """Add a delivery, and the agents concerned."""
        self._count += 1
        self._problem = None
        if len(self._deliveries) < LISTED_AT_MOST:
            self._deliveries.append(number)
            self._agents.update((agent, None) for agent in agents if agent is not None)

    @property
    def problem(self) -> Problem:
        """The problem, made again only after it has grown."""
        if self._problem is None:
            times = "" if self._count == 1 else f" ({self._count:,} times, first with "
            sentence = self._sentence
            if times:
                sentence = f"{sentence}{times}#{self._deliveries[0]})"
            self._problem = Problem(
                self._kind,
                sentence,
                tuple(self._deliveries),
                self._advice,
                tuple(self._agents),
                self._count,
            )
        return self._problem

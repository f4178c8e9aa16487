"""Explanations: the routing decisions about one message and one agent, in order."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass
from typing import Any, Literal

Outcome = Literal["ok", "failed", "undecided"]

MARKS: dict[Outcome, str] = {"ok": "✓", "failed": "✗", "undecided": "?"}


@dataclass(frozen=True, slots=True)
class Decision:
    """One question that a message must pass on its way to an agent, and the answer.

    Attributes:
        question: what is asked, such as `Does a subscription match?`.
        answer: what is so, in a sentence.
        outcome: `ok`, `failed`, or `undecided` if that is not known, or not yet.
        advice: what to change, in words; `None` if nothing needs to be.
        delivery: number of the delivery that shows it, or `None`.
        subscription: id of the subscription that decided, or `None`.
        source: the line of code that decided, as `file:line`, or `None` if it is not known.

    Example:
        >>> decision = Decision("Does a subscription match?", "None does.", "failed", delivery=3)
        >>> print(decision)
        ✗ Does a subscription match? None does.
        >>> decision.links
        'delivery #3'
    """

    question: str
    answer: str
    outcome: Outcome
    advice: str | None = None
    delivery: int | None = None
    subscription: str | None = None
    source: str | None = None

    def __str__(self) -> str:
        return f"{MARKS[self.outcome]} {self.question} {self.answer}"

    @property
    def links(self) -> str:
        """Where to look, in words: delivery, subscription and line of code, as far as known."""
        parts = [
            f"delivery #{self.delivery}" if self.delivery is not None else "",
            f"subscription {self.subscription}" if self.subscription is not None else "",
            self.source or "",
        ]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an agent got a message, or did not: the routing decisions in order.

    `inspector.why(message, agent)` makes it. `print` shows it as text, a notebook as HTML, and
    `as_data()` is what a page needs.

    Attributes:
        message: the message that is asked about, in words.
        agent: the agent that is asked about, as `type/key`; `None` for nobody in particular.
        verdict: the result in one sentence.
        steps: the decisions, in the order in which they are taken.

    Example:
        >>> steps = (Decision("Was it published?", "Yes.", "ok"),
        ...     Decision("Does a subscription match?", "None does.", "failed", "Subscribe."))
        >>> explanation = Explanation("#1 Order", "kitchen/s1", "kitchen/s1 did not get it.", steps)
        >>> explanation.first_failing.question, explanation.advice
        ('Does a subscription match?', 'Subscribe.')
        >>> explanation.as_data()["first_failing"]
        1
        >>> print(explanation)
        kitchen/s1 did not get it.
        → ✗ Does a subscription match? None does.
          To do: Subscribe.
        Decisions about #1 Order and kitchen/s1, in order:
          1. ✓ Was it published? Yes.
          2. ✗ Does a subscription match? None does.
    """

    message: str
    agent: str | None
    verdict: str
    steps: tuple[Decision, ...]

    @property
    def first_failing(self) -> Decision | None:
        """The first decision that failed; if none did, the first that is not taken yet."""
        for outcome in ("failed", "undecided"):
            for step in self.steps:
                if step.outcome == outcome:
                    return step
        return None

    @property
    def advice(self) -> str | None:
        """What to change so that the first failing decision goes the other way."""
        failing = self.first_failing
        return None if failing is None else failing.advice

    def as_data(self) -> dict[str, Any]:
        """The explanation as plain data, ready for JSON.

        Returns:
            `message`, `agent`, `verdict`, `advice`, `first_failing` (a place in `steps`, or
            `None`), and `steps`, each with the attributes of `Decision`.
        """
        failing = self.first_failing
        return {
            "message": self.message,
            "agent": self.agent,
            "verdict": self.verdict,
            "advice": self.advice,
            "first_failing": None if failing is None else self.steps.index(failing),
            "steps": [asdict(step) for step in self.steps],
        }

    def __str__(self) -> str:
        failing = self.first_failing
        lines = [self.verdict]
        if failing is not None:
            lines.append(f"→ {failing}" + (f" ({failing.links})" if failing.links else ""))
            if failing.advice is not None:
                lines.append(f"  To do: {failing.advice}")
        lines.append(f"Decisions about {self.message} and {self.agent or 'anybody'}, in order:")
        for place, step in enumerate(self.steps, 1):
            links = f" ({step.links})" if step.links else ""
            lines.append(f"  {place}. {step}{links}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Explanation: {self.verdict}>"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:  # IPython's protocol
        printer.text(str(self))

    def _repr_html_(self) -> str:
        failing = self.first_failing
        first = f"<p><b>{html.escape(self.verdict)}</b></p>"
        if failing is not None:
            first += f"<p>{_html_of(failing, bold=True)}</p>"
            if failing.advice is not None:
                first += f"<p>To do: {html.escape(failing.advice)}</p>"
        items = "".join(f"<li>{_html_of(s, bold=s is failing)}</li>" for s in self.steps)
        return f"<div>{first}<ol>{items}</ol></div>"


def _html_of(step: Decision, *, bold: bool) -> str:
    text = html.escape(str(step))
    links = f" <small>({html.escape(step.links)})</small>" if step.links else ""
    return f"<b>{text}</b>{links}" if bold else f"{text}{links}"

"""Feedback: what an exercise says to an answer."""

import html
from dataclasses import dataclass
from typing import Literal

State = Literal["right", "wrong", "noted", "unanswered", "hint", "revealed"]

# Each state has a word as well as a mark, and is never told by colour alone.
WORDS: dict[State, str] = {
    "right": "✓ Right.",
    "wrong": "✗ Not quite.",
    "noted": "… Noted.",
    "unanswered": "? No answer yet.",
    "hint": "☞ Hint.",
    "revealed": "= The answer.",
}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that is to be said.

    Attributes:
        text: what is so.
        rule: the rule behind it, or `None`.
        delivery: number of the delivery that shows it, or `None`.
    """

    text: str
    rule: str | None = None
    delivery: int | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """What an exercise says.

    Attributes:
        state: `right`, `wrong`, `noted` (it has not happened yet), `unanswered`, `hint` or
            `revealed`.
        remarks: what is to be said, in order.
        deliveries: the deliveries that the remarks name, in words and as HTML.

    Example:
        >>> remark = Remark("b/1 does not get it.", "A sender does not get its own message.", 3)
        >>> print(Feedback("wrong", (remark,)))
        ✗ Not quite. b/1 does not get it.
          The rule: A sender does not get its own message.
          See delivery #3.
    """

    state: State
    remarks: tuple[Remark, ...] = ()
    deliveries: tuple[tuple[int, str, str], ...] = ()

    @property
    def text(self) -> str:
        """All of it as plain text."""
        words = {number: words for number, words, _ in self.deliveries}
        lines = [" ".join([WORDS[self.state], *(r.text for r in self.remarks[:1])])]
        for place, remark in enumerate(self.remarks):
            if place:
                lines.append(f"  {remark.text}")
            if remark.rule is not None:
                lines.append(f"  The rule: {remark.rule}")
            if remark.delivery is not None:
                shown = words.get(remark.delivery)
                lines.append(f"  See delivery {shown or f'#{remark.delivery}'}.")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text

    def _repr_pretty_(self, printer: object, _cycle: bool) -> None:  # IPython's protocol
        printer.text(self.text)  # type: ignore[attr-defined]

    def _repr_html_(self) -> str:
        # A status region, so that a screen reader says what has changed.
        parts = [f"<b>{WORDS[self.state]}</b>"]
        shown = {number: (words, table) for number, words, table in self.deliveries}
        for remark in self.remarks:
            parts.append(f"<div>{html.escape(remark.text)}</div>")
            if remark.rule is not None:
                parts.append(f"<div>The rule: <i>{html.escape(remark.rule)}</i></div>")
            if remark.delivery in shown:
                words, table = shown[remark.delivery]
                parts.append(
                    f"<details><summary>Delivery {html.escape(words)}</summary>{table}</details>"
                )
        body = "".join(parts)
        return f'<div role="status" aria-live="polite" data-state="{self.state}">{body}</div>'

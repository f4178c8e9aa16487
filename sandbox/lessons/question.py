"""A question: something a reader answers before, or after, it has happened."""

from __future__ import annotations

import asyncio
import html
import importlib
from typing import TYPE_CHECKING, Any, ClassVar

from sandbox.lessons import lecturing
from sandbox.lessons.feedback import Feedback, Remark
from sandbox.lessons.forms import Form, same

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.inspector import Inspector
    from sandbox.lessons.rules import Rule


class UndecidedError(Exception):
    """What is asked about has not happened yet; says what is missing."""


class Question:
    """Something a reader answers, and that the run itself answers as well.

    As the last line of a cell it shows a form with the buttons *Check* and *Hint*; elsewhere it
    is text, and `check` and `hint` do what the buttons do. Neither needs an answer to go on.

    Args:
        text: what is asked.
        form: how it is answered.
        rule: the rule that it is about.
        inspector: the run that it is about, if any.

    Attributes:
        text: what is asked.
        form: how it is answered.
        feedback: what was said last, or `None`.
        view: the widget that shows it, once it was shown.
    """

    title: ClassVar[str] = "Question"

    def __init__(self, text: str, form: Form, rule: Rule, inspector: Inspector | None) -> None:
        self.text = text
        self.form = form
        self.rule = rule
        self.feedback: Feedback | None = None
        self._inspector = inspector
        self._given: tuple[str, ...] = ()
        self._hints_given = 0
        self._shows: list[Callable[[Feedback], None]] = []
        self._stop_listening: Callable[[], None] | None = None
        self._due = False
        self.view: Any = None
        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None
        lecturing.listen(self)

    # What kinds of questions differ in

    def truth(self) -> Any:
        """The right answer: a value, or several in a list or set.

        Raises:
            UndecidedError: it has not happened yet.
        """
        raise NotImplementedError

    def remarks(self, given: tuple[str, ...], truth: Any) -> list[Remark]:
        """What is to be said about a wrong answer: which rule was missed, and what shows it."""
        raise NotImplementedError

    def praise(self, truth: Any) -> list[Remark]:
        """What is to be said about a right answer."""
        return [Remark(self.rule.sentence)]

    def is_right(self, given: tuple[str, ...], truth: Any) -> bool:
        """Whether an answer is the right one."""
        return same(self.form, given, truth)

    def solution(self) -> list[Remark]:
        """The right answer in words; raises `UndecidedError` as `truth` does."""
        return [Remark(in_words(self.truth()))]

    # Answering

    def check(self, answer: Any = None) -> Feedback:
        """Compare an answer with what has happened.

        Args:
            answer: the answer; by default the one that was given before.

        Returns:
            What there is to say. If it has not happened yet, the answer is noted, and compared
            as soon as it has, provided that an event loop runs.

        Raises:
            ValueError: the answer names what is no option.
        """
        given = self.form.given(answer) or (() if answer is not None else self._given)
        self._given = given
        if not given and self.form.kind != "none":
            return self._say(Feedback("unanswered", (Remark(f"{self.form.asks}."),)))
        return self._say(self._judged(given))

    def hint(self) -> Feedback:
        """The next hint: first where to look, then which rule it is about, then the answer."""
        self._hints_given += 1
        if self._hints_given == 1:
            return self._say(Feedback("hint", (Remark(self.rule.look),)))
        if lecturing.switches().hide_why:
            return self._say(Feedback("hint", (Remark("There are no further hints for now."),)))
        if self._hints_given == 2:  # noqa: PLR2004  # the second of three
            return self._say(Feedback("hint", (Remark(f"The rule: {self.rule.sentence}"),)))
        return self.reveal()

    def reveal(self) -> Feedback:
        """The answer."""
        try:
            feedback = self._told("revealed", self.solution())
        except UndecidedError as undecided:
            feedback = Feedback("hint", (Remark(str(undecided)),))
            self._listen()
        return self._say(feedback)

    @property
    def passed(self) -> bool:
        """Whether the last answer was right."""
        return self.feedback is not None and self.feedback.state == "right"

    def _judged(self, given: tuple[str, ...]) -> Feedback:
        try:
            truth = self.truth()
        except UndecidedError as undecided:
            self._listen()
            return Feedback("noted", (Remark(str(undecided)),))
        self._stop()
        right = self.is_right(given, truth)
        remarks = self.praise(truth) if right else self.remarks(given, truth)
        if lecturing.switches().hide_why:
            remarks = []
        return self._told("right" if right else "wrong", remarks)

    def _told(self, state: Any, remarks: list[Remark]) -> Feedback:
        numbers = dict.fromkeys(r.delivery for r in remarks if r.delivery is not None)
        shown = []
        for number in numbers:
            delivery = None if self._inspector is None else self._inspector.recording[number]
            if delivery is not None:
                shown.append(
                    (number, str(delivery), delivery._repr_html_())
                )  # the display protocol
        return Feedback(state, tuple(remarks), tuple(shown))

    def _say(self, feedback: Feedback) -> Feedback:
        self.feedback = feedback
        for show in self._shows:
            show(feedback)
        return feedback

    # Looking again, once it has happened

    def _listen(self) -> None:
        if self._inspector is None or self._loop is None or self._stop_listening is not None:
            return
        self._stop_listening = self._inspector.recording.listen(self._news)

    def _stop(self) -> None:
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None

    def _news(self) -> None:
        # Called after each record, on any thread: so only a note is made, once for many.
        if not self._due and self._loop is not None and not self._loop.is_closed():
            self._due = True
            self._loop.call_soon_threadsafe(self._look_again)

    def _look_again(self) -> None:
        self._due = False
        if self._stop_listening is None:
            return
        try:
            self.truth()
        except UndecidedError:
            return
        self._stop()
        if self._given:
            self._say(self._judged(self._given))
        elif lecturing.switches().reveal:
            self.reveal()

    def switched(self) -> None:
        """Something was switched in the classroom."""
        if lecturing.switches().reveal:
            self.at_home(self.reveal)

    def at_home(self, act: Callable[[], object]) -> None:
        """Do something on the event loop that the question was asked on; now, if that is here.

        Clicks on widgets arrive on any thread, and the recording belongs to one.
        """
        try:
            here: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        if self._loop is None or self._loop is here or not self._loop.is_running():
            act()
        else:
            self._loop.call_soon_threadsafe(act)

    def show(self, number: int) -> None:
        """Select a delivery in the live view, and bring that into sight."""
        if self._inspector is not None:
            # The view lies beside this floor, so it is not imported but looked up.
            importlib.import_module("sandbox.notebook").view(self._inspector).show_delivery(number)

    def when_said(self, show: Callable[[Feedback], None]) -> None:
        """Have `show` called with each feedback."""
        self._shows.append(show)

    # Showing

    def __str__(self) -> str:
        lines = [f"{self.title}: {self.text}", str(self.form)]
        if self.feedback is not None:
            return "\n".join([*lines, str(self.feedback)])
        how = "check()" if self.form.kind == "none" else "check(answer)"
        return "\n".join([*lines, f"Answer with .{how}; .hint() helps."])

    def __repr__(self) -> str:
        state = "not answered" if self.feedback is None else self.feedback.state
        return f"<{self.title}: {self.text} ({state})>"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        from sandbox.lessons.widget import view_of

        still = {"text/plain": str(self), "text/html": f"<pre>{html.escape(str(self))}</pre>"}
        view = view_of(self)
        if view is None:
            return still
        bundle = view._repr_mimebundle_(**options)  # the display protocol
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, **still}, metadata


def in_words(truth: Any) -> str:
    """An answer in words.

    Example:
        >>> in_words(["a/1", "b/1"]), in_words(set()), in_words(3)
        ('a/1, b/1', 'none', '3')
    """
    if isinstance(truth, set | frozenset):
        truth = sorted(truth, key=str)
    if isinstance(truth, list | tuple):
        return ", ".join(str(part) for part in truth) or "none"
    return str(truth)

"""Checks and challenges: questions whose answer the run gives, or a sealed one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sandbox.lessons.feedback import Remark
from sandbox.lessons.forms import Form
from sandbox.lessons.question import Question, UndecidedError
from sandbox.lessons.sealing import fits, plain, uncover

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sandbox.inspector import Inspector, Recording
    from sandbox.lessons.rules import Rule

    Computed = Callable[[Recording], Any]


class Check(Question):
    """A question with one answer: computed from the run, or sealed.

    Args:
        text: what is asked.
        form: how it is answered.
        expected: what computes the answer from the recording; it returns `None`, or raises
            `LookupError` or `StopIteration`, while that cannot be told. Or one of the options,
            sealed.
        rule: the rule that it is about.
        inspector: the run that it is about, if any.
        about: the number of the delivery that shows the answer, or what finds it.

    Raises:
        ValueError: the answer is sealed, and none of the options.
    """

    title: ClassVar[str] = "Check"

    def __init__(
        self,
        text: str,
        form: Form,
        expected: Computed | str | Sequence[str],
        rule: Rule,
        inspector: Inspector | None = None,
        about: Callable[[Recording], int | None] | int | None = None,
    ) -> None:
        super().__init__(text, form, rule, inspector)
        self._about = about
        if callable(expected):
            self._computed: Computed | None = expected
            return
        self._computed = None
        sealed = [expected] if isinstance(expected, str) else list(expected)
        self._sealed = [_opened(each, form.options) for each in sealed]

    def truth(self) -> Any:
        """The answer."""
        if self._computed is None:
            return self._sealed
        recording = None if self._inspector is None else self._inspector.recording
        try:
            truth = self._computed(recording)  # type: ignore[arg-type]  # it may need none
        except (LookupError, StopIteration):
            truth = None
        if truth is None:
            raise UndecidedError("It has not happened yet: go on, and see.")
        return truth

    def remarks(self, given: tuple[str, ...], truth: Any) -> list[Remark]:
        """The rule, and the delivery that shows it; first, whether a number was asked for."""
        in_digits = plain("".join(given)).lstrip("+-").isdigit()
        amiss = self.form.kind == "text" and type(truth) is int and not in_digits
        text = "The answer is a number, in digits." if amiss else ""
        return [Remark(text, self.rule.sentence, self._delivery())]

    def praise(self, truth: Any) -> list[Remark]:
        """The rule once more, and the delivery that shows it."""
        return [Remark(self.rule.sentence, delivery=self._delivery())]

    def _delivery(self) -> int | None:
        if self._inspector is None or not callable(self._about):
            return None if callable(self._about) else self._about
        try:
            return self._about(self._inspector.recording)
        except (LookupError, StopIteration):
            return None


def _opened(sealed: str, options: tuple[str, ...]) -> str:
    for option in options:
        if fits(option, sealed):
            return option
    raise ValueError("A sealed answer has to be one of the options; seal it anew.")


class Challenge(Question):
    """Something to be brought about: the run itself says whether it was.

    Args:
        task: what is to be done.
        goal: whether it is done, from the recording. A number is a delivery that shows it.
        within: how many deliveries it may take, from the beginning; `None` for any number.
        rule: the rule that it is about.
        inspector: the run.
        solution: how it can be done, covered.
    """

    title: ClassVar[str] = "Challenge"

    def __init__(
        self,
        task: str,
        goal: Computed,
        within: int | None,
        rule: Rule,
        inspector: Inspector,
        solution: str | None,
    ) -> None:
        limit = "" if within is None else f" In {within} deliveries at most."
        super().__init__(f"{task}{limit}", Form("none"), rule, inspector)
        self._recording = inspector.recording
        self._goal, self._within, self._solution = goal, within, solution

    def truth(self) -> bool:
        """Whether the goal is reached, and with few enough deliveries."""
        return bool(self._reached()) and not self._too_many()

    def is_right(self, given: tuple[str, ...], truth: bool) -> bool:
        """Whether it is done."""
        return truth

    def remarks(self, given: tuple[str, ...], truth: bool) -> list[Remark]:
        """What is missing."""
        if not self._reached():
            return [Remark("Not yet.", self.rule.sentence)]
        text = f"It is done, but it took {self._made} deliveries."
        return [Remark(text, self.rule.sentence)]

    def praise(self, truth: bool) -> list[Remark]:
        """How many deliveries it took, and which one shows it."""
        reached = self._reached()
        number = reached if type(reached) is int else None
        counted = "1 delivery" if self._made == 1 else f"{self._made} deliveries"
        return [Remark(f"Done, with {counted}. {self.rule.sentence}", delivery=number)]

    def solution(self) -> list[Remark]:
        """One way to do it."""
        words = "There is no solution written down." if self._solution is None else ""
        return [Remark(words or uncover(self._solution or ""))]

    @property
    def _made(self) -> int:
        return len(self._recording.steps) - 1

    def _too_many(self) -> bool:
        return self._within is not None and self._made > self._within

    def _reached(self) -> Any:
        try:
            return self._goal(self._recording)
        except (LookupError, StopIteration):
            return None

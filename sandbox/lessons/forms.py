"""Forms: how an exercise is answered, and what counts as the same answer."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.lessons.sealing import plain

Kind = Literal["ticks", "choice", "order", "text", "none"]

_ASK: dict[Kind, str] = {
    "ticks": "Tick all that apply",
    "choice": "Choose one",
    "order": "Number them, 1 comes first",
    "text": "Write the answer",
    "none": "Do it, then check",
}


@dataclass(frozen=True, slots=True)
class Form:
    """How an exercise is answered.

    Attributes:
        kind: `ticks` (any of the options), `choice` (one of them), `order` (all of them, in
            order), `text`, or `none` (something is to be done).
        options: what there is to choose from.

    Example:
        >>> print(Form("choice", ("once", "twice")))
        Choose one:
          ( ) once
          ( ) twice
    """

    kind: Kind
    options: tuple[str, ...] = ()

    @property
    def asks(self) -> str:
        """What to do, in words."""
        return _ASK[self.kind]

    def given(self, answer: Any) -> tuple[str, ...]:
        """An answer as a tuple of texts; empty if there is none.

        Args:
            answer: what a person wrote, or a program passed: one value, several, or for an
                order numbers by option.

        Raises:
            ValueError: it names what is no option, or gives one place twice.

        Example:
            >>> Form("ticks", ("a/1", "b/1")).given("b/1")
            ('b/1',)
            >>> Form("order", ("#1", "#2")).given({"#1": 2, "#2": 1})
            ('#2', '#1')
        """
        if answer is None or (isinstance(answer, str) and not answer.strip()):
            return ()
        if isinstance(answer, Mapping):
            if len(set(answer.values())) < len(answer):
                raise ValueError("Give each a place of its own.")
            answer = sorted(answer, key=lambda option: answer[option])
        single = isinstance(answer, str) or not isinstance(answer, Iterable)
        parts = (answer,) if single or self.kind == "text" else tuple(answer)
        return tuple(self._option(part) for part in parts)

    def _option(self, part: Any) -> str:
        if not self.options:
            return str(part)
        number = _number(part)
        for option in self.options:
            if plain(option) == plain(part) or (number is not None and _number(option) == number):
                return option
        msg = f"{str(part)!r} is none of the options: {', '.join(self.options)}."
        raise ValueError(msg)

    def __str__(self) -> str:
        mark = {"ticks": "[ ]", "choice": "( )", "order": "[#]"}.get(self.kind, "")
        if not self.options:
            return f"{self.asks}."
        return "\n".join([f"{self.asks}:", *(f"  {mark} {option}" for option in self.options)])


def _number(option: Any) -> int | None:
    # A delivery goes by its number, so that an order may be given as `[2, 1]`.
    if type(option) is int:
        return option
    match = re.match(r"#(\d+)", str(option))
    return None if match is None else int(match[1])


def same(form: Form, given: Iterable[str], truth: Any) -> bool:
    """Whether an answer says the same as the truth.

    Example:
        >>> same(Form("ticks"), ["b", "a"], {"a", "b"}), same(Form("text"), ["7"], 7)
        (True, True)
    """
    if form.kind == "text":
        return [plain(part) for part in given] == [plain(truth)]
    several = isinstance(truth, list | tuple | set | frozenset)
    expected = [plain(part) for part in truth] if several else [plain(truth)]
    found = [plain(part) for part in given]
    return sorted(found) == sorted(expected) if form.kind == "ticks" else found == expected

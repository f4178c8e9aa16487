"""Arguments: what a page sends along with a command is checked before anything is done."""

from __future__ import annotations

import inspect
from functools import wraps
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, get_args, get_type_hints

from sandbox.inspector.recording.snapshots import guarded_repr
from sandbox.notebook.commands import RefusedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.notebook.commands import Command

LARGEST: Final = 2**53
"""Beyond this, a page cannot count exactly."""

LONGEST: Final = 10_000
"""Characters of a name, a condition or a path."""

_WORDS: Final[dict[Any, str]] = {
    int: "a whole number",
    str: "a text",
    bool: "true or false",
    dict: "an object",
    NoneType: "null",
}
_SHOWN: Final = 60


def checked(method: Callable[..., Awaitable[object]]) -> Command:
    """A command that refuses, in words, what its annotations do not allow.

    Args:
        method: takes keywords, each annotated as `int`, `str`, `bool`, `dict[str, Any]` or one
            of these or `None`.

    Example:
        >>> import asyncio
        >>> async def hold(number: int): ...
        >>> asyncio.run(checked(hold)(number="x"))
        Traceback (most recent call last):
        sandbox.notebook.commands.RefusedError: hold: number is a whole number, not 'x'.
    """
    name = method.__name__
    hints = get_type_hints(method)
    parameters = inspect.signature(method).parameters
    allowed = {each: _classes(hints[each]) for each in parameters}
    required = [each for each, p in parameters.items() if p.default is p.empty]

    @wraps(method)
    async def command(**given: Any) -> object:
        for each in given:
            if each not in allowed:
                known = ", ".join(allowed) or "nothing"
                raise RefusedError(f"{name} takes {known}; not {_shown(each)}.")
        for each in required:
            if each not in given:
                raise RefusedError(f"{name} needs {each}, {_WORDS[allowed[each][0]]}.")
        for each, value in given.items():
            _check(f"{name}: {each}", value, allowed[each])
        return await method(**given)

    return command


def _classes(hint: Any) -> tuple[Any, ...]:
    if isinstance(hint, UnionType):
        return tuple(part for each in get_args(hint) for part in _classes(each))
    return (getattr(hint, "__origin__", hint),)


def _check(what: str, value: Any, allowed: tuple[Any, ...]) -> None:
    if type(value) not in allowed:
        words = " or ".join(_WORDS[each] for each in allowed)
        raise RefusedError(f"{what} is {words}, not {_shown(value)}.")
    if isinstance(value, int) and abs(value) > LARGEST:
        raise RefusedError(f"{what} is too large a number.")
    if isinstance(value, str):
        if len(value) > LONGEST:
            raise RefusedError(f"{what} has {len(value):,} characters, which is too long.")
        if not _is_whole(value):
            raise RefusedError(f"{what} contains half a character.")


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(value: Any) -> str:
    try:
        text = guarded_repr(value)
    except RecursionError:
        return "that"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"

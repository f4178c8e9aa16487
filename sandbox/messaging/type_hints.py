"""Reading type hints of handlers and of message fields."""

import sys
from collections.abc import Callable, Iterable, Mapping
from inspect import CO_OPTIMIZED
from types import FrameType, NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


class AnyType:
    """Stands for ``Any`` among types."""


def is_union(t: object) -> bool:
    """Tell whether a type hint is a ``Union``, ``Optional`` or ``X | Y``."""
    return get_origin(t) in (Union, UnionType)


def is_optional(t: object) -> bool:
    """Tell whether a type hint is a union with ``None``."""
    return is_union(t) and NoneType in get_args(t)


def get_types(t: object) -> tuple[type[Any], ...] | None:
    """The types that a type hint allows.

    Args:
        t: A class, a union, ``None`` or ``Any``.

    Returns:
        The classes; ``AnyType`` in the place of ``Any``; ``None`` if the hint is something else.

    Example:
        >>> get_types(int | None)
        (<class 'int'>, <class 'NoneType'>)
    """
    if is_union(t):
        return tuple(AnyType if each is Any else each for each in get_args(t))
    # In newer versions of Python, Any is a class.
    if t is Any:
        return (AnyType,)
    if t is None:
        return (NoneType,)
    return (t,) if isinstance(t, type) else None


def lexical_locals(frame: FrameType | None) -> dict[str, Any]:
    """The local names around a class body or function that is running, innermost first.

    A function that runs in ``frame`` sees its own names; a class body also those of the classes
    and the function around it.
    """
    found: dict[str, Any] = {}
    while frame is not None and frame.f_locals is not frame.f_globals:
        for name, value in frame.f_locals.items():
            found.setdefault(name, value)
        if frame.f_code.co_flags & CO_OPTIMIZED:  # a function: what called it is not around it
            break
        frame = frame.f_back
    return found


def caller_frame(depth: int) -> FrameType | None:
    """The frame ``depth`` calls above the caller, or ``None`` where frames are not available."""
    get_frame = getattr(sys, "_getframe", None)
    frame: FrameType | None = get_frame(depth + 1) if get_frame is not None else None
    return frame


def resolve_hints(
    function: Callable[..., Any], names: Iterable[str], local_names: Mapping[str, Any]
) -> dict[str, Any]:
    """The type hints of a function, those of ``names`` at least.

    Hints written as text, or postponed, are looked up in the function's module and, where that
    is not enough, among ``local_names`` too. A hint that nobody asked for may stay unresolved.

    Raises:
        NameError: If a hint in ``names`` mentions a name that is found nowhere.
    """
    try:
        return get_type_hints(function)
    except NameError:
        pass
    function_globals = getattr(function, "__globals__", {})
    known = {**function_globals, **local_names}
    hints: dict[str, Any] = {}
    for name in names:
        if name not in function.__annotations__:
            continue

        def probe() -> None: ...

        probe.__annotations__ = {name: function.__annotations__[name]}
        hints.update(get_type_hints(probe, globalns=function_globals, localns=known))
    return hints

"""Conditions: a line of Python that the user types into the page, for his own kernel."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

from sandbox.notebook.commands import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.messaging.message_context import MessageContext

NAMES = ("message", "context", "agent")
_SHOWN = 200


def condition(text: str) -> Callable[[Any, MessageContext | None, Any], object]:
    """The condition of a breakpoint: an expression over `message`, `context` and `agent`.

    `msg` and `ctx` mean the same as `message` and `context`. It sees what the cells of the
    notebook have defined.

    Raises:
        RefusedError: it is no expression.

    Example:
        >>> is_dear = condition("message['price'] > 3")
        >>> is_dear({"price": 4}, None, None), is_dear.__name__
        (True, "message['price'] > 3")
    """
    check_expression(text)
    # As the body of a function, so that what is nested in it sees the names as well; and with
    # the names of the notebook, where its classes are.
    source = f"lambda message, context, agent, msg, ctx: (\n{text.strip()}\n)"
    code = compile(source, "<condition>", "eval")
    names = vars(sys.modules["__main__"])
    inner = cast("Callable[..., object]", eval(code, names))  # noqa: S307  # the user's own line

    def asked(message: Any, context: MessageContext | None, agent: Any) -> object:
        return inner(message, context, agent, message, context)

    asked.__name__ = " ".join(text.split())
    return asked


def check_expression(text: str) -> None:
    """Refuse what is no expression of Python.

    Raises:
        RefusedError: says what is wrong and where.

    Example:
        >>> check_expression("price >")
        Traceback (most recent call last):
        sandbox.notebook.commands.RefusedError: price > is no expression: invalid syntax.
    """
    shown = text.strip()
    try:
        compile(shown, "<condition>", "eval")
    except SyntaxError as error:
        where = f", at character {error.offset}" if error.offset else ""
        if not shown:
            raise RefusedError("A condition is an expression, such as message.price > 3.") from None
        if len(shown) > _SHOWN:
            shown = f"{shown[:_SHOWN]}…"
        raise RefusedError(f"{shown} is no expression: {error.msg}{where}.") from None
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise RefusedError(f"This is no expression that Python can take: {error}.") from None

"""The decorators that make methods of a :class:`~sandbox.RoutedAgent` handle messages."""

import inspect
import logging
import warnings
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import wraps
from types import CoroutineType
from typing import Any, Literal, Protocol, TypeVar, cast, overload, runtime_checkable

from sandbox.agents.class_names import is_redefinition
from sandbox.messaging.constants import ROOT_LOGGER_NAME
from sandbox.messaging.exceptions import CantHandleException
from sandbox.messaging.message_context import MessageContext
from sandbox.messaging.type_hints import (
    AnyType,
    caller_frame,
    get_types,
    lexical_locals,
    resolve_hints,
)

_logger = logging.getLogger(ROOT_LOGGER_NAME)

AgentT_contra = TypeVar("AgentT_contra", contravariant=True)
AgentT = TypeVar("AgentT")
ReceivesT = TypeVar("ReceivesT")
ProducesT = TypeVar("ProducesT")
ProducesT_co = TypeVar("ProducesT_co", covariant=True)

HandledBy = Literal["rpc", "event", "message"]
"""Which decorator made a handler: ``rpc``, ``event`` or ``message_handler``."""

Router = Callable[[Any, MessageContext], bool]
"""Decides whether a handler takes a message of one of its types."""

_CATCH_ALL = (AnyType, object)


@runtime_checkable
class MessageHandler(Protocol[AgentT_contra, ReceivesT, ProducesT_co]):
    """A decorated method."""

    target_types: Sequence[type]
    """The message types it takes; ``AnyType`` for ``Any``."""

    produces_types: Sequence[type]
    """The types it may return."""

    is_message_handler: Literal[True]
    """Marks handlers among the methods of a class."""

    router: Callable[[ReceivesT, MessageContext], bool]
    """Whether it takes a message of these types in this context."""

    by: HandledBy
    """Which decorator made it."""

    match: Callable[[ReceivesT, MessageContext], bool] | None
    """The condition given to the decorator."""

    @staticmethod
    async def __call__(
        agent_instance: AgentT_contra, message: ReceivesT, ctx: MessageContext
    ) -> ProducesT_co:
        """Handle a message."""
        ...


Undecorated = Callable[[AgentT, ReceivesT, MessageContext], Coroutine[Any, Any, ProducesT]]
"""A method as it is written: ``async def name(self, message: Type, ctx: MessageContext)``."""


@overload
def message_handler(
    func: Undecorated[AgentT, ReceivesT, ProducesT],
) -> MessageHandler[AgentT, ReceivesT, ProducesT]: ...


@overload
def message_handler(
    func: None = None, *, strict: bool = ..., match: Router | None = ...
) -> Callable[
    [Undecorated[AgentT, ReceivesT, ProducesT]], MessageHandler[AgentT, ReceivesT, ProducesT]
]: ...


def message_handler(
    func: Callable[..., Any] | None = None,
    *,
    strict: bool = True,
    match: Router | None = None,
) -> Any:
    """Make a method handle requests and events of the type of its ``message`` parameter.

    The method is ``async``, takes ``self``, ``message`` and ``ctx``, and has type hints for
    ``message`` (a class, a union of classes, or ``Any`` for whatever no other handler takes) and
    for what it returns. Only messages of exactly a hinted type reach it. Where several handlers
    of a class take a type, the first by method name whose ``match`` agrees gets the message.

    Args:
        func: The method, when the decorator is used without parentheses.
        strict: Whether a message or a return value of another type than hinted raises an
            exception; otherwise it is only logged.
        match: Further condition, called with the message and its context.

    Raises:
        AssertionError: If a type hint is missing or names no class.
        NameError: If a type hint mentions an unknown name.

    Example:
        >>> from sandbox import MessageContext, RoutedAgent, message_handler
        >>> class Worker(RoutedAgent):
        ...     @message_handler
        ...     async def work(self, message: str, ctx: MessageContext) -> str | None:
        ...         return message.upper() if ctx.is_rpc else None
    """
    return _decorator("message", func, strict, match)


@overload
def event(
    func: Undecorated[AgentT, ReceivesT, None],
) -> MessageHandler[AgentT, ReceivesT, None]: ...


@overload
def event(
    func: None = None, *, strict: bool = ..., match: Router | None = ...
) -> Callable[[Undecorated[AgentT, ReceivesT, None]], MessageHandler[AgentT, ReceivesT, None]]: ...


def event(
    func: Callable[..., Any] | None = None,
    *,
    strict: bool = True,
    match: Router | None = None,
) -> Any:
    """Make a method handle published messages, as :func:`message_handler` but not requests.

    The method returns ``None``.

    Args:
        func: The method, when the decorator is used without parentheses.
        strict: Whether a message of another type than hinted, or a return value, raises an
            exception; otherwise it is only logged.
        match: Further condition, called with the message and its context.

    Raises:
        AssertionError: If a type hint is missing or names no class.
        NameError: If a type hint mentions an unknown name.
    """
    return _decorator("event", func, strict, match)


@overload
def rpc(
    func: Undecorated[AgentT, ReceivesT, ProducesT],
) -> MessageHandler[AgentT, ReceivesT, ProducesT]: ...


@overload
def rpc(
    func: None = None, *, strict: bool = ..., match: Router | None = ...
) -> Callable[
    [Undecorated[AgentT, ReceivesT, ProducesT]], MessageHandler[AgentT, ReceivesT, ProducesT]
]: ...


def rpc(
    func: Callable[..., Any] | None = None,
    *,
    strict: bool = True,
    match: Router | None = None,
) -> Any:
    """Make a method answer requests, as :func:`message_handler` but not published messages.

    Args:
        func: The method, when the decorator is used without parentheses.
        strict: Whether a message or an answer of another type than hinted raises an exception;
            otherwise it is only logged.
        match: Further condition, called with the message and its context.

    Raises:
        AssertionError: If a type hint is missing or names no class.
        NameError: If a type hint mentions an unknown name.
    """
    return _decorator("rpc", func, strict, match)


def _decorator(
    by: HandledBy, func: Callable[..., Any] | None, strict: bool, match: Router | None
) -> Any:
    if func is None:
        return lambda method: _handler(by, method, strict, match, lexical_locals(caller_frame(1)))
    if callable(func):
        return _handler(by, func, strict, match, lexical_locals(caller_frame(2)))
    raise ValueError(f"Invalid arguments: {func!r} is no method. Give match and strict by keyword.")


def _handler(
    by: HandledBy,
    func: Callable[..., Any],
    strict: bool,
    match: Router | None,
    local_names: dict[str, Any],
) -> MessageHandler[Any, Any, Any]:
    targets, produces = _hinted_types(func, local_names)
    problem = _signature_problem(func)
    if problem is not None:
        _warn_at_definition(func, problem)
        wrapper = _unusable(func, problem)
    else:
        wrapper = _checked(by, func, targets, produces, strict)
    handler = cast("MessageHandler[Any, Any, Any]", wrapper)
    handler.target_types = list(targets)
    handler.produces_types = list(produces)
    handler.is_message_handler = True
    handler.by = by
    handler.match = match
    handler.router = _router(by, match)
    return handler


def _router(by: HandledBy, match: Router | None) -> Router:
    if by == "message":
        return match or (lambda _message, _ctx: True)
    if by == "rpc":
        return lambda message, ctx: ctx.is_rpc and (match is None or match(message, ctx))
    return lambda message, ctx: not ctx.is_rpc and (match is None or match(message, ctx))


def _checked(
    by: HandledBy,
    func: Callable[..., Any],
    targets: Sequence[type],
    produces: Sequence[type],
    strict: bool,
) -> Callable[..., Awaitable[Any]]:
    # None means that everything is allowed.
    accepted = None if any(t in targets for t in _CATCH_ALL) else frozenset(targets)
    allowed = None if any(t in produces for t in _CATCH_ALL) else frozenset(produces)
    if by == "event":
        allowed = frozenset({type(None)})

    # Every message passes here: no further await, and on the way through only set lookups.
    @wraps(func)
    async def wrapper(self: Any, message: Any, ctx: MessageContext) -> Any:
        if accepted is not None and type(message) not in accepted:
            _refuse_message(func, message, targets, strict)
        running = func(self, message, ctx)
        if type(running) is not CoroutineType and not inspect.isawaitable(running):
            raise TypeError(
                f"{_place(func)} returned {running!r}, which cannot be awaited. "
                "Write the handler with 'async def'."
            )
        result = await running
        if allowed is not None and type(result) not in allowed:
            _refuse_result(by, func, result, produces, strict)
            if by == "event":
                return None
        return result

    return wrapper


def _refuse_message(
    func: Callable[..., Any], message: object, targets: Sequence[type], strict: bool
) -> None:
    if any(is_redefinition(type(message), target) for target in targets):
        return
    _complain(
        CantHandleException,
        f"Message type {type(message)} not in target types {list(targets)} of {_place(func)}",
        strict,
    )


def _refuse_result(
    by: HandledBy, func: Callable[..., Any], result: object, produces: Sequence[type], strict: bool
) -> None:
    if by == "event":
        words = (
            f"Return type {type(result)} is not None. {_place(func)} handles events, which have "
            "no answer; publish a message, or answer requests with @rpc."
        )
    elif any(is_redefinition(type(result), each) for each in produces):
        return
    else:
        words = (
            f"Return type {type(result)} not in return types {list(produces)} of {_place(func)}. "
            "Return exactly a hinted type (no subclass), or extend the hint after '->'."
        )
    _complain(ValueError, words, strict)


def _complain(error: type[Exception], words: str, strict: bool) -> None:
    if strict:
        raise error(words)
    _logger.warning(words)


def _hinted_types(
    func: Callable[..., Any], local_names: dict[str, Any]
) -> tuple[tuple[type, ...], tuple[type, ...]]:
    try:
        hints = resolve_hints(func, ("message", "return"), local_names)
    except NameError as error:
        raise NameError(
            f"{error} in the type hints of {_place(func)}. "
            "Define or import the class where the agent class can see it, before the agent class."
        ) from error
    if "message" not in hints:
        raise AssertionError(
            f"message parameter not found in function signature of {_place(func)}. The second "
            "parameter must be named exactly 'message' and have a type hint: "
            "async def name(self, message: YourMessage, ctx: MessageContext) -> YourAnswer"
        )
    if "return" not in hints:
        raise AssertionError(
            f"return parameter not found in function signature of {_place(func)}. "
            "Write after '->' what it returns; '-> None' if nothing."
        )
    targets, produces = get_types(hints["message"]), get_types(hints["return"])
    if targets is None or not all(isinstance(target, type) for target in targets):
        raise AssertionError(
            f"Message type not found. {_place(func)} has the type hint {hints['message']!r} for "
            "its message. Please provide a class, a union of classes, or Any: messages are told "
            "apart by their class, so of list[int] only 'list' can be matched."
        )
    if produces is None:
        raise AssertionError(
            f"Return type not found. {_place(func)} has the type hint {hints['return']!r} for "
            "what it returns. Please use a class, a union of classes, `None` or Any."
        )
    return targets, produces


def _signature_problem(func: Callable[..., Any]) -> str | None:
    if not inspect.isfunction(func):  # other callables need not tell what they take
        return None
    signature = inspect.signature(func)
    try:
        signature.bind(None, None, None)
    except TypeError:
        return (
            f"{_place(func)} takes {signature} and so cannot be called with a message and its "
            "context. Write: async def name(self, message: YourMessage, ctx: MessageContext)"
        )
    innermost = inspect.unwrap(func)
    if inspect.isfunction(innermost) and not inspect.iscoroutinefunction(innermost):
        # It may still return a coroutine, so it stays usable.
        _warn_at_definition(
            func,
            f"{_place(func)} is not an async function. Write it with 'async def', unless it "
            "returns something that can be awaited.",
        )
    return None


def _unusable(func: Callable[..., Any], problem: str) -> Callable[..., Awaitable[Any]]:
    @wraps(func)
    async def wrapper(*_arguments: Any) -> Any:
        raise TypeError(problem)

    return wrapper


def _warn_at_definition(func: Callable[..., Any], words: str) -> None:
    code = func.__code__
    warnings.warn_explicit(words, UserWarning, code.co_filename, code.co_firstlineno)


def _place(func: Callable[..., Any]) -> str:
    name = getattr(func, "__qualname__", repr(func)).rpartition("<locals>.")[2]
    code = getattr(func, "__code__", None)
    return name if code is None else f"{name} ({code.co_filename}:{code.co_firstlineno})"

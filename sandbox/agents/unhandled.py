"""Words for the case that no handler of an agent takes a message."""

from collections.abc import Iterable, Sequence
from typing import Any, is_typeddict

from sandbox.agents.class_names import is_redefinition, readable, same_name
from sandbox.agents.routes import AnyHandler
from sandbox.messaging.message_context import MessageContext
from sandbox.messaging.suggestions import nearest
from sandbox.messaging.type_hints import AnyType


def why_unhandled(
    agent: str, agent_class: type, handlers: Sequence[AnyHandler], message: Any, ctx: MessageContext
) -> str:
    """Explain why an agent does not handle a message, and what to do.

    Args:
        agent: The agent as its user knows it, such as its id.
        agent_class: Its class.
        handlers: The handlers of the class.
        message: What they did not take.
        ctx: The context of the message.
    """
    message_type = type(message)
    sent = f"the {'request' if ctx.is_rpc else 'event'} {readable(message_type)}"
    head = f"{agent} ({readable(agent_class)}) does not handle {sent}."
    refusing = [handler for handler in handlers if _takes_type(handler, message_type)]
    if refusing:
        return " ".join([head, *(_refusal(handler, ctx) for handler in refusing)])
    if not handlers:
        return (
            f"{head} It has no handlers: decorate an async method with @rpc, @event or "
            "@message_handler."
        )
    handled = ", ".join(_listed(handler) for handler in handlers)
    return f"{head} It handles {handled}. {_near_miss(message, _types_of(handlers))}"


def _takes_type(handler: AnyHandler, message_type: type) -> bool:
    return any(
        target is message_type
        or target in (AnyType, object)
        or is_redefinition(message_type, target)
        for target in handler.target_types
    )


def _refusal(handler: AnyHandler, ctx: MessageContext) -> str:
    name = _name(handler)
    by = getattr(handler, "by", None)
    if by == "rpc" and not ctx.is_rpc:
        return (
            f"{name} takes it only as a request (@rpc), and it was published: use send_message, "
            "or decorate the handler with @event or @message_handler."
        )
    if by == "event" and ctx.is_rpc:
        return (
            f"{name} takes it only as an event (@event), and it was sent as a request: use "
            "publish_message, or decorate the handler with @rpc or @message_handler."
        )
    return f"The match function of {name} refused it."


def _listed(handler: AnyHandler) -> str:
    by = getattr(handler, "by", None)
    decorator = {"rpc": "@rpc ", "event": "@event "}.get(by or "", "")
    types = " | ".join(
        "Any" if target is AnyType else readable(target) for target in handler.target_types
    )
    return f"{types} ({decorator}{_name(handler)})"


def _types_of(handlers: Iterable[AnyHandler]) -> list[type]:
    return list(dict.fromkeys(target for handler in handlers for target in handler.target_types))


def _near_miss(message: Any, handled: list[type]) -> str:
    if isinstance(message, type) and message in handled:
        name = readable(message)
        return f"What was sent is the class {name} itself: send an instance, {name}(...)."
    message_type = type(message)
    name = readable(message_type)
    for target in handled:
        miss = _miss_of_one(message_type, target)
        if miss is not None:
            return miss
    close = nearest(name, [readable(target) for target in handled])
    meant = f"Did you mean {close}? " if close is not None else ""
    return f"{meant}To handle it, add a handler with the hint 'message: {name}'."


def _miss_of_one(message_type: type, target: type) -> str | None:
    name, handled = readable(message_type), readable(target)
    if same_name(message_type, target):
        return (
            f"That {handled} is another class object of the same name from "
            f"{target.__module__}, as after a reload: define the agent class again and register "
            "it again."
        )
    if name == handled:
        return (
            f"That {handled} is the class of module {target.__module__}, and this one is of "
            f"{message_type.__module__}: import it from one place."
        )
    if message_type is dict and is_typeddict(target):
        return f"Values of the TypedDict {handled} are plain dicts: hint 'message: dict'."
    try:
        below, above = issubclass(message_type, target), issubclass(target, message_type)
    except TypeError:  # TypedDict and some protocols cannot be asked
        return None
    if below:
        return (
            f"{name} is a subclass of {handled}, but only the exact type matches: "
            f"hint 'message: {handled} | {name}'."
        )
    if above:
        return f"{handled} is a subclass of {name}, but only the exact type matches."
    return None


def _name(handler: AnyHandler) -> str:
    qualname: str = getattr(handler, "__qualname__", repr(handler))
    return qualname.rpartition("<locals>.")[2]

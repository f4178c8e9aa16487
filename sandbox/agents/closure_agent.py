"""Agents made of one function."""

import inspect
import logging
import warnings
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar, get_args

from sandbox.agents.base_agent import BaseAgent
from sandbox.agents.class_names import is_redefinition
from sandbox.agents.registration import (
    bind_subscriptions,
    direct_message_subscription,
    register_agent_type,
)
from sandbox.messaging.agent_id import AgentId, AgentType
from sandbox.messaging.agent_runtime import AgentRuntime
from sandbox.messaging.cancellation import CancellationToken
from sandbox.messaging.constants import ROOT_LOGGER_NAME
from sandbox.messaging.exceptions import CantHandleException
from sandbox.messaging.instantiation import AgentInstantiationContext
from sandbox.messaging.message_context import MessageContext
from sandbox.messaging.serialization import try_get_known_serializers_for_type
from sandbox.messaging.subscription import UnboundSubscription
from sandbox.messaging.topic import TopicId
from sandbox.messaging.turn import current_turn
from sandbox.messaging.type_hints import (
    AnyType,
    caller_frame,
    get_types,
    lexical_locals,
    resolve_hints,
)

_logger = logging.getLogger(ROOT_LOGGER_NAME)
T = TypeVar("T")

UnknownTypePolicy = Literal["error", "warn", "ignore"]
"""What a closure agent does with a message of a type that its closure does not expect."""


class ClosureContext(Protocol):
    """What the closure of a :class:`ClosureAgent` can do as its agent."""

    @property
    def id(self) -> AgentId:
        """The address of the agent."""
        ...

    async def send_message(
        self,
        message: Any,
        recipient: AgentId,
        *,
        cancellation_token: CancellationToken | None = None,
        message_id: str | None = None,
    ) -> Any:
        """Send a request to another agent and await its answer."""
        ...

    async def publish_message(
        self,
        message: Any,
        topic_id: TopicId,
        *,
        cancellation_token: CancellationToken | None = None,
        message_id: str | None = None,
    ) -> None:
        """Publish an event."""
        ...


Closure = Callable[[ClosureContext, T, MessageContext], Awaitable[Any]]
"""``async def name(agent: ClosureContext, message: Type, ctx: MessageContext)``."""


class ClosureAgent(BaseAgent, ClosureContext):
    """An agent whose only handler is a function; handy to get results out of a runtime.

    A runtime builds it; use :meth:`register_closure`.

    Args:
        description: What the agent is for, in words.
        closure: The function; its three parameters are the agent, the message and the context.
        unknown_type_policy: What to do with messages of other types than hinted: ``"warn"``,
            ``"error"`` (raise), or ``"ignore"`` (call the closure nevertheless).
        handled_types: The message types; by default what the closure's type hint says.

    Raises:
        RuntimeError: If no runtime is building it.
    """

    def __init__(
        self,
        description: str,
        closure: Closure[Any],
        *,
        unknown_type_policy: UnknownTypePolicy = "warn",
        handled_types: Sequence[type] | None = None,
    ) -> None:
        if not AgentInstantiationContext.is_in_factory_call():
            raise RuntimeError(
                "ClosureAgent must be instantiated within the context of an AgentRuntime. "
                "It cannot be directly instantiated. Use ClosureAgent.register_closure."
            )
        super().__init__(description)
        if handled_types is None:
            handled_types = get_handled_types_from_closure(closure)
        self._expected_types = tuple(handled_types)
        self._takes_anything = AnyType in handled_types or object in handled_types
        self._closure = closure
        self._unknown_type_policy = unknown_type_policy

    async def on_message_impl(self, message: Any, ctx: MessageContext) -> Any:
        """Call the closure, if the message has a type that it expects."""
        if not self._takes_anything and type(message) not in self._expected_types:
            expected = self._expected_types
            if not any(is_redefinition(type(message), each) for each in expected):
                words = f"Message type {type(message)} not in target types {expected} of {self.id}."
                if not self._goes_on_nevertheless(words):
                    return None
        return await self._closure(self, message, ctx)

    def _goes_on_nevertheless(self, words: str) -> bool:
        if self._unknown_type_policy == "error":
            raise CantHandleException(
                f"{words} Set unknown_type_policy to 'warn' to be warned instead, "
                "or 'ignore' to have the closure called."
            )
        if self._unknown_type_policy == "ignore":
            _logger.info("%s The closure is called all the same.", words)
            return True
        warnings.warn(
            f"{words} Set unknown_type_policy to 'error' to raise an exception, "
            "or 'ignore' to suppress this warning and have the closure called.",
            stacklevel=3,
        )
        turn = current_turn.get()
        if turn is not None and turn.recipient == self.id:
            turn.unhandled = words
        return False

    async def save_state(self) -> Mapping[str, Any]:
        """Nothing: a closure agent has no state."""
        return {}

    async def load_state(self, state: Mapping[str, Any]) -> None:
        """Do nothing: a closure agent has no state."""

    @classmethod
    async def register_closure(
        cls,
        runtime: AgentRuntime,
        type: str | AgentType,
        closure: Closure[Any],
        *,
        unknown_type_policy: UnknownTypePolicy = "warn",
        skip_direct_message_subscription: bool = False,
        description: str = "",
        subscriptions: UnboundSubscription | None = None,
    ) -> AgentType:
        """Register a function with a runtime as an agent type.

        Either all of it takes effect or, when something raises, nothing.

        Args:
            runtime: The runtime that will host the agents.
            type: The name of the new agent type.
            closure: The function, ``async``; its three parameters are the agent, the message and
                the context. Type hints say which messages it takes (``Any`` for all) and what it
                returns.
            unknown_type_policy: What to do with messages of other types: ``"warn"``, ``"error"``
                (raise), or ``"ignore"`` (call the closure nevertheless).
            skip_direct_message_subscription: Leave out topics that begin with the type and ``:``.
            description: What the agent is for, in words.
            subscriptions: Makes subscriptions for the type; may be async.

        Returns:
            The agent type.

        Raises:
            ValueError: If the type is already registered, or the policy is none of the three.
            AssertionError: If the closure has other parameters, or lacks type hints.

        Example:
            >>> import asyncio
            >>> from sandbox import DefaultSubscription, DefaultTopicId, SingleThreadedAgentRuntime
            >>> results = []
            >>> async def collect(agent: ClosureContext, message: Any, ctx: MessageContext) -> None:
            ...     results.append(message)
            >>> async def main():
            ...     runtime = SingleThreadedAgentRuntime()
            ...     await ClosureAgent.register_closure(
            ...         runtime, "collector", collect, subscriptions=lambda: [DefaultSubscription()]
            ...     )
            ...     runtime.start()
            ...     await runtime.publish_message("a result", DefaultTopicId())
            ...     await runtime.stop_when_idle()
            >>> asyncio.run(main())
            >>> results
            ['a result']
        """
        if unknown_type_policy not in get_args(UnknownTypePolicy):
            raise ValueError(
                f"unknown_type_policy is 'warn', 'error' or 'ignore', not {unknown_type_policy!r}."
            )
        if cls._unbound_subscriptions():
            raise AssertionError("Closure agents are expected to have no class subscriptions")
        agent_type = type if isinstance(type, AgentType) else AgentType(type)
        handled = get_handled_types_from_closure(closure, lexical_locals(caller_frame(1)))
        unbound = [] if subscriptions is None else [subscriptions]
        bound = await bind_subscriptions(agent_type, unbound)
        if not skip_direct_message_subscription:
            bound = [*direct_message_subscription(agent_type), *bound]

        def factory() -> ClosureAgent:
            return cls(
                description,
                closure,
                unknown_type_policy=unknown_type_policy,
                handled_types=handled,
            )

        return await register_agent_type(
            runtime,
            agent_type,
            factory,
            cls,
            subscriptions=bound,
            serializers=_serializers(handled),
            options={},
        )


def get_handled_types_from_closure(
    closure: Closure[Any], local_names: Mapping[str, Any] | None = None
) -> Sequence[type]:
    """The message types that a closure takes, by its type hint.

    Args:
        closure: The function.
        local_names: Names that its hints may use besides those of its module.

    Raises:
        AssertionError: If the closure has other parameters, or lacks type hints.
    """
    parameters = list(inspect.signature(closure).parameters)
    if len(parameters) != 3:  # noqa: PLR2004 - named in the message
        raise AssertionError(
            f"Closure must have 3 parameters, the agent, the message and the context; "
            f"it has {len(parameters)}: {', '.join(parameters)}"
        )
    name = parameters[1]
    function = closure if hasattr(closure, "__annotations__") else closure.__call__  # type: ignore[operator]
    hints = resolve_hints(function, (name, "return"), local_names or {})
    for hint in (name, "return"):
        if hint not in hints:
            raise AssertionError(
                f"{hint} not found in function signature of the closure: "
                "both the message and what is returned need a type hint."
            )
    handled = get_types(hints[name])
    if handled is None:
        raise AssertionError(
            f"Message type not found: the hint {hints[name]!r} is neither a class, "
            "nor a union of classes, nor Any."
        )
    if get_types(hints["return"]) is None:
        raise AssertionError(f"Return type not found: {hints['return']!r} is no class.")
    return handled


def _serializers(handled: Sequence[type]) -> list[Any]:
    serializers: list[Any] = []
    for message_type in handled:
        try:
            serializers += try_get_known_serializers_for_type(message_type)
        except ValueError:
            continue  # it cannot travel to another process, which matters to nobody in this one
    return serializers

"""What is known while an agent, or a subscription, is being made."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, ClassVar

from sandbox.messaging.agent_id import AgentId, AgentType

if TYPE_CHECKING:
    from sandbox.messaging.agent_runtime import AgentRuntime


class AgentInstantiationContext:
    """Static access to the runtime and the id of the agent that is being built.

    For use in agent factories and constructors, which the runtime calls when an agent gets its
    first message.

    Example:
        >>> def build_worker():
        ...     return Worker(partner=AgentInstantiationContext.current_agent_id().key)
    """

    _AGENT_INSTANTIATION_CONTEXT_VAR: ClassVar[ContextVar[tuple["AgentRuntime", AgentId]]] = (
        ContextVar("_AGENT_INSTANTIATION_CONTEXT_VAR")
    )

    def __init__(self) -> None:
        raise RuntimeError(
            "AgentInstantiationContext cannot be instantiated. "
            "Call its class methods inside an agent factory or constructor."
        )

    @classmethod
    @contextmanager
    def populate_context(cls, ctx: tuple["AgentRuntime", AgentId]) -> Generator[None, None, None]:
        """Run a block as if the runtime were building the agent. Runtimes and tests use it.

        Args:
            ctx: The runtime, and the id of the agent to build.
        """
        token = cls._AGENT_INSTANTIATION_CONTEXT_VAR.set(ctx)
        try:
            yield
        finally:
            cls._AGENT_INSTANTIATION_CONTEXT_VAR.reset(token)

    @classmethod
    def current_runtime(cls) -> "AgentRuntime":
        """The runtime that builds the agent.

        Raises:
            RuntimeError: When no agent is being built.
        """
        return cls._current("current_runtime")[0]

    @classmethod
    def current_agent_id(cls) -> AgentId:
        """The id of the agent that is being built.

        Raises:
            RuntimeError: When no agent is being built.
        """
        return cls._current("current_agent_id")[1]

    @classmethod
    def is_in_factory_call(cls) -> bool:
        """Tell whether an agent is being built."""
        return cls._AGENT_INSTANTIATION_CONTEXT_VAR.get(None) is not None

    @classmethod
    def _current(cls, asked: str) -> tuple["AgentRuntime", AgentId]:
        try:
            return cls._AGENT_INSTANTIATION_CONTEXT_VAR.get()
        except LookupError as error:
            raise RuntimeError(
                f"AgentInstantiationContext.{asked}() must be called within an instantiation "
                "context: in an agent's factory or constructor, while a runtime builds it. "
                "An agent constructed directly has no such context."
            ) from error


class SubscriptionInstantiationContext:
    """Static access to the agent type that is being registered, for subscription factories."""

    _SUBSCRIPTION_CONTEXT_VAR: ClassVar[ContextVar[AgentType]] = ContextVar(
        "_SUBSCRIPTION_CONTEXT_VAR"
    )

    def __init__(self) -> None:
        raise RuntimeError(
            "SubscriptionInstantiationContext cannot be instantiated. "
            "Call its class methods while an agent type is being registered."
        )

    @classmethod
    @contextmanager
    def populate_context(cls, ctx: AgentType) -> Generator[None, None, None]:
        """Run a block as if the agent type ``ctx`` were being registered."""
        token = cls._SUBSCRIPTION_CONTEXT_VAR.set(ctx)
        try:
            yield
        finally:
            cls._SUBSCRIPTION_CONTEXT_VAR.reset(token)

    @classmethod
    def agent_type(cls) -> AgentType:
        """The agent type that is being registered.

        Raises:
            RuntimeError: When none is.
        """
        try:
            return cls._SUBSCRIPTION_CONTEXT_VAR.get()
        except LookupError as error:
            raise RuntimeError(
                "SubscriptionInstantiationContext.agent_type() must be called within an "
                "instantiation context: while an agent type is being registered."
            ) from error

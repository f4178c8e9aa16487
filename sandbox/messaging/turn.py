"""Which delivery the running code handles: the link between a turn and what is done in it."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from sandbox.messaging.agent_id import AgentId


class Turn:
    """One run of a handler, as far as the code running in it needs to know.

    Args:
        recipient: The agent whose handler runs.
    """

    __slots__ = ("recipient", "unhandled")

    recipient: AgentId | None
    """The agent whose handler runs."""

    unhandled: str | None
    """Why no handler took the message; ``None`` when one did. The agent sets it."""

    def __init__(self, recipient: AgentId | None = None) -> None:
        self.recipient = recipient
        self.unhandled = None


current_turn: ContextVar[Turn | None] = ContextVar("sandbox_current_turn", default=None)
"""The turn that the current task runs in, ``None`` outside handlers."""


class MessageHandlerContext:
    """Static access to the agent whose message handler is running."""

    def __init__(self) -> None:
        raise RuntimeError(
            "MessageHandlerContext cannot be instantiated. "
            "Call MessageHandlerContext.agent_id() inside a message handler."
        )

    @classmethod
    @contextmanager
    def populate_context(cls, ctx: AgentId) -> Generator[None, None, None]:
        """Run a block as if it were in a message handler of the agent ``ctx``. For tests."""
        token = current_turn.set(Turn(ctx))
        try:
            yield
        finally:
            current_turn.reset(token)

    @classmethod
    def agent_id(cls) -> AgentId:
        """The id of the agent whose handler runs, also in tasks that the handler started.

        Raises:
            RuntimeError: Outside message handlers.
        """
        turn = current_turn.get()
        if turn is None or turn.recipient is None:
            raise RuntimeError(
                "MessageHandlerContext.agent_id() must be called within a message handler."
            )
        return turn.recipient

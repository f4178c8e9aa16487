"""What arrived, in order, for comparison with what should have."""

from typing import Any, NamedTuple

from sandbox.messaging.agent_id import AgentId
from sandbox.runtime.delivery import Delivery, Kind, Verdict
from sandbox.runtime.instruments import Instrument


class Arrival(NamedTuple):
    """One delivery that arrived. Compares equal to a tuple of the same four values."""

    kind: str
    """``"request"``, ``"response"`` or ``"event"``."""

    sender: str | None
    """Where it came from, as ``"type/key"``; ``None`` for outside any agent."""

    recipient: str | None
    """Where it went to, as ``"type/key"``; ``None`` for outside any agent."""

    message: Any
    """The message; for a response, what the handler returned or raised."""


class _AnyOrder(NamedTuple):
    arrivals: tuple[tuple[Any, ...], ...]


def any_order(*arrivals: tuple[Any, ...]) -> _AnyOrder:
    """Arrivals that :meth:`Trace.assert_sequence` takes in any order among themselves.

    It is what a set would be if messages could be in sets; dataclasses, dicts and lists cannot.
    """
    return _AnyOrder(arrivals)


class Trace(Instrument):
    """Records what arrives, to be compared as a whole.

    A request or an event arrives when the turn of its recipient begins, a response when its
    caller goes on. What nobody received is not in the trace.

    Attributes:
        arrivals: What arrived so far, in order.

    Example:
        >>> import asyncio
        >>> from sandbox import AgentId, MessageContext, RoutedAgent, SingleThreadedAgentRuntime
        >>> from sandbox import rpc
        >>> class Echo(RoutedAgent):
        ...     @rpc
        ...     async def answer(self, message: str, ctx: MessageContext) -> str:
        ...         return message.upper()
        >>> async def test():
        ...     runtime, trace = SingleThreadedAgentRuntime(), Trace()
        ...     runtime.add_instrument(trace)
        ...     await Echo.register(runtime, "echo", lambda: Echo("Says it louder."))
        ...     runtime.start()
        ...     await runtime.send_message("hello", AgentId("echo", "default"))
        ...     trace.assert_sequence(
        ...         ("request", None, "echo/default", "hello"),
        ...         ("response", "echo/default", None, "HELLO"),
        ...     )
        >>> asyncio.run(test())
    """

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []

    def delivery_handling(self, delivery: Delivery) -> None:
        """Record a request or an event."""
        self._record(delivery)

    def delivery_settled(self, delivery: Delivery) -> None:
        """Record a response."""
        if delivery.kind is Kind.RESPONSE and delivery.verdict is Verdict.HANDLED:
            self._record(delivery)

    def assert_sequence(self, *expected: tuple[Any, ...]) -> None:
        """Compare what arrived with what should have, all of it.

        Args:
            expected: In order, ``(kind, sender, recipient, message)``, or several of them within
                :func:`any_order`. In place of a message may stand its class, which is handy for
                exceptions.

        Raises:
            AssertionError: If they differ; it names the first place where they do.
        """
        rest = list(self.arrivals)
        for wanted in expected:
            group = wanted.arrivals if isinstance(wanted, _AnyOrder) else (wanted,)
            if not _take(group, rest[: len(group)]):
                raise AssertionError(self._difference(len(self.arrivals) - len(rest), group))
            del rest[: len(group)]
        if rest:
            raise AssertionError(self._difference(len(self.arrivals) - len(rest), ()))

    def _record(self, delivery: Delivery) -> None:
        self.arrivals.append(
            Arrival(
                str(delivery.kind),
                _text(delivery.sender),
                _text(delivery.recipient),
                delivery.message,
            )
        )

    def _difference(self, place: int, group: tuple[tuple[Any, ...], ...]) -> str:
        wanted = " and ".join(repr(tuple(each)) for each in group) or "nothing more"
        order = " in any order" if len(group) > 1 else ""
        arrived = "\n".join(
            f"{'->' if number == place else '  '} {number}: {tuple(each)!r}"
            for number, each in enumerate(self.arrivals)
        )
        if place == len(self.arrivals):
            arrived += f"\n-> {place}: (nothing)"
        return f"Expected at {place}: {wanted}{order}. Arrived:\n{arrived}"


def _take(expected: tuple[tuple[Any, ...], ...], arrived: list[Arrival]) -> bool:
    """Whether each of the expected is among what arrived, and nothing else is."""
    left = list(arrived)
    for wanted in expected:
        found = next((each for each in left if _agree(wanted, each)), None)
        if found is None:
            return False
        left.remove(found)
    return not left


def _agree(wanted: tuple[Any, ...], arrival: Arrival) -> bool:
    *circumstances, message = wanted
    if tuple(circumstances) != arrival[:3]:
        return False
    if isinstance(message, type) and isinstance(arrival.message, message):
        return True
    return bool(message == arrival.message)


def _text(agent_id: AgentId | None) -> str | None:
    return None if agent_id is None else str(agent_id)

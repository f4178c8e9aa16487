"""What arrived, in order, for comparison with what should have."""

from __future__ import annotations

from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sandbox.messaging.agent_id import AgentId
from sandbox.runtime.delivery import Delivery, Kind, Verdict
from sandbox.runtime.instruments import Instrument
from sandbox.runtime.runtime import SingleThreadedAgentRuntime
from sandbox.testing.differences import difference, partners

FIELDS = 4  # of an arrival


class Arrival(NamedTuple):
    """One delivery that arrived. Compares equal to a tuple of the same four values.

    Example:
        >>> Arrival("event", None, "worker/a", "hello") == ("event", None, "worker/a", "hello")
        True
    """

    kind: str
    """``"request"``, ``"response"`` or ``"event"``."""

    sender: str | None
    """Where it came from, as ``"type/key"``; ``None`` for outside any agent."""

    recipient: str | None
    """Where it went to, as ``"type/key"``; ``None`` for outside any agent."""

    message: Any
    """The message; for a response, what the handler returned or raised."""


class AnyOrder(NamedTuple):
    """What `any_order` returns."""

    arrivals: tuple[tuple[Any, ...], ...]


def any_order(*arrivals: tuple[Any, ...]) -> AnyOrder:
    """Arrivals that :meth:`Trace.assert_sequence` takes in any order among themselves.

    It is what a set would be if messages could be in sets; dataclasses, dicts and lists cannot.

    Args:
        arrivals: As :meth:`Trace.assert_sequence` takes them.

    Returns:
        What stands for them there, in one place of the sequence.

    Example:
        >>> trace = Trace()
        >>> trace.arrivals = [Arrival("event", None, "worker/b", 1)]
        >>> trace.arrivals += [Arrival("event", None, "worker/a", 1)]
        >>> trace.assert_sequence(
        ...     any_order(("event", None, "worker/a", 1), ("event", None, "worker/b", 1))
        ... )
    """
    return AnyOrder(arrivals)


# The traces of runtimes that were given one, so that a runtime can be asked about its past.
_traces: WeakKeyDictionary[SingleThreadedAgentRuntime, Trace] = WeakKeyDictionary()


class Trace(Instrument):
    """Records what arrives, to be compared as a whole.

    A request or an event arrives when the turn of its recipient begins, a response when its
    caller goes on. What nobody received is not in the trace.

    Args:
        runtime: The runtime to observe; without one, give the trace to `add_instrument`.

    Attributes:
        arrivals: What arrived so far, in order.
        unhandled: The deliveries that no handler took.

    Example:
        >>> import asyncio
        >>> from sandbox import AgentId, MessageContext, RoutedAgent, SingleThreadedAgentRuntime
        >>> from sandbox import rpc
        >>> class Echo(RoutedAgent):
        ...     @rpc
        ...     async def answer(self, message: str, ctx: MessageContext) -> str:
        ...         return message.upper()
        >>> async def test():
        ...     runtime = SingleThreadedAgentRuntime()
        ...     trace = Trace(runtime)
        ...     await Echo.register(runtime, "echo", lambda: Echo("Says it louder."))
        ...     runtime.start()
        ...     await runtime.send_message("hello", AgentId("echo", "default"))
        ...     trace.assert_sequence(
        ...         ("request", None, "echo/default", "hello"),
        ...         ("response", "echo/default", None, "HELLO"),
        ...     )
        >>> asyncio.run(test())
    """

    def __init__(self, runtime: SingleThreadedAgentRuntime | None = None) -> None:
        self.arrivals: list[Arrival] = []
        self.unhandled: list[Delivery] = []
        if runtime is not None:
            runtime.add_instrument(self)
            _traces.setdefault(runtime, self)

    @classmethod
    def of(cls, runtime: SingleThreadedAgentRuntime) -> Trace:
        """The trace that was made for this runtime; the first one, if there are several.

        Args:
            runtime: The runtime.

        Returns:
            The trace.

        Raises:
            LookupError: If there is none.

        Example:
            >>> from sandbox import SingleThreadedAgentRuntime
            >>> runtime = SingleThreadedAgentRuntime()
            >>> trace = Trace(runtime)
            >>> Trace.of(runtime) is trace
            True
        """
        if runtime not in _traces:
            raise LookupError(
                "Nobody has traced this runtime. Make a Trace(runtime) before the first message."
            )
        return _traces[runtime]

    def delivery_handling(self, delivery: Delivery) -> None:
        """Record a request or an event."""
        self._record(delivery)

    def delivery_settled(self, delivery: Delivery) -> None:
        """Record a response, or that no handler took a message."""
        if delivery.kind is Kind.RESPONSE and delivery.verdict is Verdict.HANDLED:
            self._record(delivery)
        elif delivery.verdict is Verdict.UNHANDLED:
            self.unhandled.append(delivery)

    def assert_sequence(self, *expected: tuple[Any, ...]) -> None:
        """Compare what arrived with what should have, all of it.

        Args:
            expected: In order, ``(kind, sender, recipient, message)``, or several of them within
                :func:`any_order`. In place of a message may stand its class, which is handy for
                exceptions, and in place of anything ``unittest.mock.ANY``.

        Raises:
            AssertionError: If they differ. It lists all that was expected and all that arrived,
                with what differs marked, and the fields by which like messages differ.
            ValueError: If something expected has not these four values.

        Example:
            >>> trace = Trace()
            >>> trace.arrivals.append(Arrival("event", None, "worker/a", {"n": 2}))
            >>> trace.assert_sequence(("event", None, "worker/a", {"n": 1}))
            Traceback (most recent call last):
            ...
            AssertionError: What arrived is not what was expected (- expected, + arrived):
            - 0: ('event', None, 'worker/a', {'n': 1})
            + 0: ('event', None, 'worker/a', {'n': 2})
                 n: expected 1, arrived 2
        """
        __tracebackhide__ = True  # pytest shows the test, not this
        groups = [each.arrivals if isinstance(each, AnyOrder) else (each,) for each in expected]
        for wanted in (wanted for group in groups for wanted in group):
            if len(wanted) != FIELDS:
                raise ValueError(f"Expected is (kind, sender, recipient, message), not {wanted!r}.")
        place = 0
        for group in groups:
            arrived = self.arrivals[place : place + len(group)]
            if len(arrived) < len(group) or None in partners(group, arrived):
                break
            place += len(group)
        else:
            if place == len(self.arrivals):
                return
        raise AssertionError(difference(groups, self.arrivals))

    def _record(self, delivery: Delivery) -> None:
        self.arrivals.append(
            Arrival(
                str(delivery.kind),
                _text(delivery.sender),
                _text(delivery.recipient),
                delivery.message,
            )
        )


def _text(agent_id: AgentId | None) -> str | None:
    return None if agent_id is None else str(agent_id)

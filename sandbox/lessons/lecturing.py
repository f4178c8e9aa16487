"""The classroom: what a lecturer may switch, for all exercises of a notebook."""

from dataclasses import dataclass, replace
from typing import Any, Protocol
from weakref import WeakSet

from sandbox.inspector import Explanation, Inspector
from sandbox.inspector.control.running import Running
from sandbox.messaging.agent_id import AgentId
from sandbox.messaging.topic import TopicId
from sandbox.runtime import Delivery

_HIDDEN = "Why is hidden for now. Say first what you expect, and by which rule."
_LOCKED = "The order is locked for now: deliveries go as they stand in the queue."


@dataclass(frozen=True, slots=True)
class Switches:
    """What a lecturer has switched.

    Attributes:
        hide_why: the inspector refuses *Why*, exercises say right or wrong without naming the
            rule, and of the hints only the first is given.
        lock_order: nobody can change which delivery goes next.
        seed: the seed of every random order, whatever a notebook asks for; `None` leaves it.
        reveal: exercises show their answers.
    """

    hide_why: bool = False
    lock_order: bool = False
    seed: int | None = None
    reveal: bool = False


class Listener(Protocol):
    """Whoever wants to know when something is switched."""

    def switched(self) -> None:
        """Something was switched."""


_switches = Switches()
_listeners: WeakSet[Listener] = WeakSet()


def switches() -> Switches:
    """What is switched at present.

    Example:
        >>> switches()
        Switches(hide_why=False, lock_order=False, seed=None, reveal=False)
    """
    return _switches


def listen(listener: Listener) -> None:
    """Have `listener.switched` called whenever something is switched, while it lives."""
    _listeners.add(listener)


def classroom(**changes: Any) -> Switches:
    """Switch something for a class, at any time; exercises on the page follow at once.

    Args:
        changes: the attributes of `Switches` that are to change: `hide_why`, `lock_order` and
            `reveal`, each true or false, and `seed`, a number or `None`.

    Returns:
        What is switched now.

    Raises:
        TypeError: there is no such switch.

    Example:
        >>> classroom(hide_why=True, lock_order=True)
        Switches(hide_why=True, lock_order=True, seed=None, reveal=False)
        >>> classroom(hide_why=False, lock_order=False)
        Switches(hide_why=False, lock_order=False, seed=None, reveal=False)
    """
    global _switches  # noqa: PLW0603  # one classroom for all notebooks of a kernel
    _switches = replace(_switches, **changes)
    for listener in list(_listeners):
        listener.switched()
    return _switches


def supervise(inspector: Inspector) -> None:
    """Have an inspector keep to the switches.

    It stays the object that it is, since cells and views know it already; so it is its class
    that changes.
    """
    if not isinstance(inspector, Supervised):
        kind = type(inspector)
        inspector.__class__ = Supervised if kind is Inspector else _supervised(kind)


def _supervised(kind: type[Inspector]) -> type[Inspector]:
    return type(kind.__name__, (Supervised, kind), {})


class Supervised(Inspector):
    """An inspector that keeps to what the lecturer has switched."""

    def why(
        self,
        message: Any,
        agent: AgentId | str | None = None,
        *,
        topic: TopicId | str | None = None,
        sender: AgentId | str | None = None,
    ) -> Explanation:
        """Explain why an agent got a message, or did not; see `Inspector.why`.

        Raises:
            RuntimeError: it is hidden.
        """
        if _switches.hide_why:
            raise RuntimeError(_HIDDEN)
        return super().why(message, agent, topic=topic, sender=sender)

    async def step(self, number: int | None = None) -> Delivery | None:
        """Make exactly one delivery; see `Inspector.step`.

        Raises:
            RuntimeError: the order is locked, and another delivery is next.
        """
        if number is not None and [number] != [d.number for d in self.queue[:1]]:
            _refuse_if_locked()
        return await super().step(number)

    async def step_over(self, number: int | None = None) -> Delivery | None:
        """Make a request and what it takes; refused while the order is locked."""
        _refuse_if_locked()
        return await super().step_over(number)

    async def run_conversation(self, number: int | None = None) -> int:
        """Make a delivery and what it leads to; refused while the order is locked."""
        _refuse_if_locked()
        return await super().run_conversation(number)

    def move(self, number: int, position: int) -> Delivery:
        """Give a pending delivery another place; refused while the order is locked."""
        _refuse_if_locked()
        return super().move(number, position)

    def hold(self, number: int) -> Delivery:
        """Put a pending delivery on hold; refused while the order is locked."""
        _refuse_if_locked()
        return super().hold(number)

    def pause_mailbox(self, agent: AgentId | str) -> None:
        """Pass over all deliveries to one agent; refused while the order is locked."""
        _refuse_if_locked()
        super().pause_mailbox(agent)

    @property
    def policy(self) -> str:
        """Which pending delivery goes next; a random one goes by the lecturer's seed, if any."""
        return super().policy

    @policy.setter
    def policy(self, policy: Any) -> None:
        _refuse_if_locked()
        name, bracket, _ = str(policy).partition("(")
        if bracket and _switches.seed is not None:
            policy = f"{name}({_switches.seed})"
        Running.policy.fset(self, policy)  # type: ignore[attr-defined]  # mypy sees only the value


def _refuse_if_locked() -> None:
    if _switches.lock_order:
        raise RuntimeError(_LOCKED)

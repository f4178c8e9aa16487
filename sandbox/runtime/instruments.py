"""Instruments: observers of a runtime."""

from __future__ import annotations

import logging
from inspect import signature
from typing import TYPE_CHECKING, Any

from sandbox.messaging.constants import ROOT_LOGGER_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.messaging.agent import Agent
    from sandbox.messaging.agent_id import AgentId
    from sandbox.messaging.subscription import Subscription
    from sandbox.runtime.delivery import Delivery, Publication

logger = logging.getLogger(ROOT_LOGGER_NAME)


class Instrument:
    """Base class of observers. Override the hooks you want; the others cost nothing.

    A hook is called at once, on the runtime's loop, with the live objects. It must not change
    them. A hook that raises is logged once and its instrument is removed; the run goes on.

    Example:
        >>> class Count(Instrument):
        ...     handled = 0
        ...     def delivery_settled(self, delivery):
        ...         self.handled += delivery.verdict == "handled"
    """

    def delivery_queued(self, delivery: Delivery) -> None:
        """A delivery entered the queue (or was skipped because the agent is its sender)."""

    def delivery_held(self, delivery: Delivery) -> None:
        """A pending delivery was put on hold."""

    def delivery_released(self, delivery: Delivery) -> None:
        """A held delivery is in the queue again."""

    def delivery_moved(self, delivery: Delivery, before: Delivery | None) -> None:
        """A pending delivery was moved: it stands before that one now, or is the last."""

    def delivery_edited(self, delivery: Delivery, fields: tuple[str, ...]) -> None:
        """The message of a pending delivery was replaced, with other values in these fields."""

    def delivery_intercepting(self, delivery: Delivery) -> None:
        """A delivery has left the queue and goes to the intervention handlers."""

    def message_intercepting(self, delivery: Delivery, handler: object) -> None:
        """An intervention handler is asked about a message; called in the context it runs in."""

    def delivery_handling(self, delivery: Delivery) -> None:
        """A delivery has left the queue and its turn begins; called inside that turn."""

    def delivery_waiting(self, delivery: Delivery, request: Delivery) -> None:
        """The turn of `delivery` has sent `request` and awaits its answer."""

    def delivery_resumed(self, delivery: Delivery, request: Delivery) -> None:
        """The turn of `delivery` goes on: `request` was answered, or given up."""

    def delivery_settled(self, delivery: Delivery) -> None:
        """A delivery has its verdict."""

    def message_intercepted(
        self, delivery: Delivery, handler: object, before: Any, outcome: str
    ) -> None:
        """An intervention handler replaced, dropped or failed on a message.

        `outcome` is `replaced`, `dropped` or `failed`; `before` is the message it was given.
        """

    def publication_rerouted(self, publication: Publication, events: list[Delivery]) -> None:
        """Subscriptions changed while a publication was pending, and so did its recipients.

        `events` are those that are pending now, in the order of the queue.
        """

    def type_registered(self, type: str, expected_class: type[Agent] | None, mailbox: str) -> None:
        """An agent type was registered."""

    def type_unregistered(self, type: str) -> None:
        """An agent type was removed, and its instances with it."""

    def agent_created(self, agent_id: AgentId, agent: Agent) -> None:
        """An agent instance was built or registered."""

    def agent_failed(self, agent_id: AgentId, error: BaseException) -> None:
        """An agent instance could not be built."""

    def agent_crashed(self, agent_id: AgentId, agent: Agent) -> None:
        """An agent instance was thrown away; it is built again at the next delivery to it."""

    def mailbox_paused(self, agent_id: AgentId, paused: bool) -> None:
        """From now on deliveries to this agent are passed over, or no longer."""

    def policy_set(self, name: str) -> None:
        """From now on this policy decides which delivery goes next."""

    def subscription_added(self, subscription: Subscription) -> None:
        """A subscription was added."""

    def subscription_removed(self, subscription: Subscription) -> None:
        """A subscription was removed."""

    def runtime_started(self) -> None:
        """The runtime began to deliver by itself."""

    def runtime_stopped(self) -> None:
        """The runtime no longer delivers by itself."""


HOOKS: tuple[str, ...] = tuple(
    name for name, value in vars(Instrument).items() if callable(value) and name[0] != "_"
)


# The hooks that are given a delivery and nothing else, which nearly all calls are to.
OF_A_DELIVERY = frozenset(
    name for name in HOOKS if [*signature(getattr(Instrument, name)).parameters][1:] == ["delivery"]
)


class Instruments:
    """The instruments of one runtime, indexed by hook.

    There is one attribute per hook: a function that calls it on every instrument that overrides
    it, or `None` while there is none. The runtime guards every call with that test, which is what
    keeps an unobserved run as fast as if there were no hooks. An instrument that raises loses its
    place, and nothing else happens.
    """

    __slots__ = ("_members", *HOOKS)

    def __init__(self) -> None:
        self._members: list[Instrument] = []
        for hook in HOOKS:
            setattr(self, hook, None)

    if TYPE_CHECKING:  # the slots above, for the type checker

        def __getattr__(self, hook: str) -> Callable[..., None] | None: ...

    def __contains__(self, instrument: object) -> bool:
        return instrument in self._members

    def add(self, instrument: Instrument) -> None:
        """Attach an instrument; attaching it twice changes nothing."""
        if instrument not in self._members:
            self._members.append(instrument)
            self._index()

    def remove(self, instrument: Instrument) -> None:
        """Detach an instrument; detaching it twice changes nothing."""
        if instrument in self._members:
            self._members.remove(instrument)
            self._index()

    def _index(self) -> None:
        for hook in HOOKS:
            default = getattr(Instrument, hook)
            calls = [
                self._guarded(getattr(member, hook), hook)
                for member in self._members
                if getattr(type(member), hook, default) is not default
            ]
            setattr(self, hook, _one_of_all(calls))

    def _guarded(self, method: Callable[..., None], hook: str) -> Callable[..., None]:
        """Call a hook so that the run does not suffer if it raises."""

        def call(*args: Any) -> None:
            try:
                method(*args)
            except Exception as error:
                self._expel(method, error)

        def call_with(delivery: Delivery) -> None:
            # The same, once more: packing and unpacking arguments takes longer than the call.
            try:
                method(delivery)
            except Exception as error:
                self._expel(method, error)

        return call_with if hook in OF_A_DELIVERY else call

    def _expel(self, method: Callable[..., None], error: Exception) -> None:
        instrument: Instrument = method.__self__  # type: ignore[attr-defined]
        self.remove(instrument)
        logger.error(
            "Instrument %s raised in %s and was removed; the run goes on without it.",
            type(instrument).__name__,
            method.__name__,
            exc_info=error,
        )


def _one_of_all(calls: list[Callable[..., None]]) -> Callable[..., None] | None:
    """One function that makes all these calls, or `None` if there are none."""
    if not calls:
        return None
    if len(calls) == 1:
        return calls[0]

    def call_all(*args: Any) -> None:
        for call in calls:
            call(*args)

    return call_all

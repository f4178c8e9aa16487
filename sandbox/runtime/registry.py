"""The registry: agent types, their factories, and the instances built from them."""

from __future__ import annotations

import asyncio
import inspect
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sandbox.messaging.agent_id import AgentId, warn_about_agent_type
from sandbox.messaging.constants import ROOT_LOGGER_NAME
from sandbox.messaging.exceptions import RecipientNotFoundError
from sandbox.messaging.instantiation import AgentInstantiationContext
from sandbox.messaging.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.messaging.agent import Agent
    from sandbox.messaging.agent_runtime import AgentRuntime
    from sandbox.runtime.instruments import Instruments

logger = logging.getLogger(ROOT_LOGGER_NAME)

MAILBOXES = ("interleaved", "serial")


@dataclass(frozen=True, slots=True)
class Registration:
    """What the registry knows of one agent type.

    Attributes:
        factory: makes an instance; `None` if the type has registered instances only.
        expected_class: the class that instances must have, if known.
        mailbox: `interleaved` or `serial`.
    """

    factory: Callable[[], Agent | Awaitable[Agent]] | None
    expected_class: type[Agent] | None
    mailbox: str


class Registry:
    """Agent types, their factories, and the instances built from them.

    Attributes:
        instances: the agents built or registered so far.
        serial_types: the agent types with a serial mailbox.
    """

    def __init__(self, runtime: AgentRuntime, instruments: Instruments, mailbox: str) -> None:
        self._runtime = runtime
        self._instruments = instruments
        self._mailbox = _valid_mailbox(mailbox)
        self._types: dict[str, Registration] = {}
        self._building: dict[AgentId, asyncio.Future[None]] = {}
        self._owners: dict[int, AgentId] = {}  # id() of an instance -> its agent id
        self.instances: dict[AgentId, Agent] = {}
        self.serial_types: set[str] = set()

    @property
    def types(self) -> dict[str, Registration]:
        """The registered agent types, in the order of registration."""
        return self._types

    def register(
        self,
        type: str,
        factory: Callable[[], Agent | Awaitable[Agent]],
        expected_class: type[Agent] | None,
        *,
        replace: bool,
        mailbox: str | None,
    ) -> None:
        """Register a factory for an agent type.

        Raises:
            ValueError: the type is registered already and `replace` is false, the factory is
                not callable, or the mailbox is neither `interleaved` nor `serial`.
        """
        if not callable(given := cast("object", factory)):
            msg = (
                f"The factory of agent type {type!r} is not callable but {given!r}. "
                "Pass a function or lambda that returns a new agent."
            )
            raise ValueError(msg)
        mailbox = self._mailbox if mailbox is None else _valid_mailbox(mailbox)
        if type in self._types:
            if not replace:
                msg = (
                    f"Agent with type {type} already exists. Choose another name, pass "
                    "replace=True to put the new factory in its place, or make a new runtime."
                )
                raise ValueError(msg)
            self.unregister(type)
        self._enter(type, Registration(factory, expected_class, mailbox))

    def check_instance(self, agent: Agent, agent_id: AgentId) -> None:
        """Refuse an instance that could not be registered under this id.

        Raises:
            ValueError: the id is taken, or its type has a factory or instances of another class.
        """
        if agent_id in self.instances:
            msg = f"Agent with id {agent_id} already exists. Choose another key."
            raise ValueError(msg)
        known = self._types.get(agent_id.type)
        if known is not None and known.factory is not None:
            msg = (
                "Agent factories and agent instances cannot be registered to the same type: "
                f"{agent_id.type!r} has a factory. Choose another type for this instance."
            )
            raise ValueError(msg)
        if known is not None and known.expected_class is not type(agent):
            msg = (
                "Agent instances must be the same object type: those of type "
                f"{agent_id.type!r} are {getattr(known.expected_class, '__name__', None)}, "
                f"this one is {type(agent).__name__}."
            )
            raise ValueError(msg)

    def register_instance(self, agent: Agent, agent_id: AgentId) -> None:
        """Enter an agent that was built outside and has passed `check_instance`."""
        if agent_id.type not in self._types:
            self._enter(agent_id.type, Registration(None, type(agent), self._mailbox))
        self._adopt(agent_id, agent)

    def unregister(self, type: str) -> None:
        """Remove an agent type and its instances.

        Raises:
            RecipientNotFoundError: no such type; it is a `LookupError`.
        """
        if type not in self._types:
            raise RecipientNotFoundError(self.not_found(type))
        del self._types[type]
        self.serial_types.discard(type)
        for agent_id in [i for i in self.instances if i.type == type]:
            del self._owners[id(self.instances.pop(agent_id))]
        if (tell := self._instruments.type_unregistered) is not None:
            tell(type)

    def forget(self, agent_id: AgentId) -> Agent:
        """Throw an instance away, to be built again when it is needed.

        Raises:
            LookupError: there is no such instance.
            ValueError: it was registered as an instance, so nothing could build it again.
        """
        if agent_id not in self.instances:
            built = ", ".join(map(str, self.instances)) or "none"
            msg = f"There is no agent {agent_id} to crash. Built so far: {built}."
            raise LookupError(msg)
        if self._types[agent_id.type].factory is None:
            msg = f"{agent_id} was registered as an instance, so nothing could build it again."
            raise ValueError(msg)
        agent = self.instances.pop(agent_id)
        del self._owners[id(agent)]
        return agent

    def not_found(self, type: str) -> str:
        """The sentence that says that this type is not registered, and which one may be meant."""
        return f"Agent with name {type} not found. {did_you_mean(type, self._types)}"

    def check_recipient(self, recipient: AgentId, message: object) -> None:
        """Refuse a recipient that nobody could build.

        Raises:
            RecipientNotFoundError: its type is not registered.
            TypeError: it is not an `AgentId`.
        """
        if type(recipient) is AgentId and recipient.type in self._types:
            return
        if not isinstance(given := cast("object", recipient), AgentId):
            msg = (
                f"The recipient must be an AgentId, not {given!r}. "
                'Write AgentId("type", "key"), or publish_message to reach a topic.'
            )
            raise TypeError(msg)
        if recipient.type not in self._types:
            msg = (
                f"Recipient not found: no agent type {recipient.type!r} is registered, "
                f"so this {type(message).__name__} cannot be sent to {recipient}. "
                f"{did_you_mean(recipient.type, self._types)}"
            )
            raise RecipientNotFoundError(msg)

    async def get(self, agent_id: AgentId) -> Agent:
        """The instance with this id, built now if there is none yet.

        While one caller builds it, others wait: an agent is never built twice.

        Raises:
            RecipientNotFoundError: its type is not registered; it is a `LookupError`.
            Exception: whatever the factory raised.
        """
        while True:
            agent = self.instances.get(agent_id)
            if agent is not None:
                return agent
            being_built = self._building.get(agent_id)
            if being_built is None:
                await self._build(agent_id)
            else:
                await asyncio.shield(being_built)

    async def _build(self, agent_id: AgentId) -> None:
        registration = self._types.get(agent_id.type)
        if registration is None:
            raise RecipientNotFoundError(self.not_found(agent_id.type))
        done = self._building[agent_id] = asyncio.get_running_loop().create_future()
        try:
            agent = await self._call_factory(agent_id, registration)
            if self._types.get(agent_id.type) is registration:  # not replaced in the meantime
                self._adopt(agent_id, agent)
        except BaseException as error:
            logger.exception("Error constructing agent %s", agent_id)
            if (tell := self._instruments.agent_failed) is not None:
                tell(agent_id, error)
            raise
        finally:
            del self._building[agent_id]
            done.set_result(None)

    async def _call_factory(self, agent_id: AgentId, registration: Registration) -> Agent:
        factory, expected = registration.factory, registration.expected_class
        if factory is None:
            msg = (
                f"There is no agent {agent_id}: type {agent_id.type!r} has registered instances "
                "only, and none with this key. If a publication to DefaultTopicId() led here, "
                "register the instance with skip_class_subscriptions=False, or remove the "
                "subscription that maps to this key."
            )
            raise RuntimeError(msg)
        with AgentInstantiationContext.populate_context((self._runtime, agent_id)):
            made: Any = factory()
            if inspect.isawaitable(made):
                made = await made
        if expected is not None and not isinstance(made, expected):
            msg = (
                f"Factory registered using the wrong type: expected {expected.__name__}, "
                f"got {type(made).__name__} for agent {agent_id}."
            )
            raise ValueError(msg)
        self._check_built(agent_id, made)
        return made  # type: ignore[no-any-return]  # checked just above

    def _check_built(self, agent_id: AgentId, made: Any) -> None:
        advice = (
            "Return a new agent on every call; to use one object that exists already, "
            "call register_agent_instance."
        )
        if not callable(getattr(made, "on_message", None)):
            msg = f"The factory of {agent_id} returned {made!r}, which is not an agent. {advice}"
            raise TypeError(msg)
        twin = self._owners.get(id(made))
        if twin is not None:
            msg = f"The factory of {agent_id} returned the object that is agent {twin}. {advice}"
            raise ValueError(msg)
        if not hasattr(made, "id"):
            # BaseAgent.__init__ learns the id from the factory's context.
            msg = (
                f"The factory of {agent_id} returned an agent of class {type(made).__name__} that "
                "has no id: either its __init__ does not call super().__init__(description), or "
                f"it was made before the factory was called. {advice}"
            )
            raise ValueError(msg)

    def _enter(self, type: str, registration: Registration) -> None:
        warn_about_agent_type(type)
        self._types[type] = registration
        if registration.mailbox == "serial":
            self.serial_types.add(type)
        if (tell := self._instruments.type_registered) is not None:
            tell(type, registration.expected_class, registration.mailbox)

    def _adopt(self, agent_id: AgentId, agent: Agent) -> None:
        self.instances[agent_id] = agent
        self._owners[id(agent)] = agent_id
        if (tell := self._instruments.agent_created) is not None:
            tell(agent_id, agent)


def _valid_mailbox(mailbox: str) -> str:
    if mailbox not in MAILBOXES:
        msg = f"mailbox must be one of {MAILBOXES}, not {mailbox!r}."
        raise ValueError(msg)
    return mailbox

"""Verbs: what a page may do to the deliveries, the agents and the order of a run."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from sandbox.inspector.control.patterns import agent_matches
from sandbox.inspector.recording.wording import sending_as
from sandbox.messaging.agent_id import AgentId
from sandbox.messaging.suggestions import did_you_mean
from sandbox.messaging.topic import TopicId
from sandbox.notebook.answering.forms import (
    form_of_class,
    form_of_message,
    is_whole,
    message_class,
    new_message,
    values_for,
)
from sandbox.notebook.commands import RefusedError
from sandbox.runtime.queue import place

if TYPE_CHECKING:
    from sandbox.inspector import Inspector
    from sandbox.runtime.delivery import Delivery

Number = dict[str, int]

VIEW: Final = "the view"
"""Where messages come from that were sent from a form of the page."""


class Verbs:
    """The commands that change something, each a call of the inspector.

    Args:
        inspector: the inspector.
    """

    def __init__(self, inspector: Inspector) -> None:
        self._inspector = inspector
        self._calls: set[asyncio.Task[Any]] = set()

    # Running

    async def step(self, number: int | None = None) -> Number | None:
        """Make one delivery."""
        return _numbered(await self._inspector.step(number))

    async def resume(self) -> None:
        """Deliver freely."""
        self._inspector.resume()

    async def pause(self) -> None:
        """Deliver only what is stepped."""
        self._inspector.pause()

    async def step_over(self, number: int | None = None) -> Number | None:
        """Make a request and all that it takes until it is answered."""
        return _numbered(await self._inspector.step_over(number))

    async def run_conversation(self, number: int | None = None) -> dict[str, int]:
        """Make a delivery and all that it leads to."""
        return {"made": await self._inspector.run_conversation(number)}

    async def step_to(self, agent: str) -> Number | None:
        """Make deliveries until one was made to this agent."""
        self._check_agent_type(agent)
        return _numbered(await self._inspector.step_to(agent))

    async def policy(self, name: str, seed: int | None = None) -> dict[str, str]:
        """Choose which delivery goes next."""
        self._inspector.policy = name if seed is None else f"{name}({seed})"
        return {"policy": self._inspector.policy}

    # One delivery

    async def hold(self, number: int) -> Number | None:
        """Put a delivery on hold."""
        return _numbered(self._inspector.hold(number))

    async def release(self, number: int) -> Number | None:
        """Let a held delivery go."""
        return _numbered(self._inspector.release(number))

    async def drop(self, number: int, error: bool = False) -> Number | None:
        """Drop a delivery, silently or with an error at its caller."""
        return _numbered(self._inspector.drop(number, error))

    async def duplicate(self, number: int) -> Number | None:
        """Copy a delivery; answers with the number of the copy."""
        return _numbered(self._inspector.duplicate(number))

    async def edit(self, number: int, fields: dict[str, Any]) -> Number | None:
        """Give the message of a delivery other values, by field."""
        message = self._inspector.runtime.stepper.find(number).message
        values = values_for(message, fields)
        if is_whole(message):
            return _numbered(self._inspector.edit(number, *values.values()))
        return _numbered(self._inspector.edit(number, **values))

    async def move(self, number: int, before: int | None = None) -> Number | None:
        """Move a delivery before another one, or to the end."""
        stepper = self._inspector.runtime.stepper
        stepper.find(number)
        if before == number:
            return {"number": number}
        others = [d.number for d in sorted(stepper.coming, key=place) if d.number != number]
        if before is not None:
            stepper.find(before)
        position = len(others) if before is None else others.index(before)
        return _numbered(self._inspector.move(number, position))

    # One agent

    async def crash(self, agent: str) -> dict[str, list[int]]:
        """Throw an agent away; answers with its turns that are still open."""
        return {"open": [delivery.number for delivery in self._inspector.crash(agent)]}

    async def pause_mailbox(self, agent: str) -> None:
        """Pass over the deliveries to an agent."""
        self._check_agent_type(agent)
        self._inspector.pause_mailbox(agent)

    async def resume_mailbox(self, agent: str) -> None:
        """Pass over them no more."""
        self._inspector.resume_mailbox(agent)

    # Messages

    async def form(
        self,
        number: int | None = None,
        agent_type: str | None = None,
        topic: str | None = None,
        message: str | None = None,
    ) -> dict[str, Any]:
        """The form to edit a delivery, or to make a message for an agent type or a topic."""
        runtime = self._inspector.runtime
        if number is not None:
            delivery = runtime.deliveries.get(number)
            if delivery is None:
                recorded = self._inspector.recording[number]
                reason = f"#{number} has left the queue, so its message cannot be changed any more."
                return {
                    "message_type": recorded.message_type,
                    "editable": False,
                    "reason": reason,
                    "fields": [],
                }
            return form_of_message(delivery)
        if message is None:
            raise RefusedError(
                "form needs the number of a delivery, or the name of a message class."
            )
        return form_of_class(message_class(runtime, message, self._receivers(agent_type, topic)))

    async def send(
        self,
        message: str,
        fields: dict[str, Any],
        agent: str | None = None,
        topic: str | None = None,
    ) -> Number | None:
        """Send a new message to an agent, or publish it to a topic, from outside."""
        if (agent is None) == (topic is None):
            raise RefusedError("send needs either an agent, 'type/key', or a topic, 'type/source'.")
        runtime = self._inspector.runtime
        recipient = None if agent is None else AgentId.from_str(agent)
        target = None if topic is None else TopicId.from_str(topic)
        receivers = self._receivers(
            None if recipient is None else recipient.type, None if target is None else target.type
        )
        new = new_message(message_class(runtime, message, receivers), fields)
        known = set(runtime.deliveries)
        if target is not None:
            with sending_as(VIEW):
                await runtime.publish_message(new, target)
        elif recipient is not None:
            self._check_agent_type(recipient.type)
            with sending_as(VIEW):
                call = asyncio.create_task(runtime.send_message(new, recipient))
            self._calls.add(call)
            call.add_done_callback(self._forget)
            await asyncio.sleep(0)  # until the request is in the queue
            if call.done() and (error := call.exception()) is not None:
                raise RefusedError(str(error))
        first = next((n for n in runtime.deliveries if n not in known), None)
        return None if first is None else {"number": first}

    def _forget(self, call: asyncio.Task[Any]) -> None:
        # What the handler raised is on record; nobody but the record asked.
        self._calls.discard(call)
        if not call.cancelled():
            call.exception()

    def _receivers(self, agent_type: str | None, topic: str | None) -> list[str]:
        registrations = self._inspector.runtime.registrations
        if agent_type is not None:
            self._check_agent_type(agent_type)
            return [agent_type]
        if topic is None:
            return list(registrations)
        state = self._inspector.recording.state
        matching = [
            subscription.agent_type
            for subscription in state.subscriptions.values()
            if subscription.agent_type is not None
            and (
                subscription.topic_type == topic
                or (subscription.prefix is not None and topic.startswith(subscription.prefix))
            )
        ]
        # Where nobody subscribes, whatever somebody handles may be meant.
        return matching or list(registrations)

    def _check_agent_type(self, agent: str) -> None:
        name = agent.partition("/")[0]
        registrations = self._inspector.runtime.registrations
        if not any(agent_matches(name, AgentId(each, "k")) for each in registrations):
            raise RefusedError(
                f"No agent type {name!r} is registered. {did_you_mean(name, registrations)}"
            )


def _numbered(delivery: Delivery | None) -> Number | None:
    return None if delivery is None else {"number": delivery.number}

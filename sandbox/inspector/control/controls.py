"""Controls: what can be done to one delivery, and to one agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.inspector.control.edits import check_replacement, edited
from sandbox.messaging.agent_id import AgentId

if TYPE_CHECKING:
    from sandbox.runtime.delivery import Delivery
    from sandbox.runtime.runtime import SingleThreadedAgentRuntime


class Controls:
    """The part of an inspector that holds, drops, copies and changes what is pending.

    All of it is recorded, and nothing of it happens unless it is asked for.
    """

    runtime: SingleThreadedAgentRuntime

    # One delivery

    def hold(self, number: int) -> Delivery:
        """Put a pending delivery on hold: it is passed over until `release`.

        Returns:
            The delivery.

        Raises:
            LookupError: delivery `number` is not pending.

        Example:
            >>> import asyncio
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime, TopicId
            >>> async def main():
            ...     runtime = SingleThreadedAgentRuntime()
            ...     inspector = Inspector(runtime)
            ...     await runtime.publish_message("hello", TopicId("news", "today"))
            ...     print(inspector.hold(1))
            ...     print(await inspector.step())
            ...     print(inspector.release(1))
            >>> asyncio.run(main())
            <Delivery #1 event str outside -> nobody: held>
            None
            <Delivery #1 event str outside -> nobody: queued>
        """
        return self.runtime.stepper.hold(number)

    def release(self, number: int) -> Delivery:
        """Put a held delivery back in its place in the queue; what is not held stays as it is.

        Returns:
            The delivery.

        Raises:
            LookupError: delivery `number` is not pending.

        Example:
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime
            >>> Inspector(SingleThreadedAgentRuntime()).release(1)
            Traceback (most recent call last):
            LookupError: Delivery #1 is not pending. Pending are: none.
        """
        return self.runtime.stepper.release(number)

    def drop(self, number: int, error: bool = False) -> Delivery:
        """Drop a pending delivery.

        Args:
            number: which one.
            error: whether the caller of a request gets a `MessageDroppedException`. By default
                it is told nothing and goes on waiting, as for a message lost on the way.

        Returns:
            The delivery; its verdict is `dropped`.

        Raises:
            LookupError: delivery `number` is not pending.

        Example:
            >>> import asyncio
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime, TopicId
            >>> async def main():
            ...     runtime = SingleThreadedAgentRuntime()
            ...     inspector = Inspector(runtime)
            ...     await runtime.publish_message("hello", TopicId("news", "today"))
            ...     print(inspector.drop(1))
            >>> asyncio.run(main())
            <Delivery #1 event str outside -> nobody: dropped>
        """
        return self.runtime.stepper.drop(number, error=error)

    def duplicate(self, number: int) -> Delivery:
        """Put a copy of a pending delivery at the end of the queue, with the very same message.

        It goes to the same agent, whatever becomes of subscriptions. Of two answers to one
        call, the caller gets the first; the other ends as `cancelled`.

        Returns:
            The copy, a delivery with a number of its own.

        Raises:
            LookupError: delivery `number` is not pending.

        Example:
            >>> import asyncio
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime, TopicId
            >>> async def main():
            ...     runtime = SingleThreadedAgentRuntime()
            ...     inspector = Inspector(runtime)
            ...     await runtime.publish_message("hello", TopicId("news", "today"))
            ...     print(inspector.duplicate(1).copy_of, len(inspector.queue))
            >>> asyncio.run(main())
            1 2
        """
        return self.runtime.stepper.duplicate(number)

    def edit(self, number: int, /, *message: Any, **fields: Any) -> Delivery:
        """Change the message of one pending delivery.

        A new object takes the place of the message. The original is left as it is, for the
        sender and other recipients may see it; the recording keeps both.

        Args:
            number: which delivery. Of a publication, only this one recipient's.
            message: a whole new message of the same class, instead of fields.
            fields: new values of fields of a dataclass, a pydantic model, a named tuple or a
                `dict`.

        Returns:
            The delivery.

        Raises:
            LookupError: delivery `number` is not pending.
            TypeError: the message has no such field, or a value is not of the field's type.
            ValueError: it is a response that carries an exception.

        Example:
            >>> import asyncio
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime, TopicId
            >>> async def main():
            ...     runtime = SingleThreadedAgentRuntime()
            ...     inspector = Inspector(runtime)
            ...     await runtime.publish_message({"price": 3}, TopicId("orders", "s1"))
            ...     print(inspector.edit(1, price=4).message)
            ...     print(inspector.recording[1].original)
            >>> asyncio.run(main())
            {'price': 4}
            {'price': 3}
        """
        stepper = self.runtime.stepper
        present = stepper.find(number).message
        if bool(message) == bool(fields) or len(message) > 1:
            msg = "Pass either fields, as edit(3, price=4), or one whole message, as edit(3, text)."
            raise TypeError(msg)
        if message:
            check_replacement(present, message[0])
            return stepper.edit(number, message[0])
        return stepper.edit(number, edited(present, fields), fields)

    def move(self, number: int, position: int) -> Delivery:
        """Give a pending delivery another place in the queue.

        Args:
            number: which one.
            position: how many are to stand before it, of those under the policy `fifo`; 0
                makes it the first.

        Returns:
            The delivery.

        Raises:
            LookupError: delivery `number` is not pending.
            IndexError: there are not so many others.

        Example:
            >>> import asyncio
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime, TopicId
            >>> async def main():
            ...     runtime = SingleThreadedAgentRuntime()
            ...     inspector = Inspector(runtime)
            ...     for word in ("one", "two", "three"):
            ...         await runtime.publish_message(word, TopicId("news", "today"))
            ...     _ = inspector.move(3, 0)
            ...     print([delivery.message for delivery in inspector.queue])
            >>> asyncio.run(main())
            ['three', 'one', 'two']
        """
        return self.runtime.stepper.move(number, position)

    # One agent

    def crash(self, agent: AgentId | str) -> tuple[Delivery, ...]:
        """Throw an agent away, as if its process had died: its state is lost.

        The next delivery to it has it built again. Its open turns go on, with the object that
        was thrown away: running code cannot be taken back.

        Args:
            agent: an `AgentId`, or its text `type/key`.

        Returns:
            The deliveries whose turns are still open at that agent.

        Raises:
            LookupError: there is no such agent yet.
            ValueError: it was registered as an instance, so nothing could build it again.

        Example:
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime
            >>> Inspector(SingleThreadedAgentRuntime()).crash("worker/default")
            Traceback (most recent call last):
            LookupError: There is no agent worker/default to crash. Built so far: none.
        """
        return self.runtime.stepper.crash(_agent_id(agent))

    def pause_mailbox(self, agent: AgentId | str) -> None:
        """Pass over all deliveries to one agent, answers included; its open turns go on.

        A step that names such a delivery makes it nevertheless.

        Args:
            agent: an `AgentId`, or its text `type/key`.

        Raises:
            ValueError: the text is not of that form.

        Example:
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime
            >>> inspector = Inspector(SingleThreadedAgentRuntime())
            >>> inspector.pause_mailbox("worker/default")
            >>> inspector.paused_mailboxes
            (AgentId(type="worker", key="default"),)
            >>> inspector.resume_mailbox("worker/default")
        """
        self.runtime.stepper.pause_mailbox(_agent_id(agent))

    def resume_mailbox(self, agent: AgentId | str) -> None:
        """Undo `pause_mailbox`; what was passed over goes in its turn.

        Args:
            agent: an `AgentId`, or its text `type/key`.

        Raises:
            ValueError: the text is not of that form.

        Example:
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime
            >>> Inspector(SingleThreadedAgentRuntime()).resume_mailbox("worker/default")
        """
        self.runtime.stepper.resume_mailbox(_agent_id(agent))

    @property
    def paused_mailboxes(self) -> tuple[AgentId, ...]:
        """The agents whose deliveries are passed over, in the order of pausing.

        Example:
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime
            >>> Inspector(SingleThreadedAgentRuntime()).paused_mailboxes
            ()
        """
        return self.runtime.stepper.paused_mailboxes


def _agent_id(agent: AgentId | str) -> AgentId:
    return AgentId.from_str(agent) if isinstance(agent, str) else agent

"""Running: many deliveries at once, in which order, and what stops them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.inspector.control.breakpoints import Breakpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from sandbox.inspector.control.patterns import AgentPattern, MessagePattern, TopicPattern
    from sandbox.inspector.control.runs import Runs
    from sandbox.inspector.control.stops import Stops
    from sandbox.inspector.recording.recording import Recording
    from sandbox.inspector.recording.records import Stopped
    from sandbox.messaging.message_context import MessageContext
    from sandbox.runtime.delivery import Delivery
    from sandbox.runtime.policies import Policy
    from sandbox.runtime.runtime import SingleThreadedAgentRuntime


class Running:
    """The part of an inspector that makes many deliveries, and stops them."""

    runtime: SingleThreadedAgentRuntime
    recording: Recording
    _runs: Runs
    _stops: Stops

    async def run(
        self,
        until: Callable[[Delivery], object] | None = None,
        limit: int | None = None,
        *,
        budget: int | None = None,
    ) -> int:
        """Make deliveries until nothing is left to do, or a breakpoint is met.

        They go as they would if the runtime ran freely: while one turn sleeps or does I/O,
        others are made. A run that takes longer than a second shows its progress. `pause`, in
        a handler, a task or the live view, ends it before the next delivery. It may also be
        interrupted; what was recorded stays, and another run goes on from there.

        Args:
            until: called with each delivery that was made, as soon as its turn has ended or is
                parked; a true answer ends the run.
            limit: make at most so many deliveries.
            budget: likewise, but then say so in the recording, as a breakpoint does: a guard
                against programs that never end. By default that of the inspector.

        Returns:
            How many deliveries were made. What stopped the run, if anything did, is `stopped`.

        Raises:
            RuntimeError: the runtime is started and not paused.
            Exception: what `until` raised.

        Example:
            >>> import asyncio
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime, TopicId
            >>> async def main():
            ...     runtime = SingleThreadedAgentRuntime()
            ...     inspector = Inspector(runtime)
            ...     for word in ("one", "two", "three"):
            ...         await runtime.publish_message(word, TopicId("news", "today"))
            ...     print(await inspector.run(until=lambda delivery: delivery.message == "two"))
            ...     print(await inspector.run())
            >>> asyncio.run(main())
            2
            1
        """
        return await self._runs.run(until=until, limit=limit, budget=budget)

    async def step_over(self, number: int | None = None) -> Delivery | None:
        """Make a request, and everything that it takes until its answer was delivered.

        Only what the request leads to is delivered; all else stays in the queue.

        Args:
            number: the request, pending or being handled; by default what is next. Anything but
                a request is just stepped.

        Returns:
            The delivered response. Or the request, if nothing more can be done for it and it
            was not answered, or a breakpoint was met; `None` if nothing may go.

        Raises:
            LookupError: delivery `number` is neither pending nor being handled.
            RuntimeError: the runtime is started and not paused.

        Example:
            >>> import asyncio
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime
            >>> print(asyncio.run(Inspector(SingleThreadedAgentRuntime()).step_over()))
            None
        """
        return await self._runs.step_over(number)

    async def run_conversation(self, number: int | None = None) -> int:
        """Make a delivery and everything that it leads to, directly or not.

        Args:
            number: the delivery, pending or made; by default what is next.

        Returns:
            How many deliveries were made.

        Raises:
            LookupError: there is no such delivery.
            RuntimeError: the runtime is started and not paused.

        Example:
            >>> import asyncio
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime
            >>> asyncio.run(Inspector(SingleThreadedAgentRuntime()).run_conversation())
            0
        """
        return await self._runs.run_conversation(number)

    async def step_to(self, agent: AgentPattern) -> Delivery | None:
        """Make deliveries until one was made to this agent.

        Args:
            agent: an `AgentId`, its text `type/key`, or a type; `*` stands for anything.

        Returns:
            The delivery to that agent, or `None` if none came or a breakpoint was met before.

        Raises:
            RuntimeError: the runtime is started and not paused.

        Example:
            >>> import asyncio
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime
            >>> print(asyncio.run(Inspector(SingleThreadedAgentRuntime()).step_to("worker")))
            None
        """
        return await self._runs.step_to(agent)

    @property
    def policy(self) -> str:
        """Which pending delivery goes next, stepped or free; `fifo` unless it was set.

        `fifo` takes the oldest, `lifo` the newest, `random(7)` any one, and `pairs(7)` any one
        but keeps the order between each sender and recipient. The number is a seed: the same
        program under the same seed runs in the same order. `queue` shows that order.

        Raises:
            ValueError: set to what is no policy.

        Example:
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime
            >>> inspector = Inspector(SingleThreadedAgentRuntime())
            >>> inspector.policy = "random(7)"
            >>> inspector.policy
            'random(7)'
        """
        return self.runtime.stepper.policy

    @policy.setter
    def policy(self, policy: str | Policy) -> None:
        self.runtime.stepper.policy = policy

    # Breakpoints

    def break_on(
        self,
        kind: str,
        *,
        agent: AgentPattern | None = None,
        topic: TopicPattern | None = None,
        message: MessagePattern | None = None,
        when: Callable[[Any, MessageContext | None, Any], object] | None = None,
        recipients: int | Container[int] | None = None,
        hits: int = 1,
        once: bool = False,
        hold_only: bool = False,
    ) -> Breakpoint:
        """Stop when something happens: end the run, or pause the runtime if it delivers freely.

        Before a delivery leaves the queue it can stop on `before` (any delivery), `reply` (an
        answer), `routed` (a publication that goes to its recipients) and `no_recipient` (a
        publication that nobody receives); what is stopped is still pending then. A step made
        by hand is not stopped there. As soon as it has happened, it can stop on `sent`,
        `created` (an agent was built), `after` (a turn has ended), `failed`, `unhandled`,
        `dropped`, `changed` (a message was changed after it was sent) and `invariant` (one is
        broken).

        Args:
            kind: one of these.
            agent: only at this agent: the sender of what is sent, the one that is built, either
                side of an answer, else the recipient. An `AgentId`, its text `type/key`, or a
                type; `*` stands for anything.
            topic: only under this topic: a `TopicId`, its text `type/source`, or a type.
            message: only with a message of this class, or whose class has this name.
            when: only if this is true of `(message, context, agent)`. `agent` is the object
                itself, or `None` if it was not built yet. If it raises, that stops as well.
            recipients: for `routed`, only with this number of recipients, or one contained in
                this, for instance `range(2, 100)`.
            hits: stop from this hit on.
            once: stop only once.
            hold_only: only pause the mailbox of the agent concerned; all others go on.

        Returns:
            The breakpoint, which counts its `hits` and can be removed.

        Raises:
            ValueError: there is no such kind, or an argument makes no sense with it.

        Example:
            >>> import asyncio
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime, TopicId
            >>> async def main():
            ...     runtime = SingleThreadedAgentRuntime()
            ...     inspector = Inspector(runtime)
            ...     inspector.break_on("before", message=str, when=lambda m, ctx, agent: m == "two")
            ...     for word in ("one", "two"):
            ...         await runtime.publish_message(word, TopicId("news", "today"))
            ...     print(await inspector.run(), inspector.stopped.number)
            >>> asyncio.run(main())
            1 2
        """
        return self._stops.add(
            Breakpoint(
                kind=kind,
                agent=agent,
                topic=topic,
                message=message,
                when=when,
                recipients=recipients,
                from_hit=hits,
                once=once,
                hold_only=hold_only,
            )
        )

    @property
    def breakpoints(self) -> tuple[Breakpoint, ...]:
        """The breakpoints that there are, in the order of making.

        Example:
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime
            >>> inspector = Inspector(SingleThreadedAgentRuntime())
            >>> _ = inspector.break_on("no_recipient")
            >>> inspector.breakpoints
            (<Breakpoint no_recipient: never met>,)
        """
        return tuple(self._stops)

    @property
    def stopped(self) -> Stopped | None:
        """What stopped the run last: its delivery, if any, by what, and the reason in words.

        `None` if nothing did, or the runtime was resumed or another run begun since.

        Example:
            >>> from sandbox import Inspector, SingleThreadedAgentRuntime
            >>> print(Inspector(SingleThreadedAgentRuntime()).stopped)
            None
        """
        return self.recording.state.stopped

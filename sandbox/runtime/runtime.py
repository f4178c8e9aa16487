"""The runtime that people use."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sandbox.messaging.cancellation import CancellationToken
from sandbox.messaging.topic import TopicId
from sandbox.runtime.activity import Activity
from sandbox.runtime.directory import Directory
from sandbox.runtime.dispatcher import Dispatcher
from sandbox.runtime.event_log import EventLog
from sandbox.runtime.interventions import Interventions
from sandbox.runtime.reports import Reports
from sandbox.runtime.stepper import Stepper
from sandbox.runtime.tracing import tracing_for
from sandbox.runtime.watching import announce_runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from opentelemetry.trace import TracerProvider

    from sandbox.messaging.agent_id import AgentId
    from sandbox.messaging.intervention import InterventionHandler
    from sandbox.runtime.delivery import Delivery
    from sandbox.runtime.instruments import Instrument

# How long a caller waits for a runtime that does not deliver before we say so, in seconds.
HINT_AFTER = 1.0

# How often `stop_when` looks at a condition that no delivery has touched, in seconds.
LOOK_AGAIN_AFTER = 0.1


class SingleThreadedAgentRuntime(Directory):
    """Runs agents and delivers their messages, in one process and on one event loop.

    Messages wait in one queue, requests, events and responses alike, and are delivered in
    order; each handler runs as a task of its own. The names and the behaviour are those of
    AutoGen Core; where it loses messages or hangs, this runtime does not (see the README).

    Args:
        intervention_handlers: may replace or drop messages when they leave the queue. Each is
            given what the one before it returned.
        tracer_provider: an OpenTelemetry tracer provider to report spans to. Without one the
            global provider is used, if OpenTelemetry was set up before.
        ignore_unhandled_exceptions: whether an exception in an event handler is only logged.
            If false it is also raised by the next `stop`, `stop_when_idle`, `stop_when` or
            `process_next`. The exception of a request always goes to its caller.
        mailbox: `interleaved` lets an agent have several open turns, which take turns at each
            `await`; `serial` makes the next delivery wait until the open turn has ended.
            `register_factory` can choose for each agent type.
        on_unhandled: what to do when an agent has no handler for a message: `log` it and
            answer a request with `None`, or `raise` a `CantHandleException`.

    Raises:
        ValueError: `mailbox` or `on_unhandled` has another value.

    Example:
        >>> import asyncio
        >>> from sandbox import AgentId, MessageContext, RoutedAgent, rpc
        >>> class Echo(RoutedAgent):
        ...     @rpc
        ...     async def answer(self, message: str, ctx: MessageContext) -> str:
        ...         return message.upper()
        >>> async def main():
        ...     runtime = SingleThreadedAgentRuntime()
        ...     await Echo.register(runtime, "echo", lambda: Echo("Says it louder."))
        ...     runtime.start()
        ...     print(await runtime.send_message("hello", AgentId("echo", "default")))
        ...     await runtime.stop_when_idle()
        >>> asyncio.run(main())
        HELLO
    """

    def __init__(
        self,
        *,
        intervention_handlers: Sequence[InterventionHandler] | None = None,
        tracer_provider: TracerProvider | None = None,
        ignore_unhandled_exceptions: bool = True,
        mailbox: str = "interleaved",
        on_unhandled: str = "log",
    ) -> None:
        super().__init__(mailbox)
        self._reports = Reports(
            ignore_unhandled_exceptions=ignore_unhandled_exceptions, on_unhandled=on_unhandled
        )
        event_log = EventLog(self._serializers, self._instruments)
        event_log.follow_level()
        self._dispatcher = Dispatcher(
            self._registry,
            self._router,
            Interventions(intervention_handlers, self._instruments),
            self._instruments,
            self._reports,
            event_log,
        )
        self._ledger = self._dispatcher.ledger
        self._pump = self._dispatcher.pump
        self._stepper = Stepper(self._dispatcher, self._registry, self._instruments)
        self._hint: asyncio.TimerHandle | None = None
        tracing = tracing_for(tracer_provider, self.agents, self._serializers)
        if tracing is not None:
            self._instruments.add(tracing)
        announce_runtime(self)

    # Messages

    async def send_message(
        self,
        message: Any,
        recipient: AgentId,
        *,
        sender: AgentId | None = None,
        cancellation_token: CancellationToken | None = None,
        message_id: str | None = None,
    ) -> Any:
        """Send a request to one agent and await its answer.

        Args:
            message: any object; the recipient gets this very object.
            recipient: the agent; it is built if need be.
            sender: the sending agent, or `None` from outside. It is a label and never looked up.
            cancellation_token: cancelling it cancels this call, not the handler.
            message_id: `m1`, `m2`, … by default.

        Returns:
            What the handler returned; `None` if no handler took the message.

        Raises:
            RecipientNotFoundError: the recipient's type is not registered (a `LookupError`).
            MessageDroppedException: the request or its response was dropped.
            RuntimeStoppedError: the runtime was stopped before the answer came.
            WrongLoopError: the runtime belongs to another event loop.
            asyncio.CancelledError: the token was cancelled.
            Exception: whatever the handler raised.
        """
        token = CancellationToken() if cancellation_token is None else cancellation_token
        request = self._dispatcher.request(message, recipient, sender, token, message_id)
        reply = request.reply
        assert reply is not None  # every new request has one
        token.attach_future(reply)
        turn = self._ledger.park(request) if request.cause is not None else None
        if not self._pump.flowing:
            self._hint_later()
        try:
            return await reply
        finally:
            token.detach_future(reply)
            if turn is not None:
                self._ledger.unpark(turn, request)

    async def publish_message(
        self,
        message: Any,
        topic_id: TopicId,
        *,
        sender: AgentId | None = None,
        cancellation_token: CancellationToken | None = None,
        message_id: str | None = None,
    ) -> None:
        """Publish a message to a topic; returns as soon as it is queued.

        Every subscriber gets a delivery of its own, with the same object and `message_id`. The
        sender itself is skipped. What handlers raise does not reach the publisher.

        Args:
            message: any object; all recipients get this very object.
            topic_id: the topic.
            sender: the publishing agent, or `None` from outside.
            cancellation_token: passed on to the handlers.
            message_id: `m1`, `m2`, … by default.

        Raises:
            TypeError: `topic_id` is not a `TopicId`.
            WrongLoopError: the runtime belongs to another event loop.
        """
        if type(topic_id) is not TopicId:
            _check_topic(topic_id)
        token = CancellationToken() if cancellation_token is None else cancellation_token
        self._dispatcher.publisher.publish(message, topic_id, sender, token, message_id)
        if not self._pump.flowing:
            self._hint_later()

    @property
    def last_published(self) -> str | None:
        """Id of the message sent or published last; `None` if there was none yet."""
        return self._ledger.last_message_id

    @property
    def unprocessed_messages_count(self) -> int:
        """How many messages wait in the queue; a publication counts once."""
        pending = list(self._ledger.queue)
        publications = {id(d.publication) for d in pending if d.publication is not None}
        return sum(d.publication is None for d in pending) + len(publications)

    # Life

    def start(self) -> None:
        """Begin to deliver. Messages sent before wait until then.

        Raises:
            RuntimeError: it is started already (harmless), or no event loop is running.
            WrongLoopError: it is in use in another event loop.
        """
        try:
            self._pump.start()
        except RuntimeError as error:
            if asyncio._get_running_loop() is not None:  # noqa: SLF001  # the documented low-level probe
                raise
            msg = (
                "start() needs a running event loop. Call it in a notebook cell, or inside "
                "an async function that asyncio.run() runs."
            )
            raise RuntimeError(msg) from error
        if (tell := self._instruments.runtime_started) is not None:
            tell()

    async def stop(self) -> None:
        """Stop at once. Open turns go on, but nothing pending is delivered any more.

        Pending deliveries end as `stranded`, and all callers that still wait for an answer get
        a `RuntimeStoppedError`. The runtime can be started again.

        Raises:
            RuntimeError: it is not started.
            Exception: what an event handler raised, unless such exceptions are ignored.
        """
        self._check_started()
        self._stop()
        self._reports.raise_kept()

    async def stop_when_idle(self, timeout: float | None = None) -> None:
        """Stop once nothing is queued and no turn is open; return at once if stopped meanwhile.

        Args:
            timeout: give up after this many seconds; by default wait as long as it takes.

        Raises:
            RuntimeError: it is not started, or this is called by a handler, which could never
                return.
            TimeoutError: it was not idle in time; the message lists what is outstanding, and
                the runtime goes on.
            Exception: what an event handler raised, unless such exceptions are ignored.
        """
        self._check_started()
        self._check_not_in_handler()
        try:
            async with asyncio.timeout(timeout):
                await self._ledger.idle()
        except TimeoutError:
            outstanding = "; ".join(map(repr, self._ledger.unsettled.values()))
            msg = f"Not idle after {timeout} s. Outstanding: {outstanding}"
            raise TimeoutError(msg) from None
        if self._pump.started:
            self._stop()
        self._reports.raise_kept()

    async def stop_when(self, condition: Callable[[], bool]) -> None:
        """Stop once `condition()` is true. It is looked at after every delivery.

        Raises:
            RuntimeError: the runtime is not started.
            Exception: what the condition raised; the runtime then goes on. Or what an event
                handler raised, unless such exceptions are ignored.
        """
        self._check_started()
        with Activity(self._instruments) as activity:
            while self._pump.started and not condition():
                await activity.wait(LOOK_AGAIN_AFTER)
        if self._pump.started:
            self._stop()
        self._reports.raise_kept()

    async def close(self) -> None:
        """Stop, if started, and close all agents.

        Raises:
            Exception: what the `close` of an agent raised; all others are closed nevertheless.
        """
        if self._hint is not None:
            self._hint.cancel()  # it would keep all that belongs to the runtime until it is due
        try:
            if self._pump.started:
                await self.stop()
        finally:
            errors: list[Exception] = []
            for agent in list(self._registry.instances.values()):
                try:
                    await agent.close()
                except Exception as error:  # raised below
                    errors.append(error)
            if errors:
                for other in errors[1:]:
                    errors[0].add_note(f"Another agent failed to close as well: {other!r}")
                raise errors[0]

    async def process_next(self) -> None:
        """Deliver the next message, to all its recipients; wait while there is none.

        It returns before the handlers have finished. To see one delivery through, use `step`.

        Raises:
            Exception: what an event handler raised, unless such exceptions are ignored.
        """
        self._reports.raise_kept()
        self._pump.bind()
        # It gives way to the event loop once. As in AutoGen Core, the handlers have begun when it
        # returns, but nothing that they started has run.
        await asyncio.sleep(0)
        with Activity(self._instruments) as activity:
            while not self._dispatcher.deliver_next(copy_context()):
                await activity.wait()

    _process_next = process_next  # the name under which AutoGen Core's own tests call it

    # Stepping and watching

    @property
    def stepper(self) -> Stepper:
        """Holds the runtime and makes deliveries one by one."""
        return self._stepper

    async def step(self, number: int | None = None) -> Delivery | None:
        """Make exactly one delivery; see `Stepper.step`."""
        return await self._stepper.step(number)

    def add_instrument(self, instrument: Instrument) -> None:
        """Let an instrument observe this runtime from now on."""
        self._instruments.add(instrument)

    def remove_instrument(self, instrument: Instrument) -> None:
        """Let an instrument no longer observe this runtime."""
        self._instruments.remove(instrument)

    @property
    def deliveries(self) -> Mapping[int, Delivery]:
        """All deliveries without a verdict, by number: pending, and those being handled."""
        return MappingProxyType(self._ledger.unsettled)

    @property
    def started(self) -> bool:
        """Whether it was started and not stopped since; it may be paused all the same."""
        return self._pump.started

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The event loop that owns this runtime; `None` until its first use."""
        return self._pump.loop

    # Helpers

    def _stop(self) -> None:
        self._ledger.stop()
        if (tell := self._instruments.runtime_stopped) is not None:
            tell()

    def _check_started(self) -> None:
        if not self._pump.started:
            msg = "Runtime is not started. Call start() first."
            raise RuntimeError(msg)

    def _check_not_in_handler(self) -> None:
        # A task that a handler has spawned may wait for idleness; the handler itself may not.
        # Its own task is not noted before its first await, if it was started eagerly.
        turn = self._ledger.turn_here()
        if turn is not None and turn.task in {asyncio.current_task(), None}:
            msg = (
                "stop_when_idle() was awaited by a message handler. It would wait for that "
                "handler to end, for ever. Await it outside, or call stop()."
            )
            raise RuntimeError(msg)

    def _hint_later(self) -> None:
        if self._hint is None:
            loop = asyncio.get_running_loop()
            self._hint = loop.call_later(HINT_AFTER, self._say_if_nothing_delivers)

    def _say_if_nothing_delivers(self) -> None:
        self._hint = None
        waiting = next(iter(self._ledger.queue), None)
        if waiting is not None and not self._pump.flowing and not self._stepper.watched:
            self._reports.nothing_delivers(waiting, paused=self._pump.paused)


def _check_topic(topic_id: object) -> None:
    if not isinstance(topic_id, TopicId):
        msg = (
            f"topic_id must be a TopicId, not {topic_id!r}. "
            'Write TopicId("type", "source"), or send_message to reach one agent.'
        )
        raise TypeError(msg)

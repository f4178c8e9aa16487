"""The inspector: a runtime opened up, to look at and to step."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
from typing import TYPE_CHECKING, Any, Literal, cast

from sandbox.inspector.control.controls import Controls
from sandbox.inspector.control.endless import ROUNDS, Endless
from sandbox.inspector.control.running import Running
from sandbox.inspector.control.runs import Runs
from sandbox.inspector.control.stops import Stops
from sandbox.inspector.diagnosis.problems import Problems
from sandbox.inspector.explaining.why import Why
from sandbox.inspector.pictures.drawing import draw
from sandbox.inspector.pictures.graph import graph_of
from sandbox.inspector.pictures.picture import static_html
from sandbox.inspector.pictures.sequence import draw_sequence
from sandbox.inspector.pictures.sequence_plan import DELIVERIES
from sandbox.inspector.pictures.text import as_text
from sandbox.inspector.recording.recorder import Recorder
from sandbox.inspector.recording.recording import Recording
from sandbox.inspector.remembering.invariants import Invariants
from sandbox.inspector.remembering.looking import Looking
from sandbox.inspector.remembering.states import States
from sandbox.runtime.runtime import SingleThreadedAgentRuntime

if TYPE_CHECKING:
    import os

    import networkx as nx
    from matplotlib.axes import Axes

    from sandbox.inspector.diagnosis.problem import Problem
    from sandbox.inspector.explaining.explanation import Explanation
    from sandbox.messaging.agent_id import AgentId
    from sandbox.messaging.topic import TopicId
    from sandbox.runtime.delivery import Delivery


class Inspector(Running, Controls, Looking):
    """Records a runtime and makes its deliveries one at a time.

    It may be made before or after `start()`, and changes nothing about the run but the moment of
    each delivery. As the last line of a notebook cell it shows the live view.

    Args:
        runtime: the runtime to inspect.
        paused: whether to hold the runtime at once, so that only steps deliver.
        budget: stop after so many deliveries of one run, or since the runtime was resumed. By
            default there is no such limit.
        rounds: stop when messages have caused each other, over and over, for so many rounds of
            the same cycle, and name it in `stopped`: a guard against programs that never end. It
            does not matter how many messages there are, but how often one chain of causes comes
            by the same sender, message type and recipient. Who means it may `resume` or `run`
            again, and is asked again after ten times as many; `None` never stops.
        path: a new file to write the recording to as it goes; see `Recording`.
        limit: how many records to keep in memory at least; see `Recording`.

    Raises:
        TypeError: `runtime` is not a runtime of this package.
        ValueError: `budget`, `rounds` or `limit` is less than 1.
        FileExistsError: there is a file at `path` already.

    Example:
        >>> import asyncio
        >>> from sandbox import AgentId, MessageContext, RoutedAgent, SingleThreadedAgentRuntime
        >>> from sandbox import rpc
        >>> class Echo(RoutedAgent):
        ...     @rpc
        ...     async def answer(self, message: str, ctx: MessageContext) -> str:
        ...         return message.upper()
        >>> async def main():
        ...     runtime = SingleThreadedAgentRuntime()
        ...     await Echo.register(runtime, "echo", lambda: Echo("Says it louder."))
        ...     inspector = Inspector(runtime)
        ...     call = asyncio.create_task(runtime.send_message("hi", AgentId("echo", "default")))
        ...     await asyncio.sleep(0)
        ...     print(inspector.paused, inspector.queue)
        ...     while (delivery := await inspector.step()) is not None:
        ...         print(delivery)
        ...     print(await call)
        ...     print(inspector.loop is asyncio.get_running_loop())
        ...     inspector.close()
        >>> asyncio.run(main())
        True (<Delivery #1 request str outside -> echo/default: queued>,)
        <Delivery #1 request str outside -> echo/default: handled>
        <Delivery #2 response str echo/default -> outside: handled>
        HI
        True
    """

    def __init__(
        self,
        runtime: SingleThreadedAgentRuntime,
        *,
        paused: bool = True,
        budget: int | None = None,
        rounds: int | None = ROUNDS,
        path: str | os.PathLike[str] | None = None,
        limit: int | None = None,
    ) -> None:
        if not isinstance(given := cast("object", runtime), SingleThreadedAgentRuntime):
            msg = f"Inspector needs a SingleThreadedAgentRuntime, not {given!r}."
            raise TypeError(msg)
        self.runtime = runtime
        self.recording = Recording(path, limit=limit)
        self._recorder = Recorder(self.recording)
        self._recorder.begin(runtime)
        self._why = Why(self.recording, runtime)
        self._problems = Problems(self.recording, runtime)
        runtime.add_instrument(self._recorder)
        self._stops = Stops(runtime, self.recording, self._recorder)
        self._stops.set_budget(budget)
        if rounds is not None:
            endless = Endless(runtime, self.recording, self._stops.stop, rounds)
            self._recorder.at_milestones(endless.every, endless.look)
        self._runs = Runs(runtime, self.recording, self._stops, self._tell_mode)
        self._states = States(self.recording, runtime)
        self._invariants = Invariants(runtime, self._problems, self._stops)
        if paused:
            self.pause()
        else:
            self._tell_mode()

    def _tell_mode(self) -> None:
        mode = "run" if self._runs.under_way else "paused" if self.paused else "running"
        self._recorder.mode(mode)

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The event loop that owns the runtime; `None` until its first use."""
        return self.runtime.loop

    @property
    def queue(self) -> tuple[Delivery, ...]:
        """The pending deliveries in the order in which they would go if no others came.

        Under the policy `fifo` those that may not go now keep their place, else they come last.
        """
        return self.runtime.stepper.coming

    @property
    def paused(self) -> bool:
        """Whether only steps deliver."""
        return self.runtime.stepper.paused

    def pause(self) -> None:
        """Deliver only what is stepped from now on. What is being handled goes on.

        A run that is under way, `run` or any of its kind, ends before its next delivery.

        Example:
            >>> from sandbox import SingleThreadedAgentRuntime
            >>> inspector = Inspector(SingleThreadedAgentRuntime(), paused=False)
            >>> inspector.pause()
            >>> inspector.paused
            True
        """
        self._runs.end()
        self.runtime.stepper.pause()
        self._recorder.mode("paused")

    def resume(self) -> None:
        """Let the runtime deliver freely. If it is not started, it does so once it is.

        Example:
            >>> from sandbox import SingleThreadedAgentRuntime
            >>> inspector = Inspector(SingleThreadedAgentRuntime())
            >>> inspector.resume()
            >>> inspector.paused
            False
        """
        self._stops.count_anew()
        self.runtime.stepper.resume()
        self._recorder.mode("running")

    async def step(self, number: int | None = None) -> Delivery | None:
        """Make exactly one delivery.

        Args:
            number: which one; by default the next that may go.

        Returns:
            The delivery, once its turn has ended or is parked on another agent's answer; `None`
            at once if nothing may go.

        Raises:
            LookupError: delivery `number` is not pending.
            RuntimeError: it may not go now. Or the runtime is started and not paused.
        """
        await self._runs.let_tasks_begin()
        return await self.runtime.step(number)

    def why(
        self,
        message: Any,
        agent: AgentId | str | None = None,
        *,
        topic: TopicId | str | None = None,
        sender: AgentId | str | None = None,
    ) -> Explanation:
        """Explain why an agent got a message, or did not.

        Args:
            message: number of a delivery, a delivery, or a message id; or a message that is
                pending; or any message, as if it were sent now.
            agent: the agent, as `AgentId` or `type/key`; by default the recipient.
            topic: publish the message there, in thought; without a topic it is sent directly.
            sender: who does that, in thought; by default somebody outside.

        Returns:
            The routing decisions in order, with the first failing one and what to do about it.

        Raises:
            LookupError: there is no such delivery or message id.
            ValueError: agent or topic is not written as it should be, or the agent is missing.

        Example:
            >>> from sandbox import SingleThreadedAgentRuntime
            >>> inspector = Inspector(SingleThreadedAgentRuntime())
            >>> explanation = inspector.why("soup", "kitchen/s1", topic="orders/s1")
            >>> explanation.first_failing.question
            'Is the agent type registered?'
        """
        return self._why(message, agent, topic=topic, sender=sender)

    @property
    def problems(self) -> list[Problem]:
        """What went wrong so far, or looks wrong, in the order of the deliveries.

        The kinds: `unhandled` (no handler took the message), `topic_only` (a request to a handler
        of events), `redefined` (a class was defined again), `no_recipient` (published to nobody),
        `failed` (a handler or an intervention raised), `undeliverable` (the agent could not be
        built), `stuck` (somebody waits for ever), `livelock` (messages cause each other without
        end), `changed` (a message was changed after it was sent), `double` (an agent gets a
        message more than once), `caller_gone` (nobody waits for the answer any more), `held`
        (nothing is left but what is held), `invariant` (what you said has to hold does not),
        `stranded` (the runtime was stopped before) and `not_portable` (a note: the message could
        not leave this process).

        Returns:
            The problems, like ones together, each with its deliveries and what to do.

        Example:
            >>> import asyncio
            >>> from sandbox import SingleThreadedAgentRuntime, TopicId
            >>> async def main():
            ...     inspector = Inspector(SingleThreadedAgentRuntime())
            ...     await inspector.runtime.publish_message(1.5, TopicId("weather", "here"))
            ...     await inspector.run()
            ...     print(inspector.problems[0].sentence)
            >>> asyncio.run(main())
            float was published to weather/here, and nobody subscribes.
        """
        return self._problems()

    async def find_problems(self) -> list[Problem]:
        """Find the `problems` of a long run without keeping that from going on meanwhile.

        Returns:
            As `problems`.

        Example:
            >>> import asyncio
            >>> from sandbox import SingleThreadedAgentRuntime
            >>> asyncio.run(Inspector(SingleThreadedAgentRuntime()).find_problems())
            []
        """
        return await self._problems.calmly()

    def graph(self, at: int | None = None) -> nx.MultiDiGraph:
        """Agent types, agents, topics and subscriptions as a networkx graph.

        Nodes and edges have the attributes that
        `sandbox.inspector.pictures.graph.graph_of` documents.

        Args:
            at: as it was after this record; by default as it is. `recording.steps[k]` is the
                record at which step k ended.

        Returns:
            A `networkx.MultiDiGraph`.

        Raises:
            IndexError: there is no such record, or it was let go.

        Example:
            >>> from sandbox import SingleThreadedAgentRuntime
            >>> print(Inspector(SingleThreadedAgentRuntime()).graph())
            MultiDiGraph with 0 nodes and 0 edges
        """
        return graph_of(self.recording.state if at is None else self.recording.at(at))

    def draw(self, at: int | None = None, ax: Axes | None = None) -> Axes:
        """Draw the graph with matplotlib; see `sandbox.inspector.pictures.drawing.draw`.

        Args:
            at: as it was after this record; see `graph`.
            ax: where to draw; by default on a new figure, as large as it needs to be.

        Returns:
            The axes; `axes.figure` shows and saves the picture.

        Raises:
            IndexError: there is no such record, or it was let go.

        Example:
            >>> import matplotlib
            >>> matplotlib.use("agg")  # a notebook has its own
            >>> from sandbox import SingleThreadedAgentRuntime
            >>> axes = Inspector(SingleThreadedAgentRuntime()).draw()
            >>> [text.get_text() for text in axes.texts]
            ['There are no agents and no topics yet.']
            >>> matplotlib.pyplot.close(axes.figure)
        """
        return draw(self.graph(at), ax)

    def draw_sequence(
        self, at: int | None = None, ax: Axes | None = None, *, limit: int | None = DELIVERIES
    ) -> Axes:
        """Draw the deliveries in order, with matplotlib: a lifeline per agent, a row per delivery.

        See `sandbox.inspector.pictures.sequence.draw_sequence` for what is drawn how.

        Args:
            at: as it was after this record; see `graph`.
            ax: where to draw; by default on a new figure, as large as it needs to be.
            limit: draw so many deliveries, the first and the last ones, and count those in
                between; `None` draws all.

        Returns:
            The axes; `axes.figure` shows and saves the picture.

        Raises:
            IndexError: there is no such record, or it was let go.
            ValueError: `limit` is less than 2.

        Example:
            >>> import matplotlib
            >>> matplotlib.use("agg")  # a notebook has its own
            >>> from sandbox import SingleThreadedAgentRuntime
            >>> axes = Inspector(SingleThreadedAgentRuntime()).draw_sequence()
            >>> [text.get_text() for text in axes.texts]
            ['Nothing was sent yet.']
            >>> matplotlib.pyplot.close(axes.figure)
        """
        run = self.recording.state if at is None else self.recording.at(at)
        return draw_sequence(run, ax, limit=limit)

    def show(self, where: Literal["cell", "side", "split"] = "cell") -> None:
        """Show the live view; in a terminal, the text of `print(inspector)`.

        Args:
            where: in the output of this cell, in the side bar of JupyterLab, or in a tab beside
                the notebook. The last two need the package `sidecar` (`pip install
                'agent-sandbox[side]'`) and show in the cell without it. An inspector has one
                panel: another call closes it and opens it anew.

        Raises:
            ValueError: there is no such place.

        Example:
            >>> from sandbox import SingleThreadedAgentRuntime
            >>> Inspector(SingleThreadedAgentRuntime()).show()
            idle: 0 pending, 0 recorded, 0 agents, 0 subscriptions
        """
        # The view lies above this floor, so it is not imported but looked up.
        importlib.import_module("sandbox.notebook").show(self, where)

    def close(self) -> None:
        """Stop recording and let the runtime deliver freely. The recording stays.

        Breakpoints, a policy and paused mailboxes end with it; what is on hold stays so.
        """
        self._stops.close()
        self._invariants.close()
        for agent_id in self.paused_mailboxes:
            self.resume_mailbox(agent_id)
        if self.policy != "fifo":
            self.policy = "fifo"
        self.runtime.stepper.resume()
        self._recorder.mode("running")
        self.runtime.remove_instrument(self._recorder)
        self._recorder.end()
        self.recording.close()

    def __str__(self) -> str:
        return as_text(self.recording.state)

    def __repr__(self) -> str:
        run = self.recording.state
        return f"<Inspector: {run.word}, {len(run.queue)} pending, {len(run.deliveries)} recorded>"

    def _ipython_display_(self) -> None:
        if importlib.util.find_spec("anywidget") is None:
            raise NotImplementedError  # IPython goes on to what follows
        importlib.import_module("sandbox.notebook").display_view(self)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        # The view lies above this floor, so it is not imported but looked up.
        if importlib.util.find_spec("anywidget") is None:
            return {"text/plain": str(self), "text/html": static_html(self.recording.state)}
        view = importlib.import_module("sandbox.notebook").view(self)
        return view._repr_mimebundle_(**options)  # the display protocol

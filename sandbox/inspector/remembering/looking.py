"""Looking into agents: the part of the inspector that is about their state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.inspector.remembering.differences import Diff
    from sandbox.inspector.remembering.invariants import Invariant, Invariants
    from sandbox.inspector.remembering.states import States, Watch
    from sandbox.messaging.agent_id import AgentId


class Looking:
    """What agents remember, how it changes, and what has to hold."""

    _states: States
    _invariants: Invariants

    def state(self, agent: AgentId | str, at: int | None = None) -> dict[str, Any]:
        """The attributes of an agent as plain data, without those of its base classes.

        Large ones are cut, and what is not made of data is given by its `repr`; a change inside
        of that is not noticed.

        Args:
            agent: the agent, as `AgentId` or `type/key`.
            at: as it was after this record, at the end of the last turn that changed it; by
                default as it is now. `recording.steps[k]` is the last record of step k.

        Returns:
            The name of each attribute and what it holds.

        Raises:
            LookupError: there is, or was, no such agent; an `IndexError` if there is no such
                record.
            ValueError: `agent` is not written as `type/key`.

        Example:
            >>> import asyncio
            >>> from sandbox import AgentId, RoutedAgent, SingleThreadedAgentRuntime
            >>> from sandbox.inspector import Inspector
            >>> class Counter(RoutedAgent):
            ...     def __init__(self):
            ...         super().__init__("Counts.")
            ...         self.count = 0
            >>> async def main():
            ...     inspector = Inspector(runtime := SingleThreadedAgentRuntime())
            ...     await Counter().register_instance(runtime, AgentId("counter", "a"))
            ...     print(inspector.state("counter/a"))
            >>> asyncio.run(main())
            {'count': 0}
        """
        return self._states.state(agent, at)

    def diff(self, number: int) -> Diff:
        """What delivery `number` has changed in its agent, field by field, as far as it has come.

        Of turns that are open at the same time, each gets what was found changed when it rested
        or ended.

        Returns:
            A `Diff`: its paths with the old and the new values, as text, as HTML and as data.

        Raises:
            IndexError: there is no such delivery.

        Example:
            >>> import asyncio
            >>> from sandbox import AgentId, RoutedAgent, SingleThreadedAgentRuntime, rpc
            >>> from sandbox import MessageContext
            >>> from sandbox.inspector import Inspector
            >>> class Counter(RoutedAgent):
            ...     def __init__(self):
            ...         super().__init__("Counts.")
            ...         self.count = 0
            ...     @rpc
            ...     async def add(self, message: int, ctx: MessageContext) -> None:
            ...         self.count += message
            >>> async def main():
            ...     inspector = Inspector(runtime := SingleThreadedAgentRuntime())
            ...     await Counter().register_instance(runtime, AgentId("counter", "a"))
            ...     call = asyncio.create_task(runtime.send_message(2, AgentId("counter", "a")))
            ...     await asyncio.sleep(0)
            ...     await inspector.run()
            ...     await call
            ...     print(inspector.diff(1))
            >>> asyncio.run(main())
            #1 changed counter/a:
              count: 0 → 2
        """
        return self._states.diff(number)

    def watch(self, path: str) -> Watch:
        """Follow one attribute of an agent; the live view shows it, too.

        Following it twice is following it once: the second time returns the same `Watch`.

        Args:
            path: `type/key.attribute`; deeper ones with dots and brackets, such as
                `kitchen/s1.orders[0].price`. The agent need not be there yet.

        Returns:
            A `Watch`, with its `value` now and its `history`: (delivery, value) for each change;
            `remove()` ends it.

        Raises:
            ValueError: `path` is not written like that.

        Example:
            >>> from sandbox import SingleThreadedAgentRuntime
            >>> from sandbox.inspector import Inspector
            >>> Inspector(SingleThreadedAgentRuntime()).watch("kitchen/s1.count")
            <kitchen/s1.count = nothing>
        """
        return self._states.watch(path)

    @property
    def watches(self) -> tuple[Watch, ...]:
        """What is followed, in the order of adding.

        Example:
            >>> from sandbox import SingleThreadedAgentRuntime
            >>> from sandbox.inspector import Inspector
            >>> inspector = Inspector(SingleThreadedAgentRuntime())
            >>> _ = inspector.watch("kitchen/s1.count")
            >>> inspector.watches
            (<kitchen/s1.count = nothing>,)
        """
        return self._states.watches

    def invariant(
        self,
        statement: Callable[[], object] | str,
        *,
        name: str | None = None,
        pause: bool = False,
    ) -> Invariant:
        """Check after every turn, and now, that something is true.

        When it comes to be false, or raises, that is a problem, and a breakpoint of the kind
        `invariant` is met.

        Args:
            statement: a function without arguments, or an expression in one line, in which
                `agents["type/key"]` is an agent, `agents` all of them, and `runtime` the
                runtime. What speaks of an agent that is not there is passed over.
            name: what it says; by default the expression, or the name of the function.
            pause: whether the run stops when it is broken.

        Returns:
            The invariant; `broken` lists (delivery, what was found), `remove()` ends the checks.

        Raises:
            SyntaxError: the expression is none.
            TypeError: `statement` is neither.

        Example:
            >>> from sandbox import SingleThreadedAgentRuntime
            >>> from sandbox.inspector import Inspector
            >>> inspector = Inspector(SingleThreadedAgentRuntime())
            >>> inspector.invariant("agents['kitchen/s1'].count >= 0")
            <Invariant: agents['kitchen/s1'].count >= 0, never broken>
        """
        return self._invariants.add(statement, name, pause=pause)

    @property
    def invariants(self) -> tuple[Invariant, ...]:
        """What is checked after every turn, in the order of adding.

        Example:
            >>> from sandbox import SingleThreadedAgentRuntime
            >>> from sandbox.inspector import Inspector
            >>> inspector = Inspector(SingleThreadedAgentRuntime())
            >>> _ = inspector.invariant("len(agents) < 3")
            >>> inspector.invariants
            (<Invariant: len(agents) < 3, never broken>,)
        """
        return tuple(self._invariants)

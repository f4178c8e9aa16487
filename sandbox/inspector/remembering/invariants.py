"""Invariants: one-line statements that have to hold after every turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sandbox.inspector.diagnosis.problem import Problem
from sandbox.inspector.recording.snapshots import class_name, cut_text, guarded_repr
from sandbox.messaging.agent_id import AgentId
from sandbox.runtime.delivery import RESPONSE
from sandbox.runtime.instruments import Instrument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.inspector.control.stops import Stops
    from sandbox.inspector.diagnosis.problems import Problems
    from sandbox.runtime.delivery import Delivery
    from sandbox.runtime.runtime import SingleThreadedAgentRuntime


class Invariant:
    """A statement that has to hold after every turn.

    Attributes:
        name: what it says.
        pause: whether the run stops when it is broken.
        broken: each time that it came to be broken: the delivery after which that was, `None` if
            it was so from the beginning, and what was found.
        holds: whether it held when it was checked last.

    Example:
        >>> invariant = Invariant(lambda: 1 + 1 == 3, "sums are right")
        >>> invariant.check(None)
        False
        >>> invariant
        <Invariant: sums are right, broken since the beginning>
        >>> invariant.broken
        [(None, 'It is False.')]
        >>> invariant.remove()
    """

    on_remove: Callable[[Invariant], None] | None = None

    def __init__(self, statement: Callable[[], object], name: str, *, pause: bool = False) -> None:
        self.name = name
        self.pause = pause
        self.broken: list[tuple[int | None, str]] = []
        self.holds = True
        self._statement = statement

    def check(self, number: int | None) -> bool:
        """Find out whether it holds now, after delivery `number`.

        Returns:
            False if it has just come to be broken, else True.
        """
        try:
            found = self._statement()
            text = None if found else f"It is {guarded_repr(found)}."
        except _NotThereError:
            return True  # what it speaks of is not there yet, or not any more
        except Exception as error:
            text = f"It raised {class_name(error)}: {cut_text(guarded_repr(error))}"
        held, self.holds = self.holds, text is None
        if text is None or not held:
            return True
        self.broken.append((number, text))
        return False

    def remove(self) -> None:
        """Check it no more. Removing it twice changes nothing; what was found is kept."""
        if self.on_remove is not None:
            self.on_remove(self)

    def __repr__(self) -> str:
        if not self.broken:
            return f"<Invariant: {self.name}, never broken>"
        number = self.broken[-1][0]
        when = "the beginning" if number is None else f"#{number}"
        return f"<Invariant: {self.name}, broken {'after' if self.holds else 'since'} {when}>"


class Invariants(Instrument):
    """The invariants of one inspector, checked after every turn."""

    def __init__(
        self, runtime: SingleThreadedAgentRuntime, problems: Problems, stops: Stops
    ) -> None:
        self._runtime = runtime
        self._problems = problems
        self._stops = stops
        self._invariants: list[Invariant] = []

    def __iter__(self) -> Iterator[Invariant]:
        return iter(tuple(self._invariants))

    def add(
        self, statement: Callable[[], object] | str, name: str | None, *, pause: bool
    ) -> Invariant:
        """Check this from now on; see `Inspector.invariant`."""
        if isinstance(statement, str):
            name = name or statement
            statement = self._compiled(statement)
        elif not callable(given := cast("object", statement)):
            msg = f"An invariant is a function without arguments or an expression, not {given!r}."
            raise TypeError(msg)
        invariant = Invariant(statement, name or _name_of(statement), pause=pause)
        invariant.on_remove = self.remove
        if not self._invariants:
            self._runtime.add_instrument(self)
        self._invariants.append(invariant)
        self._check(invariant, None)
        return invariant

    def remove(self, invariant: Invariant) -> None:
        """Check this no more; see `Invariant.remove`."""
        if invariant in self._invariants:
            self._invariants.remove(invariant)
            if not self._invariants:
                self.close()

    def close(self) -> None:
        """Check nothing any more."""
        self._runtime.remove_instrument(self)

    def delivery_waiting(self, delivery: Delivery, request: Delivery) -> None:
        """A turn rests."""
        self._check_all(delivery)

    def delivery_settled(self, delivery: Delivery) -> None:
        """A turn has ended; a response only lets one go on."""
        if delivery.kind is not RESPONSE:
            self._check_all(delivery)

    def _check_all(self, delivery: Delivery) -> None:
        for invariant in self:
            self._check(invariant, delivery)

    def _check(self, invariant: Invariant, delivery: Delivery | None) -> None:
        number = None if delivery is None else delivery.number
        if invariant.check(number):
            return
        text = invariant.broken[-1][1]
        after = "from the beginning" if delivery is None else f"after {delivery!r}"
        agent = None if delivery is None else delivery.recipient
        self._problems.report(
            Problem(
                "invariant",
                f"The invariant {invariant.name!r} is broken {after}. {text}",
                () if number is None else (number,),
                "inspector.state(agent) shows the state now, inspector.diff(number) what a turn "
                "has changed.",
                () if agent is None else (str(agent),),
            )
        )
        self._stops.invariant_broken(invariant.name, delivery)
        if invariant.pause:
            self._stops.stop(number, f"invariant {invariant.name!r}", text)

    def _compiled(self, expression: str) -> Callable[[], object]:
        code = compile(expression.strip(), "<invariant>", "eval")
        names = {"agents": _Agents(self._runtime), "runtime": self._runtime}

        def statement() -> object:
            return eval(code, dict(names))  # noqa: S307  # the user's own line, as in a cell

        return statement


class _NotThereError(LookupError):
    """An expression speaks of an agent that is not there."""


class _Agents:
    """The live agents of a runtime, by `type/key`."""

    def __init__(self, runtime: SingleThreadedAgentRuntime) -> None:
        self._runtime = runtime

    def __getitem__(self, name: str | AgentId) -> Any:
        agent_id = AgentId.from_str(name) if isinstance(name, str) else name
        agent = self._runtime.agents.get(agent_id)
        if agent is None:
            raise _NotThereError(str(agent_id))
        return agent

    def __contains__(self, name: str | AgentId) -> bool:
        agent_id = AgentId.from_str(name) if isinstance(name, str) else name
        return agent_id in self._runtime.agents

    def __iter__(self) -> Iterator[Any]:
        return iter(tuple(self._runtime.agents.values()))

    def __len__(self) -> int:
        return len(self._runtime.agents)


def _name_of(statement: Callable[[], object]) -> str:
    name = getattr(statement, "__name__", None)
    return name if isinstance(name, str) else guarded_repr(statement)

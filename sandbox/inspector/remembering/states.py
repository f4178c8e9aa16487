"""States: what agents remember, now and earlier, and what each delivery has changed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sandbox.inspector.diagnosis.following import Follower
from sandbox.inspector.recording.records import StateChanged
from sandbox.inspector.recording.snapshots import snapshot
from sandbox.inspector.recording.watched_states import WatchedAgent
from sandbox.inspector.remembering.differences import MISSING, Diff, differences, merged
from sandbox.messaging.agent_id import AgentId

if TYPE_CHECKING:
    from sandbox.inspector.recording.recording import Recording
    from sandbox.runtime.runtime import SingleThreadedAgentRuntime

_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]|\[(\"(?:[^\"\\]|\\.)*\")\]")


class States:
    """The states of the agents of a recording, and of a live runtime if it is one of that.

    Example:
        >>> from sandbox.inspector import Recording
        >>> recording = Recording()
        >>> recording.append(StateChanged, "kitchen/s1", None, '{"json":{"count":0}}')
        >>> recording.append(StateChanged, "kitchen/s1", 1, '{"json":{"count":1}}')
        >>> States(recording).state("kitchen/s1", at=1)
        {'count': 0}
    """

    def __init__(
        self, recording: Recording, runtime: SingleThreadedAgentRuntime | None = None
    ) -> None:
        self._recording = recording
        self._runtime = runtime
        self._watches: list[Watch] = []

    def state(self, agent: AgentId | str, at: int | None = None) -> dict[str, Any]:
        """The attributes of an agent as plain data; see `Inspector.state`."""
        name = _name(agent)
        if at is None and self._runtime is not None:
            live = self._runtime.agents.get(AgentId.from_str(name))
            if live is not None:
                return _content(snapshot(WatchedAgent(live).fields()))
        run = self._recording.state if at is None else self._recording.at(at)
        if name in run.states:
            return _content(run.states[name])
        if name in run.agents:
            return {}
        when = "" if at is None else f" after record {at}"
        known = ", ".join(run.agents) or "none"
        msg = f"There is no agent {name}{when}. There are: {known}."
        raise LookupError(msg)

    def diff(self, number: int) -> Diff:
        """What a delivery has changed in its agent; see `Inspector.diff`."""
        delivery = self._recording[number]
        run = self._recording.at(self._recording.let_go)
        states = {agent: _content(text) for agent, text in run.states.items()}
        changes = []
        for record in self._recording.records:
            if type(record) is not StateChanged:
                continue
            before, now = states.get(record.agent, {}), _content(record.state)
            states[record.agent] = now
            if record.number == number:
                changes += differences(before, now)
        return Diff(number, delivery.recipient, merged(changes))

    def watch(self, path: str) -> Watch:
        """Follow one attribute of an agent; see `Inspector.watch`."""
        for watch in self._watches:
            if watch.path == path:
                return watch
        watch = Watch(path, self._recording, self)
        self._watches.append(watch)
        return watch

    @property
    def watches(self) -> tuple[Watch, ...]:
        """What is followed; see `Inspector.watches`."""
        return tuple(self._watches)

    def unwatch(self, watch: Watch) -> None:
        """Follow it no more; see `Watch.remove`."""
        if watch in self._watches:
            self._watches.remove(watch)


class Watch:
    """One attribute of one agent, as it changes.

    Attributes:
        path: the agent and where in its state, such as `kitchen/s1.orders[0].price`.

    Example:
        >>> from sandbox.inspector import Recording
        >>> recording = Recording()
        >>> recording.append(StateChanged, "kitchen/s1", None, '{"json":{"count":0}}')
        >>> recording.append(StateChanged, "kitchen/s1", 3, '{"json":{"count":1}}')
        >>> watch = States(recording).watch("kitchen/s1.count")
        >>> watch
        <kitchen/s1.count = 1, changed by #3>
        >>> watch.value
        1
        >>> watch.history
        [(None, 0), (3, 1)]
        >>> watch.remove()
    """

    def __init__(self, path: str, recording: Recording, states: States) -> None:
        agent, self._steps = parse(path)
        AgentId.from_str(agent)
        self.path = path
        self._agent = agent
        self._states = states
        self._follower = Follower(recording)
        self._history: list[tuple[int | None, Any]] = []

    def remove(self) -> None:
        """Take it off the list of what is watched. Removing it twice changes nothing."""
        self._states.unwatch(self)

    @property
    def value(self) -> Any:
        """What it is now, as plain data; `MISSING` while there is no such agent or attribute."""
        try:
            return _found(self._states.state(self._agent), self._steps)
        except LookupError:
            return MISSING

    @property
    def history(self) -> list[tuple[int | None, Any]]:
        """Each value that it had when a turn ended, and the delivery whose turn that was.

        The delivery is `None` for the value at the agent's creation, and for a change that was
        made outside of turns.
        """
        for record in self._follower.news():
            if type(record) is StateChanged and record.agent == self._agent:
                value = _found(_content(record.state), self._steps)
                known = bool(self._history)
                if value is MISSING if not known else self._history[-1][1] == value:
                    continue
                self._history.append((record.number, value))
        return list(self._history)

    def __repr__(self) -> str:
        history = self.history
        by = history[-1][0] if history else None
        shown = self.value
        text = repr(shown) if shown is MISSING else json.dumps(shown, ensure_ascii=False)
        return f"<{self.path} = {text}{'' if by is None else f', changed by #{by}'}>"


def parse(path: str) -> tuple[str, list[str | int]]:
    """Split a path into the agent and the steps to an attribute of it.

    Raises:
        ValueError: it is not written as `type/key.attribute`.

    Example:
        >>> parse('kitchen/s1.orders[0].price')
        ('kitchen/s1', ['orders', 0, 'price'])
    """
    agent_type, slash, rest = path.partition("/")
    key, dot, attribute = rest.partition(".")
    steps: list[str | int] = []
    place = 0
    while place < len(attribute):
        step = _STEP.match(attribute, place)
        if step is None:
            break
        name, index, quoted = step.groups()
        steps.append(name if name is not None else int(index) if index else json.loads(quoted))
        place = step.end()
    if not (slash and key and dot and steps) or place < len(attribute):
        msg = f"A watch is 'type/key.attribute', such as 'kitchen/s1.count', not {path!r}."
        raise ValueError(msg)
    return f"{agent_type}/{key}", steps


def _found(data: Any, steps: list[str | int]) -> Any:
    for step in steps:
        try:
            data = data[step]
        except (LookupError, TypeError):
            return MISSING
    return data


def _name(agent: AgentId | str) -> str:
    # Checked, so that a mistake is told from an agent that is not there.
    return str(AgentId.from_str(agent) if isinstance(agent, str) else agent)


def _content(text: str) -> dict[str, Any]:
    form: dict[str, dict[str, Any]] = json.loads(text)
    return form.get("json", {})

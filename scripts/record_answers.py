"""Records what the tests of questions and forms stand on: `python scripts/record_answers.py`.

One run in which agents remember, print, change messages and are stopped, and what the kernel
answers to every question about it.
"""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from record_fixtures import FOLDER, publish, send, subscribe, tidy

from sandbox import (
    AgentId,
    DefaultInterventionHandler,
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    event,
    rpc,
)
from sandbox.notebook.answering.commands_of import commands_of
from sandbox.notebook.commands import RefusedError


class Size(Enum):
    """How much."""

    SMALL = 1
    LARGE = 2


@dataclass
class Dish:
    """What a guest wants."""

    name: str
    price: float
    count: int = 1
    size: Size = Size.SMALL
    spicy: bool = False
    note: str | None = None
    extras: list[str] = field(default_factory=list)


class Cook(RoutedAgent):
    """Remembers what was ordered, prints, and keeps adding to what it was sent."""

    def __init__(self) -> None:
        super().__init__("Cooks.")
        self.count = 0
        self.dishes: list[dict[str, Any]] = []
        self.by_size: Counter[str] = Counter()

    @event
    async def cook(self, message: Dish, ctx: MessageContext) -> None:
        print(f"cooking {message.name} <b>now</b>")
        self.count += message.count
        self.dishes.append({"name": message.name, "price": message.price})
        self.by_size[message.size.name] += 1
        message.extras.append("salt")

    @rpc
    async def ask(self, message: str, ctx: MessageContext) -> int:
        answer: int = await self.send_message(message, AgentId("store", "default"))
        self.count += answer
        return answer


class Store(RoutedAgent):
    """Knows how much there is of everything."""

    def __init__(self) -> None:
        super().__init__("Counts.")
        self.asked = 0

    @rpc
    async def look(self, message: str, ctx: MessageContext) -> int:
        self.asked += 1
        return len(message)


class Polite(DefaultInterventionHandler):
    """Says please."""

    async def on_send(
        self, message: Any, *, message_context: MessageContext, recipient: AgentId
    ) -> Any:
        return f"{message}, please" if message == "salt?" else message


async def remembering(inspector: Inspector) -> None:
    """Two cooks get one dish; the first changes it; a question is on its way when it is stopped."""
    runtime = inspector.runtime
    await Cook.register(runtime, "cook", Cook)
    await Cook.register(runtime, "helper", Cook)
    await Store.register(runtime, "store", Store)
    await subscribe(runtime, "dishes", "cook")
    await subscribe(runtime, "dishes", "helper")
    await publish(inspector, 3, Dish("soup", 4.5), "dishes", "s1")
    await inspector.run()
    await send(inspector, 4, "salt?", "cook/s1")
    await inspector.step()
    await publish(inspector, 5, Dish("cake", 3.0, 2, Size.LARGE, note="for later"), "dishes", "s1")
    await publish(inspector, 6, "who is there?", "dishes", "s2")
    inspector.edit(5, price=3.5, note=None)
    inspector.duplicate(6)
    inspector.policy = "random(7)"
    inspector.policy = "fifo"
    inspector.pause_mailbox("helper/s1")
    inspector.break_on("before", agent="cook", message="Dish", hold_only=False)
    inspector.break_on("failed", once=True)
    await inspector.run()


QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("form", {"number": 5}),
    ("form", {"number": 1}),
    ("form", {"agent_type": "cook", "message": "Dish"}),
    ("form", {"topic": "dishes", "message": "Dish"}),
    ("edit", {"number": 5, "fields": {"price": "dear", "count": "1.5"}}),
    ("why", {"number": 1}),
    ("why", {"number": 1, "agent": "store/s1"}),
    ("why", {"number": 7}),
    ("code", {"number": 1}),
    ("code", {"number": 3}),
    ("diff", {"number": 1}),
    ("diff", {"number": 2}),
    ("diff", {"number": 3}),
    ("breakpoints", {}),
    ("watch", {"agent": "cook/s1", "path": "count"}),
    ("watches", {}),
    ("invariant", {"condition": "agents['cook/s1'].count < 1"}),
    ("invariants", {}),
    ("break_on", {"kind": "before", "when": "message.price >"}),
    ("problems", {}),
]


async def answers_of(inspector: Inspector) -> list[dict[str, Any]]:
    """Each question with its answer, or with the words in which it was refused."""
    commands = commands_of(inspector)
    found: list[dict[str, Any]] = []
    for name, args in QUESTIONS:
        try:
            answer: dict[str, Any] = {"ok": True, "value": await commands[name](**args)}
        except RefusedError as refusal:
            answer = {"ok": False, "error": str(refusal)}
        found.append({"name": name, "args": args, **answer})
    return found


async def record() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The records of the run, and the answers."""
    inspector = Inspector(SingleThreadedAgentRuntime(intervention_handlers=[Polite()]))
    inspector.runtime.start()
    await remembering(inspector)
    records = tidy(inspector.recording.since(1))
    return records, await answers_of(inspector)


def without_folders(answers: list[dict[str, Any]]) -> str:
    """The answers as text, the same on every machine."""
    for answer in answers:
        for code in answer["value"] if answer["name"] == "code" else ():
            first = code["first_line"]
            code["where"] = "In [2]"
            code["first_line"] = 1
            if code["parked"] is not None:
                code["parked"] -= first - 1
        for step in answer["value"]["steps"] if answer["name"] == "why" else ():
            step["source"] = step["source"] and "In [2]:7"
            step["subscription"] = step["subscription"] and "s1"
    return ",\n".join(json.dumps(one) for one in answers)


def main() -> None:
    """Write both files."""
    records, answers = asyncio.run(record())
    lines = ",\n".join(json.dumps(one) for one in records)
    (FOLDER / "remembering.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    (FOLDER / "answers.json").write_text(f"[\n{without_folders(answers)}\n]\n", encoding="utf-8")
    print(f"{len(records)} records, {len(answers)} answers")


if __name__ == "__main__":
    main()

import logging
from dataclasses import dataclass
from typing import Any, Protocol, TypedDict

import pytest

from sandbox import (
    AgentId,
    CancellationToken,
    MessageContext,
    MessageHandlerContext,
    RoutedAgent,
    event,
    message_handler,
    rpc,
)
from sandbox.messaging.turn import Turn, current_turn

ME = AgentId("worker", "default")


@dataclass
class Task:
    text: str = ""


@dataclass
class Urgent(Task):
    pass


class Row(TypedDict):
    text: str


class Speaking(Protocol):
    def speak(self) -> str: ...


def context(*, is_rpc=True):
    return MessageContext(None, None, is_rpc, CancellationToken(), "m1")


async def ask(agent, message, *, is_rpc=True):
    return await agent.on_message(message, context(is_rpc=is_rpc))


async def reason_for(agent_class, message, *, is_rpc=True):
    """Why an agent of the class, taking its turn at the address ME, left the message unhandled."""
    agent = agent_class("test")
    await agent.bind_id_and_runtime(ME, object())
    turn = Turn(ME)
    token = current_turn.set(turn)
    try:
        await ask(agent, message, is_rpc=is_rpc)
    finally:
        current_turn.reset(token)
    return turn.unhandled


def returning(label, hint=Task, decorator=message_handler, **options):
    async def handle(self, message: hint, ctx: MessageContext) -> Any:
        return label

    return decorator(**options)(handle)


async def test_the_first_handler_by_name_whose_condition_agrees_gets_the_message():
    class Agent(RoutedAgent):
        z_handler = returning("z")
        a_handler = returning("a", match=lambda message, _ctx: message.text == "a")
        b_handler = returning("b", match=lambda message, _ctx: message.text in "ab")

    agent = Agent("test")
    answers = [await ask(agent, Task(text)) for text in ("a", "b", "c")]
    assert answers == ["a", "b", "z"]


async def test_requests_and_events_go_to_their_own_handlers():
    heard = []

    class Agent(RoutedAgent):
        @event
        async def hear(self, message: Task, ctx: MessageContext) -> None:
            heard.append(message.text)

        @rpc
        async def answer(self, message: Task, ctx: MessageContext) -> str:
            return message.text

    agent = Agent("test")
    assert await ask(agent, Task("request")) == "request"
    assert await ask(agent, Task("event"), is_rpc=False) is None
    assert heard == ["event"]


@pytest.mark.parametrize(("hint", "message"), [(dict, {}), (str, "a"), (int, 1), (None, None)])
async def test_messages_of_builtin_types_are_routed(hint, message):
    class Agent(RoutedAgent):
        work = returning("done", hint)

    assert await ask(Agent("test"), message) == "done"


@pytest.mark.parametrize("hint", [Any, object, Task | Any])
async def test_a_catch_all_takes_what_nobody_else_does(hint):
    class Agent(RoutedAgent):
        a_catch_all = returning("any", hint)
        b_exact = returning("exact", str, match=lambda message, _ctx: message != "refused")

    agent = Agent("test")
    answers = [await ask(agent, message) for message in ("text", 1, {}, None, Task, "refused")]
    assert answers == ["exact", "any", "any", "any", "any", "any"]


async def test_a_catch_all_event_handler_hears_no_requests():
    class Agent(RoutedAgent):
        hear = returning(None, Any, event)

    assert await ask(Agent("test"), Task()) is None
    assert "only as an event" in await reason_for(Agent, Task())


async def test_only_the_exact_type_matches():
    class Agent(RoutedAgent):
        work = returning("done")

    assert await ask(Agent("test"), Urgent()) is None


async def test_handlers_are_inherited_and_removed_by_overriding():
    class Base(RoutedAgent):
        work = returning("base")
        rest = returning("text", str)

    class Silent(Base):
        async def work(self, message, ctx):
            return "never"

    class Mixin:
        more = returning("mixed in", int)

    class Mixed(Mixin, Base):
        pass

    assert await ask(Silent("test"), Task()) is None
    assert await ask(Silent("test"), "a") == "text"
    assert [await ask(Mixed("test"), each) for each in (Task(), 1)] == ["base", "mixed in"]
    assert [handler.by for handler in Base._discover_handlers()] == ["message", "message"]


async def test_a_handler_added_to_the_class_later_counts_for_new_agents():
    class Agent(RoutedAgent):
        work = returning("done")

    old = Agent("test")
    Agent.more = returning("more", str)
    assert await ask(Agent("test"), "a") == "more"
    assert await ask(old, "a") is None


async def test_a_handler_made_by_other_means_is_asked_through_its_router():
    async def work(self, message, ctx):
        return "mine"

    work.is_message_handler = True
    work.target_types = [Task]
    work.produces_types = [str]
    work.router = lambda message, ctx: message.text == "mine"
    agent = type("Agent", (RoutedAgent,), {"work": work})("test")
    assert await ask(agent, Task("mine")) == "mine"
    assert await ask(agent, Task("other")) is None


async def test_an_exception_in_a_condition_is_one_of_the_handler():
    def fail(message, ctx):
        raise KeyError("condition")

    class Agent(RoutedAgent):
        work = returning("done", match=fail)

    with pytest.raises(KeyError, match="condition"):
        await ask(Agent("test"), Task())


async def test_an_unhandled_message_is_logged_and_answered_with_none(caplog):
    with caplog.at_level(logging.INFO, logger="sandbox"):
        assert await ask(RoutedAgent("test"), Task("x")) is None
    assert caplog.messages == ["Unhandled message: Task(text='x')"]


async def test_the_hook_for_unhandled_messages_may_raise_or_answer():
    class Raising(RoutedAgent):
        async def on_unhandled_message(self, message, ctx):
            raise LookupError("mine")

    class Answering(RoutedAgent):
        async def on_unhandled_message(self, message, ctx):
            return "mine"

    with pytest.raises(LookupError, match="mine"):
        await ask(Raising("test"), Task())
    assert await ask(Answering("test"), Task()) == "mine"
    assert await reason_for(Answering, Task()) is None


async def test_the_turn_of_another_agent_is_left_alone():
    turn = Turn(AgentId("other", "default"))
    token = current_turn.set(turn)
    try:
        await ask(RoutedAgent("test"), Task())
    finally:
        current_turn.reset(token)
    assert turn.unhandled is None


class Worker(RoutedAgent):
    @rpc
    async def answer(self, message: Task, ctx: MessageContext) -> None: ...

    @event
    async def hear(self, message: str, ctx: MessageContext) -> None: ...

    @message_handler(match=lambda message, _ctx: message > 0)
    async def count(self, message: int, ctx: MessageContext) -> None: ...


async def test_the_reason_names_agent_message_and_handlers():
    assert await reason_for(Worker, 1.5) == (
        "worker/default (Worker) does not handle the request float. It handles "
        "Task (@rpc Worker.answer), int (Worker.count), str (@event Worker.hear). "
        "To handle it, add a handler with the hint 'message: float'."
    )


async def test_the_reason_says_when_there_are_no_handlers():
    assert (await reason_for(RoutedAgent, 1)).endswith(
        "It has no handlers: decorate an async method with @rpc, @event or @message_handler."
    )


async def test_the_reason_names_the_router_that_refused():
    assert "Worker.answer takes it only as a request (@rpc)" in await reason_for(
        Worker, Task(), is_rpc=False
    )
    assert "Worker.hear takes it only as an event (@event)" in await reason_for(Worker, "a")
    assert "The match function of Worker.count refused it." in await reason_for(Worker, -1)


def look_alike(name, module, **members):
    return type(name, (), {"__module__": module, "__qualname__": name, **members})


@pytest.mark.parametrize(
    ("hint", "message", "words"),
    [
        (Task, Urgent(), "Urgent is a subclass of Task, but only the exact type matches"),
        (Urgent, Task(), "Urgent is a subclass of Task, but only the exact type matches."),
        (Row, {"text": ""}, "Values of the TypedDict Row are plain dicts: hint 'message: dict'."),
        (Task, Task, "What was sent is the class Task itself: send an instance, Task(...)."),
        (Task, look_alike("Tasks", "elsewhere")(), "Did you mean Task?"),
        (Task, look_alike("Task", "elsewhere")(), f"of module {__name__}, and this one is of else"),
        (Task, look_alike("Task", __name__)(), "another class object of the same name"),
        (Speaking, 1, "To handle it, add a handler with the hint 'message: int'."),
    ],
)
async def test_the_reason_points_out_a_near_miss(hint, message, words):
    class Agent(RoutedAgent):
        work = returning("done", hint)

    assert words in await reason_for(Agent, message)


async def test_a_message_class_redefined_in_main_is_the_same_and_said_once(caplog):
    old, new = look_alike("Note", "__main__"), look_alike("Note", "__main__")

    class Agent(RoutedAgent):
        any_other = returning("any", Any)
        work = returning("note", old)

    with caplog.at_level(logging.WARNING, logger="sandbox"):
        answers = [await ask(Agent("test"), message) for message in (old(), new(), new())]
    assert answers == ["note", "note", "note"]
    assert caplog.messages == [
        "Note was defined more than once; messages of the one class go to handlers of the other."
    ]


async def test_an_agent_that_skips_the_base_constructor_is_told_so():
    class Forgetful(RoutedAgent):
        def __init__(self):
            pass

    with pytest.raises(AttributeError, match=r"does not call super\(\).__init__\(description\)"):
        await ask(Forgetful(), Task())


async def test_agents_may_use_any_attribute_names():
    class Agent(RoutedAgent):
        def __init__(self):
            super().__init__("test")
            self._routes = self._handlers = self._expected_types = None

        work = returning("done")

    assert await ask(Agent(), Task()) == "done"


async def test_the_handler_context_of_a_test_reaches_the_reason():
    agent = Worker("test")
    await agent.bind_id_and_runtime(ME, object())
    with MessageHandlerContext.populate_context(ME):
        await ask(agent, 1.5)
        assert current_turn.get().unhandled.startswith("worker/default (Worker)")

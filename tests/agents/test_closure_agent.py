import logging
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox import (
    AgentId,
    AgentInstantiationContext,
    CancellationToken,
    ClosureAgent,
    ClosureContext,
    DefaultSubscription,
    DefaultTopicId,
    MessageContext,
    SingleThreadedAgentRuntime,
    TopicId,
    default_subscription,
)
from sandbox.exceptions import CantHandleException
from sandbox.messaging.turn import Turn, current_turn
from sandbox.testing import run_until_idle

CTX = MessageContext(None, None, True, CancellationToken(), "m1")
ME = AgentId("closure", "k")


@dataclass
class Task:
    text: str


@dataclass
class Urgent(Task):
    pass


def built(closure, **options):
    with AgentInstantiationContext.populate_context((object(), ME)):
        return ClosureAgent("test", closure, **options)


async def take_task(agent: ClosureContext, message: Task, ctx: MessageContext) -> str:
    return f"{agent.id} got {message!r}"


async def test_published_messages_arrive_in_order():
    heard = []

    async def hear(agent: ClosureContext, anything: Task, ctx: MessageContext) -> None:
        heard.append((agent.id.key, anything.text))

    runtime = SingleThreadedAgentRuntime()
    await ClosureAgent.register_closure(
        runtime, "ear", hear, subscriptions=lambda: [DefaultSubscription()]
    )
    for text in "abc":
        await runtime.publish_message(Task(text), DefaultTopicId())
    await runtime.publish_message(Task("direct"), TopicId("ear:x", "other"))
    await run_until_idle(runtime)
    assert heard == [("default", "a"), ("default", "b"), ("default", "c"), ("other", "direct")]


async def test_a_closure_can_send_and_publish():
    heard = []

    async def relay(agent: ClosureContext, message: Task, ctx: MessageContext) -> str:
        await agent.publish_message(message, TopicId("ear:x", "k"))
        return await agent.send_message(message.text, AgentId("ear", "k"))

    async def ear(agent: ClosureContext, message: Any, ctx: MessageContext) -> str:
        heard.append((message, ctx.sender))
        return "heard"

    async def subscriptions():
        return []

    runtime = SingleThreadedAgentRuntime()
    await ClosureAgent.register_closure(runtime, "relay", relay, subscriptions=subscriptions)
    await ClosureAgent.register_closure(runtime, "ear", ear, description="An ear.")
    runtime.start()
    assert await runtime.send_message(Task("a"), AgentId("relay", "k")) == "heard"
    await run_until_idle(runtime)
    sender = AgentId("relay", "k")
    assert heard == [(Task("a"), sender), ("a", sender)]
    metadata = await runtime.agent_metadata(AgentId("ear", "k"))
    assert metadata == {"type": "ear", "key": "k", "description": "An ear."}


async def test_other_types_give_a_warning_and_no_answer():
    agent = built(take_task)
    turn = Turn(ME)
    token = current_turn.set(turn)
    try:
        with pytest.warns(UserWarning, match="not in target types"):
            assert await agent.on_message(Urgent("a"), CTX) is None
    finally:
        current_turn.reset(token)
    assert "not in target types" in turn.unhandled


async def test_other_types_can_be_an_error():
    agent = built(take_task, unknown_type_policy="error")
    with pytest.raises(CantHandleException, match="not in target types"):
        await agent.on_message("a", CTX)


async def test_ignoring_other_types_calls_the_closure_with_them(caplog):
    agent = built(take_task, unknown_type_policy="ignore")
    with caplog.at_level(logging.INFO, logger="sandbox"):
        assert await agent.on_message("a", CTX) == "closure/k got 'a'"
    assert "The closure is called all the same." in caplog.text


@pytest.mark.parametrize("hint", [Any, object])
async def test_any_accepts_everything(hint):
    async def take(agent: ClosureContext, message: hint, ctx: MessageContext) -> Any:
        return message

    agent = built(take, unknown_type_policy="error")
    assert [await agent.on_message(each, CTX) for each in (1, "a", None)] == [1, "a", None]


async def test_methods_and_callable_objects_are_closures_too():
    class Collector:
        def __init__(self):
            self.heard = []

        async def __call__(self, agent: ClosureContext, message: Task, ctx: MessageContext) -> None:
            self.heard.append(message)

        async def method(self, agent: ClosureContext, message: Task, ctx: MessageContext) -> None:
            self.heard.append(message)

    collector = Collector()
    await built(collector).on_message(Task("a"), CTX)
    await built(collector.method).on_message(Task("b"), CTX)
    assert collector.heard == [Task("a"), Task("b")]


async def test_a_closure_agent_has_no_state():
    agent = built(take_task)
    assert await agent.save_state() == {}
    await agent.load_state({})


def test_a_closure_agent_cannot_be_constructed_directly():
    with pytest.raises(RuntimeError, match="cannot be directly instantiated"):
        ClosureAgent("test", take_task)


async def test_a_closure_of_the_wrong_form_registers_nothing():
    async def two(message: Task, ctx: MessageContext) -> None: ...
    async def unhinted(agent, message, ctx) -> None: ...
    async def unreturning(agent: ClosureContext, message: Task, ctx: MessageContext): ...
    async def listing(agent: ClosureContext, message: list[int], ctx: MessageContext) -> None: ...
    async def lists(agent: ClosureContext, message: Task, ctx: MessageContext) -> list[int]: ...

    runtime = SingleThreadedAgentRuntime()
    for closure, words in [
        (two, "must have 3 parameters"),
        (unhinted, "message not found"),
        (unreturning, "return not found"),
        (listing, "Message type not found"),
        (lists, "Return type not found"),
    ]:
        with pytest.raises(AssertionError, match=words):
            await ClosureAgent.register_closure(runtime, "closure", closure)
    with pytest.raises(ValueError, match="unknown_type_policy is"):
        await ClosureAgent.register_closure(
            runtime, "closure", take_task, unknown_type_policy="raise"
        )
    await ClosureAgent.register_closure(runtime, "closure", take_task)


async def test_failing_subscriptions_register_nothing():
    def fail():
        raise KeyError("mine")

    runtime = SingleThreadedAgentRuntime()
    with pytest.raises(KeyError, match="mine"):
        await ClosureAgent.register_closure(runtime, "closure", take_task, subscriptions=fail)
    await ClosureAgent.register_closure(runtime, "closure", take_task)


async def test_closure_agents_have_no_class_subscriptions():
    @default_subscription
    class Mine(ClosureAgent):
        pass

    with pytest.raises(AssertionError, match="no class subscriptions"):
        await Mine.register_closure(SingleThreadedAgentRuntime(), "closure", take_task)


async def test_a_subclass_registers_itself():
    class Mine(ClosureAgent):
        pass

    runtime = SingleThreadedAgentRuntime()
    await Mine.register_closure(runtime, "closure", take_task)
    agent = await runtime.try_get_underlying_agent_instance(AgentId("closure", "k"), Mine)
    assert type(agent) is Mine


async def test_unserializable_message_types_are_fine_within_a_process():
    @dataclass
    class Awkward:
        text: str | None = None

    async def take(agent: ClosureContext, message: Awkward, ctx: MessageContext) -> str:
        return "taken"

    runtime = SingleThreadedAgentRuntime()
    await ClosureAgent.register_closure(runtime, "closure", take)
    runtime.start()
    assert await runtime.send_message(Awkward(), AgentId("closure", "k")) == "taken"
    await run_until_idle(runtime)

from dataclasses import dataclass

import pytest

from sandbox import (
    AgentId,
    AgentInstantiationContext,
    AgentProxy,
    BaseAgent,
    MessageSerializer,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    rpc,
)
from sandbox.agents import handles
from sandbox.exceptions import AgentNotBoundError
from sandbox.testing import run_until_idle


class Echo(BaseAgent):
    def __init__(self, description="An echo."):
        super().__init__(description)
        self.heard = []

    async def on_message_impl(self, message, ctx):
        self.heard.append((message, ctx.sender, ctx.message_id))
        return message


def test_an_agent_built_in_a_context_knows_its_place():
    runtime, agent_id = object(), AgentId("echo", "k")
    with AgentInstantiationContext.populate_context((runtime, agent_id)):
        agent = Echo()
    assert agent.runtime is runtime
    assert agent.id is agent_id
    assert agent.type == "echo"
    assert agent.metadata == {"type": "echo", "key": "k", "description": "An echo."}


@pytest.mark.parametrize("name", ["id", "metadata", "type", "runtime"])
def test_an_agent_outside_a_runtime_explains_what_it_lacks(name):
    with pytest.raises(AgentNotBoundError, match="no runtime hosts it") as caught:
        getattr(Echo(), name)
    assert isinstance(caught.value, AttributeError)
    assert "Echo.register(runtime, type, factory)" in str(caught.value)
    assert not hasattr(Echo(), name)


async def test_an_agent_outside_a_runtime_cannot_send():
    with pytest.raises(AgentNotBoundError):
        await Echo().send_message("hi", AgentId("echo", "k"))
    with pytest.raises(AgentNotBoundError):
        await Echo().publish_message("hi", TopicId("t", "s"))


def test_a_description_must_be_text():
    with pytest.raises(ValueError, match="Agent description must be a string"):
        Echo(None)


async def test_an_agent_has_one_place_only():
    agent, runtime, here = Echo(), object(), AgentId("echo", "k")
    await agent.bind_id_and_runtime(here, runtime)
    await agent.bind_id_and_runtime(AgentId("echo", "k"), runtime)
    with pytest.raises(RuntimeError, match="already bound to a different ID"):
        await agent.bind_id_and_runtime(AgentId("echo", "other"), runtime)
    with pytest.raises(RuntimeError, match="already bound to a different runtime"):
        await agent.bind_id_and_runtime(here, object())


async def test_state_is_empty_with_a_warning_unless_overridden():
    with pytest.warns(UserWarning, match="save_state not implemented"):
        assert await Echo().save_state() == {}
    with pytest.warns(UserWarning, match="load_state not implemented"):
        await Echo().load_state({})
    await Echo().close()


def test_on_message_impl_must_be_written():
    with pytest.raises(TypeError, match="on_message_impl"):
        BaseAgent("nothing")


async def test_what_an_agent_sends_carries_its_name():
    runtime = SingleThreadedAgentRuntime()
    await Echo.register(runtime, "echo", Echo)
    agent = Echo()
    await agent.register_instance(runtime, AgentId("sender", "k"))
    runtime.start()
    assert await agent.send_message("a", AgentId("echo", "k"), message_id="mine") == "a"
    await agent.publish_message("b", TopicId("echo:x", "k"), message_id="yours")
    await run_until_idle(runtime)
    echo = await runtime.try_get_underlying_agent_instance(AgentId("echo", "k"), type=Echo)
    assert echo.heard == [("a", agent.id, "mine"), ("b", agent.id, "yours")]


async def test_a_proxy_stands_for_an_agent():
    class Stateful(Echo):
        state = 1

        async def save_state(self):
            return {"state": self.state}

        async def load_state(self, state):
            self.state = state["state"]

    runtime = SingleThreadedAgentRuntime()
    await Stateful.register(runtime, "echo", Stateful)
    proxy = AgentProxy(AgentId("echo", "k"), runtime)
    runtime.start()
    assert proxy.id == AgentId("echo", "k")
    assert (await proxy.metadata)["description"] == "An echo."
    assert await proxy.send_message("hi", sender=AgentId("me", "k")) == "hi"
    await proxy.load_state({"state": 7})
    assert await proxy.save_state() == {"state": 7}
    await run_until_idle(runtime)


@dataclass
class Known:
    text: str


def test_handled_types_are_declared_with_serializers():
    class Custom(MessageSerializer[str]):
        data_content_type = "text/plain"

    custom = Custom()

    @handles(Known)
    @handles(str, serializer=custom)
    @handles(int, serializer=[custom])
    class Declared(Echo):
        pass

    assert [type_ for type_, _ in Declared._handles_types()] == [int, str, Known]
    assert [serializers for _, serializers in Declared._handles_types()][:2] == [[custom], [custom]]
    assert Echo._handles_types() == []
    with pytest.raises(ValueError, match="No serializers found for type <class 'str'>"):
        handles(str)


def test_routed_agents_list_what_their_handlers_take():
    @handles(Known)
    class Agent(RoutedAgent):
        @rpc
        async def work(self, message: Known | str, ctx: object) -> None: ...

    handled = [(type_, len(serializers)) for type_, serializers in Agent._handles_types()]
    assert handled == [(Known, 1), (Known, 1), (str, 0)]

import asyncio

import pytest
from runtime_parts import TOPIC, Puppet, add, agent, come_to_rest, echo, new_runtime, outcome_of

from sandbox import (
    AgentId,
    AgentInstantiationContext,
    AgentType,
    BaseAgent,
    RoutedAgent,
    TopicId,
    TypeSubscription,
)
from sandbox.runtime import Instrument


class Births(Instrument):
    def __init__(self):
        self.lines = []

    def type_registered(self, type, expected_class, mailbox):
        self.lines.append(f"registered {type} {mailbox}")

    def type_unregistered(self, type):
        self.lines.append(f"unregistered {type}")

    def agent_created(self, agent_id, agent):
        self.lines.append(f"created {agent_id}")

    def agent_failed(self, agent_id, error):
        self.lines.append(f"failed {agent_id} {error}")


class Other(RoutedAgent):
    pass


async def test_an_async_factory_builds_an_agent_once_however_many_messages_wait(mode):
    built = []

    async def factory():
        await asyncio.sleep(0)
        built.append(AgentInstantiationContext.current_agent_id())
        await asyncio.sleep(0)
        return Puppet(echo)

    runtime, books = new_runtime()
    await add(runtime, "a", factory=factory, topics=["news"])
    await runtime.publish_message("1", TOPIC)
    await runtime.publish_message("2", TOPIC)
    async with mode(runtime):
        assert await runtime.send_message("3", agent("a")) == "3!"
        await runtime.get(agent("a"), lazy=False)
    assert built == [agent("a")]
    assert len(books.verdicts()) == 4


async def test_when_a_build_fails_the_next_message_tries_again(mode):
    attempts = []

    async def factory():
        attempts.append(1)
        await asyncio.sleep(0)
        if len(attempts) < 3:
            raise ValueError(f"attempt {len(attempts)}")
        return Puppet(echo)

    runtime, _ = new_runtime()
    births = Births()
    runtime.add_instrument(births)
    await add(runtime, "a", factory=factory)
    async with mode(runtime):
        calls = [outcome_of(runtime.send_message(n, agent("a"))) for n in range(4)]
        answers = await asyncio.gather(*calls)
    assert [repr(a) for a in answers] == [
        "ValueError('attempt 1')",
        "ValueError('attempt 2')",
        "'2!'",
        "'3!'",
    ]
    assert births.lines == [
        "registered a interleaved",
        "failed a/default attempt 1",
        "failed a/default attempt 2",
        "created a/default",
    ]


async def test_a_factory_that_makes_no_proper_agent_is_explained(mode):
    shared = Puppet(echo)

    class Forgetful(BaseAgent):
        def __init__(self):
            pass

        async def on_message_impl(self, message, ctx):
            return None

    factories = {
        "none": lambda: None,
        "shared": lambda: shared,
        "forgetful": Forgetful,
        "other": lambda: Other("of another class"),
    }
    runtime, _ = new_runtime()
    for name, factory in factories.items():
        expected = {"expected_class": Puppet} if name == "other" else {}
        await add(runtime, name, factory=factory, **expected)
    async with mode(runtime):
        errors = {
            name: await outcome_of(runtime.send_message("hi", agent(name))) for name in factories
        }
    assert {name: type(error) for name, error in errors.items()} == {
        "none": TypeError,
        "shared": ValueError,
        "forgetful": ValueError,
        "other": ValueError,
    }
    assert str(errors["none"]).startswith(
        "The factory of none/default returned None, which is not an agent. Return a new agent"
    )
    assert "was made before the factory was called" in str(errors["shared"])
    assert "super().__init__(description)" in str(errors["forgetful"])
    assert str(errors["other"]) == (
        "Factory registered using the wrong type: expected Puppet, got Other "
        "for agent other/default."
    )


async def test_a_factory_that_returns_the_agent_it_returned_before_is_told_so(mode):
    made = []

    def factory():
        made[:] = made or [Puppet(echo)]
        return made[0]

    runtime, _ = new_runtime()
    await add(runtime, "a", factory=factory)
    async with mode(runtime):
        assert await runtime.send_message("hi", agent("a", "1")) == "hi!"
        error = await outcome_of(runtime.send_message("hi", agent("a", "2")))
    assert str(error) == (
        "The factory of a/2 returned the object that is agent a/1. Return a new agent on every "
        "call; to use one object that exists already, call register_agent_instance."
    )


async def test_a_type_registered_twice_is_refused():
    runtime, _ = new_runtime()
    await add(runtime, "a")
    error = await outcome_of(add(runtime, AgentType("a")))
    assert isinstance(error, ValueError)
    assert str(error).startswith("Agent with type a already exists.")


async def test_a_factory_must_be_callable():
    runtime, _ = new_runtime()
    error = await outcome_of(runtime.register_factory("a", Puppet(echo)))
    assert isinstance(error, ValueError)
    assert "is not callable" in str(error)
    assert dict(runtime.registrations) == {}


async def test_a_type_that_no_agent_id_can_have_is_warned_about():
    runtime, _ = new_runtime()
    with pytest.warns(UserWarning, match="bad type!"):
        await add(runtime, "bad type!")


async def test_replacing_a_type_forgets_its_agents_and_uses_the_new_factory(mode):
    async def shout(puppet, message, ctx):
        return message.upper()

    runtime, _ = new_runtime()
    births = Births()
    runtime.add_instrument(births)
    await add(runtime, "a")
    async with mode(runtime):
        assert await runtime.send_message("hi", agent("a")) == "hi!"
        await add(runtime, "a", shout, replace=True, mailbox="serial")
        assert await runtime.send_message("hi", agent("a")) == "HI"
    assert births.lines == [
        "registered a interleaved",
        "created a/default",
        "unregistered a",
        "registered a serial",
        "created a/default",
    ]


async def test_a_type_replaced_while_an_agent_is_being_built_builds_the_new_one():
    gate = asyncio.Event()

    async def slow():
        await gate.wait()
        return Puppet(echo)

    async def shout(puppet, message, ctx):
        return message.upper()

    runtime, books = new_runtime()
    await add(runtime, "a", factory=slow)
    runtime.start()
    call = asyncio.create_task(runtime.send_message("hi", agent("a")))
    await come_to_rest()
    await add(runtime, "a", shout, replace=True)
    gate.set()
    assert await call == "HI"
    await runtime.stop_when_idle()
    books.check()


async def test_what_waits_for_an_unregistered_type_is_undeliverable(mode):
    runtime, books = new_runtime()
    await add(runtime, "a", topics=["news"])
    await runtime.publish_message("1", TOPIC)
    call = asyncio.create_task(outcome_of(runtime.send_message("2", agent("a"))))
    await come_to_rest()
    await runtime.unregister("a")
    async with mode(runtime):
        assert repr(await call) == (
            "RecipientNotFoundError('Agent with name a not found. Registered: none.')"
        )
    assert books.verdicts() == [
        "event -> a/default: undeliverable",
        "request -> a/default: undeliverable",
        "response -> outside: handled",
    ]
    assert isinstance(await outcome_of(runtime.unregister("a")), LookupError)


async def test_an_instance_gets_the_messages_of_its_id_only(mode):
    runtime, _ = new_runtime()
    puppet = Puppet(echo)
    assert await puppet.register_instance(runtime, agent("a", "x")) == agent("a", "x")
    async with mode(runtime):
        assert await runtime.send_message("hi", agent("a", "x")) == "hi!"
        error = await outcome_of(runtime.send_message("hi", agent("a", "y")))
    assert isinstance(error, RuntimeError)
    assert str(error).startswith(
        "There is no agent a/y: type 'a' has registered instances only, and none with this key."
    )
    assert await runtime.try_get_underlying_agent_instance(agent("a", "x")) is puppet


async def test_instances_and_factories_of_one_type_do_not_mix():
    runtime, _ = new_runtime()
    await add(runtime, "factory")
    await Puppet(echo).register_instance(runtime, agent("instance", "1"))
    taken = await outcome_of(Puppet(echo).register_instance(runtime, agent("instance", "1")))
    mixed = await outcome_of(Puppet(echo).register_instance(runtime, agent("factory", "1")))
    other = await outcome_of(Other("").register_instance(runtime, agent("instance", "2")))
    again = await outcome_of(add(runtime, "instance"))
    assert [type(e) for e in (taken, mixed, other, again)] == [ValueError] * 4
    assert str(taken) == "Agent with id instance/1 already exists. Choose another key."
    assert "'factory' has a factory" in str(mixed)
    assert "those of type 'instance' are Puppet, this one is Other" in str(other)
    assert "already exists" in str(again)
    assert list(runtime.agents) == [agent("instance", "1")]


async def test_one_agent_cannot_have_two_ids():
    runtime, _ = new_runtime()
    puppet = Puppet(echo)
    await puppet.register_instance(runtime, agent("a", "1"))
    error = await outcome_of(puppet.register_instance(runtime, agent("a", "2")))
    assert isinstance(error, RuntimeError)
    assert list(runtime.agents) == [agent("a", "1")]


async def test_looking_an_agent_up_builds_it_unless_asked_not_to():
    runtime, _ = new_runtime()
    await add(runtime, "a")
    assert await runtime.get("a") == AgentId("a", "default")
    assert await runtime.get(AgentType("a"), "k") == AgentId("a", "k")
    assert dict(runtime.agents) == {}
    assert await runtime.get("a", lazy=False) == AgentId("a", "default")
    assert list(runtime.agents) == [agent("a")]
    assert await runtime.agent_metadata(agent("a", "k")) == {
        "type": "a",
        "key": "k",
        "description": "Does as it is told.",
    }
    assert list(runtime.agents) == [agent("a"), agent("a", "k")]
    assert isinstance(await outcome_of(runtime.get("b", lazy=False)), LookupError)
    wrong = await outcome_of(runtime.try_get_underlying_agent_instance(agent("a"), Other))
    assert repr(wrong) == (
        "TypeError('Agent with name a is not of type Other. It is of type Puppet.')"
    )


async def test_states_are_saved_and_loaded_by_id(caplog):
    class Counter(Puppet):
        def __init__(self):
            super().__init__(echo)
            self.count = 0

        async def save_state(self):
            return {"count": self.count}

        async def load_state(self, state):
            self.count = state["count"]

    runtime, _ = new_runtime()
    await add(runtime, "a", factory=Counter)
    counter = await runtime.try_get_underlying_agent_instance(agent("a", "k"), Counter)
    counter.count = 3
    state = await runtime.save_state()
    assert state == {"a/k": {"count": 3}}
    fresh, _ = new_runtime()
    await add(fresh, "a", factory=Counter)
    await fresh.load_state({**state, "gone/k": {"count": 1}})
    assert (await fresh.try_get_underlying_agent_instance(agent("a", "k"), Counter)).count == 3
    assert [r.getMessage() for r in caplog.records] == [
        "The saved state of gone/k was passed over: its type is not registered. Registered: 'a'."
    ]
    await fresh.agent_load_state(agent("a", "other"), {"count": 5})
    assert await fresh.agent_save_state(agent("a", "other")) == {"count": 5}


async def test_a_registered_instance_whose_class_subscribes_to_an_unknown_key(mode):
    runtime, _ = new_runtime(ignore_unhandled_exceptions=False)
    await Puppet(echo).register_instance(runtime, agent("a"))
    await runtime.add_subscription(TypeSubscription("other", "a"))
    with pytest.raises(RuntimeError, match="There is no agent a/other"):
        async with mode(runtime):
            await runtime.publish_message("hi", TopicId("other", "other"))

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from sandbox import ClosureAgent, RoutedAgent, SingleThreadedAgentRuntime, event, rpc
from sandbox.testing import run_until_idle

if TYPE_CHECKING:
    from sandbox import ClosureContext, MessageContext


@dataclass
class Global:
    pass


def test_hints_that_only_type_checkers_see_do_no_harm():
    @rpc
    async def work(self, message: Global, ctx: MessageContext) -> None: ...

    assert work.target_types == [Global]


@pytest.mark.parametrize("decorate", [rpc, rpc(), event(strict=False)])
def test_local_classes_are_found(decorate):
    class Local:
        pass

    class Agent(RoutedAgent):
        class Inner:
            pass

        work = None

        @rpc
        async def bare(self, message: Local | Inner, ctx: MessageContext) -> Global: ...

    @decorate
    async def work(self, message: Local, ctx: MessageContext) -> None: ...

    assert Agent.bare.target_types == [Local, Agent.Inner]
    assert Agent.bare.produces_types == [Global]
    assert work.target_types == [Local]


def test_a_missing_hint_is_told_apart_from_one_that_cannot_be_read():
    with pytest.raises(AssertionError, match="return parameter not found"):

        @rpc
        async def work(self, message: Global, ctx: MessageContext): ...


def test_a_name_that_is_nowhere_is_explained():
    with pytest.raises(NameError, match="'Nowhere' is not defined") as caught:

        @rpc
        async def work(self, message: Nowhere, ctx: MessageContext) -> None: ...  # noqa: F821

    assert f"in the type hints of work ({__file__}:" in str(caught.value)


async def test_local_classes_are_found_for_closures():
    @dataclass
    class Local:
        text: str

    heard = []

    async def hear(agent: ClosureContext, message: Local, ctx: MessageContext) -> None:
        heard.append(message.text)

    runtime = SingleThreadedAgentRuntime()
    await ClosureAgent.register_closure(runtime, "ear", hear)
    runtime.start()
    await runtime.send_message(Local("hi"), await runtime.get("ear"))
    await run_until_idle(runtime)
    assert heard == ["hi"]

import logging
import types
import warnings
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, Literal, NewType, Optional, TypedDict, TypeVar, Union

import pytest

from sandbox import CancellationToken, MessageContext, RoutedAgent, event, message_handler, rpc
from sandbox.exceptions import CantHandleException
from sandbox.messaging.type_hints import AnyType


@dataclass
class Task:
    text: str


@dataclass
class Urgent(Task):
    pass


@dataclass
class Result:
    text: str


class Row(TypedDict):
    text: str


REQUEST = MessageContext(None, None, True, CancellationToken(), "m1")
EVENT = MessageContext(None, None, False, CancellationToken(), "m2")
DECORATORS = [message_handler, event, rpc]


@pytest.mark.parametrize("decorator", DECORATORS)
def test_a_decorator_works_bare_called_and_with_arguments(decorator):
    async def work(self, message: Task, ctx: MessageContext) -> None: ...

    for handler in (decorator(work), decorator()(work), decorator(strict=False, match=None)(work)):
        assert handler.is_message_handler is True
        assert handler.target_types == [Task]
        assert handler.produces_types == [type(None)]
        assert handler.__name__ == "work"


@pytest.mark.parametrize(
    ("hint", "targets"),
    [
        (Task, [Task]),
        (Task | Result, [Task, Result]),
        (Union[Task, Result], [Task, Result]),  # noqa: UP007 - the older spelling is the point
        (Optional[Task], [Task, type(None)]),  # noqa: UP045 - as above
        (Annotated[Task, "note"], [Task]),
        (None, [type(None)]),
        (Any, [AnyType]),
        (object, [object]),
        (dict, [dict]),
        (Row, [Row]),
    ],
)
def test_what_a_hint_accepts(hint, targets):
    @rpc
    async def work(self, message: hint, ctx: MessageContext) -> Any: ...

    assert work.target_types == targets
    assert work.produces_types == [AnyType]


@pytest.mark.parametrize("decorator", DECORATORS)
@pytest.mark.parametrize(
    "hint", [list[int], Literal["a"], NewType("N", int), TypeVar("T"), list[int] | str]
)
def test_a_hint_that_names_no_class_is_refused(decorator, hint):
    async def work(self, message: hint, ctx: MessageContext) -> None: ...

    with pytest.raises(AssertionError, match="Message type not found") as caught:
        decorator(work)
    assert f"work ({__file__}:" in str(caught.value)


@pytest.mark.parametrize("decorator", DECORATORS)
def test_a_missing_hint_is_refused_with_place_and_remedy(decorator):
    async def nameless(self, msg: Task, ctx: MessageContext) -> None: ...
    async def unhinted(self, message, ctx) -> None: ...
    async def unreturning(self, message: Task, ctx: MessageContext): ...
    async def listing(self, message: Task, ctx: MessageContext) -> list[int]: ...

    for function, words, remedy in [
        (nameless, "message parameter not found in function signature", "exactly 'message'"),
        (unhinted, "message parameter not found in function signature", "message: YourMessage"),
        (unreturning, "return parameter not found in function signature", "'-> None'"),
        (listing, "Return type not found", "class"),
    ]:
        with pytest.raises(AssertionError, match=words) as caught:
            decorator(function)
        assert remedy in str(caught.value)
        assert f"{function.__name__} ({__file__}:" in str(caught.value)


def test_a_decorator_given_something_else_refuses_it():
    with pytest.raises(ValueError, match="Invalid arguments"):
        rpc("match")


@pytest.mark.parametrize(
    ("decorator", "takes_request", "takes_event"),
    [(message_handler, True, True), (event, False, True), (rpc, True, False)],
)
def test_routers_tell_requests_from_events_and_ask_the_condition_last(
    decorator, takes_request, takes_event
):
    async def work(self, message: Task, ctx: MessageContext) -> None: ...

    plain = decorator(work)
    assert bool(plain.router(Task(""), REQUEST)) is takes_request
    assert bool(plain.router(Task(""), EVENT)) is takes_event
    picky = decorator(match=lambda message, _ctx: message.text == "x")(work)
    assert bool(picky.router(Task("x"), REQUEST)) is takes_request
    assert bool(picky.router(Task("x"), EVENT)) is takes_event
    assert not picky.router(Task("y"), REQUEST)
    assert not picky.router(Task("y"), EVENT)


async def test_a_wrong_message_is_refused():
    @rpc
    async def work(self, message: Task, ctx: MessageContext) -> None: ...

    for wrong in ("text", Urgent("")):
        with pytest.raises(CantHandleException, match="not in target types") as caught:
            await work(None, wrong, REQUEST)
        assert f"work ({__file__}:" in str(caught.value)


async def test_a_wrong_answer_is_refused_after_the_body_ran():
    ran = []

    @rpc
    async def work(self, message: Task, ctx: MessageContext) -> Task:
        ran.append(message.text)
        return Urgent("a subclass will not do")

    with pytest.raises(ValueError, match="not in return types"):
        await work(None, Task("a"), REQUEST)
    assert ran == ["a"]


@pytest.mark.parametrize("hint", [Any, object, Task | Any])
async def test_any_allows_every_answer(hint):
    @rpc
    async def work(self, message: Task, ctx: MessageContext) -> hint:
        return [message]

    assert await work(None, Task("a"), REQUEST) == [Task("a")]


async def test_an_event_handler_has_no_answer_whatever_its_hint():
    @event
    async def work(self, message: Task, ctx: MessageContext) -> Result:
        return Result("") if message.text else None

    with pytest.raises(ValueError, match="is not None"):
        await work(None, Task("a"), EVENT)
    assert await work(None, Task(""), EVENT) is None


async def test_without_strictness_everything_is_logged_and_goes_on(caplog):
    @rpc(strict=False)
    async def answer(self, message: Task, ctx: MessageContext) -> Result:
        return message

    @event(strict=False)
    async def hear(self, message: Task, ctx: MessageContext) -> None:
        return message

    with caplog.at_level(logging.WARNING, logger="sandbox"):
        assert await answer(None, "text", REQUEST) == "text"
        assert await hear(None, Task(""), EVENT) is None
    assert [message.partition(" <")[0] for message in caplog.messages] == [
        "Message type",
        "Return type",
        "Return type",
    ]


async def test_an_exception_of_the_body_comes_through():
    @message_handler
    async def work(self, message: Task, ctx: MessageContext) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await work(None, Task(""), REQUEST)


async def test_a_handler_that_is_not_async_warns_at_its_line_and_explains_when_called():
    with pytest.warns(UserWarning, match="is not an async function") as caught:

        @rpc
        def work(self, message: Task, ctx: MessageContext) -> Result:
            return Result("")

    assert caught[0].filename == __file__
    assert caught[0].lineno == work.__wrapped__.__code__.co_firstlineno
    with pytest.raises(TypeError, match="Write the handler with 'async def'"):
        await work(None, Task(""), REQUEST)


async def test_a_plain_function_that_returns_a_coroutine_works():
    async def really(message):
        return Result(message.text)

    with pytest.warns(UserWarning, match="is not an async function"):

        @rpc
        def work(self, message: Task, ctx: MessageContext) -> Result:
            return really(message)

    assert await work(None, Task("a"), REQUEST) == Result("a")


async def test_a_wrapping_decorator_is_not_warned_about():
    def logged(function):
        @wraps(function)
        def wrapper(*args):
            return function(*args)

        return wrapper

    with warnings.catch_warnings():
        warnings.simplefilter("error")

        @rpc
        @logged
        async def work(self, message: Task, ctx: MessageContext) -> Result:
            return Result(message.text)

    assert await work(None, Task("a"), REQUEST) == Result("a")


async def test_a_generator_based_coroutine_works():
    @types.coroutine
    def inner():
        yield from ()
        return Result("a")

    with pytest.warns(UserWarning, match="is not an async function"):

        @rpc
        def work(self, message: Task, ctx: MessageContext) -> Result:
            return inner()

    assert await work(None, Task("a"), REQUEST) == Result("a")


async def test_a_missing_context_warns_at_decoration_and_explains_when_called():
    with pytest.warns(UserWarning, match="cannot be called with a message and its context"):

        @event
        async def work(self, message: Task) -> None: ...

    with pytest.raises(TypeError, match="ctx: MessageContext"):
        await work(None, Task(""), EVENT)


def test_the_arguments_may_have_other_names_but_for_message():
    @rpc
    async def work(this, message: Task, context: MessageContext) -> None: ...

    assert work.target_types == [Task]


async def test_a_class_redefined_in_main_is_taken_for_the_same():
    def define():
        return dataclass(
            type("Note", (), {"__module__": "__main__", "__qualname__": "Note", "text": ""})
        )

    old, new = define(), define()

    class Agent(RoutedAgent):
        @rpc
        async def work(self, message: old, ctx: MessageContext) -> old:
            return message

    note = new()
    assert await Agent.work(None, note, REQUEST) is note

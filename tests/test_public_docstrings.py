"""Each public name of the inspector and of `sandbox.testing` says what people need to know.

That is what it returns, what it raises, and an example, which pytest runs.
"""

import ast
import inspect
import textwrap

import pytest

import sandbox.inspector
import sandbox.testing
from sandbox.runtime.instruments import Instrument

# What raises nothing but what everything raises that is called wrongly.
RAISE_NOTHING = {
    "Breakpoint.meets",
    "Breakpoint.remove",
    "Diff.as_data",
    "Explanation.as_data",
    "Inspector.close",
    "Inspector.find_problems",
    "Inspector.pause",
    "Inspector.resume",
    "Invariant.check",
    "Invariant.remove",
    "Problem.as_data",
    "RecordedDelivery.copy",
    "RecordedDelivery.has_caused",
    "Recording.add",
    "Recording.append",
    "Recording.close",
    "Recording.listen",
    "Recording.to_networkx",
    "RunState.advance",
    "Watch.remove",
    "any_order",
    "counted_ids",
    "recording_schema",
}

# How a `RunState` is built; people get theirs from `Recording.state` and `at`.
BUILDERS = {
    f"RunState.{name}"
    for name in (
        "add",
        "delivery",
        "forget",
        "leave_queue",
        "part",
        "place",
        "reorder",
        "rest",
        "settle",
    )
}


def members(cls):
    """Public methods and properties, but for the hooks of an instrument."""
    for name in dir(cls):
        owner = next(base for base in cls.__mro__ if name in vars(base))
        hook = name in vars(Instrument)
        if name.startswith("_") or hook or not owner.__module__.startswith("sandbox"):
            continue
        member = inspect.unwrap(getattr(vars(owner)[name], "__func__", vars(owner)[name]))
        if isinstance(member, property) or inspect.isfunction(member):
            yield f"{cls.__name__}.{name}", member


def public_names():
    """Name, object, and the docstring of the class that it belongs to."""
    for module in (sandbox.inspector, sandbox.testing):
        for name in module.__all__:
            public = getattr(module, name)
            yield name, public, ""
            if inspect.isclass(public):
                home = inspect.getdoc(public)
                yield from ((full, member, home) for full, member in members(public))


NAMES = {name: (public, home) for name, public, home in public_names() if name not in BUILDERS}


def raises(function):
    """Whether it has a `raise` of its own."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return any(isinstance(node, ast.Raise) for node in ast.walk(tree))


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_does_returns_and_raises_and_has_an_example(name):
    public, home = NAMES[name]
    text = inspect.getdoc(public) or ""
    assert text, "no docstring"
    in_class = f".{name.rpartition('.')[2]}" in home.partition("Example:")[2]
    assert ">>>" in text.partition("Example:")[2] or in_class, "no example"
    if not inspect.isfunction(public):
        return
    if public.__annotations__.get("return") not in {None, "None"}:
        assert "Returns:" in text, "does not say what it returns"
    if name in RAISE_NOTHING:
        assert "Raises:" not in text
        assert not raises(public)
    else:
        assert "Raises:" in text, "does not say what it raises"


def test_the_lists_name_only_what_there_is():
    assert set(NAMES) >= RAISE_NOTHING
    assert {name for name, _, _ in public_names()} >= BUILDERS

import importlib
import inspect

import pytest

import sandbox

FLOORS = ["sandbox", "sandbox.messaging", "sandbox.agents", "sandbox.exceptions", "sandbox.logging"]
ALIASES = [
    "_cancellation_token",
    "_default_subscription",
    "_default_topic",
    "_routed_agent",
    "_serialization",
    "_type_helpers",
]
# Methods that users write: ours are called by position, so that their parameters may have any name.
CALLED_BY_POSITION = [
    "MessageSerializer.deserialize",
    "MessageSerializer.serialize",
    "Subscription.is_match",
    "Subscription.map_to_agent",
]


@pytest.mark.parametrize("name", FLOORS)
def test_every_exported_name_exists_and_stands_in_its_place(name):
    module = importlib.import_module(name)
    names = module.__all__
    assert len(names) == len(set(names))
    assert [each for each in names if not hasattr(module, each)] == []


@pytest.mark.parametrize("name", ALIASES)
def test_alias_modules_hold_the_very_same_objects(name):
    alias = importlib.import_module(f"sandbox.{name}")
    for each in alias.__all__:
        value = getattr(alias, each)
        home = importlib.import_module(getattr(value, "__module__", "sandbox"))
        assert getattr(home, each) is value


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = sandbox.Nothing


def functions(module):
    """The functions and methods behind the promised names, as label, ours, the module's."""
    for name in sorted(set(sandbox.__all__) & set(module.__all__)):
        ours, theirs = getattr(sandbox, name), getattr(module, name)
        if inspect.isfunction(theirs):
            yield name, ours, theirs
        elif inspect.isclass(theirs) and not issubclass(theirs, dict):
            for method, function in inspect.getmembers(theirs, inspect.isroutine):
                # Constructors that a protocol brings change with their first use.
                if (method == "__init__" and method in vars(theirs)) or not method.startswith("_"):
                    yield f"{name}.{method}", getattr(ours, method), function


def can_be_called_alike(ours, theirs):
    """Whether ours takes the parameters of theirs in the same manner, and needs no others."""
    expected = list(inspect.signature(theirs).parameters.values())
    found = list(inspect.signature(ours).parameters.values())
    positional = [each.name for each in expected if each.kind is not each.KEYWORD_ONLY]
    by_name = {each.name: each for each in found}
    extra = [each for each in found if each.name not in {other.name for other in expected}]
    return (
        [each.name for each in found][: len(positional)] == positional
        and all(by_name[each.name].kind is each.kind for each in expected)
        and all(each.default is not each.empty for each in extra)
    )


def test_promised_functions_take_what_those_of_autogen_core_take():
    compared = list(functions(importlib.import_module("autogen_core")))
    unlike = [label for label, ours, theirs in compared if not can_be_called_alike(ours, theirs)]
    assert len(compared) > 100
    assert unlike == CALLED_BY_POSITION

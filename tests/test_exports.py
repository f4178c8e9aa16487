"""The public names: each in its place, and those of AutoGen Core with their parameters."""

import enum
import importlib
import inspect

import pytest

import sandbox

FLOORS = [
    "sandbox",
    "sandbox.agentopera",
    "sandbox.agents",
    "sandbox.exceptions",
    "sandbox.inspector",
    "sandbox.lessons",
    "sandbox.logging",
    "sandbox.messaging",
    "sandbox.runtime",
    "sandbox.testing",
]
ALIASES = [
    "_cancellation_token",
    "_default_subscription",
    "_default_topic",
    "_routed_agent",
    "_serialization",
    "_type_helpers",
]
# AgentOpera has other bases for these than AutoGen Core: see sandbox/agentopera.
OF_TWO_VOCABULARIES = {"BaseAgent", "DefaultSubscription", "RoutedAgent"}

PROMISED = {
    "": set(sandbox.__all__),
    ".exceptions": {
        "CantHandleException",
        "MessageDroppedException",
        "NotAccessibleError",
        "UndeliverableException",
    },
    ".logging": {
        "AgentConstructionExceptionEvent",
        "MessageDroppedEvent",
        "MessageEvent",
        "MessageHandlerExceptionEvent",
    },
}
# Methods that users write: ours are called by position, so that their parameters may have any name.
CALLED_BY_POSITION = {
    "MessageSerializer.deserialize",
    "MessageSerializer.serialize",
    "Subscription.is_match",
    "Subscription.map_to_agent",
}
# None stands for "default", so that giving the topic type under both its names can be refused.
OTHER_DEFAULTS = {"DefaultSubscription.__init__"}


@pytest.mark.parametrize("name", FLOORS)
def test_every_exported_name_exists_and_is_listed_once(name):
    module = importlib.import_module(name)
    names = module.__all__
    assert len(names) == len(set(names))
    assert [each for each in names if not hasattr(module, each)] == []


def test_a_name_means_the_same_object_wherever_it_is_exported():
    meanings = {}
    for floor in FLOORS:
        module = importlib.import_module(floor)
        for name in module.__all__:
            meanings.setdefault(name, {})[id(getattr(module, name))] = floor
    ambiguous = {name for name, objects in meanings.items() if len(objects) > 1}
    assert ambiguous == OF_TWO_VOCABULARIES


@pytest.mark.parametrize("name", ALIASES)
def test_alias_modules_hold_the_very_same_objects(name):
    alias = importlib.import_module(f"sandbox.{name}")
    for each in alias.__all__:
        value = getattr(alias, each)
        home = importlib.import_module(getattr(value, "__module__", "sandbox"))
        assert getattr(home, each) is value


def promised():
    """What AutoGen Core calls by a promised name: the name, ours, theirs."""
    for submodule, names in PROMISED.items():
        ours = importlib.import_module(f"sandbox{submodule}")
        theirs = importlib.import_module(f"autogen_core{submodule}")
        for name in sorted(names):
            if hasattr(theirs, name):
                yield name, getattr(ours, name), getattr(theirs, name)


def is_public(method, function):
    # Protocols without a constructor have a stand-in of typing's, until one is first instantiated.
    if method == "__init__":
        return getattr(function, "__module__", "typing") != "typing"
    return not method.startswith("_")


def functions():
    """The functions and methods behind the promised names: the label, ours, theirs."""
    for name, ours, theirs in promised():
        if inspect.isfunction(theirs):
            yield name, ours, theirs
        elif inspect.isclass(theirs) and not issubclass(theirs, dict | enum.Enum):
            for method, function in inspect.getmembers(theirs, inspect.isroutine):
                if is_public(method, function):
                    yield f"{name}.{method}", getattr(ours, method), function


def parameters(function):
    """Its parameters, or none for what is written in C, as the constructors of exceptions."""
    try:
        return inspect.signature(function).parameters
    except ValueError:
        return {}


def can_be_called_alike(ours, theirs):
    """Whether ours takes the parameters of theirs in the same manner, and needs no others."""
    found, expected = parameters(ours), parameters(theirs)
    keyword_kinds = {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}
    positional = [each for each, it in expected.items() if it.kind not in keyword_kinds]
    return (
        list(found)[: len(positional)] == positional
        and all(name in found and found[name].kind is expected[name].kind for name in expected)
        and all(it.default is not it.empty for name, it in found.items() if name not in expected)
    )


def is_same_default(ours, theirs):
    # A default that is a class of theirs, such as Agent, is for ours the class of that name.
    return ours == theirs or (
        inspect.isclass(theirs) and inspect.isclass(ours) and ours.__name__ == theirs.__name__
    )


def have_same_defaults(ours, theirs):
    found, expected = parameters(ours), parameters(theirs)
    return all(
        is_same_default(found[name].default, it.default)
        for name, it in expected.items()
        if name in found
    )


def test_promised_functions_take_what_those_of_autogen_core_take():
    compared = list(functions())
    unlike = {label for label, ours, theirs in compared if not can_be_called_alike(ours, theirs)}
    assert len(compared) > 100
    assert unlike == CALLED_BY_POSITION


def test_promised_functions_have_the_defaults_of_those_of_autogen_core():
    unlike = {label for label, ours, theirs in functions() if not have_same_defaults(ours, theirs)}
    assert unlike == OTHER_DEFAULTS


def test_promised_classes_have_the_properties_of_those_of_autogen_core():
    missing = [
        f"{name}.{member}"
        for name, ours, theirs in promised()
        if inspect.isclass(theirs)
        for member, value in inspect.getmembers_static(theirs)
        if isinstance(value, property) and member[0] != "_" and not hasattr(ours, member)
    ]
    assert missing == []


def test_promised_exceptions_derive_from_the_same_built_in_ones():
    for name, ours, theirs in promised():
        if inspect.isclass(theirs) and issubclass(theirs, Exception):
            assert [each for each in theirs.__mro__[1:] if each not in ours.__mro__] == [], name


def test_promised_enumerations_and_dicts_have_the_same_members():
    logging = importlib.import_module("autogen_core.logging")
    for name in ("DeliveryStage", "MessageKind"):
        ours, theirs = getattr(sandbox.logging, name), getattr(logging, name)
        assert [(each.name, each.value) for each in ours] == [
            (each.name, each.value) for each in theirs
        ]
    metadata = importlib.import_module("autogen_core").AgentMetadata
    assert list(sandbox.AgentMetadata.__annotations__) == list(metadata.__annotations__)

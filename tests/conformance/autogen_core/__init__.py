"""`autogen_core`, naming the sandbox: what `scripts/conformance.py` puts first on the path.

Everything is the sandbox's own, except stand-ins for names that AutoGen Core keeps on its floors
for models and components, which the tests and notebooks import beside what they are about.
"""

import importlib
import sys
import types
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sandbox

ConfigT = TypeVar("ConfigT")


class Component(Generic[ConfigT]):
    """Only there to be subclassed."""


class ComponentBase(Generic[ConfigT]):
    """Only there to be subclassed."""


class ComponentModel:
    """Only there to be named in a hint."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.any_schema()


class Image:
    """Only there to be imported."""


@dataclass
class SystemMessage:
    """Text that a model would be given first."""

    content: str


models = types.ModuleType("autogen_core.models")
models.SystemMessage = SystemMessage  # type: ignore[attr-defined]
sys.modules["autogen_core.models"] = models

for _name in (
    "_cancellation_token",
    "_default_subscription",
    "_default_topic",
    "_routed_agent",
    "_serialization",
    "_type_helpers",
    "exceptions",
    "logging",
):
    _module = importlib.import_module(f"sandbox.{_name}")
    sys.modules[f"autogen_core.{_name}"] = _module
    globals()[_name] = _module


def __getattr__(name: str) -> Any:
    return getattr(sandbox, name)

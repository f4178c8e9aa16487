"""Fields: what a message of some class consists of, and how each part is shown and read back."""

from __future__ import annotations

import inspect
import json
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Literal,
    NewType,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from sandbox.inspector.recording.fingerprints import fingerprint
from sandbox.inspector.recording.snapshots import class_name, guarded_repr, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

WHOLE: Final = "value"
"""Name of the one field of a message that has no fields of its own."""

WHOLES: Final = (str, int, float, bool, bytes, list, tuple, set, frozenset, dict)
_TYPES: Final[dict[Any, str]] = {bool: "boolean", int: "integer", float: "number", str: "text"}
_EXACT: Final = 2**53  # beyond this, a page cannot count exactly
_DIGITS: Final = 1_000
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a message class.

    Attributes:
        name: its name.
        hint: its type hint; `Any` if that is not known.
        default: what it is if nothing is said; `MISSING` if nothing or a factory says so.
        required: whether something has to be said.

    Example:
        >>> price = FieldSpec("price", int)
        >>> price.as_data(3)["type"], price.read("4")
        ('integer', 4)
    """

    name: str
    hint: Any
    default: Any = field(default_factory=lambda: MISSING)
    required: bool = True

    def as_data(self, value: Any = MISSING) -> dict[str, Any]:
        """The field as a page shows it, with this value or its default.

        Returns:
            `name`, `type` (`text`, `number`, `integer`, `boolean`, `choice` or `json`), `value`
            (JSON text for `json`), `required`, `choices`, `nullable` (whether it may be `None`)
            and `reason`: why it cannot be edited, or `None`.
        """
        kind, nullable = _kind(self.hint)
        shown, reason = self._shown(kind, self.default if value is MISSING else value)
        return {
            "name": self.name,
            "type": kind,
            "value": shown,
            "required": self.required,
            "choices": list(_choices(self.hint)) if kind == "choice" else None,
            "nullable": nullable,
            "reason": reason,
        }

    def read(self, given: Any) -> Any:
        """The value that a page means.

        Raises:
            ValueError: it means none; the text says why.
        """
        kind, nullable = _kind(self.hint)
        if given is None and nullable:
            return None
        if kind == "choice":
            choices = _choices(self.hint)
            if given not in list(choices):
                raise ValueError(f"is one of {', '.join(choices)}, not {_words(given)}.")
            return choices[given]
        return self._fitting(_READ[kind](given))

    def _fitting(self, value: Any) -> Any:
        if self.hint is Any:
            return value
        try:
            return TypeAdapter(self.hint).validate_python(value)
        except ValidationError as error:
            raise ValueError(f"{_said(error)}, not {_words(value)}.") from None
        except PydanticUserError:
            if not isinstance(self.hint, type) or isinstance(value, self.hint):
                return value
            raise ValueError(f"is a {self.hint.__name__}, which no form can make.") from None

    def _shown(self, kind: str, value: Any) -> tuple[Any, str | None]:
        if value is MISSING:
            return None, None
        if kind == "choice":
            for label, choice in _choices(self.hint).items():
                if choice is value or (type(choice) is type(value) and choice == value):
                    return label, None
            return None, None
        form = json.loads(snapshot(value))
        if "json" not in form:
            return form["repr"], f"A {class_name(value)} is not made of data."
        if "cut" in form:
            return None, "It is too large to be edited here."
        plain = form["json"]
        shown = plain if plain is None else _SHOW[kind](plain)
        return shown, self._lost(shown, value)

    def _lost(self, shown: Any, value: Any) -> str | None:
        """Why what is shown does not come back as what it was."""
        try:
            back = self.read(shown)
            # What cannot change has no fingerprint, and can be compared as it is.
            prints = fingerprint(back), fingerprint(value)
            same = type(back) is type(value) and (
                back == value if prints[0] is None else prints[0] == prints[1]
            )
        except Exception:  # whatever the validators of the class do
            same = False
        return None if same else f"A {class_name(value)} cannot be made from what a form can hold."


def specs_of(kind: type) -> list[FieldSpec]:
    """The fields of a message class.

    Raises:
        TypeError: it is not known how to make one.

    Example:
        >>> [spec.name for spec in specs_of(dict)]
        ['value']
    """
    if issubclass(kind, BaseModel):
        return [_of_model(name, info) for name, info in kind.model_fields.items()]
    if is_dataclass(kind):
        hints = _hints(kind)
        return [
            FieldSpec(
                each.name,
                hints.get(each.name, Any),
                each.default,
                each.default is MISSING and each.default_factory is MISSING,
            )
            for each in fields(kind)
            if each.init
        ]
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        hints, defaults = _hints(kind), kind._field_defaults  # type: ignore[attr-defined]
        return [
            FieldSpec(name, hints.get(name, Any), defaults.get(name, MISSING), name not in defaults)
            for name in kind._fields
        ]
    if kind in WHOLES:
        return [FieldSpec(WHOLE, kind)]
    return _of_constructor(kind)


def _of_model(name: str, info: Any) -> FieldSpec:
    hint = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    default = MISSING if info.is_required() or info.default_factory else info.default
    return FieldSpec(name, hint, default, info.is_required())


def _of_constructor(kind: type) -> list[FieldSpec]:
    hints = _hints(vars(kind).get("__init__"))
    specs = []
    for parameter in inspect.signature(kind).parameters.values():
        if parameter.kind is parameter.POSITIONAL_ONLY:
            msg = f"{kind.__name__} takes {parameter.name} by position only."
            raise TypeError(msg)
        if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
            continue
        bare = parameter.default is parameter.empty
        default = MISSING if bare else parameter.default
        specs.append(FieldSpec(parameter.name, hints.get(parameter.name, Any), default, bare))
    return specs


def _hints(owner: Any) -> dict[str, Any]:
    try:
        return get_type_hints(owner, include_extras=True)
    except Exception:  # names that exist in some function only
        return {}


# How a type hint becomes a kind of input


def _bare(hint: Any) -> tuple[Any, bool]:
    """The hint without what only describes it, and whether it allows `None`."""
    while get_origin(hint) is Annotated or isinstance(hint, NewType):
        hint = hint.__supertype__ if isinstance(hint, NewType) else get_args(hint)[0]
    if get_origin(hint) in {Union, UnionType}:
        others = [each for each in get_args(hint) if each is not NoneType]
        if len(others) < len(get_args(hint)):
            return (_bare(others[0])[0], True) if len(others) == 1 else (hint, True)
    return hint, False


def _kind(hint: Any) -> tuple[str, bool]:
    bare, nullable = _bare(hint)
    if get_origin(bare) is Literal or (isinstance(bare, type) and issubclass(bare, Enum)):
        return "choice", nullable
    if bare in _TYPES:
        return _TYPES[bare], nullable
    # Dates, decimals and the like are written as text, also in JSON.
    as_text = isinstance(bare, type) and bare.__module__ in {"datetime", "decimal", "uuid"}
    return ("text" if as_text else "json"), nullable


def _choices(hint: Any) -> dict[str, Any]:
    bare, _ = _bare(hint)
    if get_origin(bare) is not Literal:
        return {member.name: member for member in bare}
    found: dict[str, Any] = {}
    for choice in get_args(bare):
        label = choice if isinstance(choice, str) and choice not in found else repr(choice)
        found[label if label not in found else repr(choice)] = choice
    return found


# How values go to a page and come back


def _from_text(given: Any) -> str:
    if type(given) is not str:
        raise ValueError(f"is a text, not {_words(given)}.")
    return given


def _from_integer(given: Any) -> int:
    if type(given) is int:
        return given
    if type(given) is str and len(given) <= _DIGITS:
        try:
            return int(given)
        except ValueError:
            pass
    raise ValueError(f"is a whole number, not {_words(given)}.")


def _from_number(given: Any) -> float:
    if type(given) in {int, float, str}:
        try:
            return float(given)
        except (ValueError, OverflowError):
            pass
    raise ValueError(f"is a number, not {_words(given)}.")


def _from_boolean(given: Any) -> bool:
    if type(given) is not bool:
        raise ValueError(f"is true or false, not {_words(given)}.")
    return given


def _from_json(given: Any) -> Any:
    if type(given) is not str:
        return given
    try:
        return json.loads(given)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, character {error.colno}"
        raise ValueError(f"is no JSON: {error.msg}, at {where}.") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is no JSON that can be read: {error}.") from None


_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "text": _from_text,
    "integer": _from_integer,
    "number": _from_number,
    "boolean": _from_boolean,
    "json": _from_json,
}
_SHOW: Final[dict[str, Callable[[Any], Any]]] = {
    "text": lambda plain: plain,
    "integer": lambda plain: (
        str(plain) if isinstance(plain, int) and abs(plain) > _EXACT else plain
    ),
    "number": lambda plain: plain,
    "boolean": lambda plain: plain,
    "json": lambda plain: json.dumps(plain, indent=2, ensure_ascii=False),
}


def _said(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = "".join(f"[{part!r}]" for part in first["loc"])
    words = first["msg"][:1].lower() + first["msg"][1:]
    return f"at {where}: {words}" if where else words


def _words(value: Any) -> str:
    text = guarded_repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"

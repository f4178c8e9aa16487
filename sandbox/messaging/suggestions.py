"""Wording that helps after a misspelt name."""

from collections.abc import Iterable
from difflib import get_close_matches

_LISTED_AT_MOST = 10


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that looks most like ``name``, or ``None`` if none looks alike.

    Upper and lower case are told apart only to choose among names that differ in nothing else.
    """
    by_folded: dict[str, str] = {}
    for candidate in names:
        by_folded.setdefault(candidate.casefold(), candidate)
    close = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def did_you_mean(name: str, names: Iterable[str], *, known_as: str = "Registered") -> str:
    """Phrase what could have been meant, to be appended to an error message.

    Args:
        name: The name that was not found.
        names: The names that exist.
        known_as: What the existing names are, as the beginning of a list.

    Returns:
        For example ``"Did you mean 'worker'? Registered: 'monitor', 'worker'."``
    """
    known = sorted(set(names))
    if not known:
        return f"{known_as}: none."
    listed = ", ".join(repr(each) for each in known[:_LISTED_AT_MOST])
    if len(known) > _LISTED_AT_MOST:
        listed += f" and {len(known) - _LISTED_AT_MOST} more"
    close = nearest(name, known)
    question = f"Did you mean {close!r}? " if close is not None and close != name else ""
    return f"{question}{known_as}: {listed}."

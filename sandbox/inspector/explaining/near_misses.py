"""Near misses: topic types that were probably meant."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from sandbox.messaging.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

# Likeness is slow to compute; with more candidates than this only the plain cases are looked for.
COMPARED_AT_MOST = 100


class NearMiss(NamedTuple):
    """A topic type, or a prefix, that nearly matches, and how it differs."""

    meant: str
    how: str


def near_miss(
    topic_type: str, exact: Collection[str], prefixes: Collection[str]
) -> NearMiss | None:
    """What was probably meant by a topic type that matches nothing.

    Args:
        topic_type: the type of the topic that was published to.
        exact: the topic types that are subscribed to.
        prefixes: the prefixes that are subscribed to.

    Example:
        >>> print(*near_miss("order", ["orders", "bills"], []), sep=": ")
        orders: 'order' ≠ 'orders', 1 letter
        >>> print(*near_miss("Orders", ["orders"], []), sep=": ")
        orders: 'Orders' ≠ 'orders', only in upper and lower case
    """
    miss = (
        _by_case(topic_type, exact)
        or _by_one_letter(topic_type, exact)
        or _by_beginning(topic_type, exact)
        or _by_prefix(topic_type, prefixes)
    )
    if miss is not None:
        return miss
    like = (t for t in exact if abs(len(t) - len(topic_type)) <= max(2, len(topic_type) // 2))
    close = nearest(topic_type, islice(like, COMPARED_AT_MOST))
    return None if close is None else NearMiss(close, f"{topic_type!r} ≠ {close!r}")


def _by_case(topic_type: str, exact: Iterable[str]) -> NearMiss | None:
    folded = topic_type.casefold()
    for other in exact:
        if other.casefold() == folded:
            how = f"{topic_type!r} ≠ {other!r}, only in upper and lower case"
            return NearMiss(other, how)
    return None


def _by_one_letter(topic_type: str, exact: Iterable[str]) -> NearMiss | None:
    for other in exact:
        if _differ_by_one(topic_type, other):
            return NearMiss(other, f"{topic_type!r} ≠ {other!r}, 1 letter")
    return None


def _by_beginning(topic_type: str, exact: Iterable[str]) -> NearMiss | None:
    for other in exact:
        if other and topic_type.startswith(other):
            how = (
                f"{topic_type!r} only begins with {other!r}, and a TypeSubscription matches the "
                "whole topic type; a TypePrefixSubscription matches its beginning"
            )
            return NearMiss(other, how)
    return None


def _by_prefix(topic_type: str, prefixes: Iterable[str]) -> NearMiss | None:
    folded = topic_type.casefold()
    for prefix in prefixes:
        start = prefix.casefold()
        if folded.startswith(start):
            how = f"{topic_type!r} begins like the prefix {prefix!r} but for upper and lower case"
            return NearMiss(prefix, how)
        if start.startswith(folded) or _differ_by_one(folded[: len(start)], start):
            return NearMiss(prefix, f"{topic_type!r} does not begin with {prefix!r}")
    return None


def _differ_by_one(one: str, other: str) -> bool:
    """Whether one letter more, less or other turns the one into the other."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1 or one == other:
        return False
    begin = 0
    while begin < len(short) and short[begin] == long[begin]:
        begin += 1
    same_length = len(short) == len(long)
    return short[begin + same_length :] == long[begin + 1 :]

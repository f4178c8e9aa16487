"""How a sequence that arrived differs from the one that was expected, for people to read."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

# Of what agrees, so many lines are shown before and after a difference.
CONTEXT = 3

# Longer texts are cut, and so is the list of the fields that differ.
LONGEST_TEXT = 300
MOST_FIELDS = 10

# To find the shortest difference takes time and memory by the product of the two lengths.
LARGEST_TABLE = 250_000

Sides = tuple[int | None, int | None]  # places of what was expected, and of what arrived


def agree(wanted: Sequence[Any], arrived: Sequence[Any]) -> bool:
    """Whether this is what was expected; a class stands for any object of it."""
    *circumstances, message = wanted
    *actual, object_that_came = arrived
    if circumstances != actual:
        return False
    if isinstance(message, type) and isinstance(object_that_came, message):
        return True
    return message is object_that_came or bool(message == object_that_came)


def partners(group: Sequence[Sequence[Any]], arrived: Sequence[Sequence[Any]]) -> list[int | None]:
    """For each of a group, the place of an arrival that agrees with it; no two have the same.

    As many get one as can at all: whoever comes first gives way if it agrees with another, too.
    """
    taken: dict[int, int] = {}  # place of the arrival -> index in the group

    def find(index: int, tried: set[int]) -> bool:
        agreeing = [place for place, each in enumerate(arrived) if agree(group[index], each)]
        for place in sorted(agreeing, key=lambda place: place in taken):  # free ones first
            if place in tried:
                continue
            tried.add(place)
            if place not in taken or find(taken[place], tried):
                taken[place] = index
                return True
        return False

    for index in range(len(group)):
        find(index, set())
    found = {index: place for place, index in taken.items()}
    return [found.get(index) for index in range(len(group))]


def difference(groups: Sequence[Sequence[Sequence[Any]]], arrived: Sequence[Sequence[Any]]) -> str:
    """Both sequences, line by line, with what differs marked.

    Args:
        groups: what was expected, in order; within a group the order is free.
        arrived: what arrived, in order.
    """
    wanted, free = _in_order_of_arrival(groups, arrived)
    sides = list(_aligned(wanted, arrived))
    near = _near_a_difference(sides)
    lines = ["What arrived is not what was expected (- expected, + arrived):"]
    left_out: list[str] = []
    for index, (mine, theirs) in enumerate(sides):
        if index not in near:
            left_out.append(f"  {theirs}: {_line(arrived[theirs or 0])}")
            continue
        lines += _shortened(left_out)
        left_out = []
        if mine is None and theirs is not None:
            lines.append(f"+ {theirs}: {_line(arrived[theirs])}")
            before, nothing = sides[index - 1] if index else (None, None)
            if nothing is None and before is not None:
                lines += _fields_that_differ(wanted[before], arrived[theirs])
        elif theirs is None and mine is not None:
            note = "  (in any order)" if mine in free else ""
            lines.append(f"- {mine}: {_line(wanted[mine])}{note}")
        elif theirs is not None:
            lines.append(f"  {theirs}: {_line(arrived[theirs])}")
    return "\n".join([*lines, *_shortened(left_out)])


def _shortened(lines: list[str]) -> list[str]:
    return lines if len(lines) <= 1 else [f"  … {len(lines)} that agree"]


def _in_order_of_arrival(
    groups: Sequence[Sequence[Sequence[Any]]], arrived: Sequence[Sequence[Any]]
) -> tuple[list[Sequence[Any]], set[int]]:
    """What was expected as one list, and the places in it whose order is free.

    Those are put in the order in which they came, so that order alone is no difference.
    """
    wanted: list[Sequence[Any]] = []
    free: set[int] = set()
    used = 0  # arrivals that belong to earlier groups
    for group in groups:
        if len(group) == 1:
            wanted.extend(group)
            used += used < len(arrived) and agree(group[0], arrived[used])
            continue
        places = partners(group, arrived[used:])
        by_arrival = sorted(
            range(len(group)),
            key=lambda i, p=places: (p[i] is None, p[i] or 0),  # type: ignore[misc]
        )
        free.update(range(len(wanted), len(wanted) + len(group)))
        wanted.extend(group[i] for i in by_arrival)
        used += sum(place is not None for place in places)
    return wanted, free


def _aligned(wanted: list[Sequence[Any]], arrived: Sequence[Sequence[Any]]) -> Iterator[Sides]:
    """What agrees side by side, in order, and between them what is only on one side."""
    start = 0
    while start < min(len(wanted), len(arrived)) and agree(wanted[start], arrived[start]):
        yield start, start
        start += 1
    end = 0
    while end < min(len(wanted), len(arrived)) - start and agree(wanted[~end], arrived[~end]):
        end += 1
    mine, theirs = range(start, len(wanted) - end), range(start, len(arrived) - end)
    if len(mine) * len(theirs) <= LARGEST_TABLE:
        yield from _side_by_side(_longest_common(wanted, arrived, mine, theirs), mine, theirs)
    else:
        yield from _side_by_side([], mine, theirs)
    for i in range(end, 0, -1):
        yield len(wanted) - i, len(arrived) - i


def _longest_common(
    wanted: list[Sequence[Any]], arrived: Sequence[Sequence[Any]], mine: range, theirs: range
) -> list[tuple[int, int]]:
    """The longest sequence of pairs that agree."""
    longest: dict[tuple[int, int], int] = {}
    same: set[tuple[int, int]] = set()
    for i in reversed(mine):
        for j in reversed(theirs):
            if agree(wanted[i], arrived[j]):
                same.add((i, j))
                longest[i, j] = 1 + longest.get((i + 1, j + 1), 0)
            else:
                longest[i, j] = max(longest.get((i + 1, j), 0), longest.get((i, j + 1), 0))
    pairs = []
    i, j = mine.start, theirs.start
    while i < mine.stop and j < theirs.stop:
        if (i, j) in same:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif longest.get((i + 1, j), 0) >= longest.get((i, j + 1), 0):
            i += 1
        else:
            j += 1
    return pairs


def _side_by_side(pairs: list[tuple[int, int]], mine: range, theirs: range) -> Iterator[Sides]:
    i, j = mine.start, theirs.start
    for stop_i, stop_j in [*pairs, (mine.stop, theirs.stop)]:
        # One of each in turn, so that what stands in place of another is next to it.
        for _ in range(max(stop_i - i, stop_j - j)):
            if i < stop_i:
                yield i, None
                i += 1
            if j < stop_j:
                yield None, j
                j += 1
        if stop_i < mine.stop or stop_j < theirs.stop:
            yield stop_i, stop_j
        i, j = stop_i + 1, stop_j + 1


def _near_a_difference(sides: list[Sides]) -> set[int]:
    return {
        near
        for index, side in enumerate(sides)
        if None in side
        for near in range(index - CONTEXT, index + CONTEXT + 1)
    }


def _fields_that_differ(wanted: Sequence[Any], arrived: Sequence[Any]) -> Iterator[str]:
    """For like messages under like circumstances, the fields by which they differ."""
    if list(wanted[:3]) != list(arrived[:3]) or type(wanted[3]) is not type(arrived[3]):
        return
    mine, theirs = _fields(wanted[3]), _fields(arrived[3])
    names = [name for name in {**mine, **theirs} if not _same(mine, theirs, name)]
    for name in names[:MOST_FIELDS]:
        expected, came = (_text(of[name]) if name in of else "nothing" for of in (mine, theirs))
        yield f"     {name}: expected {expected}, arrived {came}"
    if len(names) > MOST_FIELDS:
        yield f"     … and {len(names) - MOST_FIELDS} other fields"


def _same(mine: dict[Any, Any], theirs: dict[Any, Any], name: Any) -> bool:
    if name not in mine or name not in theirs:
        return False
    try:
        return bool(mine[name] == theirs[name])
    except Exception:  # such as an array's, whose truth is ambiguous
        return False


def _fields(message: Any) -> dict[Any, Any]:
    if isinstance(message, dict):
        return message
    if is_dataclass(message):
        return {each.name: getattr(message, each.name, None) for each in fields(message)}
    return dict(getattr(message, "__dict__", {}))


def _line(arrival: Sequence[Any]) -> str:
    *circumstances, message = arrival
    name = message.__name__ if isinstance(message, type) else _text(message)
    return f"({', '.join(map(repr, circumstances))}, {name})"


def _text(value: Any) -> str:
    try:
        text = repr(value)
    except Exception as error:
        return f"<{type(value).__name__} whose repr raised {type(error).__name__}>"
    if len(text) <= LONGEST_TEXT:
        return text
    half = LONGEST_TEXT // 2
    return f"{text[:half]} … {text[-half:]}"

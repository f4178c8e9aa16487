"""The lines of the seeded policies choose as a plain list would, and quickly from a long one."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import AgentId, CancellationToken, MessageContext
from sandbox.runtime import lines
from sandbox.runtime.delivery import Delivery, Kind
from sandbox.runtime.queue import place

DEEDS = ("append", "append", "remove", "first", "back", "address")
NAMES = st.sampled_from("abc")


def delivery(number, sender="a", recipient="b"):
    context = MessageContext(AgentId(sender, "x"), None, False, CancellationToken(), f"m{number}")
    origin = (None, 0)
    return Delivery(number, Kind.EVENT, number, AgentId(recipient, "x"), context, origin, None)


def firsts(deliveries):
    """The first delivery of each sender and recipient, in order, found in the plain way."""
    found = {}
    for each in deliveries:
        found.setdefault((each.sender, each.recipient), each)
    return list(found.values())


@given(st.data())
def test_a_line_of_pairs_knows_the_first_of_each_pair_whatever_is_done_to_it(data):
    plain, line = [], lines.LineOfPairs()
    for number in range(1, data.draw(st.integers(1, 30))):
        deed = data.draw(
            st.sampled_from(["append", "append", "remove", "first", "back", "address"])
        )
        if deed == "append" or not plain:
            new = delivery(number, data.draw(NAMES), data.draw(NAMES))
            plain.append(new)
            line.append(new)
        elif deed == "back":  # one is taken out and put back
            chosen = data.draw(st.sampled_from(plain))
            line.remove(chosen)
            line.insert(plain.index(chosen), chosen)
        elif deed == "address":  # as the queue does when its recipient is another one
            chosen = data.draw(st.sampled_from(plain))
            line.remove(chosen)
            chosen.recipient = AgentId(data.draw(NAMES), "x")
            line.insert(plain.index(chosen), chosen)
        else:
            chosen = data.draw(st.sampled_from(plain if deed == "remove" else firsts(plain)))
            plain.remove(chosen)
            line.remove(chosen)
            assert chosen not in line
        assert list(line) == plain
        assert [line.first_of(n) for n in range(line.pairs)] == firsts(plain)


@pytest.mark.parametrize("kind", [lines.LineInOrder, lines.LineOfPairs])
def test_lines_are_in_order_and_can_be_changed_by_hand(kind):
    deliveries = [delivery(n) for n in range(1, 6)]
    line = kind(deliveries[:4])
    line.append(deliveries[4])
    assert line.popleft() is deliveries[0]
    line.remove(deliveries[2])
    assert deliveries[2] not in line
    line.insert(1, deliveries[2])
    assert (list(line), len(line), line[-1]) == (deliveries[1:], 4, deliveries[4])
    deliveries[4].place = (0,)  # it has a new place and still stands in the old one
    assert deliveries[4] in line
    line.remove(deliveries[4])
    assert list(line) == deliveries[1:4]
    line.clear()
    assert not line


@pytest.mark.parametrize("kind", [lines.LineInOrder, lines.LineOfPairs])
def test_taking_one_out_of_a_long_line_looks_at_few(kind, monkeypatch):
    deliveries = [delivery(n, "abcdefgh"[n % 8]) for n in range(1, 4001)]
    line = kind(deliveries)
    looks = Counter()

    def counting_place(each):
        looks["place"] += 1
        return place(each)

    monkeypatch.setattr(lines, "place", counting_place)
    for each in deliveries[:8]:
        assert each in line
        line.remove(each)
    assert looks["place"] <= 8 * 40

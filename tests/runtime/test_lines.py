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


def delivery(number, sender="a", recipient="b", kind=Delivery):
    context = MessageContext(AgentId(sender, "x"), None, False, CancellationToken(), f"m{number}")
    origin = (None, 0)
    return kind(number, Kind.EVENT, number, AgentId(recipient, "x"), context, origin, None)


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


@given(st.data())
def test_a_line_in_blocks_is_as_good_as_a_list(data):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK", 3)
        plain = [delivery(number) for number in range(1, data.draw(st.integers(1, 12)))]
        line = lines.LineInOrder(plain)
        for number in range(20, 20 + data.draw(st.integers(1, 30))):
            deed = data.draw(st.sampled_from(["append", "choose", "remove", "look", "insert"]))
            index = data.draw(st.integers(0, len(plain) - 1)) if plain else 0
            if deed == "append" or not plain:
                plain.append(delivery(number))
                line.append(plain[-1])
            elif deed == "insert":
                plain.insert(index, delivery(number))
                line.insert(index, plain[index])
            elif deed == "look":
                assert line[index] is plain[index]
            else:
                chosen = line[index] if deed == "choose" else plain[index]
                assert chosen is plain.pop(index)
                line.remove(chosen)
                with pytest.raises(ValueError, match="does not stand in this line"):
                    line.remove(chosen)
            assert (list(line), len(line)) == (plain, len(plain))
            assert [line[at] for at in range(-len(plain), len(plain))] == plain * 2
            with pytest.raises(IndexError, match="none with the index"):
                line[len(plain)]


def in_pairs(line):
    """The first of some pair in the middle."""
    return line.first_of(line.pairs // 2)


def in_order(line):
    return line[len(line) // 2]


@pytest.mark.parametrize(
    ("kind", "choose"), [(lines.LineInOrder, in_order), (lines.LineOfPairs, in_pairs)]
)
def test_choosing_one_of_a_long_line_and_taking_it_out_looks_at_few(kind, choose, monkeypatch):
    looks = Counter()

    class Compared(Delivery):
        __slots__ = ()

        def __eq__(self, other):
            looks["compared"] += 1
            return self is other

        __hash__ = None

    def counting_place(each):
        looks["place"] += 1
        return place(each)

    line = kind(delivery(n, "abcdefgh"[n % 8], kind=Compared) for n in range(1, 9_001))
    monkeypatch.setattr(lines, "place", counting_place)
    for left in range(8_999, 8_990, -1):
        line.remove(choose(line))
        assert len(line) == left
    assert looks["compared"] + looks["place"] <= 9 * 20

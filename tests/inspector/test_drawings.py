"""What matplotlib draws: everything is there or counted, nothing overlaps, nothing is cut."""

import asyncio
import itertools

import matplotlib as mpl
import pytest
from busy_run import busy_run
from calls import begin_call
from inspected_programs import WORKER, Boss, Log, Monitor, Progress, Task, after_a_task
from matplotlib import pyplot as plt

from sandbox import (
    AgentId,
    BaseAgent,
    Inspector,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
)
from sandbox.inspector.pictures import drawing_plan
from sandbox.inspector.pictures.canvas import COLOURS, LETTERS, STYLES

pytestmark = pytest.mark.usefixtures("drawing")


@pytest.fixture
def drawing():
    mpl.use("agg")
    yield
    plt.close("all")


@pytest.fixture
async def inspector():
    """A finished call, a failed one, and events pending: one on hold, two for agents not built."""
    inspector = await after_a_task()
    runtime = inspector.runtime
    failing = await begin_call(runtime, Task("impossible"), WORKER)
    await inspector.run()
    await asyncio.gather(failing, return_exceptions=True)
    await runtime.publish_message(Progress("x"), TopicId("void", "s"))
    await inspector.run()
    await runtime.publish_message(Progress("x"), TopicId("progress", "later"))
    inspector.hold(inspector.queue[0].number)
    return inspector


async def crowd(types, keys):
    """So many agent types, each with so many agents; the last event is pending."""
    runtime = SingleThreadedAgentRuntime()
    inspector = Inspector(runtime)
    for number in range(types):
        await Monitor.register(runtime, f"monitor-{number}", lambda: Monitor(Log()))
        topic = ("news", "weather")[number % 2]
        await runtime.add_subscription(TypeSubscription(topic, f"monitor-{number}"))
    for key in range(keys):
        for topic in ("news", "weather"):
            await runtime.publish_message(Progress("x"), TopicId(topic, f"source-{key}"))
    await inspector.run(limit=types * keys - 1)
    return inspector


def drawn(axes):
    """The texts of a drawing and where they are, in pixels."""
    axes.figure.canvas.draw()
    return [(text.get_text(), text.get_window_extent()) for text in axes.texts if text.get_text()]


def words(axes):
    return [text.get_text() for text in axes.texts if text.get_text()]


def assert_tidy(axes):
    texts = drawn(axes)
    area = axes.get_window_extent()
    for text, box in texts:
        assert area.x0 <= box.x0, text
        assert box.x1 <= area.x1, text
        assert area.y0 <= box.y0, text
        assert box.y1 <= area.y1, text
    for (one, a), (other, b) in itertools.combinations(texts, 2):
        assert not a.overlaps(b), (one, other)
    for patch in axes.patches:
        box = patch.get_window_extent()
        assert area.x0 <= box.x0 <= box.x1 <= area.x1
        assert area.y0 <= box.y0 <= box.y1 <= area.y1


# The graph


async def test_the_drawing_names_everything(inspector):
    assert sorted(words(inspector.draw())) == sorted(
        [
            *("topics", "agent types", "agents"),
            *("progress", "orders", "void"),
            *("worker: Worker", "monitor: Monitor", "auditor: Monitor", "boss: Boss", "ghost"),
            *("default",) * 4,
            *("later · 1 pending",) * 2,
            "Q 2x",
            "dashed: not registered, or not built yet",
        ]
    )


async def test_the_drawing_shows_how_it_was_at_any_record(inspector):
    assert words(inspector.draw(at=0)) == ["There are no agents and no topics yet."]
    past = words(inspector.draw(at=inspector.recording.steps[1]))
    assert "worker: Worker" in past
    assert "default · 2 pending" in past
    assert "void" not in past
    assert words(inspector.draw(at=inspector.recording.last)) == words(inspector.draw())
    with pytest.raises(IndexError):
        inspector.draw(at=inspector.recording.last + 1)


@pytest.mark.parametrize(
    ("types", "keys"), [(1, 5), (5, 1), (5, 10), (50, 1), (5, 100), (50, 10), (500, 1)]
)
@pytest.mark.parametrize("given", [False, True])
async def test_nothing_in_the_drawing_overlaps_or_is_cut(types, keys, given):
    inspector = await crowd(types, keys)
    assert_tidy(inspector.draw(ax=plt.subplots()[1] if given else None))


async def test_of_up_to_sixty_agents_each_is_named():
    shown = words((await crowd(5, 10)).draw())
    assert [shown.count(f"source-{key}") for key in range(9)] == [5] * 9
    assert shown.count("source-9") == 4
    assert shown.count("source-9 · 1 pending") == 1


async def test_of_more_agents_each_type_is_a_count_and_a_cell_per_agent():
    axes = (await crowd(5, 100)).draw()
    shown = words(axes)
    assert shown.count("100 agents") == 4
    assert shown.count("100 agents, 1 pending") == 1
    assert shown.count("1") == 1
    assert len(axes.patches) == 2 + 5 + 5 + 500


async def test_of_very_many_types_those_beyond_forty_are_counted():
    shown = words((await crowd(500, 1)).draw())
    assert "… and 460 more types" in shown
    assert "460 agents, 1 pending" in shown
    assert "monitor-39: Monitor" in shown
    assert "monitor-40: Monitor" not in shown


async def test_of_very_many_topics_those_beyond_forty_are_counted():
    inspector = await crowd(3, 1)
    for number in range(100):
        await inspector.runtime.add_subscription(TypeSubscription(f"t{number}", "monitor-0"))
    axes = inspector.draw()
    assert "… and 62 more topics" in words(axes)
    assert_tidy(axes)


class Gossip(BaseAgent):
    """Hands on to the next, and says so."""

    async def on_message_impl(self, message, ctx):
        if message:
            target = AgentId("gossip", str((int(self.id.key) + message) % 12))
            await self.send_message(message - 1, target)


async def test_of_very_many_calls_the_most_frequent_are_drawn_and_the_others_counted(monkeypatch):
    monkeypatch.setattr(drawing_plan, "KEYS_STACKED", 12)
    runtime = SingleThreadedAgentRuntime()
    inspector = Inspector(runtime)
    await Gossip.register(runtime, "gossip", lambda: Gossip("tells"))
    calls = [runtime.send_message(4, AgentId("gossip", str(key))) for key in range(12)]
    tasks = [asyncio.create_task(call) for call in calls]
    await asyncio.sleep(0)
    await inspector.run()
    await asyncio.gather(*tasks)
    axes = inspector.draw()
    assert sum(text.startswith("Q ") for text in words(axes)) == 20
    assert "… and 28 more requests between 28 other pairs" in words(axes)
    assert_tidy(axes)


async def test_words_lie_within_their_boxes(inspector):
    axes = inspector.draw()
    patches = [patch.get_window_extent() for patch in axes.patches]
    for text, box in drawn(axes):
        if text not in {"topics", "agent types", "agents", "Q 2x"} and "dashed" not in text:
            assert any(
                patch.x0 <= box.x0 and box.x1 <= patch.x1 and patch.y0 <= box.y0 <= patch.y1
                for patch in patches
            ), text


@pytest.mark.parametrize("method", ["draw", "draw_sequence"])
async def test_a_drawing_goes_where_it_is_told(inspector, method):
    _, axes = plt.subplots()
    assert getattr(inspector, method)(ax=axes) is axes
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize("method", ["draw", "draw_sequence"])
async def test_what_a_program_names_cannot_break_a_drawing(method):
    runtime = SingleThreadedAgentRuntime()
    inspector = Inspector(runtime)
    await runtime.add_subscription(TypeSubscription("t", "boss"))
    for name in ("$x", "$\\frac$", "\x1b\n", "中文", "a" * 500):
        odd_class = type(name, (Boss,), {})
        await odd_class.register(runtime, "boss", lambda made=odd_class: made(Log()), replace=True)
        message = type(name, (), {})()
        await runtime.publish_message(message, TopicId("t", name))
        await inspector.run()
    assert_tidy(getattr(inspector, method)())
    assert_tidy(getattr(await busy_run(), method)())


# The sequence


def rows(axes):
    """What stands in each row, from left to right."""
    lines = {}
    for text in axes.texts:
        x, y = text.get_position()
        number = min(
            (t for t in axes.texts if t.get_text().startswith("#")),
            key=lambda t: abs(t.get_position()[1] - y),
        )
        if abs(number.get_position()[1] - y) < 9 and text.get_text():
            lines.setdefault(number.get_position()[1], []).append((x, text.get_text()))
    return [[word for _, word in sorted(lines[y])] for y in sorted(lines)]


async def test_the_sequence_has_a_row_per_delivery_with_what_came_of_it(inspector):
    assert rows(inspector.draw_sequence()) == [
        ["#1", "Q", "Task", "✓ handled (3 sent)"],
        ["#2", "Q", "Task", "✓ handled (3 sent)"],
        ["#3", "Q", "Task", "✓ handled (3 sent)"],
        ["#4", "P", "Progress", "✓ handled", "topic progress/default"],
        ["#5", "P", "Progress", "✓ handled", "topic progress/default"],
        ["#6", "Result", "R", "✓ handled"],
        ["#7", "P", "Progress", "✓ handled", "topic progress/default"],
        ["#8", "P", "Progress", "✓ handled", "topic progress/default"],
        ["#9", "Result", "R", "✓ handled"],
        ["#10", "Result", "R", "✓ handled"],
        ["#11", "Q", "Task", "✕ ValueError"],
        ["#12", "ValueError", "R", "✕ ValueError"],
        ["#13", "P", "Progress", "⊣ 0 subscribers", "topic void/s"],
        ["#14", "P", "Progress", "‖ held", "topic progress/later"],
        ["#15", "P", "Progress", "▸ next", "topic progress/later"],
    ]


async def test_the_sequence_has_a_lifeline_for_each_agent_and_the_outside(inspector):
    names = words(inspector.draw_sequence())[:13]
    assert names[0] == "outside"
    assert list(zip(names[1::2], names[2::2], strict=True)) == [
        ("boss", "/default"),
        ("worker", "/default"),
        ("monitor", "/default"),
        ("auditor", "/default"),
        ("monitor", "/later"),
        ("auditor", "/later"),
    ]


async def test_the_sequence_is_in_the_order_of_the_deliveries_not_of_the_sends():
    inspector = await crowd(2, 2)
    await inspector.runtime.publish_message(Progress("a"), TopicId("news", "a"))
    await inspector.runtime.publish_message(Progress("b"), TopicId("news", "b"))
    await inspector.step(6)
    numbers = [row[0] for row in rows(inspector.draw_sequence())]
    assert numbers == ["#1", "#2", "#3", "#6", "#4", "#5"]


async def test_the_sequence_shows_how_it_was_at_any_record(inspector):
    assert words(inspector.draw_sequence(at=0)) == ["Nothing was sent yet."]
    past = rows(inspector.draw_sequence(at=inspector.recording.steps[1]))
    assert past == [
        ["#1", "Q", "Task", "◐ waits for #2, #3"],
        ["#2", "Q", "Task", "▸ next"],
        ["#3", "Q", "Task", "○ pending"],
    ]
    with pytest.raises(IndexError):
        inspector.draw_sequence(at=inspector.recording.last + 1)


@pytest.mark.parametrize(("types", "keys"), [(1, 1), (5, 1), (5, 10), (50, 1), (5, 100), (500, 1)])
@pytest.mark.parametrize("given", [False, True])
async def test_nothing_in_the_sequence_overlaps_or_is_cut(types, keys, given):
    inspector = await crowd(types, keys)
    assert_tidy(inspector.draw_sequence(ax=plt.subplots()[1] if given else None))


@pytest.mark.parametrize("dpi", [50, 72, 80, 96, 100, 144, 300])
@pytest.mark.parametrize("method", ["draw", "draw_sequence"])
async def test_nothing_overlaps_or_is_cut_on_any_screen(dpi, method):
    inspector = await crowd(12, 2)
    with mpl.rc_context({"figure.dpi": dpi}):
        assert_tidy(getattr(inspector, method)())


async def test_nothing_in_the_sequence_of_a_busy_program_overlaps_or_is_cut(inspector):
    assert_tidy(inspector.draw_sequence())
    assert_tidy((await busy_run()).draw_sequence(limit=None))


async def test_a_long_sequence_is_folded_and_says_by_how_much():
    inspector = await crowd(4, 130)
    axes = inspector.draw_sequence()
    assert "… 480 more deliveries (limit=None draws all)" in words(axes)
    numbers = [row[0] for row in rows(axes)]
    assert numbers == [f"#{n}" for n in (*range(1, 21), *range(501, 521))]
    assert [row[0] for row in rows(inspector.draw_sequence(limit=3))] == ["#1", "#2", "#520"]
    assert len(rows(inspector.draw_sequence(limit=None))) == 520
    with pytest.raises(ValueError, match="at least 2"):
        inspector.draw_sequence(limit=1)


async def test_to_leave_out_one_delivery_is_not_worth_a_row():
    inspector = await crowd(1, 4)
    assert len(rows(inspector.draw_sequence(limit=7))) == 8


async def test_many_lifelines_are_folded_and_counted_and_their_names_stand_beside():
    axes = (await crowd(50, 1)).draw_sequence()
    shown = words(axes)
    assert "others (33)" in shown
    assert len([each for each in shown if each.startswith("to ") or "  to " in each]) == 33
    assert rows(axes)[-1] == [
        *("#50", "P", "Progress", "▸ next"),
        "topic weather/source-0  to monitor-49/source-0",
    ]


async def test_kinds_differ_by_letter_and_by_line_and_what_shares_a_colour_by_both():
    assert len(set(LETTERS.values())) == 3
    assert COLOURS["request"] == COLOURS["response"] != COLOURS["event"]
    assert STYLES["request"] != STYLES["response"]


async def test_a_message_to_the_same_lifeline_returns_to_it():
    runtime = SingleThreadedAgentRuntime()
    inspector = Inspector(runtime)
    await Gossip.register(runtime, "gossip", lambda: Gossip("tells"))
    call = await begin_call(runtime, 12, AgentId("gossip", "0"))
    await inspector.run()
    await call
    axes = inspector.draw_sequence()
    assert len(rows(axes)) == len(inspector.recording)
    assert_tidy(axes)

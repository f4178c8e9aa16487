"""The still picture: everything is in it, nothing overlaps, all is escaped."""

import itertools
import re
from base64 import b64decode
from xml.etree import ElementTree as ET

import pytest
from inspected_programs import PROGRESS, Log, Monitor, Progress, after_a_task

from sandbox import Inspector, SingleThreadedAgentRuntime, TopicId, TypeSubscription
from sandbox.inspector.pictures import picture
from sandbox.inspector.pictures.picture import static_html, svg
from sandbox.inspector.recording.recording import Recording

NASTY = "<script>alert('1')</script>&\"]]>"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
async def inspector():
    """Five agents and some traffic, one event still pending for an agent not built yet."""
    inspector = await after_a_task()
    runtime = inspector.runtime
    await runtime.publish_message(Progress("x"), TopicId("progress", "later"))
    await runtime.publish_message(Progress("x"), TopicId("void", "s"))
    return inspector


async def crowd(count):
    """So many agents, of a tenth as many types."""
    runtime = SingleThreadedAgentRuntime()
    inspector = Inspector(runtime)
    for number in range(count // 10):
        await Monitor.register(runtime, f"monitor-{number}", lambda: Monitor(Log()))
        await runtime.add_subscription(TypeSubscription("news", f"monitor-{number}"))
    for key in range(10):
        await runtime.publish_message(Progress("x"), TopicId("news", f"source-{key}"))
    await inspector.run()
    return inspector


def root_of(image):
    return ET.fromstring(image)


def words(image):
    return [element.text for element in root_of(image).iter(f"{SVG}text")]


async def test_the_picture_names_everything_and_counts(inspector):
    assert words(svg(inspector.recording.state)) == [
        "topics",
        "agent types",
        "progress",
        "3 published",
        "orders",
        "nothing published",
        "void",
        "1 published, 0 subscribers",
        "worker",
        "Worker, 2 received",
        "default",
        "monitor",
        "Monitor, 2 received",
        "default",
        "later · 1 pending",
        "auditor",
        "Monitor, 2 received",
        "default",
        "later · 1 pending",
        "boss",
        "Boss, 1 received",
        "default",
        "ghost",
        "not registered",
    ]


async def test_each_subscription_is_a_line(inspector):
    run = inspector.recording.state
    lines = [path for path in root_of(svg(run)).iter(f"{SVG}path") if path.get("stroke") is None]
    assert len(lines) == 3


@pytest.mark.parametrize("count", [10, 50, 500])
async def test_boxes_and_words_lie_within_the_picture_and_apart(count):
    inspector = await crowd(count)
    root = root_of(svg(inspector.recording.state))
    width, height = float(root.get("width")), float(root.get("height"))
    boxes = []
    for rect in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
        assert x >= 0
        assert x + w <= width
        assert y + h <= height
        boxes.append((h == 21, x, y, w, h))
    for chips in (True, False):
        group = sorted((y, x, h, w) for is_chip, x, y, w, h in boxes if is_chip == chips)
        for (y1, x1, h1, w1), (y2, x2, _, _) in itertools.pairwise(group):
            assert y2 >= y1 + h1 or x2 >= x1 + w1
    for text in root.iter(f"{SVG}text"):
        assert float(text.get("x")) + picture._width(text.text) <= width


async def test_a_crowd_is_cut_and_counted(monkeypatch):
    monkeypatch.setattr(picture, "TYPES_SHOWN", 3)
    monkeypatch.setattr(picture, "CHIPS_SHOWN", 4)
    inspector = await crowd(50)
    shown = words(svg(inspector.recording.state))
    assert shown.count("… and 6 more") == 3
    assert shown[-1] == "… and 2 more agent types"


async def test_what_comes_from_a_program_is_escaped():
    runtime = SingleThreadedAgentRuntime()
    inspector = Inspector(runtime)
    nasty_class = type(NASTY, (Monitor,), {})
    await nasty_class.register(runtime, "monitor", lambda: nasty_class(Log()))
    await runtime.add_subscription(TypeSubscription("progress", "monitor"))
    await runtime.publish_message(Progress("x"), TopicId("progress", NASTY), message_id=NASTY)
    await runtime.publish_message(
        type(NASTY, (), {})(), TopicId("progress", "\x00\x1b\ud800"), message_id="\x00\ud800"
    )
    run = inspector.recording.state
    shown = words(svg(run))
    assert f"{NASTY}, 0 received"[:20] in "".join(shown)
    html = static_html(run)
    assert "<script" not in html + svg(run)
    assert "\ud800" not in html
    html.encode()
    assert svg(run).encode() == b64decode(re.search(r"base64,([^\"]+)", html)[1])


async def test_the_html_has_the_picture_and_the_latest_deliveries(inspector):
    html = static_html(inspector.recording.state)
    count = len(inspector.recording)
    assert html.startswith(f"<div><p><strong>Inspector, paused: 3 pending, {count} recorded")
    cells = re.findall(r"<td[^>]*>(.*?)</td>", html)
    assert cells[:9] == [
        "#1",
        "request",
        "Task",
        "outside",
        "boss/default",
        "",
        "True",
        "m1",
        "handled",
    ]
    for _ in range(20):
        await inspector.runtime.publish_message(Progress("x"), PROGRESS)
    html = static_html(inspector.recording.state)
    assert f"<p>{count + 20} earlier deliveries are not shown.</p>" in html
    assert html.count("<tr>") == 1 + 20


def test_an_empty_run_is_a_line_of_text():
    html = static_html(Recording().state)
    summary = "Inspector, idle: 0 pending, 0 recorded, 0 agent types, 0 agents"
    assert html == f"<div><p><strong>{summary}</strong></p></div>"
    assert words(svg(Recording().state)) == []

"""The page that plays a recording: the live view without a kernel, in a real Chromium."""

import asyncio
import re
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from sandbox import (
    Inspector,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    event,
)
from sandbox.inspector import Recording

sys.path.insert(0, str(Path(__file__).parent.parent / "inspector"))

from busy_run import busy_run


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    # Before there is a browser: while that lives, this thread can run no event loop.
    path = tmp_path_factory.mktemp("player") / "run.jsonl"
    asyncio.run(busy_run(path=path))
    return Recording.load(path)


class Countdown(RoutedAgent):
    @event
    async def count(self, message: int, ctx: MessageContext) -> None:
        if message:
            await self.publish_message(message - 1, TopicId("down", f"s{message % 20}"))


async def long_run(steps):
    runtime = SingleThreadedAgentRuntime()
    inspector = Inspector(runtime, paused=False)
    await Countdown.register(runtime, "counter", lambda: Countdown("counts down"))
    await runtime.add_subscription(TypeSubscription("down", "counter"))
    runtime.start()
    await runtime.publish_message(steps - 1, TopicId("down", "s"))
    await runtime.stop_when_idle()
    return inspector.recording


@pytest.fixture(scope="module")
def long_recording():
    return asyncio.run(long_run(10_000))


@contextmanager
def opened(browser, recording, folder, **options):
    """The page, in a browser that is offline; whatever goes wrong on it fails the test."""
    path = folder / "run.html"
    recording.to_html(path)
    context = browser.new_context(offline=True, **options)
    page = context.new_page()
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text))
    page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri())
    yield page
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert wrong == []
    context.close()


def word_of(run):
    # The page also tells when nobody can ever go on, which the run does not.
    return {"waiting": ("waiting", "stuck")}.get(run.word, (run.word,))


def expect_step(page, recording, step):
    """The page shows how things stood after this step."""
    last = len(recording.steps) - 1
    expect(page.get_by_test_id("history")).to_contain_text(f"step {step:,} of {last:,}")
    run = recording.at(recording.steps[step])
    open_turns = sum(1 for d in run.deliveries.values() if d.state in {"handling", "waiting"})
    progress = f"{step} made · {len(run.queue)} queued"
    if open_turns:
        progress += f" · {open_turns} open"
    expect(page.get_by_test_id("progress")).to_have_text(progress)
    assert page.get_by_test_id("state-word").get_attribute("data-state") in word_of(run)
    assert page.get_by_test_id("agent-type").count() >= len(run.types)
    rows = page.get_by_test_id("log-row").all()
    shown = {
        int(row.get_attribute("data-delivery")): row.get_attribute("data-state") for row in rows
    }
    were = {number: d.verdict or d.state for number, d in run.deliveries.items()}
    assert {number: were[number] for number in shown} == shown


@pytest.fixture(scope="module", autouse=True)
def _recorded_before_there_is_a_browser(recording, long_recording):
    pass


def test_every_step_shows_the_run_as_it_was(recording, browser, tmp_path):
    with opened(browser, recording, tmp_path) as page:
        for step in range(len(recording.steps)):
            expect_step(page, recording, step)
            if step < len(recording.steps) - 1:
                page.get_by_test_id("step").click()
        expect(page.get_by_test_id("step")).to_have_attribute("aria-disabled", "true")


def test_any_of_ten_thousand_steps_is_shown(long_recording, browser, tmp_path):
    assert len(long_recording) == 10_000
    with opened(browser, long_recording, tmp_path) as page:
        history, slider = page.get_by_test_id("history"), page.get_by_test_id("slider")
        expect(history).to_contain_text("step 0 of 10,000")
        box, step = slider.bounding_box(), "0"
        for part in (0.9, 0.1, 0.618, 0.382):
            slider.click(position={"x": part * box["width"], "y": box["height"] / 2})
            expect(history).not_to_contain_text(f"step {step} of")
            step = re.search(r"step ([\d,]+) of", history.inner_text())[1]
            assert abs(int(step.replace(",", "")) - 10_000 * part) < 200
            expect(page.get_by_test_id("progress")).to_contain_text(f"{step} made")
        slider.press("End")
        expect(history).to_contain_text("step 10,000 of 10,000")
        expect(page.get_by_test_id("state-word")).to_have_text("idle")


def test_keys_and_buttons_step_both_ways(recording, browser, tmp_path):
    last = len(recording.steps) - 1
    moves = [
        ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", last), ("Home", 0),
        ("now", last), ("back", last - 1), ("step", last), ("Home", 0), ("s", 1), ("Shift+S", 0),
    ]  # fmt: skip
    with opened(browser, recording, tmp_path) as page:
        for move, step in moves:
            if move in {"now", "back", "step"}:
                page.get_by_test_id(move).click()
            else:
                page.get_by_test_id("slider").press(move)
            expect_step(page, recording, step)


def test_a_step_tells_which_delivery_it_made_and_all_about_it(recording, browser, tmp_path):
    with opened(browser, recording, tmp_path) as page:
        page.get_by_test_id("step").click()
        expect(page.get_by_test_id("spoken")).to_contain_text("Step 1:")
        expect(page.get_by_test_id("detail")).to_contain_text("Last step")


def test_the_problems_are_those_that_were_found_when_the_page_was_made(
    recording, browser, tmp_path
):
    with opened(browser, recording, tmp_path) as page:
        page.locator('[data-testid="tab"][data-tab="problems"]:visible').click()
        expect(page.get_by_test_id("problem")).to_have_count(len(recording.problems))
        for item, problem in zip(
            page.get_by_test_id("problem").all(), recording.problems, strict=True
        ):
            assert problem.sentence in item.inner_text() or "\\u" in item.inner_text()


def test_nothing_can_be_changed_in_a_recording(recording, browser, tmp_path):
    with opened(browser, recording, tmp_path) as page:
        assert page.get_by_test_id("pause").count() == 0
        page.get_by_test_id("queue-item").first.click()
        page.get_by_test_id("inspector").press("h")
        expect(page.get_by_test_id("notice")).to_contain_text("This is a recording")


def test_an_empty_recording_is_an_empty_page(browser, tmp_path):
    with opened(browser, Recording(), tmp_path) as page:
        expect(page.get_by_test_id("history")).to_contain_text("step 0 of 0")
        expect(page.get_by_test_id("state-word")).to_have_text("idle")

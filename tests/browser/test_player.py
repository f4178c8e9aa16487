"""The page that plays a recording, in a real Chromium and from a file."""

import asyncio
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from sandbox.inspector import Recording

sys.path.insert(0, str(Path(__file__).parent.parent / "inspector"))

from busy_run import busy_run


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    # Before there is a browser: while that lives, this thread can run no event loop.
    path = tmp_path_factory.mktemp("player") / "run.jsonl"
    asyncio.run(busy_run(path=path))
    return Recording.load(path)


@contextmanager
def opened(browser, recording, folder):
    """The page, in a browser that is offline; whatever goes wrong on it fails the test."""
    path = folder / "run.html"
    recording.to_html(path)
    context = browser.new_context(offline=True)
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


def shown(page):
    return {
        "word": page.get_by_test_id("state-word").inner_text(),
        "queue": page.locator("#queue li:not(.quiet)").count(),
        "agents": page.locator("#agents li:not(.quiet)").count(),
        "subscriptions": page.locator("#subscriptions li:not(.quiet)").count(),
        "log": [
            (int(row.get_attribute("data-delivery")), row.locator("td").last.inner_text())
            for row in page.get_by_test_id("log-row").all()
        ],
    }


def was(run):
    return {
        "word": run.word,
        "queue": len(run.queue),
        "agents": len(run.agents),
        "subscriptions": len(run.subscriptions),
        "log": [
            (
                number,
                d.verdict
                or (
                    f"waiting for {', '.join(f'#{n}' for n in d.waits_for)}"
                    if d.state == "waiting"
                    else d.state
                ),
            )
            for number, d in run.deliveries.items()
        ],
    }


def test_every_step_shows_the_run_as_it_was(recording, browser, tmp_path):
    steps = recording.steps
    with opened(browser, recording, tmp_path) as page:
        for number, seq in enumerate(steps):
            assert shown(page) == was(recording.at(seq))
            expect(page.get_by_test_id("position")).to_have_text(
                f"step {number} of {len(steps) - 1}"
            )
            if number < len(steps) - 1:
                page.get_by_test_id("step").click()
        expect(page.get_by_test_id("step")).to_be_disabled()


def test_keys_and_buttons_step_both_ways(recording, browser, tmp_path):
    last = len(recording.steps) - 1
    moves = [
        ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", last), ("Home", 0),
        ("end", last), ("back", last - 1), ("first", 0), ("step", 1),
    ]  # fmt: skip
    with opened(browser, recording, tmp_path) as page:
        for move, step in moves:
            if move[0].isupper():
                page.keyboard.press(move)
            else:
                page.locator(f"#{move}").click()
            expect(page.get_by_test_id("position")).to_have_text(f"step {step} of {last}")
            assert shown(page) == was(recording.at(recording.steps[step]))


def test_a_step_tells_which_delivery_it_made(recording, browser, tmp_path):
    with opened(browser, recording, tmp_path) as page:
        page.get_by_test_id("step").click()
        expect(page.get_by_role("status")).to_contain_text("Step 1: #")
        expect(page.get_by_test_id("detail")).to_contain_text("message_id")
        expect(page.locator("tr[aria-current=step]")).to_have_count(1)


def test_an_empty_recording_is_an_empty_page(browser, tmp_path):
    with opened(browser, Recording(), tmp_path) as page:
        expect(page.get_by_test_id("position")).to_have_text("step 0 of 0")
        expect(page.get_by_test_id("state-word")).to_have_text("idle")

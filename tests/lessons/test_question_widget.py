"""The form of a question in a notebook."""

import asyncio
import subprocess
import sys
import threading

import ipywidgets
import pytest

from sandbox.lessons import Lesson, seal


@pytest.fixture(autouse=True)
def _page(monkeypatch):
    """What a page does with linked widgets, done here."""
    monkeypatch.setattr(ipywidgets, "jslink", ipywidgets.dlink)


def form_of(question):
    """What a notebook shows, and its parts by class."""
    question._repr_mimebundle_()
    return question.view


def every(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from every(child)


def parts(question, kind):
    return [one for one in every(form_of(question)) if isinstance(one, kind)]


def press(question, name):
    (button,) = [b for b in parts(question, ipywidgets.Button) if b.description == name]
    button.click()


def said(question):
    (area,) = [
        one for one in parts(question, ipywidgets.HTML) if "sandbox-feedback" in one._dom_classes
    ]
    return area.value


def question_of(kind, **more):
    options = () if kind == "text" else ("once", "twice")
    expected = (lambda run: "twice") if kind == "text" else seal("twice")
    return Lesson().check(
        "How <often>?", expected, options=options, rule="twice", several=kind == "ticks", **more
    )


async def test_a_notebook_gets_a_form_and_text_beside_it():
    data, _ = question_of("choice")._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"].startswith("Check: How <often>?")
    assert "&lt;often&gt;" in data["text/html"]


async def test_ticks_are_checked():
    question = question_of("ticks")
    boxes = parts(question, ipywidgets.Checkbox)
    assert [box.description for box in boxes] == ["once", "twice"]
    press(question, "Check")
    assert "No answer yet" in said(question)
    boxes[0].value = True
    press(question, "Check")
    assert 'data-state="wrong"' in said(question)
    boxes[0].value, boxes[1].value = False, True
    press(question, "Check")
    assert 'data-state="right"' in said(question)


async def test_a_choice_is_checked():
    question = question_of("choice")
    (radio,) = parts(question, ipywidgets.RadioButtons)
    assert radio.value is None
    press(question, "Check")
    assert 'data-state="unanswered"' in said(question)
    for value, state in (("once", "wrong"), ("twice", "right")):
        radio.value = value
        press(question, "Check")
        assert f'data-state="{state}"' in said(question)


async def test_a_text_is_checked():
    question = question_of("text")
    (field,) = parts(question, ipywidgets.Text)
    for value, state in (("", "unanswered"), ("once", "wrong"), ("Twice ", "right")):
        field.value = value
        press(question, "Check")
        assert f'data-state="{state}"' in said(question)


async def test_places_are_given_one_by_one(place):
    await place.publish()
    question = place.lesson.predict_order()
    await place.inspector.run()
    first, second = parts(question, ipywidgets.Dropdown)
    for values, state in (
        ((1, 0), "unanswered"),
        ((1, 1), "unanswered"),
        ((2, 1), "wrong"),
        ((1, 2), "right"),
    ):
        first.value, second.value = values
        press(question, "Check")
        assert f'data-state="{state}"' in said(question)


async def test_a_challenge_has_only_buttons(place):
    question = place.lesson.challenge("Do it.", len, rule="order")
    press(question, "Check")
    assert 'data-state="wrong"' in said(question)
    await place.publish()
    press(question, "Check")
    assert 'data-state="right"' in said(question)


async def test_hints_come_one_by_one():
    question = question_of("choice")
    texts = []
    for _ in range(3):
        press(question, "Hint")
        texts.append(said(question))
    assert "Count the deliveries" in texts[0]
    assert "The rule: " in texts[1]
    assert "twice" in texts[2]


async def test_feedback_is_a_status_that_is_read_aloud_and_shows_the_delivery(place):
    await place.publish()
    question = place.lesson.predict(1, answer="nobody")
    assert 'role="status" aria-live="polite"' in (shown := question.feedback._repr_html_())
    assert "<details><summary>Delivery #1 event Order" in shown
    form_of(question)
    assert said(question) == shown


async def test_a_delivery_that_feedback_names_can_be_shown_in_the_live_view(place, monkeypatch):
    shown = []
    monkeypatch.setattr(
        "sandbox.notebook.widget.InspectorWidget.send",
        lambda widget, content, buffers=None: shown.append((widget.inspector, content)),
    )
    await place.publish()
    question = place.lesson.predict(1, answer="kitchen/s1")
    press(question, "Show #2")
    wanted = {"type": "show", "delivery": 2}
    assert [content for who, content in shown if who is place.inspector] == [wanted]
    press(question, "Hint")
    names = [button.description for button in parts(question, ipywidgets.Button)]
    assert names == ["Check", "Hint"]


async def test_every_control_says_what_it_is_for():
    for kind in ("ticks", "choice", "text"):
        controls = [
            one
            for one in every(form_of(question_of(kind)))
            if isinstance(
                one,
                ipywidgets.Button | ipywidgets.Checkbox | ipywidgets.RadioButtons | ipywidgets.Text,
            )
        ]
        assert all(one.tooltip for one in controls)


async def test_a_click_from_another_thread_is_answered_on_the_loop_of_the_run(place):
    homes = []
    question = place.lesson.check("One?", lambda run: 1, rule="order")
    question.when_said(lambda feedback: homes.append(threading.current_thread()))
    (field,) = parts(question, ipywidgets.Text)
    field.value = "1"
    thread = threading.Thread(target=press, args=(question, "Check"))
    thread.start()
    await asyncio.to_thread(thread.join)
    await asyncio.sleep(0)
    assert homes == [threading.current_thread()]
    assert 'data-state="right"' in said(question)


async def test_what_a_check_raises_is_shown(place):
    def broken(run):
        raise RuntimeError("no such luck")

    question = place.lesson.check("Broken?", broken, options=("yes", "no"), rule="order")
    parts(question, ipywidgets.RadioButtons)[0].value = "yes"
    press(question, "Check")
    assert "no such luck" in said(question)


async def test_two_displays_share_one_form():
    question = question_of("choice")
    assert form_of(question) is form_of(question)


def test_without_ipywidgets_there_is_text():
    script = """
import sys
import importlib.util as util
find = util.find_spec
util.find_spec = lambda name, *more: None if name == "ipywidgets" else find(name, *more)
from sandbox.lessons import Lesson, seal
question = Lesson().check("How often?", seal("twice"), options=("once", "twice"), rule="twice")
print(sorted(question._repr_mimebundle_()))
print(question.check("once"))
print(question)
print("ipywidgets" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "['text/html', 'text/plain']"
    assert lines[1].startswith("✗ Not quite.")
    assert lines[-1] == "False"


@pytest.mark.parametrize("answer", ["once", "twice"])
def test_a_program_may_answer_by_argument(answer):
    question = question_of("choice", answer=answer)
    assert question.passed is (answer == "twice")
    assert str(question.feedback) in str(question)

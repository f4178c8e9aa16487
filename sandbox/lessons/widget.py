"""The form of a question in a notebook. ipywidgets is loaded when the first one is shown."""

from __future__ import annotations

import html
import importlib
import importlib.util
from typing import TYPE_CHECKING, Any

from sandbox.lessons.feedback import Feedback, Remark
from sandbox.lessons.round_trip import RoundTrip

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.lessons.question import Question


def view_of(question: Question) -> Any:
    """The widget of a question: one, however often it is shown. `None` without ipywidgets."""
    if question.view is None and importlib.util.find_spec("ipywidgets") is not None:
        question.view = _build(question, importlib.import_module("ipywidgets"))
    return question.view


def _build(question: Question, widgets: Any) -> Any:
    inputs, read = _INPUTS[question.form.kind](question, widgets)
    said = widgets.HTML()
    said.add_class("sandbox-feedback")
    links = widgets.HBox()
    check = _button(widgets, "Check", "Compare your answer with what has happened")
    hint = _button(widgets, "Hint", "Where to look; then which rule; then the answer")

    def show(feedback: Feedback) -> None:
        said.value = feedback._repr_html_()  # the display protocol
        links.children = [_link(question, number, widgets) for number, *_ in feedback.deliveries]

    def compare(answer: Any) -> None:
        # Nobody would see an exception of a click.
        try:
            question.check(answer)
        except Exception as error:
            show(Feedback("unanswered", (Remark(str(error) or repr(error)),)))

    round_trip = RoundTrip(widgets)

    def on_check(_button: object) -> None:
        round_trip.then(lambda: question.at_home(lambda: compare(read())))

    check.on_click(on_check)
    hint.on_click(lambda _button: question.at_home(question.hint))
    if question.feedback is not None:
        show(question.feedback)
    question.when_said(show)
    asked = widgets.HTML(
        f"<b>{question.title}.</b> {html.escape(question.text)}"
        f"<br><small>{question.form.asks}.</small>"
    )
    box = widgets.VBox([asked, *inputs, widgets.HBox([check, hint]), said, links])
    box.add_class("sandbox-question")
    return box


def _button(widgets: Any, name: str, tooltip: str) -> Any:
    button = widgets.Button(description=name, tooltip=tooltip)
    button.add_class(f"sandbox-{name.lower()}")
    return button


def _link(question: Question, number: int, widgets: Any) -> Any:
    link = _button(widgets, "Show", "Select the delivery in the live view")
    link.description = f"Show #{number}"
    link.on_click(lambda _button: question.at_home(lambda: question.show(number)))
    return link


Inputs = tuple[list[Any], "Callable[[], Any]"]
_WIDE = {"description_width": "initial"}


def _ticks(question: Question, widgets: Any) -> Inputs:
    boxes = [
        widgets.Checkbox(
            description=option,
            tooltip=f"{question.text} {option}",
            indent=False,
            style=_WIDE,
            layout={"width": "auto"},
        )
        for option in question.form.options
    ]
    return boxes, lambda: [box.description for box in boxes if box.value]


def _choice(question: Question, widgets: Any) -> Inputs:
    radio = widgets.RadioButtons(
        options=question.form.options, value=None, tooltip=question.text, layout={"width": "auto"}
    )
    return [radio], lambda: [] if radio.value is None else [radio.value]


def _order(question: Question, widgets: Any) -> Inputs:
    options = question.form.options
    places = [("place?", 0), *((str(place), place) for place in range(1, len(options) + 1))]
    lists = {
        option: widgets.Dropdown(
            options=places,
            value=0,
            description=option,
            tooltip=f"{question.text} Place of {option}",
            style=_WIDE,
            layout={"width": "max-content"},
        )
        for option in options
    }

    def read() -> dict[str, int]:
        chosen = {option: one.value for option, one in lists.items()}
        return chosen if all(chosen.values()) else {}

    return list(lists.values()), read


def _text(question: Question, widgets: Any) -> Inputs:
    field = widgets.Text(
        description="Answer", tooltip=question.text, placeholder="your answer", style=_WIDE
    )
    return [field], lambda: field.value


_INPUTS: dict[str, Callable[[Question, Any], Inputs]] = {
    "ticks": _ticks,
    "choice": _choice,
    "order": _order,
    "text": _text,
    "none": lambda _question, _widgets: ([], lambda: None),
}

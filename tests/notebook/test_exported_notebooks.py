"""A notebook that was run and saved shows how things stood in the end, without kernel or script."""

import base64
import re

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter, MarkdownExporter
from nbconvert.preprocessors import ExecutePreprocessor

CELLS = [
    """from sandbox import *

class Worker(RoutedAgent):
    @event
    async def on(self, message: str, ctx: MessageContext) -> None:
        print(message)

runtime = SingleThreadedAgentRuntime()
await Worker.register(runtime, "worker", lambda: Worker("a <b>worker</b>"))
await runtime.add_subscription(TypeSubscription("news", "worker"))
inspector = Inspector(runtime)
inspector""",
    """await runtime.publish_message("hello", TopicId("news", "<script>alert(1)</script>"))
await inspector.step()""",
]


@pytest.fixture(scope="module")
def executed():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    ExecutePreprocessor(timeout=60, kernel_name="python3").preprocess(notebook)
    return notebook


def without_scripts(page):
    return re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)


def pictures_in(page):
    return [
        base64.b64decode(data).decode()
        for data in re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', page)
    ]


@pytest.mark.parametrize("with_widget_state", [True, False])
def test_html_shows_the_last_state_as_picture_and_table(executed, with_widget_state):
    notebook = nbformat.from_dict(executed)
    if not with_widget_state:
        notebook = nbformat.from_dict({**executed, "metadata": {}})
    page, _ = HTMLExporter().from_notebook_node(notebook)
    legible = without_scripts(page)
    assert "idle: 0 pending, 1 recorded" in legible
    (picture,) = pictures_in(legible)
    assert "worker" in picture
    assert "news" in picture
    assert "<td" in legible
    assert "news/&lt;script&gt;" in legible


def test_the_outputs_are_legible_where_neither_widgets_nor_scripts_are_shown(executed):
    outputs = [
        output["data"]
        for output in executed.cells[0].outputs
        if output["output_type"] == "display_data"
    ]
    live, still = outputs
    assert "Inspector" in still["text/html"]
    assert "<script" not in still["text/html"]
    assert "live view" in live["text/plain"]
    assert "0 pending" in still["text/plain"]


def test_markdown_has_the_text(executed):
    page, _ = MarkdownExporter().from_notebook_node(nbformat.from_dict(executed))
    assert "idle: 0 pending, 1 recorded" in page

"""Where the live view is shown, and what happens where that is not possible."""

import sys

import pytest

from sandbox import Inspector, SingleThreadedAgentRuntime
from sandbox.notebook import showing, view


@pytest.fixture
def shown(monkeypatch):
    """What was displayed, in a notebook that has a kernel."""
    displayed = []
    monkeypatch.setattr(showing, "get_ipython", object)
    monkeypatch.setattr(showing, "display", displayed.append)
    return displayed


@pytest.fixture
def inspector():
    inspector = Inspector(SingleThreadedAgentRuntime())
    yield inspector
    showing.close_panel(inspector)
    inspector.close()


def views_in(panel):
    key = "application/vnd.jupyter.widget-view+json"
    return [output["data"][key]["model_id"] for output in panel.outputs]


def test_in_the_cell_the_inspector_is_displayed(inspector, shown):
    inspector.show()
    inspector.show("cell")
    assert shown == [inspector, inspector]


@pytest.mark.parametrize(("where", "anchor"), [("side", "right"), ("split", "split-right")])
def test_a_panel_has_the_one_view_of_the_inspector(inspector, shown, where, anchor):
    inspector.show(where)
    (panel,) = shown
    assert (panel.title, panel.anchor) == ("Inspector", anchor)
    assert views_in(panel) == [view(inspector).model_id]


def test_an_inspector_has_one_panel_which_moves_when_it_is_asked_for_again(inspector, shown):
    for where in ("side", "split", "split"):
        inspector.show(where)
    first, second, third = shown
    assert [panel.comm is None for panel in (first, second, third)] == [True, True, False]
    other = Inspector(SingleThreadedAgentRuntime())
    other.show("side")
    assert third.comm is not None
    showing.close_panel(other)
    other.close()


def test_without_sidecar_the_view_is_in_the_cell_and_a_line_says_why(
    inspector, shown, monkeypatch, capsys
):
    monkeypatch.setitem(sys.modules, "sidecar", None)
    inspector.show("split")
    assert shown == [inspector]
    (line,) = capsys.readouterr().out.splitlines()
    assert "pip install 'agent-sandbox[side]'" in line


def test_in_a_terminal_the_text_is_printed(inspector, capsys, monkeypatch):
    monkeypatch.setattr(showing, "get_ipython", lambda: None)
    inspector.show("side")
    assert capsys.readouterr().out == f"{inspector}\n"


def test_a_place_that_does_not_exist_is_refused_with_those_that_do(inspector, shown):
    with pytest.raises(ValueError, match="'cell', 'side' or 'split', not in 'window'"):
        inspector.show("window")
    assert shown == []


def test_sidecar_is_looked_for_only_when_a_panel_is_wanted(inspector, shown, monkeypatch):
    monkeypatch.delitem(sys.modules, "sidecar", raising=False)
    inspector.show()
    assert "sidecar" not in sys.modules

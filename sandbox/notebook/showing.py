"""Where the live view is shown: in the cell, or beside the notebook."""

import importlib
from collections.abc import Callable
from typing import Any, Final
from weakref import WeakKeyDictionary

from IPython.core.getipython import get_ipython
from IPython.display import display as ipython_display

from sandbox.inspector import Inspector
from sandbox.notebook.widget import view

ANCHORS: Final = {"side": "right", "split": "split-right"}
"""Where the panels are, in the words of the package that makes them."""

display: Callable[[object], object] = ipython_display

_panels: WeakKeyDictionary[Inspector, Any] = WeakKeyDictionary()


def show(inspector: Inspector, where: str = "cell") -> None:
    """Show the live view of `inspector`.

    An inspector has one panel: another call closes it and opens it anew, where it is wanted. The
    view in a cell may be open beside it; both show the same.

    Args:
        inspector: What is shown.
        where: `cell`, `side` (in the side bar of JupyterLab) or `split` (in a tab beside the
            notebook). Both panels need the package `sidecar`; without it the view goes to the
            cell, and a line says so.

    Raises:
        ValueError: There is no such place.
        BundleMissingError: The page code has not been built in this copy of the package.
    """
    if where not in {"cell", *ANCHORS}:
        raise ValueError(f"The view can be shown in 'cell', 'side' or 'split', not in {where!r}.")
    if get_ipython() is None:
        print(inspector)  # noqa: T201 - a terminal has no other place for it
        return
    if where == "cell":
        display(inspector)
        return
    sidecar = _sidecar()
    if sidecar is None:
        print(  # noqa: T201 - one line above the view
            "A panel needs the package sidecar (pip install 'agent-sandbox[side]'); "
            "here is the view in the cell."
        )
        display(inspector)
        return
    close_panel(inspector)
    panel = sidecar.Sidecar(title="Inspector", anchor=ANCHORS[where])
    panel.append_display_data(view(inspector))
    _panels[inspector] = panel
    display(panel)


def close_panel(inspector: Inspector) -> None:
    """Close the panel of `inspector`, if it has one."""
    panel = _panels.pop(inspector, None)
    if panel is not None:
        panel.close()


def _sidecar() -> Any:
    # Looked for at each call: it may be installed while the kernel runs.
    try:
        return importlib.import_module("sidecar")
    except ImportError:
        return None

"""The inspector in IPython and Jupyter: the live view and the magics.

`%load_ext sandbox` adds the magics; an `Inspector` as the last line of a cell shows the view.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.notebook.extension import load_ipython_extension, unload_ipython_extension
    from sandbox.notebook.showing import show
    from sandbox.notebook.static_files import BundleMissingError
    from sandbox.notebook.widget import InspectorWidget, display_view, view

__all__ = [
    "BundleMissingError",
    "InspectorWidget",
    "display_view",
    "load_ipython_extension",
    "show",
    "unload_ipython_extension",
    "view",
]

# Loaded at first use: the magics work in a terminal without any widget library.
_HOMES = {
    "BundleMissingError": "static_files",
    "InspectorWidget": "widget",
    "display_view": "widget",
    "load_ipython_extension": "extension",
    "show": "showing",
    "unload_ipython_extension": "extension",
    "view": "widget",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)

"""The live view of an inspector in a notebook."""

from typing import Any

import anywidget
from IPython.core.getipython import get_ipython
from traitlets import Unicode

from sandbox.inspector import Inspector
from sandbox.inspector.pictures.picture import static_html
from sandbox.notebook.answering.commands_of import commands_of
from sandbox.notebook.kernel_requests import keep_requests_apart
from sandbox.notebook.link import Link
from sandbox.notebook.loops import kernel_loop
from sandbox.notebook.packing import whole_text
from sandbox.notebook.static_files import read_static
from sandbox.notebook.stills import Stills, display


class InspectorWidget(anywidget.AnyWidget):
    """The live view of one inspector; may be displayed any number of times.

    The page holds no state of its own that matters: everything it shows it computes from the
    inspector's recording, and everything it does it asks the inspector for. So a page that is
    opened again, or a second time, shows the same.

    Args:
        inspector: What is shown.
    """

    def __init__(self, inspector: Inspector) -> None:
        keep_requests_apart()
        # Read at this moment, not when the module is imported: without the built page code
        # the magics and everything textual still work.
        page_code = {"_esm": "widget.js", "_css": "widget.css"}
        self.add_traits(
            **{
                trait: Unicode(read_static(name)).tag(sync=True)
                for trait, name in page_code.items()
            }
        )
        # Now, too: the two parts fit only if they were built together.
        self._more = {"script": read_static("more.js"), "style": read_static("more.css")}
        home = kernel_loop()
        self.stills = Stills(inspector, home, self.send)
        self.add_traits(still=Unicode(self.stills.name).tag(sync=True))
        super().__init__()
        self.inspector = inspector
        self.link = Link(
            inspector.recording,
            commands_of(inspector),
            self.send,
            home=home,
            owner=lambda: inspector.loop,
        )
        self.on_msg(self._receive)
        self._listed = self._lists()
        self._shell = get_ipython()
        if self._shell is not None:
            self._shell.events.register("post_run_cell", self._cell_ended)

    def close(self) -> None:
        """Take the view off the page; the inspector goes on."""
        # ipywidgets closes also what could not be made whole.
        if hasattr(self, "link"):
            self.link.close()
            self.stills.close()
            if self._shell is not None:
                self._shell.events.unregister("post_run_cell", self._cell_ended)
                self._shell = None
            _views.pop(self.inspector, None)
        super().close()

    def show_delivery(self, number: int) -> None:
        """Select a delivery in the view, and bring the view into sight."""
        self.send({"type": "show", "delivery": number})

    def _lists(self) -> tuple[object, ...]:
        inspector = self.inspector
        return (*inspector.breakpoints, *inspector.watches, *inspector.invariants)

    def _cell_ended(self, _result: object) -> None:
        # No record tells of a breakpoint, a watch or an invariant; the page asks for them itself.
        listed = self._lists()
        if listed != self._listed:
            self._listed = listed
            self.send({"type": "lists"})

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        if content == {"type": "page_code"}:
            # At once, on whichever thread this is: it has no place among the records, and must not
            # wait for a loop that a handler keeps busy.
            self.send({"type": "page_code", **self._more})
            return
        self.link.receive(content)
        match content:
            case {"type": "resync", "from": 1}:  # a page that was just opened
                self.stills.page_opened()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The live view, and beside it a still picture for where no page code runs."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        still = {
            "text/plain": whole_text(str(self.inspector)),
            "text/html": whole_text(static_html(self.inspector.recording.state)),
        }
        return data | still, metadata


_views: dict[Inspector, InspectorWidget] = {}


def display_view(inspector: Inspector) -> None:
    """Show the live view of `inspector` in a notebook, and below it a still picture.

    The picture is hidden while the view is alive; a saved notebook shows it.

    Raises:
        NotImplementedError: There is no notebook to show it in.
    """
    if not hasattr(get_ipython(), "kernel"):
        raise NotImplementedError
    widget = view(inspector)
    bundle = widget._repr_mimebundle_()
    if bundle is None:
        raise NotImplementedError
    data, metadata = bundle
    del data["text/html"]
    # How things stand is told by the picture, which is kept up to date.
    data["text/plain"] = "Inspector: the live view is shown while its kernel runs."
    display(data, metadata=metadata, raw=True)
    widget.stills.show()


def view(inspector: Inspector) -> InspectorWidget:
    """The live view of `inspector`: one widget, however often it is displayed.

    Raises:
        BundleMissingError: The page code has not been built in this copy of the package.
    """
    widget = _views.get(inspector)
    if widget is None:
        widget = _views[inspector] = InspectorWidget(inspector)
        inspector.runtime.stepper.watched = True
    return widget

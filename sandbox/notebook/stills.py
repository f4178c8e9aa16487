"""Still pictures beside the live view: what a saved or exported notebook shows without a kernel.

A picture is an output of its own, so that it can be replaced while the live view stays as it is.
The page hides it while it is alive. A page that was loaded anew knows outputs of before no more by
their display ids, since notebooks do not keep these, so it gets each picture as a message, too.
"""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any, Final

from IPython.core.getipython import get_ipython
from IPython.display import display as ipython_display
from IPython.display import update_display as ipython_update_display

from sandbox.inspector import Inspector
from sandbox.inspector.pictures.picture import static_html
from sandbox.notebook.packing import Send, whole_text

PAUSE: Final = 2.0
"""Seconds between two pictures of a run that goes on."""

MANY: Final = 5_000
"""So many records in a pause, and the picture waits: drawing it keeps a fast run from going on."""

display: Callable[..., object] = ipython_display
update_display: Callable[..., object] = ipython_update_display


class Stills:
    """The still pictures of one inspector, kept up to date in the notebook's outputs.

    Args:
        inspector: What is drawn.
        home: The loop on which pictures are replaced; None when there is none.
        send: Sends one JSON-ready message to the page.
    """

    def __init__(
        self, inspector: Inspector, home: asyncio.AbstractEventLoop | None, send: Send
    ) -> None:
        self.name = f"sb-still-{secrets.token_hex(6)}"
        """The class of the pictures in the page, by which the live view hides them."""
        self._inspector = inspector
        self._home = home
        self._send = send
        self._outputs: list[str] = []
        self._drawn = -1
        self._due = False
        self._seen = 0
        self._stop_listening: Callable[[], None] | None = None

    def show(self) -> None:
        """Show a picture below what this cell has shown so far."""
        output = secrets.token_hex(8)
        display(self._picture(), raw=True, display_id=output)
        self._outputs.append(output)
        if self._stop_listening is None:
            self._stop_listening = self._inspector.recording.listen(self._want)
            shell = get_ipython()
            if shell is not None:
                shell.events.register("post_run_cell", self._cell_ended)

    def page_opened(self) -> None:
        """Send the picture to a page, which puts it in place of the one that was saved."""
        if self._outputs and self._home is not None and not self._home.is_closed():
            self._home.call_soon_threadsafe(self._tell)

    def close(self) -> None:
        """Draw the last picture; later ones would be of nothing new."""
        if self._stop_listening is None:
            return
        self._stop_listening()
        self._stop_listening = None
        shell = get_ipython()
        if shell is not None:
            shell.events.unregister("post_run_cell", self._cell_ended)
        self._refresh()

    def _picture(self) -> dict[str, Any]:
        recording = self._inspector.recording
        self._drawn = recording.last
        picture = whole_text(static_html(recording.state))
        return {
            "text/plain": whole_text(str(self._inspector)),
            "text/html": f'<div class="{self.name}">{picture}</div>',
        }

    def _tell(self) -> None:
        self._send({"type": "still", "data": self._picture()})

    def _want(self) -> None:
        if self._due or self._home is None or self._home.is_closed():
            return
        self._due = True
        self._seen = self._inspector.recording.last
        self._home.call_soon_threadsafe(self._home.call_later, PAUSE, self._pause_is_over)

    def _pause_is_over(self) -> None:
        self._due = False
        if self._stop_listening is None:
            return
        if self._inspector.recording.last - self._seen < MANY:
            self._refresh()
        else:
            self._want()

    def _cell_ended(self, _result: object) -> None:
        # A notebook that is run from end to end is saved before a pause is over.
        self._refresh()

    def _refresh(self) -> None:
        if self._drawn == self._inspector.recording.last:
            return
        picture = self._picture()
        for output in self._outputs:
            update_display(picture, raw=True, display_id=output)
        self._send({"type": "still", "data": picture})

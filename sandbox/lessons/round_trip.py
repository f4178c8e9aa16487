"""A round trip to the page: what was done there before has arrived when it is back."""

from __future__ import annotations

import threading
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# Seconds. A page that has not answered by then has gone, or knows no links between widgets.
PATIENCE = 3.0


class RoundTrip:
    """Lets a click wait for the answer that was given before it.

    The page holds a change of a control back while the kernel has not worked off the one before;
    a click it sends at once. So where the kernel is busy or far away, a click overtakes what was
    ticked or typed just before. What the page does upon a message from here comes after that.

    Args:
        widgets: the module `ipywidgets`.
    """

    def __init__(self, widgets: Any) -> None:
        # A link in the page copies each value of one widget to another, which then says so here.
        # Any two widgets would do; these are the smallest there are, and are never shown.
        self._there, self._back = widgets.Layout(), widgets.Layout()
        self._link = widgets.jslink((self._there, "grid_area"), (self._back, "grid_area"))
        self._back.observe(self._arrived, "grid_area")
        self._numbers = count(1)
        self._waiting: dict[str, tuple[Callable[[], object], threading.Timer]] = {}

    def then(self, act: Callable[[], object]) -> None:
        """Do something once all has arrived that was done in the page by now.

        It is done once, on whichever thread messages of the page arrive; on one of its own if
        the page does not answer.
        """
        number = str(next(self._numbers))
        timer = threading.Timer(PATIENCE, self._end, args=(number,))
        timer.daemon = True
        self._waiting[number] = act, timer
        timer.start()
        self._there.grid_area = number

    def _arrived(self, change: Any) -> None:
        # Of several on their way at once, the page may tell only the last; or anything else.
        if (last := change["new"]) in self._waiting:
            for number in tuple(self._waiting):
                self._end(number)
                if number == last:
                    break

    def _end(self, number: str) -> None:
        act, timer = self._waiting.pop(number, (None, None))
        if act is not None and timer is not None:
            timer.cancel()
            act()

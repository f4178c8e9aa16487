"""What pictures of a run are drawn on: matplotlib's axes, measured in points."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    Point = tuple[float, float]

# matplotlib brings this font, so it is everywhere and the width of a text is known beforehand.
FONT: Final = "DejaVu Sans Mono"
FONT_SIZE: Final = 9.0
# A letter is 5.42 points wide, but up to this when fitted to the dots of a screen.
CHARACTER: Final = 5.8

INK, QUIET, WHITE = "#1b1b1b", "#5f5f5f", "#ffffff"
FAILURE: Final = "#7a1021"
# Each kind of message has a letter, a colour and a line: colours never stand alone.
LETTERS: Final = {"request": "Q", "response": "R", "event": "P"}
COLOURS: Final = {"request": "#0072b2", "response": "#0072b2", "event": "#d94e00"}
STYLES: Final[dict[str, Any]] = {"request": "-", "response": (0, (4, 2)), "event": "-"}
# A marker's head is so many points long.
HEAD, TOKEN = 7.0, 13.0


class Canvas:
    """Axes on which places and lengths are points, from the left and from the top.

    On axes that are given, everything is scaled to fit them.

    Attributes:
        ax: the axes.
        scale: how many points of paper a point is.

    Args:
        width: of the whole.
        height: of the whole.
        ax: where to draw; by default on a new figure, as large as it needs to be.
    """

    def __init__(self, width: float, height: float, ax: Axes | None) -> None:
        if ax is None:
            from matplotlib import pyplot as plt

            figure = plt.figure(figsize=(width / 72, height / 72), facecolor=WHITE)
            ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, width), ylim=(height, 0))
        ax.axis("off")
        area = ax.get_window_extent()
        points = 72 / ax.figure.dpi
        self.ax = ax
        self.scale = min(area.width * points / width, area.height * points / height)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        colour: str = INK,
        *,
        align: str = "left",
        size: float = FONT_SIZE,
        bold: bool = False,
    ) -> None:
        """Write a line of text, whose middle is at the height `y`."""
        self.ax.text(
            x,
            y,
            words,
            color=colour,
            fontsize=size * self.scale,
            family=FONT,
            fontweight="bold" if bold else "normal",
            horizontalalignment=align,
            verticalalignment="center",
            zorder=6,
            parse_math=False,  # a dollar sign in a name is a dollar sign
        )

    def line(self, points: Sequence[Point], colour: str, width: float = 1, **style: Any) -> None:
        """Draw a line through points."""
        style.setdefault("zorder", 2)
        xs, ys = zip(*points, strict=True)
        width *= self.scale
        self.ax.plot(xs, ys, color=colour, linewidth=width, solid_capstyle="butt", **style)

    def message_line(
        self, points: Sequence[Point], kind: str, *, faint: bool = False, level: float = 2
    ) -> None:
        """Draw the line of a request, a response or an event."""
        colour = "#9a9a9a" if faint else COLOURS[kind]
        width = 3.4 if kind == "event" else 1.3
        self.line(points, colour, width, linestyle=STYLES[kind], zorder=level)
        if kind == "event":
            self.line(points, WHITE, 1.4, zorder=level + 0.005)

    def marker(
        self, at: Point, shape: str, size: float, face: str, edge: str, width: float = 1.2
    ) -> None:
        """Draw one of matplotlib's markers, so large."""
        self.ax.plot(
            *([each] for each in at),
            marker=shape,
            markersize=size * self.scale,
            markerfacecolor=face,
            markeredgecolor=edge,
            markeredgewidth=width * self.scale,
            linestyle="none",
            zorder=4,
        )

    def token(self, at: Point, kind: str) -> None:
        """Draw the letter of a kind of message, in a circle."""
        self.marker(at, "o", TOKEN, WHITE, COLOURS[kind])
        self.text(*at, LETTERS[kind], COLOURS[kind], align="center", size=8, bold=True)

    def box(self, place: tuple[float, float, float, float], style: dict[str, Any]) -> None:
        """Draw a rectangle: left, top, width, height; `radius` in its style rounds it."""
        from matplotlib.patches import FancyBboxPatch

        left, top, width, height = place
        radius = style.pop("radius", 0)
        shape = f"round,pad=0,rounding_size={radius}" if radius else "square,pad=0"
        style = {"linewidth": self.scale, "zorder": 3} | style
        self.ax.add_patch(FancyBboxPatch((left, top), width, height, boxstyle=shape, **style))


def width_of(words: str) -> float:
    """How wide a text is at full size."""
    return len(words) * CHARACTER


def shortened(words: str, longest: int) -> str:
    """A text as it can be drawn: without what the font does not have, and not too long."""
    letters = "".join(letter if ord(letter) in _drawable() else "�" for letter in words)
    return letters if len(letters) <= longest else f"{letters[: longest - 1]}…"


@cache
def _drawable() -> frozenset[int]:
    """The letters that the font has; of others neither shape nor width would be known."""
    from matplotlib.font_manager import FontProperties, findfont
    from matplotlib.ft2font import FT2Font

    has = FT2Font(findfont(FontProperties(family=FONT))).get_charmap()
    return frozenset(code for code in has if chr(code).isprintable())

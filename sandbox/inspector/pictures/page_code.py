"""The built page code that ships with the package: the live view, and the player of recordings."""

from functools import cache
from importlib.resources import files


class BundleMissingError(RuntimeError):
    """The page code has not been built in this copy of the package."""


@cache
def page_code(name: str) -> str:
    """The text of a file of the built page code, such as `widget.js`.

    Raises:
        BundleMissingError: The file is not there; the message tells how to build it.
    """
    # It lies on the floor of the notebook, as a file: nothing of that floor is imported.
    path = files("sandbox") / "notebook" / "static" / name
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BundleMissingError(
            f"The inspector's page code ({name}) is missing, so neither the live view nor the "
            "HTML player of a recording can be made. In a source checkout build it with "
            "`pip install -e .` (no Node needed) or, with Node, `npm ci && npm run build` in "
            "frontend/. Everything else works without it."
        ) from None

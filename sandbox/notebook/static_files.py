"""The built page code that ships with the package."""

from functools import cache
from importlib.resources import files


class BundleMissingError(RuntimeError):
    """The page code has not been built in this copy of the package."""


@cache
def read_static(name: str) -> str:
    """The text of `name` in the package's `static` folder.

    Raises:
        BundleMissingError: The file is not there; the message tells how to build it.
    """
    path = files("sandbox.notebook") / "static" / name
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BundleMissingError(
            f"The inspector's page code ({name}) is missing, so the live view cannot be shown. "
            "In a source checkout build it with `pip install -e .` (no Node needed) or, with "
            "Node, `npm ci && npm run build` in frontend/. Everything but the live view works "
            "without it."
        ) from None

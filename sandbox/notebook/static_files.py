"""The built page code that ships with the package."""

from sandbox.inspector.pictures.page_code import BundleMissingError
from sandbox.inspector.pictures.page_code import page_code as read_static

__all__ = ["BundleMissingError", "read_static"]

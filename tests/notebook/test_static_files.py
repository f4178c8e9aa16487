"""The page code that ships with the package."""

import pytest

from sandbox.notebook import BundleMissingError
from sandbox.notebook.static_files import read_static


def test_the_page_code_is_one_module_with_a_default_export_and_needs_no_network():
    code = read_static("widget.js")
    assert "export" in code
    assert "https://" not in code.replace("https://www.w3.org/", "")
    assert "url(" not in read_static("widget.css")


def test_page_code_that_is_missing_is_told_with_how_to_build_it():
    with pytest.raises(BundleMissingError, match=r"absent\.js.*pip install -e \."):
        read_static("absent.js")

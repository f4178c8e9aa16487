"""The page code that ships with the package."""

import gzip
import re

import pytest

from sandbox.notebook import BundleMissingError
from sandbox.notebook.static_files import read_static

SCRIPTS = ("widget.js", "more.js", "player.js")
STYLES = ("widget.css", "more.css", "player.css")


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_needs_the_network_or_another_file(name):
    code = read_static(name)
    assert "https://" not in code.replace("https://www.w3.org/", "")
    assert not re.search(r"(^|[;}])import[{*\"'`]|\bimport\([\"'`]", code)


@pytest.mark.parametrize("name", STYLES)
def test_no_style_sheet_needs_another_file(name):
    assert not re.search(r"url\(|@import", read_static(name))


def test_each_part_of_the_view_is_a_module_with_a_default_export_and_no_other():
    assert re.search(r"export\{[\w$]+ as default\};$", read_static("widget.js"))
    assert read_static("more.js").startswith("export default({")


def test_what_a_notebook_gets_with_the_view_is_at_most_60_kb_gzipped():
    sizes = {
        name: len(gzip.compress(read_static(name).encode(), 9))
        for name in ("widget.js", "widget.css")
    }
    assert sum(sizes.values()) <= 60_000, sizes


def test_page_code_that_is_missing_is_told_with_how_to_build_it():
    with pytest.raises(BundleMissingError, match=r"absent\.js.*pip install -e \."):
        read_static("absent.js")

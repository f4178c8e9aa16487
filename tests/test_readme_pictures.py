"""The README's pictures: they are there, small, and what their script draws."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parent.parent
# Of names that are going to go, the tests of drawings tell; the oldest matplotlib uses some itself.
WARNINGS = ("-Werror", "-Wignore::DeprecationWarning")
PICTURES = re.findall(r"!\[[^\]]+\]\(([^)]+\.svg)\)", (ROOT / "README.md").read_text("utf-8"))


def test_the_readme_shows_both():
    assert PICTURES == ["docs/pictures/graph.svg", "docs/pictures/sequence.svg"]


@pytest.mark.parametrize("picture", PICTURES)
def test_each_is_a_small_picture_without_scripts(picture):
    data = (ROOT / picture).read_bytes()
    assert len(data) < 150_000
    root = ET.fromstring(data)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))


def test_the_script_draws_them_and_always_the_same(tmp_path):
    runs = [tmp_path / "first", tmp_path / "second"]
    for folder in runs:
        command = [sys.executable, *WARNINGS, ROOT / "scripts" / "pictures.py", folder]
        drawn = subprocess.run(command, check=False, capture_output=True, text=True)
        assert drawn.returncode == 0, drawn.stderr
    names = sorted(Path(picture).name for picture in PICTURES)
    assert sorted(file.name for file in runs[0].iterdir()) == names
    for name in names:
        assert (runs[0] / name).read_bytes() == (runs[1] / name).read_bytes()

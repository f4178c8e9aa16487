"""What pip gets: an sdist with the finished bundle, and a wheel made from it without Node."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BUNDLE = {
    f"sandbox/notebook/static/{name}"
    for name in ("more.css", "more.js", "player.css", "player.js", "widget.css", "widget.js")
}


def build(target: str, source: Path, folder: Path) -> Path:
    """Build with the hatchling that is installed; the bundle is there, so nothing is downloaded."""
    without_node = {**os.environ, "PATH": os.defpath}
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", folder],
        cwd=source,
        env=without_node,
        check=True,
        capture_output=True,
    )
    [built] = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def unpacked_sdist(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    [root] = folder.iterdir()
    return root


def test_the_sdist_has_the_bundle_and_not_its_sources(unpacked_sdist: Path):
    files = {str(file.relative_to(unpacked_sdist)) for file in unpacked_sdist.rglob("*")}
    assert files >= BUNDLE | {"LICENSE", "README.md", "pyproject.toml", "scripts/hatch_build.py"}
    assert not any(file.startswith(("frontend", "tests")) for file in files)


def test_the_wheel_made_from_the_sdist_is_complete(unpacked_sdist: Path, tmp_path: Path):
    wheel = build("wheel", unpacked_sdist, tmp_path)
    assert wheel.name.endswith("-py3-none-any.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    modules = {str(file.relative_to(ROOT)) for file in (ROOT / "sandbox").rglob("*.py")}
    lessons = {
        f"sandbox/notebook/{file.relative_to(ROOT)}"
        for file in (ROOT / "notebooks").rglob("*.ipynb")
    }
    assert packed >= modules | BUNDLE | lessons | {"sandbox/py.typed"}
    assert {name.split("/")[0] for name in packed if ".dist-info/" not in name} == {"sandbox"}
